"""Cross-checks: each is the calibrated statistic itself, on the bars of the study, or a reason in words."""

import numpy as np
import pytest

from tradewright.research.check_lines import check_lines, checks_summary
from tradewright.research.cross_checks import (
    MOST_CANDIDATES,
    Tried,
    benchmark_figures,
    cross_checks,
    overfitting_figure,
    timing_figure,
)
from tradewright.runs.artifacts import json_bytes
from tradewright.validation.bootstrap import BootstrapOptions
from tradewright.validation.overfitting import probability_of_overfitting
from tradewright.validation.performance import Period
from tradewright.validation.sharpe_difference import difference_by_bootstrap
from tradewright.validation.shifted_positions import timing_test

BARS = 600
OPTIONS = BootstrapOptions(3, 200)
DRAW = np.random.default_rng(4)
EXCESS = DRAW.normal(0.0002, 0.01, (BARS, 6))
MARKET = DRAW.normal(0.0, 0.01, BARS)
EXPOSURE = (DRAW.random((BARS, 6)) > 0.5).astype(np.float64)


def period_of(excess: np.ndarray) -> Period:
    instants = np.arange(len(excess) + 1, dtype=np.int64) * 86_400_000_000_000
    return Period(instants, excess + 1e-5, np.full(len(excess), 1e-5), 252.0)


# Overfitting


def test_overfitting_is_that_of_the_grid_with_its_interval():
    found, own = overfitting_figure(EXCESS, 0.95), probability_of_overfitting(EXCESS)
    assert (found.value, found.interval.low, found.interval.high) == (
        own.probability,
        own.interval.low,
        own.interval.high,
    )
    assert "12,870 ways to halve the record" in found.interval.method


def test_a_lasting_best_is_told_from_a_lottery():
    lasting = EXCESS.copy()
    lasting[:, 2] += 0.004
    assert overfitting_figure(lasting, 0.95).value < 0.01
    assert overfitting_figure(EXCESS, 0.95).value > 0.01


def test_a_ruined_configuration_is_counted_and_breaks_nothing():
    ruined = EXCESS.copy()
    ruined[300:, 1] = np.nan
    assert overfitting_figure(ruined, 0.95).is_evaluated


@pytest.mark.parametrize(
    ("excess", "words"),
    [
        (EXCESS[:, :1], "give the study a grid"),
        (EXCESS[:40], "40 bars for 16 groups"),
        (np.zeros((100, MOST_CANDIDATES + 1)), "1,001 configurations; at most 1,000"),
    ],
)
def test_overfitting_that_cannot_be_had_says_why(excess, words):
    found = overfitting_figure(excess, 0.95)
    assert found.value is None
    assert words in found.reason


# Timing


def test_timing_is_that_of_the_reported_configuration_with_the_search_priced_in():
    found = timing_figure(Tried(EXCESS, EXPOSURE, MARKET, 50))
    assert found.value == timing_test(EXPOSURE, MARKET, 50).adjusted[0]
    assert "550 shifts" in found.reason


def test_who_knew_the_market_is_found():
    knew = EXPOSURE.copy()
    knew[:, 0] = MARKET > 0
    assert timing_figure(Tried(EXCESS, knew, MARKET, 50)).value < 0.01


def test_a_neighbour_that_never_moves_is_left_out_and_a_headline_that_never_moves_has_no_timing():
    still = EXPOSURE.copy()
    still[:, 3] = 1.0
    assert timing_figure(Tried(EXCESS, still, MARKET, 50)).is_evaluated
    still[:, 0] = 1.0
    assert "never changes" in timing_figure(Tried(EXCESS, still, MARKET, 50)).reason


def test_a_warm_up_longer_than_half_the_record_leaves_half_of_the_shifts():
    assert "300 shifts" in timing_figure(Tried(EXCESS, EXPOSURE, MARKET, 5_000)).reason


# The benchmark


def test_the_benchmark_is_compared_in_pairs():
    period, matched = period_of(EXCESS[:, 0]), MARKET + 1e-5
    gap, p = benchmark_figures(period, matched, OPTIONS)
    own = difference_by_bootstrap(period.excess, matched - period.cash, OPTIONS, "benchmark ratio")
    assert gap.value == pytest.approx(own.difference * np.sqrt(252.0))
    assert p.value == own.p
    assert "Ledoit-Wolf, studentised bootstrap, 200 draws" in p.reason


def test_a_strategy_that_is_its_benchmark_has_nothing_to_compare():
    period = period_of(EXCESS[:, 0])
    gap, p = benchmark_figures(period, period.returns, OPTIONS)
    assert gap.value is p.value is None
    assert "move as one" in p.reason


# Told


def checks():
    return cross_checks(Tried(EXCESS, EXPOSURE, MARKET, 50), period_of(EXCESS[:, 0]), MARKET, OPTIONS)


def test_equal_evidence_gives_equal_checks():
    assert checks() == checks()


def test_every_check_is_told_with_a_question_and_a_reading():
    lines = check_lines(checks())
    assert [line.ratio.unit for line in lines] == ["share", "p", "p"]
    assert all(line.asks.endswith("?") or "." in line.asks for line in lines)
    side = "above" if checks().gap.value >= 0 else "below"
    assert f"{side} the benchmark's" in lines[2].says


def test_the_summary_is_plain_json_with_all_four_numbers():
    summary = checks_summary(checks())
    assert len(summary) == 4
    assert json_bytes(summary)
