"""Outcomes: right, each within its span, and never known before it was."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright.data.adjustments import growth_index
from tradewright.features.families.dispersion import Deviation
from tradewright.features.feature_set import FeatureSet
from tradewright.features.labels import ForwardReturn, Label, TripleBarrier
from tradewright.values.errors import InvalidOption
from tradewright.values.instant import NS_PER_DAY
from tradewright.values.labels import NEVER, Labels
from tradewright.values.panel import (
    DELISTING,
    DIVIDEND,
    SPLIT,
    Panel,
    action_dtype,
    no_actions,
    panel_of_closes,
)

RULES = [
    ForwardReturn(1),
    ForwardReturn(5),
    ForwardReturn(20, log=True),
    TripleBarrier(10),
    TripleBarrier(10, up=1.0, down=3.0, returns=True),
    TripleBarrier(30, scaled=True, window=5),
]


def torn(rows: int = 160, seed: int = 1) -> Panel:
    """Gaps, a split, dividends and a delisting."""
    draws = np.random.default_rng(seed)
    close = 40.0 * np.exp(np.cumsum(draws.normal(0, 0.02, (rows, 3)), axis=0))
    opened = close * np.exp(draws.normal(0, 0.01, close.shape))
    high, low = np.maximum(opened, close) * 1.005, np.minimum(opened, close) * 0.995
    bars = [opened, high, low, close, np.full(close.shape, 1e6)]
    lost = draws.random(close.shape) < 0.04
    lost[rows * 3 // 4 :, 2] = True
    for column in bars:
        column[lost] = np.nan
        column[rows // 2 :, 0] /= 4.0
    actions = [(rows // 3, 1, DIVIDEND, 1.5), (rows // 2, 0, SPLIT, 4.0), (rows * 3 // 4, 2, DELISTING, 0.3)]
    instants = NS_PER_DAY * np.arange(1, rows + 1)
    return Panel(instants, instants - 1, ("A", "B", "C"), *bars, np.array(actions, dtype=action_dtype))


def told(labels: Labels) -> np.ndarray:
    """All outcomes, T x N, as somebody sees them at the end of time."""
    found = np.full(labels.shape, np.nan)
    known = labels.learnable(NEVER - 1)
    found.reshape(-1)[known.places] = known.values
    return found


@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize("cut", [25, 60, 80, 121, 150])
def test_what_may_be_learnt_at_an_instant_is_what_somebody_had_then(rule: Label, cut):
    panel = torn()
    now = int(panel.instants[cut - 1])
    hindsight, then = rule.of_panel(panel).learnable(now), rule.of_panel(panel.rows(0, cut)).learnable(now)
    assert hindsight.places.tolist() == then.places.tolist()
    for name in ("values", "start", "end", "known_at"):
        assert np.array_equal(getattr(hindsight, name), getattr(then, name))


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_nothing_after_the_end_of_a_span_changes_its_outcome(rule: Label):
    panel = torn()
    whole = rule.of_panel(panel)
    for cut in (40, 90, 130):
        columns = [column.copy() for column in panel.columns()]
        for column in columns:
            column[cut:] *= np.random.default_rng(cut).lognormal(0.0, 1.0, column[cut:].shape)
        other = rule.of_panel(Panel(panel.instants, panel.opens_at, panel.symbols, *columns, panel.actions))
        settled = whole.end <= panel.instants[cut - 1]
        assert settled.any()
        assert np.array_equal(told(whole)[settled], told(other)[settled])
        assert np.array_equal(whole.end[settled], other.end[settled])


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_a_span_starts_at_its_row_and_ends_later(rule: Label):
    panel = torn()
    labels = rule.of_panel(panel)
    known = labels.end != NEVER
    assert known.any()
    assert (labels.end > labels.start)[known].all()
    assert np.array_equal(labels.known_at, labels.end)
    assert np.array_equal(labels.start[:, 0], panel.instants)
    assert (np.isnan(told(labels)) == ~known).all()


@pytest.mark.parametrize("horizon", [1, 5, 159])
def test_a_forward_return_is_growth_from_the_close_to_the_horizon(horizon):
    panel = torn()
    found, growth = told(ForwardReturn(horizon).of_panel(panel)), growth_index(panel)
    for row in range(len(found)):
        for asset in range(3):
            has_label = row + horizon < len(found) and not np.isnan(panel.close[row, asset])
            assert np.isnan(found[row, asset]) != has_label
            if has_label:
                assert found[row, asset] == pytest.approx(
                    growth[row + horizon, asset] / growth[row, asset] - 1.0
                )


def test_a_log_return_is_the_logarithm_of_the_growth():
    panel = torn()
    simple, logs = told(ForwardReturn(5).of_panel(panel)), told(ForwardReturn(5, log=True).of_panel(panel))
    assert np.allclose(np.log1p(simple), logs, equal_nan=True)


def test_a_delisting_is_part_of_the_return_of_those_who_held():
    panel = torn()
    gone, growth = 120, growth_index(panel)
    held = max(row for row in range(gone) if not np.isnan(panel.close[row, 2]))
    found = told(ForwardReturn(20).of_panel(panel))[held, 2]
    assert found == pytest.approx(0.3 * growth[gone - 1, 2] / growth[held, 2] - 1.0)
    assert found < -0.6


def test_a_horizon_beyond_the_data_gives_no_label():
    assert len(ForwardReturn(200).of_panel(torn()).learnable(NEVER - 1)) == 0
    assert len(ForwardReturn(5).of_panel(torn().rows(0, 3)).learnable(NEVER - 1)) == 0


def first_touch(panel: Panel, rule: TripleBarrier) -> tuple[np.ndarray, np.ndarray]:
    """The triple barrier written out, from the panel's adjusted bars: sides and last rows."""
    from tradewright.data.adjustments import forward_bars

    bars, growth = forward_bars(panel), growth_index(panel)
    width = FeatureSet([Deviation(rule.window)]).of_panel(panel).values[0]
    width = width * np.sqrt(rule.horizon) if rule.scaled else width
    sides, ends = np.full(panel.shape, np.nan), np.full(panel.shape, -1)
    for asset in range(panel.shape[1]):
        for row in range(panel.shape[0]):
            price, reach = bars.close[row, asset], width[row, asset]
            if np.isnan(price) or np.isnan(reach) or reach == 0.0:
                continue
            for later in range(row + 1, min(row + rule.horizon + 1, panel.shape[0])):
                low, high = bars.low[later, asset], bars.high[later, asset]
                low = growth[later, asset] if np.isnan(low) else low
                high = growth[later, asset] if np.isnan(high) else high
                if low <= price * (1 - reach * rule.down):
                    sides[row, asset], ends[row, asset] = -1, later
                elif high >= price * (1 + reach * rule.up):
                    sides[row, asset], ends[row, asset] = 1, later
                elif later == row + rule.horizon:
                    sides[row, asset], ends[row, asset] = 0, later
                if ends[row, asset] >= 0:
                    break
    return sides, ends


@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 1000), horizon=st.integers(1, 30), up=st.floats(0.3, 3.0), down=st.floats(0.3, 3.0)
)
def test_the_compiled_barrier_is_the_one_written_out(seed, horizon, up, down):
    panel, rule = torn(120, seed), TripleBarrier(horizon, up=up, down=down)
    labels, (sides, ends) = rule.of_panel(panel), first_touch(panel, rule)
    assert np.array_equal(told(labels), sides, equal_nan=True)
    assert np.array_equal(labels.end, np.where(ends < 0, NEVER, panel.instants[ends]))


def one(closes: list[float], lows=None, highs=None, opens=None) -> Panel:
    """A single symbol whose first 21 closes alternate, so that its deviation is known; then these bars."""
    before = [100.0, 101.0] * 10 + [100.0]
    close = np.array(before + closes)[:, None]
    made = [np.array(before + (given or closes))[:, None] for given in (opens, highs, lows)]
    instants = NS_PER_DAY * np.arange(1, len(close) + 1)
    bars = (*made, close, np.ones(close.shape))
    return Panel(instants, instants - 1, ("A",), *bars, no_actions())


LAST = 20


def outcome(panel: Panel, **rule) -> tuple[float, int]:
    """Side (or return) of the last row before the given bars, and how many bars it took."""
    labels = TripleBarrier(**{"horizon": 3, "up": 2.0, "down": 2.0, **rule}).of_panel(panel)
    return told(labels)[LAST, 0], int(labels.end[LAST, 0] // NS_PER_DAY) - (LAST + 1)


def test_a_rise_to_the_upper_barrier_is_one():
    assert outcome(one([100.5, 103.0, 99.0])) == (1.0, 2)


def test_a_fall_to_the_lower_barrier_is_minus_one():
    assert outcome(one([100.5, 97.0, 105.0])) == (-1.0, 2)


def test_neither_before_time_is_up_is_zero():
    assert outcome(one([100.5, 100.2, 100.1])) == (0.0, 3)


def test_a_bar_that_touches_both_counts_against():
    assert outcome(one([100.0, 100.0, 100.0], lows=[95.0, 100, 100], highs=[105.0, 100, 100])) == (-1.0, 1)


def test_a_touch_within_the_bar_ends_it_at_the_barrier():
    found, bars = outcome(one([100.0, 100.0, 100.0], lows=[90.0, 100, 100]), returns=True)
    width = np.std([0.01, -1 / 101] * 10, ddof=1)
    assert (found, bars) == (pytest.approx(-2 * width), 1)


def test_a_gap_beyond_a_barrier_ends_it_at_the_open():
    down = one([91.0, 100.0, 100.0], lows=[90.0, 100, 100], highs=[92.0, 100, 100], opens=[90.5, 100, 100])
    assert outcome(down, returns=True) == (pytest.approx(-0.095), 1)
    up = one([109.0, 100.0, 100.0], lows=[108.0, 100, 100], highs=[110.0, 100, 100], opens=[109.5, 100, 100])
    assert outcome(up, returns=True) == (pytest.approx(0.095), 1)


def test_a_close_only_series_is_left_at_the_close_that_showed_it():
    panel = one([90.0, 100.0, 100.0])
    closes = panel_of_closes(panel.instants, panel.symbols, panel.close.copy())
    assert outcome(closes, returns=True) == (pytest.approx(-0.1), 1)


def test_an_outcome_that_the_data_do_not_reach_is_none():
    labels = TripleBarrier(horizon=5).of_panel(one([100.5, 100.2, 100.1]))
    assert np.isnan(told(labels)[LAST, 0])
    assert labels.end[LAST, 0] == NEVER


def test_rows_before_the_deviation_is_known_have_no_barrier():
    assert np.isnan(told(TripleBarrier(10, window=20).of_panel(torn()))[:20]).all()


def test_a_delisting_below_the_barrier_is_a_fall():
    found = told(TripleBarrier(10, window=5).of_panel(torn()))
    last = np.flatnonzero(~np.isnan(found[:120, 2]))[-1]
    assert last >= 110
    assert found[last, 2] == -1.0


def test_labels_have_names_and_bounds():
    assert ForwardReturn(5).name == "forward_return_5"
    assert TripleBarrier(10).name == "triple_barrier_10"
    with pytest.raises(InvalidOption, match="below its lower bound"):
        ForwardReturn(0)


def test_places_match_the_rows_of_a_feature_matrix():
    panel = torn()
    table = FeatureSet([Deviation(5)]).of_panel(panel)
    known = ForwardReturn(5).of_panel(panel).learnable(NEVER - 1)
    rows, symbols = np.divmod(known.places, 3)
    assert np.array_equal(table.matrix()[known.places, 0], table.values[0, rows, symbols], equal_nan=True)
    assert np.array_equal(known.start, panel.instants[rows])
