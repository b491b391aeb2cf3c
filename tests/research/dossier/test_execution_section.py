"""The page on execution, gateway, gaps and shocks: every number with its words, every gap in words."""

from dataclasses import replace

import numpy as np
import pytest

from tradewright.research.dossier.content import (
    ExecutionLines,
    GapLine,
    GatewayLines,
    QualityLine,
    Ratio,
    ShockLine,
    StopLine,
)
from tradewright.research.dossier.execution_section import (
    execution_section,
    gateway_section,
    stress_section,
)

SLIPPAGE = Ratio("Arrival slippage", 4.2, "bps", 120, "by hand", 3.1, 5.3, 0.95, "orders")
FILLED = Ratio("Fill rate by value", 0.973, "share", 120, "by hand", 0.95, 0.99, 0.95, "orders")
LINES = ExecutionLines(
    quality=(
        QualityLine(SLIPPAGE, "at most 25 bps", "within the limit"),
        QualityLine(FILLED, "at least 95.0 %", "undecided: the interval holds the limit"),
    ),
    ratios=(Ratio("Shortfall: delay", 1.5, "bps", 120, "by hand", -2.0, 5.0, 0.95, "orders"),),
    gateway=GatewayLines(
        "balanced",
        100,
        60,
        10,
        30,
        (("order size", 20), ("losses", 10)),
        ("needs_attestation", "max_sector_share"),
        "tripped at 2015-02-01T21:00:00Z: drawdown",
    ),
    gaps=(
        GapLine("all instruments", 1_000, 300, 20, 12, 0.011, -0.08),
        GapLine("with a position held", 400, 100, 8, 5, 0.010, -0.05),
    ),
    stops=(
        StopLine(0.01, 400, 20, 0.004, 0.03),
        StopLine(0.05, 400, 0, np.nan, np.nan),
    ),
    shocks=(
        ShockLine("Black Monday", "1987-10-19", "S&P 500", 0.2047, 0.31),
        ShockLine("Market rises 10 % overnight", "", "assumption", -0.1, -0.15),
    ),
)


@pytest.mark.parametrize(
    "words",
    [
        "Arrival slippage",
        "4.2 bps",
        "at most 25 bps",
        "Within the limit.",
        "Fill rate by value",
        "97.3",
        "Undecided: the interval holds the limit.",
        "Shortfall: delay",
        "execution.parquet",
    ],
)
def test_the_section_on_execution_says(words):
    assert words in execution_section(LINES)


@pytest.mark.parametrize(
    "words",
    [
        "balanced",
        "tripped at 2015-02-01T21:00:00Z: drawdown",
        "order size",
        "losses",
        "needs_attestation, max_sector_share",
        "gateway.parquet",
    ],
)
def test_the_section_on_the_gateway_says(words):
    assert words in gateway_section(LINES)


@pytest.mark.parametrize(
    "words",
    [
        "All instruments",
        "With a position held",
        "1,000",
        "300 (30.0",
        "Black Monday",
        "1987-10-19",
        "imagined",
        "S&amp;P 500.",
        "2 shocks",
    ],
)
def test_the_section_on_gaps_and_stress_says(words):
    assert words in stress_section(LINES)


def test_a_loss_is_written_with_its_minus_and_a_gain_without():
    page = stress_section(LINES)
    assert "\u221220.5" in page
    assert "10.0" in page
    assert "\u221210.0" not in page


def test_a_stop_that_was_never_jumped_cost_nothing_to_speak_of():
    assert "none" in stress_section(LINES)


def test_a_switch_at_rest_is_said():
    quiet = replace(LINES, gateway=replace(LINES.gateway, killed=""))
    assert "did not trip" in gateway_section(quiet)


def test_without_refusals_the_page_says_so():
    quiet = replace(LINES, gateway=replace(LINES.gateway, refused=0, refused_by=()))
    assert "No order was refused." in gateway_section(quiet)


def test_nothing_left_out_needs_no_words():
    whole = replace(LINES, gateway=replace(LINES.gateway, not_simulated=()))
    assert "bars cannot tell" not in gateway_section(whole)


@pytest.mark.parametrize("section", [execution_section, gateway_section, stress_section])
def test_what_nobody_analysed_is_said_in_words(section):
    assert 'class="missing"' in section(None)


def test_a_run_without_orders_has_no_execution():
    assert "No order was placed" in execution_section(ExecutionLines())


def test_a_run_without_a_gateway_says_so():
    assert "Nobody counted" in gateway_section(ExecutionLines())


def test_a_series_without_opens_has_no_nights():
    empty = GapLine("all instruments", 0, 0, 0, 0, np.nan, np.nan)
    page = stress_section(replace(LINES, gaps=(empty, empty)))
    assert "knows no opens" in page


def test_no_night_held_has_no_stops():
    page = stress_section(replace(LINES, stops=(StopLine(0.01, 0, 0, np.nan, np.nan),)))
    assert "No position was held over a night" in page


def test_no_shock_is_said():
    assert "No shock was tried." in stress_section(replace(LINES, shocks=()))


def test_words_from_outside_stay_words():
    hostile = replace(LINES.gateway, limits="<script>alert(1)</script>")
    assert "<script>" not in gateway_section(replace(LINES, gateway=hostile))


@pytest.mark.parametrize("section", [execution_section, gateway_section, stress_section])
def test_equal_lines_give_equal_words(section):
    assert section(LINES) == section(replace(LINES))
