"""What functions of numpy, pandas, Polars, scipy and statsmodels do to the reach of what they are given.

Each function here has one meaning, given as a change of reach. A function that is a method elsewhere
(`np.cumsum(x)`, `x.cumsum()`) is read as that method.
"""

import ast
import itertools
from collections.abc import Callable

from tradewright.causality.lint.operators import (
    METHODS,
    cause_named,
    count_of,
    is_across,
    length_of,
    rolled_numpy,
)
from tradewright.causality.lint.reach import (
    FAR,
    INF,
    NOTHING,
    ROWS,
    Cause,
    Kind,
    Value,
    blend,
    column,
    flat,
    moved,
    number,
    reduced,
    seeing,
    sequence,
)
from tradewright.causality.lint.session import Arguments, Session
from tradewright.causality.lint.tables import joined, joined_as_of
from tradewright.causality.lint.vocabulary import (
    KEEPS_LENGTH,
    SIZES,
    TWO_SIDED,
    WHOLE_RANKS,
    WHOLE_SCALES,
    WHOLE_TRANSFORMS,
)

Function = Callable[[Session, Arguments, Cause], Value]

# From rows to frequencies, and back.
FORWARD_FFT = frozenset(["fft", "rfft"])
INVERSE_FFT = frozenset(["ifft", "irfft"])


def library_call(session: Session, name: str, given: Arguments) -> Value:
    """What a library's function gives for these arguments."""
    library, _, last = name.rpartition(".")
    cause = session.cause("whole-sample", given.node)
    known = FUNCTIONS.get(name) or FUNCTIONS.get(last)
    if known is not None:
        return known(session, given, cause)
    if last in TWO_SIDED:
        return seeing(blend(*given.every), cause_named(cause, "two-sided-filter"))
    if last in WHOLE_TRANSFORMS:
        return _matrix(given, cause_named(cause, "whole-transform"))
    if last in WHOLE_RANKS and is_across(given, 1):
        return _as_array(blend(*given.given))
    if last in WHOLE_RANKS:
        return seeing(blend(*given.given), cause_named(cause, "whole-rank"))
    if last in WHOLE_SCALES:
        return blend(*given.given) if is_across(given, 1) else seeing(blend(*given.given), cause)
    if last in SIZES or last in ("zeros", "ones"):
        return _sized(given, last)
    if last in ("solve", "cho_solve", "spsolve", "solve_banded", "solveh_banded"):
        return _solved(given, cause_named(cause, "whole-transform"))
    if last in METHODS and given.given and library.partition(".")[0] in ("numpy", "scipy", "pandas"):
        owner = _as_array(given.given[0])
        return METHODS[last](session, owner, Arguments(given.node, given.given[1:], given.named), cause)
    every = given.every if last in KEEPS_LENGTH else [value.but(latent=frozenset()) for value in given.every]
    return _as_array(blend(*every)) if every else NOTHING


def _solved(given: Arguments, cause: Cause) -> Value:
    """Linear equations with one unknown a row tie all rows together; with one a column they are a fit."""
    matrix, right = given.given[0], given.given[1]
    return seeing(_as_array(right), cause) if matrix.rowed and right.rowed else blend(matrix, right)


def _as_array(value: Value) -> Value:
    """A value as numpy sees it: no index, positions count."""
    whole = blend(value) if value.kind in (Kind.SEQUENCE, Kind.TABLE) else value
    return whole.but(library="numpy", kind=Kind.ROWED if whole.kind is Kind.TABLE else whole.kind)


def _matrix(given: Arguments, cause: Cause) -> Value:
    """The factors of a decomposition; of a matrix without rows (weights) nothing is known.

    The first factor has a row for each row, the others belong to the whole.
    """
    whole = blend(*given.given)
    if not whole.rowed:
        return sequence([whole] * 3)
    if whole.is_part:
        return reduced(whole, cause)
    seen = seeing(_as_array(whole), cause)
    single = reduced(whole, cause)
    return sequence([seen, single, single])


def _sized(given: Arguments, name: str) -> Value:
    """New arrays: rows that know nothing yet; arange counts from the first row.

    A small array (weights of a filter) is no column: it has no rows that could know anything.
    """
    sizes = [given.get(0, "shape", "stop", "start"), given.get(1, "stop"), given.get(2, "num")]
    parts = [part for size in sizes if size is not None for part in flat(size)]
    is_long = any(part.rowed or (part.number or 0) >= FAR for part in parts)
    filler = given.get(1, "fill_value") if name.startswith("full") else None
    fill = filler if filler is not None and not filler.rowed else NOTHING
    if not is_long:
        return NOTHING if name != "full" else fill.but(low=None, high=None)
    base = 0.0 if name == "arange" else -INF
    ahead = {cause: row for cause, row in fill.ahead.items() if row == INF}
    spread = {cause: INF for part in parts for cause in part.latent} if name == "linspace" else {}
    descending = name == "arange" and len(given.given) == 3 and (given.given[2].number or 1) < 0
    if descending or (name == "arange" and (parts[0].number or 0) >= FAR and len(given.given) > 1):
        spread = dict.fromkeys((c for part in parts for c in part.latent), INF)
    marks = frozenset({"positions"}) if name == "arange" and not spread else frozenset()
    return Value(Kind.ROWED, base=base, ahead={**ahead, **spread}, library="numpy", marks=marks)


def concatenated(session: Session, given: Arguments, cause: Cause) -> Value:
    """concat, concatenate, r_, append, pad: what stands in front moves the rest back.

    Rows put below rows of other times are one table again; copies of the same rows are an augmentation,
    which is harmless only after the split.
    """
    if is_across(given, 1) or given.text(99, "how") in ("horizontal",):
        return _side_by_side(given.given)
    parts = given.given[0].items if given.given and given.given[0].kind is Kind.SEQUENCE else given.given
    data = [part for part in parts if part.rowed and part.has_data]
    if (
        len(data) > 1
        and not all(part.is_part for part in data)
        and _overlap(data)
        and all(part.library in ("numpy", "pandas", "polars", "") for part in data)
    ):
        mixed = blend(*data).but(kind=data[0].kind)
        return mixed.marked("rows-added").but(
            latent=frozenset({cause_named(cause, "resampled-before-split")})
        )
    front = 0.0
    for part in parts:
        if part.rowed and part.has_data:
            break
        front += _length(part)
    joined_rows = blend(*parts)
    library = data[0].library if data else "numpy"
    if library in ("pandas", "polars") and all(part.library in ("pandas", "polars") for part in data):
        return joined_rows
    latent = data[0].latent if data else frozenset()
    own = next((c for c in latent if c.rule == "shift-ahead"), cause_named(cause, "shift-ahead"))
    start = data[0].start if data else 0.0
    if start >= FAR:
        return joined_rows
    return moved(joined_rows.but(library="numpy"), front - start, own).but(start=0.0, latent=frozenset())


def _length(part: Value) -> float:
    """How many rows stand in front: known sizes, else one."""
    if isinstance(part.detail, tuple) and part.detail and part.detail[0] == "size":
        return float(part.detail[1])
    return float(len(part.items)) if part.kind is Kind.SEQUENCE else 1.0


def _overlap(parts: list[Value]) -> bool:
    """Whether two parts hold the same rows."""
    spans = sorted((part.start, part.stop) for part in parts)
    return any(second[0] < first[1] for first, second in itertools.pairwise(spans))


def _side_by_side(given: list[Value]) -> Value:
    whole = blend(*given)
    tables = [part for value in given for part in (value, *value.items) if part.kind is Kind.TABLE]
    names = {name: value for table in tables for name, value in table.fields.items()}
    mapping = given[0].fields if given and given[0].kind is Kind.MAPPING else {}
    return whole.but(kind=Kind.TABLE, fields={**names, **mapping})


def framed(session: Session, given: Arguments, cause: Cause) -> Value:
    """A new table, from a mapping of columns or from an array."""
    first = given.get(0, "data")
    library = "polars" if "pl" in ast.unparse(given.node.func).split(".")[0] else "pandas"
    if first is None:
        return Value(Kind.TABLE, library=library)
    if first.kind is Kind.MAPPING:
        rows = next((value for value in first.fields.values() if value.rowed), column(library, -INF))
        fields = {name: value.but(kind=Kind.ROWED, library=library, text=name) if value.rowed else
                  _spread(value, library) for name, value in first.fields.items()}  # fmt: skip
        return Value(Kind.TABLE, base=-INF, fields=fields, library=library, start=rows.start)
    return (
        blend(first).but(kind=Kind.TABLE, library=library)
        if first.has_data
        else Value(Kind.TABLE, library=library)
    )


def _spread(value: Value, library: str) -> Value:
    if value.kind is Kind.SEQUENCE:
        return blend(value).but(kind=Kind.ROWED, library=library)
    return value.but(
        kind=Kind.ROWED, base=-INF, ahead={c: r for c, r in value.ahead.items() if r == INF}, library=library
    )


def series(session: Session, given: Arguments, cause: Cause) -> Value:
    """A column made of an array."""
    library = "polars" if ast.unparse(given.node.func).startswith("pl.") else "pandas"
    values = [value for value in given.given if value.text is None or value.rowed]
    value = values[0] if values else given.get(9, "data", "values", "index") or NOTHING
    whole = blend(value)
    if not whole.rowed:
        whole = _spread(whole, library)
    name = given.text(0, "name") if library == "polars" else given.text(9, "name")
    return whole.but(library=library, kind=Kind.ROWED, text=name or value.text)


def rolled_array(session: Session, given: Arguments, cause: Cause) -> Value:
    """np.roll."""
    rows, _ = count_of(given.get(1, "shift"))
    return rolled_numpy(given.given[0], rows, cause_named(cause, "shift-ahead" if rows < 0 else "wrapped"))


def differenced(session: Session, given: Arguments, cause: Cause) -> Value:
    """np.diff: one row shorter, so its first value stands one row early unless something is put before it.

    `np.diff(x)` at place t is the move from row t to row t + 1, until it is put down one place later.
    """
    value = given.given[0]
    order = given.number(1, "n") or 1.0
    if not value.rowed or "prepend" in given.named:
        return blend(value)
    ahead = cause_named(cause, "shift-ahead")
    if "append" in given.named:
        return blend(value, moved(value, -order, ahead))
    return value.but(library="numpy", start=value.start + order, latent=value.latent | {ahead})


def convolved(session: Session, given: Arguments, cause: Cause) -> Value:
    """Convolution: "full" looks back, "same" is centred, "valid" begins w - 1 rows early.

    Cut to the length of the data, the full form is a weighted average of the past. The centred form of numpy
    and everything in `scipy.ndimage` is not.
    """
    value, kernel = given.given[0], given.get(1, "v", "in2", "weights") or NOTHING
    if kernel.rowed and kernel.has_data and not value.has_data:
        value, kernel = kernel, value
    size = _length(kernel) if isinstance(kernel.detail, tuple) or kernel.kind is Kind.SEQUENCE else 5.0
    mode = given.text(2, "mode") or "full"
    last = getattr(given.node.func, "attr", getattr(given.node.func, "id", ""))
    if last in ("convolve1d", "correlate1d", "filter1d"):
        mode = "same"
    if mode == "same":
        return seeing(value, cause_named(cause, "two-sided-filter"), max(size // 2, 1))
    if mode != "valid":
        return value
    ahead = cause_named(cause, "shift-ahead")
    return value.but(library="numpy", start=value.start + max(size - 1, 1), latent=value.latent | {ahead})


def correlated(session: Session, given: Arguments, cause: Cause) -> Value:
    """np.correlate: its full form starts w - 1 rows early."""
    return seeing(given.given[0], cause_named(cause, "two-sided-filter"), 5.0)


def windowed_view(session: Session, given: Arguments, cause: Cause) -> Value:
    """sliding_window_view: window i begins at row i, so it is known w - 1 rows later.

    Statistics across its second axis are those of a trailing window, once they are put down where it ends.
    """
    window, _ = count_of(given.get(1, "window_shape"), 20.0)
    value = given.given[0]
    ahead = cause_named(cause, "shift-ahead")
    return value.but(library="numpy", start=value.start + window - 1, latent=value.latent | {ahead}).marked(
        "across"
    )


def spectrum(session: Session, given: Arguments, cause: Cause) -> Value:
    """fft, rfft: every frequency knows all rows; the spectrum of a kernel knows none.

    What is done with the spectrum decides: see `from_spectrum`.
    """
    value = given.given[0]
    if not (value.rowed and value.has_data):
        return Value(Kind.SPECTRUM)
    return Value(Kind.SPECTRUM, base=value.base, ahead=value.ahead, library="numpy",
                 detail=("spectrum", cause_named(cause, "whole-transform")))  # fmt: skip


def from_spectrum(session: Session, given: Arguments, cause: Cause) -> Value:
    """ifft, irfft: a product with a kernel's spectrum is a convolution, else it mixes all rows.

    A spectrum that is changed in any other way is a filter whose every output hangs on every input.
    """
    value = given.given[0]
    if value.detail == "convolution":
        return value.but(kind=Kind.ROWED, detail=None)
    whole = cause_named(cause, "whole-transform")
    if isinstance(value.detail, tuple) and value.detail[0] == "spectrum":
        whole = value.detail[1]
    return seeing(value.but(kind=Kind.ROWED, detail=None), whole)


def searched(session: Session, given: Arguments, cause: Cause) -> Value:
    """searchsorted: it points at the next entry; the last known one stands one before.

    `side` only matters for ties; the row before is reached by subtracting one.
    """
    asked = [value for value in given.every if value.text is None]
    own = session.cause("join-ahead", given.node)
    return blend(*asked).but(kind=Kind.ROWED, detail=("pointer", own, 1.0))


def cut(session: Session, given: Arguments, cause: Cause) -> Value:
    """pd.cut: given edges harm nothing; a number of bins reads the range of all rows."""
    bins = given.get(1, "bins")
    value = given.given[0]
    if bins is not None and bins.kind is not Kind.SEQUENCE and bins.number is not None:
        return seeing(value, cause_named(cause, "whole-rank"))
    return blend(value, bins) if bins is not None else value


def sized_by(session: Session, given: Arguments, cause: Cause) -> Value:
    """len."""
    return length_of(session, given.given[0], cause) if given.given else NOTHING


def flipped(session: Session, given: Arguments, cause: Cause) -> Value:
    """np.flip, reversed: the order of rows is reversed.

    Flipped twice, it is as it was.
    """
    value = given.given[0]
    if value.kind is Kind.SEQUENCE:
        return value.but(items=value.items[::-1])
    return value.but(flipped=not value.flipped, marks=value.marks ^ {"descending"})


def interpolated_at(session: Session, given: Arguments, cause: Cause) -> Value:
    """np.interp: a straight line to the next known point."""
    return seeing(blend(*given.given), cause_named(cause, "interpolation"))


def polynomial(session: Session, given: Arguments, cause: Cause) -> Value:
    """polyfit, lstsq, linregress: one line through all rows."""
    return reduced(blend(*(value for value in given.given if value.rowed)), cause)


def merged_as_of(session: Session, given: Arguments, cause: Cause) -> Value:
    """pd.merge_asof(left, right)."""
    rest = Arguments(given.node, given.given[1:], given.named)
    return joined_as_of(session, given.given[0], rest, cause)


def merged(session: Session, given: Arguments, cause: Cause) -> Value:
    """pd.merge(left, right)."""
    return joined(session, given.given[0], Arguments(given.node, given.given[1:], given.named), cause)


def polars_column(session: Session, given: Arguments, cause: Cause) -> Value:
    """pl.col: the column of the table that the expression is read for.

    Outside a table it is taken for a raw column; under a name it is read where the name is used.
    """
    from tradewright.causality.lint.indexing import at_node, column_of

    names = [part.text for value in given.given for part in flat(value) if part.text]
    table = session.tables[-1] if session.tables else None
    if table is None or not names:
        found = column("polars").marked("every-column" if not names or names == ["*"] else "raw")
        if session.decides_at_open and names[:1] != ["open"]:
            found = found.but(base=-INF, ahead={session.cause("own-bar", given.node): 1.0})
    else:
        read = at_node(session, table, given.node)
        found = column_of(session, read, names[0])
        if len(names) > 1:
            found = blend(*(column_of(session, read, name) for name in names))
    return found.but(library="polars", kind=Kind.ROWED, text=names[0] if names else None, fields={})


def shuffled(session: Session, given: Arguments, cause: Cause) -> Value:
    """permutation, shuffle: the same values in another order.

    As a draw of row numbers it shuffles what they pick. As a test it must destroy the order that the
    statistic measures: of a mean it destroys nothing.
    """
    value = blend(*(value for value in given.given if value.kind is not Kind.MODEL))
    if not value.has_data:
        # The numbers of all rows in another order: what they pick is shuffled.
        own = cause_named(cause, "shuffled-split")
        return Value(Kind.ROWED, marks=frozenset({"shuffled"}), detail=own, library="numpy")
    return seeing(value, cause_named(cause, "shuffled-split")).marked("shuffled-alone")


def selected_where(session: Session, given: Arguments, cause: Cause) -> Value:
    """np.where: row by row."""
    if len(given.given) == 1:
        return given.given[0]
    return blend(*given.given)


def counted(session: Session, given: Arguments, cause: Cause) -> Value:
    """pl.len: how many rows there are."""
    length = frozenset({cause_named(cause, "length")})
    return number(ROWS).but(latent=length, marks=frozenset({"guard"}), library="polars")


def numbered(session: Session, given: Arguments, cause: Cause) -> Value:
    """pl.int_range: rows counted from the first, unless it begins at their number."""
    first = given.given[0] if len(given.given) > 1 else NOTHING
    spread = dict.fromkeys(first.latent, INF)
    return Value(Kind.ROWED, base=0.0, ahead=spread, library="polars", marks=frozenset({"positions"}))


def filtered_forward(session: Session, given: Arguments, cause: Cause) -> Value:
    """lfilter: a recursion in the order of rows."""
    rows = [value for value in given.given if value.rowed]
    return METHODS["cumsum"](session, rows[-1], given, cause) if rows else blend(*given.given)


def looped(session: Session, given: Arguments, cause: Cause) -> Value:
    """range: a span of whole numbers; over all rows it is a loop over them."""
    low = given.given[0].low if len(given.given) > 1 else 0.0
    stop = given.given[min(1, len(given.given) - 1)].number if given.given else None
    step = given.given[2].number if len(given.given) > 2 else 1.0
    if stop is None or low is None:
        return Value(Kind.SEQUENCE, detail=("range", None, None, step))
    return Value(Kind.SEQUENCE, detail=("range", low, stop, step))


FUNCTIONS: dict[str, Function] = {
    **dict.fromkeys(("concat", "concatenate", "append", "hstack", "vstack"), concatenated),
    **dict.fromkeys(
        ("column_stack", "c_", "stack", "dstack"), lambda s, g, c: blend(*g.given).but(library="numpy")
    ),
    **dict.fromkeys(("DataFrame", "LazyFrame"), framed),
    **dict.fromkeys(("Series",), series),
    **dict.fromkeys(
        ("array", "asarray", "ascontiguousarray", "asanyarray"), lambda s, g, c: _as_array(g.given[0])
    ),
    "roll": rolled_array,
    "numpy.diff": differenced,
    **dict.fromkeys(("convolve", "fftconvolve", "oaconvolve", "convolve1d", "correlate1d"), convolved),
    "correlate": correlated,
    "sliding_window_view": windowed_view,
    **dict.fromkeys(FORWARD_FFT, spectrum),
    **dict.fromkeys(INVERSE_FFT, from_spectrum),
    "searchsorted": searched,
    "pandas.cut": cut,
    "len": sized_by,
    **dict.fromkeys(("flip", "flipud", "reversed"), flipped),
    "interp": interpolated_at,
    **dict.fromkeys(("polyfit", "lstsq", "linregress", "OLS"), polynomial),
    "merge_asof": merged_as_of,
    "pandas.merge": merged,
    **dict.fromkeys(("polars.col", "polars.all", "polars.selectors.numeric", "polars.nth"), polars_column),
    **dict.fromkeys(("permutation", "permuted", "shuffle"), shuffled),
    "where": selected_where,
    **dict.fromkeys(("polars.len", "polars.count"), counted),
    "range": looped,
    "int_range": numbered,
    **dict.fromkeys(("lfilter", "sosfilt"), filtered_forward),
}
