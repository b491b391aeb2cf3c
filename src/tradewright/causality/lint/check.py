"""The door of the lint: source text in, findings out. It runs nothing of what it reads.

Every function of the file is an entry: its arguments without a default are tables that know their own rows,
its answer is what is judged. What looks ahead and never reaches an answer (a label, a plot, a report) is no
finding. A finding stands where the look ahead began, not where it was used.
"""

import ast
import io
import re
import tokenize
from collections.abc import Sequence
from dataclasses import replace

from tradewright.causality.lint import expressions, own_calls, statements
from tradewright.causality.lint.findings import RULES, LintFinding
from tradewright.causality.lint.outside import program_of
from tradewright.causality.lint.reach import (
    INF,
    LOOP_ROW,
    UNKNOWN_COUNT,
    Cause,
    Kind,
    Value,
    blend,
    flat,
    number,
    settled,
)
from tradewright.causality.lint.session import Arguments, Frame, Program, Session
from tradewright.causality.lint.vocabulary import ASSET_KEYS, PANDAS_ONLY, POLARS_ONLY
from tradewright.causality.verdict import Suspect
from tradewright.values.errors import BadInput, unknown_name

# What was found: how far each cause looks, and the named outputs that it reaches.
Found = dict[Cause, tuple[float, frozenset[str]]]

# A label looks ahead on purpose; these words say that something is one.
LABEL = re.compile(r"(^|_)(y|labels?|fwd|forward_returns?|future_returns?)(_|$)", re.I)
TARGET_COLUMN = re.compile(r"^(target|y)$", re.I)
# Names in a script by which something trades.
SIGNAL = re.compile(r"signal|position|weight|feature|pred|order|exposure|decision|score|alpha", re.I)
# Arguments that hold the past up to the decision.
VIEWS = re.compile(r"^(view|window|past|history|context)$")
# Methods that are called once a bar.
STEPWISE = re.compile(r"^(decide|on_bar|next|handle_data|on_data|step|update)$")
# What excuses a line: rules (none: all), a dash, a reason.
SUPPRESSION = re.compile(r"^#\s*causal:(?P<rules>[\w\-, ]*?)\s-\s+(?P<reason>\S.*)$")


def lint(
    source: str,
    path: str = "<source>",
    function: str = "",
    decide_at: str = "close",
    with_labels: bool = False,
) -> list[LintFinding]:
    """Where the rows that a program gives out may know what comes after them.

    `function`: the one to look at (`name`, `Class` or `Class.method`), else every function and the file's own
    body. `decide_at` "open": of its own row a decision knows the open only. `with_labels`: labels that leave
    a function count too, to explain what an audit saw of them. Nothing is executed.
    A line is excused by `# causal: RULE - reason`; it is then reported with `suppressed` set.
    Raises: BadInput for text that is no Python; UnknownName for a function that is not there.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        raise BadInput(f"{path} is no Python: {error}.", "Give a file that Python can read.") from error
    program = program_of(tree)
    found: list[LintFinding] = []
    for name in _entries(program, function):
        session = _session(program, source, decide_at)
        session.with_labels = with_labels
        causes = {} if _is_label(name.rpartition(".")[2]) and not function else _run_entry(session, name)
        found += [_finding(path, name, cause, reached) for cause, reached in causes.items()]
    return _with_suppressions(source, _unique(found))


def suspects(findings: Sequence[LintFinding]) -> tuple[Suspect, ...]:
    """The findings as an audit takes them, to name the operator behind what it saw."""
    return tuple(
        Suspect(one.line, one.operator, one.rule, f"{one.why} {one.mend}", one.path, one.channels)
        for one in findings
        if not one.suppressed
    )


def _entries(program: Program, function: str) -> list[str]:
    """What is to be read: the function asked for, or all of them and the body."""
    methods = {f"{kind}.{node.name}" for kind, body in program.classes.items() for node in body.body
               if isinstance(node, ast.FunctionDef)}  # fmt: skip
    if not function:
        public = [name for name in sorted(methods) if not name.rpartition(".")[2].startswith("_")]
        return ["", *program.functions, *public]
    if function in program.classes:
        return sorted(name for name in methods if name.startswith(f"{function}.") and "__" not in name)
    if function in program.functions or function in methods:
        return [function]
    raise unknown_name(function, "function of this file", [*program.functions, *program.classes])


def _session(program: Program, source: str, decide_at: str) -> Session:
    session = Session(program, source, decide_at == "open")
    session.evaluate = expressions.evaluate
    session.call = own_calls.call_value
    session.store = statements.store
    session.execute = statements.execute
    texts = {
        n.value.lower()
        for n in ast.walk(program.tree)
        if isinstance(n, ast.Constant) and isinstance(n.value, str)
    }
    names = {n.attr for n in ast.walk(program.tree) if isinstance(n, ast.Attribute)}
    session.table_names = (texts | names) & (ASSET_KEYS | {"close", "open"})
    session.frames.append(Frame(""))
    statements.execute(session, program.tree.body)
    return session


def _run_entry(session: Session, name: str) -> Found:
    """Read one entry and collect what reaches its answer."""
    if not name:
        return _of_script(session)
    session.notes = {}
    owner, _, method = name.rpartition(".")
    node = (
        own_calls.method_node(session, session.program.classes[owner], method)
        if owner
        else session.program.functions[method]
    )
    if node is None:
        return {}
    call = ast.copy_location(ast.Call(ast.Name(method), [], []), node)
    instance = (
        own_calls.instance(session, session.program.classes[owner], Arguments(call, [], {}))
        if owner
        else None
    )
    given = {arg.arg: value for arg in _free(node) if (value := _parameter(session, node, arg, bool(owner)))}
    if STEPWISE.match(method) and owner:
        session.loops.append(LOOP_ROW)
    answer, _ = own_calls.run_function(session, node, Arguments(call, [], given), instance)
    found: Found = {cause: (INF, frozenset()) for cause in session.notes}
    for part in _outputs(answer.but(text=None), session.with_labels):
        wrapped = {cause: INF for cause in part.latent if "wrapped" in part.marks}
        for cause, lead in {**part.ahead, **wrapped}.items():
            before, channels = found.get(cause, (-INF, frozenset()))
            found[cause] = (max(lead, before), channels | ({part.text} if part.text else set()))
    return found


def _free(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.arg]:
    """The parameters without a default: the tables."""
    positional = [*node.args.posonlyargs, *node.args.args]
    needed = positional[: len(positional) - len(node.args.defaults)]
    keyword = [
        arg
        for arg, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        if default is None
    ]
    return [arg for arg in (*needed, *keyword) if arg.arg not in ("self", "cls")]


def _parameter(session: Session, node: ast.AST, arg: ast.arg, is_method: bool) -> Value:
    """What an argument stands for: a number if it says so, else a table that knows its own rows.

    A strategy's view ends at its decision, so that its last row is the present one.
    """
    words = ast.unparse(arg.annotation) if arg.annotation is not None else ""
    if re.fullmatch(r"(int|float)( \| None)?", words):
        return number(UNKNOWN_COUNT).marked("assumed")
    if words in ("str", "bool", "Path", "dict", "date", "datetime"):
        return Value()
    library = _library(session, words, node)
    lead = 1.0 if session.decides_at_open else 0.0
    table = Value(Kind.TABLE, base=0.0, library=library, marks=frozenset({"raw"}), origin=arg.arg)
    if "Series" in words or "ndarray" in words or "Expr" in words or words in ("Floats", "list[float]"):
        table = table.but(kind=Kind.ROWED)
    if lead:
        cause = Cause(
            "own-bar", getattr(node, "lineno", 1), getattr(node, "col_offset", 0), "own bar's close"
        )
        table = table.but(base=-INF, ahead={cause: lead})
    if VIEWS.match(arg.arg) and is_method:
        # What a strategy is shown ends at its decision.
        return table.but(stop=LOOP_ROW + 1).marked("growing")
    return table


def _library(session: Session, annotation: str, node: ast.AST) -> str:
    """The library that a table comes from: by the annotation, else by the methods that are called."""
    for library, sign in (("pandas", "pd."), ("polars", "pl."), ("numpy", "np."), ("list", "list[")):
        if annotation.startswith(sign):
            return library
    methods = {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}
    if methods & POLARS_ONLY and "polars" in session.program.libraries:
        return "polars"
    if methods & PANDAS_ONLY:
        return "pandas"
    return "numpy" if "numpy" in session.program.libraries else ""


def _outputs(answer: Value, with_labels: bool) -> list[Value]:
    """What leaves a function with a row for each row, labels aside.

    A label is told by its name: y, label, target, fwd. Single numbers are reports, unless they came from a
    file, the clock or the network.
    """
    if answer.kind is Kind.SEQUENCE:
        return [
            part
            for item in answer.items
            if with_labels or not _is_label(item.text)
            for part in _outputs(item.but(text=None), with_labels)
        ]
    if answer.kind in (Kind.MAPPING, Kind.TABLE):
        own = [answer.but(fields={})] if answer.kind is Kind.TABLE else []
        columns = [
            part
            for name, item in answer.fields.items()
            if with_labels or not _is_label(name)
            for part in _outputs(item.but(text=name), with_labels)
        ]
        return own + columns
    if not answer.rowed:
        outside = {c: lead for c, lead in answer.ahead.items() if RULES[c.rule].stage == "side channel"}
        return [answer.but(ahead=outside)] if outside else []
    if answer.kind is Kind.PERIODS:
        forming = isinstance(answer.detail, Cause) and answer.detail.rule == "forming-bar"
        return [settled(answer) if forming else answer]
    return [answer]


def _is_label(name: str | None) -> bool:
    return bool(name) and bool(LABEL.search(name or "") or TARGET_COLUMN.match(name or ""))


def _of_script(session: Session) -> Found:
    """What a file's own body makes: signals, features and positions by their names."""
    found: Found = {cause: (INF, frozenset()) for cause in session.notes}
    for name, value in session.frames[0].names.items():
        columns = (
            {f"{name}.{key}": item for key, item in value.fields.items()}
            if value.kind is Kind.TABLE
            else {name: value}
        )
        for place, item in columns.items():
            last = place.rpartition(".")[2]
            if _is_label(last) or not SIGNAL.search(place) or not item.rowed:
                continue
            for part in flat(settled(blend(item))):
                found |= {cause: (lead, frozenset({last})) for cause, lead in part.ahead.items()}
    return found


def _finding(path: str, function: str, cause: Cause, reached: tuple[float, frozenset[str]]) -> LintFinding:
    lead, channels = reached
    rows = None if lead == INF else int(lead)
    return LintFinding(
        path,
        cause.line,
        cause.column,
        cause.rule,
        cause.operator,
        function or "<file>",
        cause.confidence,
        rows,
        channels=tuple(sorted(channels)),
    )


def _unique(found: list[LintFinding]) -> list[LintFinding]:
    """One finding a place and rule, in the order of the file."""
    seen: dict[tuple[int, int, str], LintFinding] = {}
    for one in sorted(found, key=lambda f: (f.line, f.column, f.rule, f.function)):
        seen.setdefault((one.line, one.column, one.rule), one)
    return list(seen.values())


def _with_suppressions(source: str, found: list[LintFinding]) -> list[LintFinding]:
    """Excuse the lines whose comment gives a reason; a comment without one excuses nothing."""
    excuses: dict[int, tuple[set[str], str]] = {}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        match = SUPPRESSION.match(token.string) if token.type == tokenize.COMMENT else None
        if match:
            line = token.start[0]
            rules = {rule.strip() for rule in match["rules"].split(",") if rule.strip()}
            excuses[line] = (rules, match["reason"].strip())
    kept = []
    for one in found:
        rules, reason = excuses.get(one.line, (set(), ""))
        kept.append(replace(one, suppressed=reason) if reason and (not rules or one.rule in rules) else one)
    return kept
