"""Two runs side by side: differences in what was asked, figures, and the correlation of their equity."""

import numpy as np
import polars as pl
import pytest
from made_runs import DAY, causes, equity, files

from tradewright.runs.compare import Pair, compare, equity_correlation
from tradewright.runs.store import RunStore

ASKED = {"study": {"title": "one", "strategy": {"name": "momentum", "parameters": {"top": 0.2}}}}
MORE = {"top": 0.3, "skip": 21}
OTHERWISE = {"study": {"title": "one", "strategy": {"name": "momentum", "parameters": MORE}}}


def kept(root, config, **content):
    """A run with this configuration and content."""
    return RunStore(root).write(causes(config=config), files(config=config, **content), now=1)


def test_only_what_was_asked_otherwise_is_listed(tmp_path):
    found = compare(RunStore(tmp_path), kept(tmp_path, ASKED), kept(tmp_path, OTHERWISE))
    assert found.differences == (
        Pair("study.strategy.parameters.top", 0.2, 0.3),
        Pair("study.strategy.parameters.skip", None, 21),
    )


def test_another_snapshot_is_a_difference(tmp_path):
    store = RunStore(tmp_path)
    one = store.write(causes(), files(), now=1)
    two = store.write(causes(snapshot_id="another"), files(), now=2)
    assert compare(store, one, two).differences == (Pair("snapshot", "feedbeef", "another"),)


def test_figures_stand_side_by_side(tmp_path):
    one, two = kept(tmp_path, ASKED, sharpe=0.5), kept(tmp_path, OTHERWISE, sharpe=0.75)
    assert compare(RunStore(tmp_path), one, two).figures == (Pair("figures.Sharpe", 0.5, 0.75),)


def test_a_run_compared_with_itself_differs_in_nothing(tmp_path):
    one = kept(tmp_path, ASKED)
    found = compare(RunStore(tmp_path), one, one)
    assert found.differences == ()
    assert found.correlation == pytest.approx(1.0)


def test_opposite_accounts_have_a_correlation_of_minus_one():
    moves = np.random.default_rng(1).normal(0.0, 0.01, 200)
    long, short = (
        pl.DataFrame({"known_at": np.arange(201) * DAY, "equity_usd": np.concatenate([[1.0], path])})
        for path in (np.cumprod(1.0 + moves), np.cumprod(1.0 - moves))
    )
    correlation, sessions = equity_correlation(long, short)
    assert correlation == pytest.approx(-1.0)
    assert sessions == 200


def test_unrelated_accounts_have_a_correlation_near_zero():
    one, two = (
        pl.DataFrame({"known_at": np.arange(4_001) * DAY, "equity_usd": np.concatenate([[1.0], path])})
        for path in np.cumprod(1.0 + np.random.default_rng(8).normal(0.0, 0.01, (2, 4_000)), axis=1)
    )
    correlation, _ = equity_correlation(one, two)
    assert abs(correlation) < 0.05


def test_only_sessions_that_both_have_are_correlated():
    _, sessions = equity_correlation(equity(60), equity(60, first=20))
    assert sessions == 39


def test_too_few_common_sessions_have_no_correlation():
    assert equity_correlation(equity(60), equity(60, first=50)) == (None, 9)


def test_an_account_that_never_moves_has_no_correlation():
    flat = pl.DataFrame({"known_at": np.arange(60) * DAY, "equity_usd": np.full(60, 1e6)})
    assert equity_correlation(equity(60), flat)[0] is None


def test_days_after_ruin_are_left_out():
    ruined = equity(60).with_columns(
        equity_usd=pl.when(pl.col("known_at") >= 40 * DAY).then(0.0).otherwise(pl.col("equity_usd"))
    )
    correlation, sessions = equity_correlation(equity(60), ruined)
    assert sessions == 40
    assert correlation is not None
