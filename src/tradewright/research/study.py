"""A study as its author wrote it: a TOML file read into typed options, nothing guessed, nothing ignored."""

import hashlib
import json
import math
import re
import tomllib
from datetime import date
from itertools import product
from math import prod
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from tradewright.research.fold_options import FoldOptions, check_folds
from tradewright.research.model_options import ModelOptions, check_model
from tradewright.research.search_options import GRID, SearchOptions, check_search
from tradewright.validation.evidence import Parameter, Waiver
from tradewright.values.balances import CONVERTED
from tradewright.values.errors import BadInput, InvalidOption, NotFound, StorageFailure, unknown_name
from tradewright.values.profile import AccountOptions

LARGEST_GRID = 10_000
# What a look at results must not change, in the order in which it is reported.
CHOICES = ("universe", "window", "costs", "benchmark", "folds", "intervals", "seed")
Text = Annotated[str, msgspec.Meta(min_length=1)]
Slug = Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9._-]*$", max_length=80)]


class Hypothesis(msgspec.Struct, frozen=True):
    """What is believed, in words, and the name under which its trials are counted.

    Two studies with one `id` share their count: whoever tries a variant of an idea pays for the tries before.
    """

    id: Slug
    statement: Text


class DataOptions(msgspec.Struct, frozen=True):
    """Which data: a dataset's latest snapshot, or an exact snapshot id; `synthetic` makes it first."""

    dataset: Text
    synthetic: dict[str, Parameter] | None = None


class UniverseOptions(msgspec.Struct, frozen=True):
    """Which instruments: all of the dataset, or those listed."""

    symbols: Literal["all"] | tuple[str, ...] = "all"


class PeriodOptions(msgspec.Struct, frozen=True):
    """First and last day, both included; without one the data decide."""

    start: date | None = None
    end: date | None = None


class StrategyOptions(msgspec.Struct, frozen=True):
    """A strategy with its pre-registered parameters, and the grid around them that shows sensitivity.

    The report is about `parameters`; no point of `grid` is ever promoted to it, however good it looks.
    `perturb` tries each of its numbers 10 and 20 % lower and higher as well: by default where a search draws.
    """

    name: Text
    parameters: dict[str, Parameter | dict[str, float]] = {}
    grid: dict[str, tuple[Parameter, ...]] = {}
    perturb: bool | None = None


class ExecutionOptions(msgspec.Struct, frozen=True):
    """Which assumptions about fills and costs hold: a named profile, and numbers of it that differ here.

    An overridden number shows in the profile's name and in the report; `commission_tiers` is a list of pairs,
    [shares of the month from which on, dollars a share]. `limits` names the risk profile that the gateway
    holds every order against.
    """

    profile: Text = "realistic"
    limits: Text = "research"
    override: dict[str, float | tuple[tuple[float, float], ...]] = {}


class BenchmarkOptions(msgspec.Struct, frozen=True):
    """What the strategy is held against: the universe in equal weights, or one instrument of a dataset.

    `symbol` may be left out where the dataset holds one instrument only, such as an index.
    """

    kind: Literal["universe", "dataset"] = "universe"
    dataset: str = ""
    symbol: str = ""


class IntervalOptions(msgspec.Struct, frozen=True):
    """How intervals are drawn: resamples and coverage."""

    draws: Annotated[int, msgspec.Meta(ge=100, le=100_000)] = 1_000
    level: Annotated[float, msgspec.Meta(ge=0.5, lt=1.0)] = 0.95


class WaiverOptions(msgspec.Struct, frozen=True):
    """A quality finding that the study accepts, with its reason."""

    code: Text
    reason: Annotated[str, msgspec.Meta(min_length=10)]


class StudyOptions(msgspec.Struct, frozen=True):
    """Everything a study file may say.

    Units: as in the options it is made of. Equal options have equal hashes, whatever the file looked like.
    """

    title: Text
    seed: Annotated[int, msgspec.Meta(ge=0, le=2**53)]
    hypothesis: Hypothesis
    data: DataOptions
    strategy: StrategyOptions
    universe: UniverseOptions = UniverseOptions()
    period: PeriodOptions = PeriodOptions()
    execution: ExecutionOptions = ExecutionOptions()
    account: AccountOptions = AccountOptions()
    benchmark: BenchmarkOptions = BenchmarkOptions()
    intervals: IntervalOptions = IntervalOptions()
    waivers: tuple[WaiverOptions, ...] = ()
    folds: FoldOptions | None = None
    search: SearchOptions | None = None

    @property
    def drawn(self) -> SearchOptions | None:
        """The search whose configurations are drawn; None where there is a grid, or one configuration."""
        return None if self.search is None or self.search.method == GRID else self.search

    @property
    def is_perturbed(self) -> bool:
        """Whether the neighbours of the pre-registered parameters are tried."""
        asked = self.strategy.perturb
        return self.drawn is not None if asked is None else asked

    model: ModelOptions | None = None

    def waived(self) -> tuple[Waiver, ...]:
        """The waivers as the verdict knows them."""
        return tuple(Waiver(waiver.code, waiver.reason) for waiver in self.waivers)


def load(path: Path) -> StudyOptions:
    """Read a study file.

    Raises: NotFound, BadInput (empty, not TOML), UnknownName (key), InvalidOption (value), StorageFailure.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NotFound(f"no study file '{path}'.", "Give the path of a TOML file.") from None
    except UnicodeDecodeError:
        raise BadInput(f"'{path}' is not a text file.", "A study is TOML, in UTF-8.") from None
    except OSError as error:
        raise StorageFailure(f"'{path}' cannot be read: {error.strerror}.") from error
    return parse(text, path.name)


def parse(text: str, source: str) -> StudyOptions:
    """Read a study from its text; `source` names it in errors."""
    if not text.strip():
        raise BadInput(f"{source} is empty.", "Start from examples/momentum.toml.")
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{source} is not TOML: {error}.", "Text stands in quotes, lists in [ ].") from None
    # Names before values: a misspelt key would otherwise be reported as a missing one.
    _check_keys(raw, StudyOptions, "", source)
    _check_finite(raw, "", source)
    try:
        options = msgspec.convert(raw, StudyOptions)
    except msgspec.ValidationError as error:
        raise _readable(str(error), raw, source) from None
    _check_sense(options, source)
    return options


def plain(options: Any) -> Any:
    """A study, or one of its tables, as plain content, without what came later and is not asked for.

    So studies, trials and runs are called what they were called before balances could be kept.
    """
    told = msgspec.to_builtins(options)
    account = told if isinstance(options, AccountOptions) else told.get("account", {})
    if account.get("balances", CONVERTED) == CONVERTED:
        for name in ("balances", "exchange", "interest"):
            account.pop(name, None)
    return told


def study_hash(options: StudyOptions) -> str:
    """The name of exactly this study: a hash of all it says, independent of the order of its lines."""
    told = plain(options)
    # A study without one of these is called what it was before there were any: ledgers find it by its name.
    for table, key in ((told, "model"), (told, "search"), (told["strategy"], "perturb")):
        if table[key] is None:
            del table[key]
    return digest_of(told)


def choices(options: StudyOptions) -> dict[str, Any]:
    """The choices that make a result look better when they are made last, as the ledger keeps them.

    Parameters of the strategy are not among them: each try of those is counted and priced.
    """
    told = msgspec.to_builtins(options)
    execution, symbols = told["execution"], told["universe"]["symbols"]
    return {
        "universe": symbols if symbols == "all" else sorted(symbols),
        "window": [told["period"]["start"], told["period"]["end"]],
        "costs": _short([execution["profile"], execution["override"], *_kept_terms(options.account)]),
        "benchmark": _short(told["benchmark"]),
        "folds": None if told["folds"] is None else _short(told["folds"]),
        "intervals": _short(told["intervals"]),
        "seed": options.seed,
    }


def _kept_terms(account: AccountOptions) -> list[Any]:
    """How balances are kept, changed and paid interest on; nothing where they are not."""
    if account.balances == CONVERTED:
        return []
    return [account.balances, account.exchanges, sorted(account.interest.items())]


def _short(content: Any) -> str:
    """Enough of a hash to tell one choice from another."""
    return digest_of(content)[:16]


def digest_of(content: Any) -> str:
    """SHA-256 of plain content (tables, lists, text, numbers), in canonical form."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def grid_points(grid: dict[str, tuple[Parameter, ...]]) -> list[tuple[tuple[int, ...], dict[str, Parameter]]]:
    """Every point of a grid in a fixed order: its step on each axis, and its parameters."""
    if not grid:
        return []
    steps = product(*(range(len(values)) for values in grid.values()))
    return [
        (at, {name: values[step] for (name, values), step in zip(grid.items(), at, strict=True)})
        for at in steps
    ]


def _check_keys(table: dict[str, Any], kind: type[msgspec.Struct], where: str, source: str) -> None:
    """Refuse the first key that no table of this kind has, naming the nearest one."""
    known = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
    place = f"[{where}]" if where else "the top level"
    for key, value in table.items():
        if key not in known:
            raise unknown_name(key, f"key of {place} in {source}", known)
        inner = f"{where}.{key}" if where else key
        for nested in _tables_in(value):
            _check_nested(nested, known[key], inner, source)


def _check_finite(value: Any, where: str, source: str) -> None:
    """Refuse nan and inf, which TOML can write and no option can mean."""
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidOption(f"{source}: {where} = {value}.", "Give a number.")
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        _check_finite(one, f"{where}.{key}" if where else str(key), source)


def _check_nested(table: dict[str, Any], kind: Any, where: str, source: str) -> None:
    struct = _table_kind(kind)
    if struct is AccountOptions:
        names = AccountOptions.__dataclass_fields__
        for key in table:
            if key not in names:
                raise unknown_name(key, f"key of [{where}] in {source}", names)
    elif struct is not None:
        _check_keys(table, struct, where, source)


def _tables_in(value: Any) -> list[dict[str, Any]]:
    """The tables a value holds: itself, or those of an array of tables."""
    candidates = value if isinstance(value, list) else [value]
    return [one for one in candidates if isinstance(one, dict)]


def _table_kind(kind: Any) -> Any:
    """The struct or dataclass behind an annotation such as `X`, `X | None` or `tuple[X, ...]`."""
    if get_origin(kind) in (tuple, Union, UnionType):
        return next((found for part in get_args(kind) if (found := _table_kind(part)) is not None), None)
    is_table = isinstance(kind, type) and (issubclass(kind, msgspec.Struct) or kind is AccountOptions)
    return kind if is_table else None


def _readable(problem: str, raw: dict[str, Any], source: str) -> InvalidOption:
    """A validation message as one line that names the key, what it holds and what would hold."""
    said, _, place = problem.partition(" - at `$")
    path = place.strip("`").lstrip(".")
    lacking = re.search(r"missing required field `(\w+)`", said)
    if lacking:
        table = f"[{path}]" if path else "the top level"
        return InvalidOption(f"{source}: {table} lacks '{lacking[1]}'.", "Add it.")
    # Types as Python spells them mean nothing to whoever wrote the file.
    words = {"`str`": "text", "`int`": "a whole number", "`float`": "a number", "`bool`": "true or false",
             "`array`": "a list", "`object`": "a table", "`date`": "a date such as 1990-01-02"}  # fmt: skip
    for spelt, word in words.items():
        said = said.replace(spelt, word)
    value = _value_at(raw, path)
    if path == "universe.symbols" and isinstance(value, str):
        said = f'Write "all", or a list such as ["{value}"]'
    return InvalidOption(f"{source}: {path} = {value!r}.", f"{said}.")


def _value_at(raw: Any, path: str) -> Any:
    """The value a path such as `strategy.grid[...]` leads to, or the nearest table above it."""
    for part in re.findall(r"\w+|\[\d+\]", path):
        key: Any = int(part[1:-1]) if part.startswith("[") else part
        try:
            raw = raw[key]
        except (KeyError, IndexError, TypeError):
            return raw
    return raw


def _check_sense(options: StudyOptions, source: str) -> None:
    """Refuse what is well typed but cannot be meant."""
    start, end = options.period.start, options.period.end
    if start and end and start >= end:
        raise InvalidOption(f"{source}: period.start = {start} is not before period.end = {end}.")
    if options.benchmark.kind == "dataset" and not options.benchmark.dataset:
        raise InvalidOption(f"{source}: [benchmark] kind = 'dataset' names none.", "Add dataset = '...'.")
    if options.universe.symbols == ():
        raise InvalidOption(f"{source}: universe.symbols is empty.", "List symbols, or write 'all'.")
    codes = [waiver.code for waiver in options.waivers]
    if len(set(codes)) < len(codes):
        raise InvalidOption(f"{source}: a code is waived twice.", "Give each waiver once.")
    _check_grid(options.strategy.grid, source)
    has_grid = bool(options.strategy.grid)
    check_search(options.search, has_grid, options.folds is not None, source)
    check_folds(options.folds, has_grid or options.drawn is not None, source)
    check_model(options.model, source)


def _check_grid(grid: dict[str, tuple[Parameter, ...]], source: str) -> None:
    for name, values in grid.items():
        if not values or len(set(values)) < len(values):
            words = "is empty" if not values else "holds a value twice"
            raise InvalidOption(f"{source}: strategy.grid.{name} {words}.", "List different values.")
    size = prod(len(values) for values in grid.values())
    if size > LARGEST_GRID:
        raise InvalidOption(
            f"{source}: the grid has {size:,} points; at most {LARGEST_GRID:,} are run.",
            "Use fewer values on each axis.",
        )
