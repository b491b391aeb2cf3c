"""Risk profiles at the command line: listed, typed, and shown with the run that they held."""

import pytest


def test_profiles_are_listed_side_by_side_with_their_defaults(shell):
    said = shell("limits", "list")
    assert said.code == 0, said.err
    for words in ("conservative", "balanced", "aggressive", "research", "live default", "backtest default"):
        assert words in said.out
    assert "max_session_drawdown" in said.out


def test_the_list_as_json_holds_every_limit(shell):
    rows = {row["id"]: row for row in shell("limits", "list", "--json").rows()}
    assert rows["conservative"]["max_session_drawdown"] == 0.03
    assert rows["balanced"]["cooldown_min"] == 90.0
    assert rows["aggressive"]["max_day_loss"] == 0.04
    # What does not bind has no number: JSON knows no infinity.
    assert rows["research"]["max_gross"] is None


def test_a_backtest_says_what_its_gateway_did(lived_in):
    words = ("backtest", "sma_cross", "--data", "walk", "--set", "fast=10", "--set", "slow=30")
    said = lived_in(*words, "--limits", "conservative")
    assert said.code == 0, said.err
    assert "limits conservative" in said.out
    assert "Gateway (conservative limits):" in said.out
    assert "Refused by: order size" in said.out


def test_the_default_limits_of_a_backtest_are_research(lived_in):
    said = lived_in("backtest", "sma_cross", "--data", "walk", "--set", "fast=10", "--set", "slow=30")
    assert "Gateway (research limits):" in said.out
    assert "0 refused" in said.out


def test_a_misspelt_profile_is_misuse_and_gets_the_nearest(lived_in):
    said = lived_in("backtest", "sma_cross", "--data", "walk", "--limits", "agressive")
    assert said.code == 2
    assert "Did you mean 'aggressive'" in said.err


@pytest.mark.parametrize("file", ["gateway.parquet", "execution.parquet"])
def test_runs_show_lists_the_artifacts(lived_in, file):
    (row,) = lived_in(
        "backtest", "sma_cross", "--data", "walk", "--set", "fast=5", "--set", "slow=20", "--json"
    ).rows()
    said = lived_in("runs", "show", row["id"])
    assert said.code == 0, said.err
    assert file in said.out
    assert "Gateway (research limits):" in said.out


def test_a_run_under_limits_verifies(lived_in):
    words = ("backtest", "sma_cross", "--data", "walk", "--limits", "balanced", "--json")
    (row,) = lived_in(*words).rows()
    said = lived_in("runs", "verify", row["id"])
    assert said.code == 0, said.err + said.out


def test_limits_are_part_of_what_names_a_run(lived_in):
    words = ("backtest", "sma_cross", "--data", "walk", "--json")
    ids = {lived_in(*words, "--limits", name).rows()[0]["id"] for name in ("research", "balanced")}
    assert len(ids) == 2
