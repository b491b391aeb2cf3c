"""What must hold for every feature, as functions that raise where it does not.

They take any feature set and any bars, so that the tests can also turn them on features that lie.
"""

import math
import random

import numpy as np
from feature_bars import NAMES, Bars, instants_of, rows_of

from tradewright.features.feature_set import FeatureSet

PRICES = ("open", "high", "low", "close")


def computed(features: FeatureSet, bars: Bars, first: int = 0) -> np.ndarray:
    """Columns x T x N; `first` is the place of the bars' first row in time."""
    rows, count = bars["close"].shape
    return features.of_columns(bars, instants_of(first + rows)[first:], NAMES[:count]).values


def must_be_equal(found: np.ndarray, wanted: np.ndarray, why: str) -> None:
    assert found.shape == wanted.shape, why
    assert np.array_equal(found, wanted, equal_nan=True), f"{why}: {places(found, wanted)}"


def places(found: np.ndarray, wanted: np.ndarray) -> str:
    """Where two results differ, for whoever reads the failure."""
    differ = ~((found == wanted) | (np.isnan(found) & np.isnan(wanted)))
    at = np.argwhere(differ)[:3].tolist()
    return ", ".join(f"{place}: {found[tuple(place)]!r} for {wanted[tuple(place)]!r}" for place in at)


def must_stream_as_it_batches(features: FeatureSet, bars: Bars) -> None:
    """At every row, warm-up included, to the last bit; and so in pieces of any size."""
    whole = computed(features, bars)
    rows, count = bars["close"].shape
    instants = instants_of(rows)
    stream = features.stream(NAMES[:count])
    for row in range(rows):
        now = stream.push(int(instants[row]), {name: column[row] for name, column in bars.items()})
        must_be_equal(now, whole[:, row], f"row {row} of the stream is not that of the batch")


def must_go_on_from_a_kept_state(features: FeatureSet, bars: Bars, cut: int) -> None:
    """A stream that ends and one that begins with its state are one stream."""
    whole = computed(features, bars)
    rows, count = bars["close"].shape
    instants = instants_of(rows)
    before, after = features.stream(NAMES[:count]), features.stream(NAMES[:count])
    for row in range(rows):
        if row == cut:
            after.restore(before.state())
        stream = before if row < cut else after
        now = stream.push(int(instants[row]), {name: column[row] for name, column in bars.items()})
        must_be_equal(now, whole[:, row], f"row {row} after a restart at {cut} differs")


def must_not_see_the_future(features: FeatureSet, bars: Bars, cut: int) -> None:
    """Neither the absence of later rows nor a shock to them changes a bit before."""
    whole = computed(features, bars)
    must_be_equal(
        computed(features, rows_of(bars, 0, cut)),
        whole[:, :cut],
        "the absence of later rows changed earlier values",
    )
    must_be_equal(
        computed(features, shocked(bars, cut))[:, :cut], whole[:, :cut], "later rows changed earlier values"
    )


def must_first_speak_at_its_lookback(features: FeatureSet, bars: Bars) -> None:
    """On bars without gaps: silent before, not silent then. Neither too late nor too early."""
    values = computed(features, bars)
    for name, formula, column in zip(features.names, features.formulas, values, strict=True):
        first = formula.lookback_bars - 1
        assert np.isnan(column[:first]).all(), f"{name} speaks before its declared lookback"
        assert not np.isnan(column[first]).any(), f"{name} is silent at its declared lookback"
        assert not np.isinf(column).any(), f"{name} is infinite"
    assert features.warm_up_bars == max(one.lookback_bars for one in features.formulas)


def must_need_no_more_than_its_reach(features: FeatureSet, bars: Bars, row: int) -> None:
    """Computed from its reach alone, a value is the same but for rounding (and 1e-6 where old rows fade)."""
    whole = computed(features, bars)
    for place, (name, formula) in enumerate(zip(features.names, features.formulas, strict=True)):
        if formula.reach > row + 1:
            continue
        start = row + 1 - int(formula.reach)
        late = computed(features, rows_of(bars, start, row + 1), first=start)[place, -1]
        tolerance = 1e-8 if formula.reach == formula.lookback_bars else 1e-6
        assert np.allclose(late, whole[place, row], rtol=tolerance, atol=tolerance, equal_nan=True), (
            f"{name} reaches further back than it says: {late} for {whole[place, row]}"
        )


def must_use_all_of_its_window(features: FeatureSet, bars: Bars) -> None:
    """The oldest row of a declared window moves a value: the declaration is no wider than needed."""
    whole = computed(features, bars)
    rows = len(bars["close"])
    for place, (name, formula) in enumerate(zip(features.names, features.formulas, strict=True)):
        reach = formula.reach
        if not features.inputs or math.isinf(reach) or reach > formula.lookback_bars or reach > rows:
            continue
        moved = False
        for row in range(int(reach) - 1, rows):
            other = struck(bars, row + 1 - int(reach))
            moved |= not np.allclose(
                computed(features, rows_of(other, 0, row + 1))[place, row], whole[place, row], equal_nan=True
            )
            if moved or row > reach + 20:
                break
        assert moved, f"{name} declares a window of which it never uses the oldest row"


def must_forget_a_gap(features: FeatureSet, bars: Bars, row: int) -> None:
    """A missing bar is felt by its own symbol, and for no longer than the reach; others do not know of it."""
    whole = computed(features, bars)
    holed = {name: column.copy() for name, column in bars.items()}
    for column in holed.values():
        column[row, 0] = np.nan
    found = computed(features, holed)
    for place, (name, formula) in enumerate(zip(features.names, features.formulas, strict=True)):
        if not looks_across(formula):
            must_be_equal(
                found[place, :, 1:], whole[place, :, 1:], f"{name} of one symbol felt another's gap"
            )
        if not math.isinf(formula.reach) and formula.reach == formula.lookback_bars:
            after = row + int(formula.reach)
            assert np.allclose(
                found[place, after:], whole[place, after:], rtol=1e-9, atol=1e-9, equal_nan=True
            ), f"{name} remembers a gap beyond its window"
        must_be_equal(found[place, :row], whole[place, :row], f"{name} knew of a gap before it came")


def must_not_lean_on_the_order_of_symbols(features: FeatureSet, bars: Bars, order: list[int]) -> None:
    turned = {name: np.ascontiguousarray(column[:, order]) for name, column in bars.items()}
    rows = len(bars["close"])
    names = tuple(NAMES[place] for place in order)
    found = features.of_columns(turned, instants_of(rows), names).values
    must_be_equal(found, computed(features, bars)[:, :, order], "the order of symbols mattered")


def must_follow_the_unit_of_prices(features: FeatureSet, bars: Bars, powers: list[int]) -> None:
    """Units are powers of two, which change no digit: a ratio stays what it is, a price follows its unit."""
    factors = 2.0 ** np.array(powers)
    other = {name: column * factors if name in PRICES else column / factors for name, column in bars.items()}
    found, wanted = computed(features, other), computed(features, bars)
    for place, (name, one) in enumerate(zip(features.names, features.features, strict=True)):
        must_be_equal(
            found[place], wanted[place] * factors**one.price_power, f"{name} did not follow its unit"
        )


def must_be_pure(features: FeatureSet, bars: Bars) -> None:
    """Asked twice it says the same whatever global generators hold, and moves neither them nor its input."""
    kept = {name: column.copy() for name, column in bars.items()}
    random.seed(1), np.random.seed(1)  # noqa: NPY002
    states = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002
    first = computed(features, bars)
    assert (random.getstate(), np.random.get_state()[1].tolist()) == states, "a global generator moved"  # noqa: NPY002
    random.seed(2), np.random.seed(2)  # noqa: NPY002
    must_be_equal(computed(features, bars), first, "asked twice, it answered differently")
    for name, column in bars.items():
        must_be_equal(column, kept[name], f"it wrote into {name}")


def must_not_lean_on_company(features: FeatureSet, others: FeatureSet, bars: Bars) -> None:
    """A column is the same bits alone and beside others."""
    together = FeatureSet(
        dict(
            zip(
                [*others.names, *(f"{name}_again" for name in features.names)],
                [*others.features, *features.features],
                strict=True,
            )
        )
    )
    must_be_equal(
        computed(together, bars)[len(others) :], computed(features, bars), "company changed a column"
    )


def must_treat_a_symbol_alone_as_among_others(features: FeatureSet, bars: Bars) -> None:
    """One symbol takes another path through the compiled code; its bits must be the same."""
    whole = computed(features, bars)
    alone = computed(features, {name: np.ascontiguousarray(column[:, :1]) for name, column in bars.items()})
    for place, (name, formula) in enumerate(zip(features.names, features.formulas, strict=True)):
        if not looks_across(formula):
            must_be_equal(alone[place, :, 0], whole[place, :, 0], f"{name} of one symbol alone differs")


def looks_across(formula) -> bool:
    """True for a formula that compares symbols."""
    words = formula.operation.words
    return words.endswith("_across") or words.startswith("of_symbol") or any(map(looks_across, formula.of))


def shocked(bars: Bars, cut: int) -> Bars:
    """Other prices, gaps and volumes from a row on."""
    draws = np.random.default_rng(99)
    changed = {}
    for name, column in bars.items():
        column = column.copy()
        noise = draws.lognormal(0.0, 2.0, column[cut:].shape)
        noise[::7] = np.nan
        column[cut:] = np.where(np.isnan(column[cut:]), 1.0, column[cut:]) * noise
        changed[name] = column
    return changed


def struck(bars: Bars, row: int) -> Bars:
    """One row far away from what it was: every column by another factor, every symbol too."""
    changed = {name: column.copy() for name, column in bars.items()}
    count = bars["close"].shape[1]
    for number, column in enumerate(changed.values()):
        column[row] *= 1000.0 ** (1.0 + 0.2 * number + 0.1 * np.arange(count))
    changed["low"][row] = bars["low"][row] / 1000.0
    return changed
