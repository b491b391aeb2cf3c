"""A quick look at one strategy: one line to type, and a trial on record like any other."""

import pytest

from tradewright.research.trials import Kind, TrialLedger

MINE = '''
"""A strategy of the user's own."""

import numpy as np

from tradewright.strategies.contract import Strategy, parameter
from tradewright.strategies.view import View, Weights


class Half(Strategy):
    """Holds a share, bought once."""

    share: float = parameter(0.5, low=0.0, high=1.0, unit="share of equity", about="what is held")

    @property
    def warm_up_bars(self) -> int:
        return 1

    def decide(self, view: View) -> Weights:
        return np.full(len(view.symbols), self.share) if view.row == 0 else None
'''


def test_a_backtest_prints_figures_with_interval_and_sample_beside_its_trials(lived_in):
    said = lived_in("backtest", "sma_cross", "--data", "walk", "--set", "fast=10", "--set", "slow=30")
    assert said.code == 0, said.err
    assert "sma_cross on walk" in said.out
    assert "Trials of hypothesis 'unregistered-sma_cross' so far: 2" in said.out
    sharpe = next(line for line in said.out.splitlines() if line.startswith("Sharpe ratio a year"))
    assert " to " in sharpe
    assert "Run: " in said.out
    assert "No dossier: a quick look writes none. A study does: tradewright study run" in said.out


def test_each_configuration_is_one_trial_however_often_it_is_looked_at(lived_in):
    words = ("backtest", "sma_cross", "--data", "walk", "--set", "fast=10", "--set", "slow=30", "--json")
    assert [lived_in(*words).rows()[0]["trials"] for _ in range(2)] == [2, 2]


def test_trials_count_under_the_hypothesis_that_was_named(lived_in):
    words = ("backtest", "momentum", "--data", "walk", "--set", "lookback=30", "--set", "skip=2")
    (row,) = lived_in(*words, "--hypothesis", "small-momentum", "--json").rows()
    assert row["trials"] == 5


def test_a_trial_is_on_record_even_when_it_breaks(lived_in, tmp_path):
    broken = tmp_path / "broken.py"
    broken.write_text(MINE.replace("np.full(len(view.symbols), self.share)", "1 / 0"))
    said = lived_in("backtest", str(broken), "--data", "walk", "--hypothesis", "mine")
    assert said.code == 1
    assert "ZeroDivisionError" in said.err
    assert (
        lived_in("backtest", "buy_and_hold", "--data", "walk", "--hypothesis", "mine", "--json").rows()[0][
            "trials"
        ]
        == 2
    )


def test_a_strategy_that_asks_to_end_the_program_is_named_and_its_trial_has_failed(lived_in, tmp_path):
    ending = tmp_path / "ending.py"
    ending.write_text(MINE.replace("np.full(len(view.symbols), self.share)", "exit(0)"))
    said = lived_in("backtest", str(ending), "--data", "walk", "--hypothesis", "mine")
    assert said.code == 1
    assert "decide failed at 20" in said.line
    assert "it asked to end the program (sys.exit(0)) (ending.py, line " in said.line
    ledger = TrialLedger(lived_in.workspace / "ledger.sqlite")
    assert [event.kind for event in ledger.events("mine")][-1] is Kind.FAILED


def test_the_cause_of_a_difference_is_named_where_the_strategys_file_was_edited(lived_in, tmp_path):
    mine = tmp_path / "mine.py"
    mine.write_text(MINE)
    (row,) = lived_in("backtest", str(mine), "--data", "walk", "--json").rows()
    mine.write_text(MINE.replace("high=1.0", "high=0.9"))
    said = lived_in("runs", "verify", row["id"])
    assert said.code == 1
    assert f"note: the strategy's source {mine} has changed since the run" in said.out


def test_a_backtest_is_a_run_that_can_be_verified(lived_in):
    (row,) = lived_in("backtest", "mean_reversion", "--data", "walk", "--json").rows()
    said = lived_in("runs", "verify", row["id"])
    assert said.code == 0
    assert "all 11 files are what they were and come out equal" in said.out


def test_the_period_is_cut_on_both_sides(lived_in):
    words = ("backtest", "buy_and_hold", "--data", "walk", "--start", "2015-06-01", "--end", "2015-12-31")
    (row,) = lived_in(*words, "--json").rows()
    table = lived_in("runs", "show", row["id"], "--json").rows()[0]
    assert table["name"] == "buy_and_hold on walk"
    sample = row["figures"]["Sharpe ratio a year"]["sample"]
    assert 140 < sample < 155


def test_another_profile_costs_more(lived_in):
    words = ("backtest", "sma_cross", "--data", "walk", "--set", "fast=5", "--set", "slow=20", "--json")
    costs = [
        lived_in(*words, "--profile", profile).rows()[0]["costs_usd"]["total_usd"]
        for profile in ("idealistic", "realistic", "stressed")
    ]
    assert costs[0] < costs[1] < costs[2]


def test_another_account_is_another_run(lived_in):
    words = ("backtest", "buy_and_hold", "--data", "walk", "--json")
    ids = {
        lived_in(*words, *other).rows()[0]["id"]
        for other in ((), ("--capital", "5000"), ("--fractional",), ("--max-gross", "0.5"), ("--seed", "9"))
    }
    assert len(ids) == 5


def test_the_type_of_account_is_part_of_a_runs_id(lived_in):
    words = ("backtest", "buy_and_hold", "--data", "walk", "--json")
    margin = ("--account", "margin")
    others = (("--account", "cash"), margin, (*margin, "--margin", "initial_margin=0.6"))
    rows = [lived_in(*words, *other).rows()[0] for other in others]
    assert len({row["id"] for row in rows}) == 3
    assert [row["account"]["type"] for row in rows] == ["cash", "margin", "margin"]
    assert rows[2]["account"]["initial_margin"] == 0.6
    assert lived_in("runs", "replay", rows[2]["id"], "--json").rows()[0]["equal"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--account", "margn"), "'margn' is not a type of account. Did you mean 'margin'?"),
        (("--currency", "EURO"), "'EURO' is not a currency of an account. Did you mean 'EUR'?"),
        (("--currency", "EUR"), "no rate of USD in EUR for"),
        (("--margin", "maintenance=0.3"), "Did you mean 'long_maintenance'?"),
        (("--margin", "long_maintenance=0.3"), "in an account of type 'unrestricted'"),
        (("--account", "margin", "--margin", "initial_margin=half"), "initial_margin=half is no number"),
        (("--account", "margin", "--margin", "long_maintenance=0.9"), "long_maintenance = 0.9"),
    ],
)
def test_an_account_that_cannot_be_is_refused_in_one_line(lived_in, words, said):
    refused = lived_in("backtest", "buy_and_hold", "--data", "walk", *words)
    assert refused.code == 2
    assert said in refused.err
    assert len(refused.err.strip().splitlines()) == 1


def test_one_symbol_of_a_dataset_may_be_chosen(lived_in):
    (row,) = lived_in("backtest", "buy_and_hold", "--data", "small", "--symbol", "SYN0002", "--json").rows()
    run = lived_in("runs", "replay", row["id"], "--json").rows()
    assert run[0]["equal"]


def test_a_strategy_of_the_users_own_file_is_run_and_verified(lived_in, tmp_path):
    (tmp_path / "mine.py").write_text(MINE)
    said = lived_in("backtest", str(tmp_path / "mine.py"), "--data", "walk", "--set", "share=0.25")
    assert said.code == 0, said.err
    assert "'unregistered-mine.py-half'" in said.out
    assert lived_in("runs", "verify", "latest").code == 0


def test_an_edited_strategy_file_does_not_verify(lived_in, tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(MINE)
    lived_in("backtest", f"{path}:Half", "--data", "walk")
    path.write_text(MINE.replace("view.row == 0", "view.row == 5"))
    said = lived_in("runs", "verify", "latest")
    assert said.code == 1
    assert "config.json" in said.out
    assert "equity.parquet" in said.out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("sma_corss", "--data", "walk"), "Did you mean 'sma_cross'?"),
        (("sma_cross", "--data", "walk", "--set", "fst=3"), "Did you mean 'fast'?"),
        (("sma_cross", "--data", "walk", "--set", "fast"), "--set fast is no pair"),
        (("sma_cross", "--data", "walk", "--set", "fast=three"), "no number"),
        (("sma_cross", "--data", "walk", "--set", "fast=60"), "must be below slow"),
        (("sma_cross", "--data", "walk", "--profile", "realistc"), "Did you mean 'realistic'?"),
        (("sma_cross", "--data", "walk", "--symbol", "SPY"), "not a symbol of this dataset"),
        (("sma_cross", "--data", "walk", "--start", "01.02.2015"), "--start 01.02.2015 is no date"),
        (("sma_cross", "--data", "walk", "--end", "2015-02-30"), "--end 2015-02-30 is no date"),
        (("sma_cross", "--data", "walk", "--start", "2016-01-01", "--end", "2015-01-01"), "is not before"),
        (("sma_cross", "--data", "walk", "--start", "2030-01-01"), "no session"),
        (("sma_cross", "--data", "walk", "--end", "2015-02-01"), "warm-up"),
        (("sma_cross", "--data", "walk", "--capital", "-5"), "above zero"),
        (("sma_cross", "--data", "walk", "--max-gross", "99"), "at most 10"),
        (("sma_cross", "--data", "walk", "--seed", "-1"), "seed"),
        (("sma_cross", "--data", "walk", "--hypothesis", "My Idea"), "--hypothesis 'My Idea' is no name"),
        (("sma_cross", "--data", "walk", "--waive", "lone-spik"), "Did you mean 'lone-spike'?"),
        (("sma_cross",), "Missing option '--data'"),
    ],
)
def test_misuse_is_refused_with_the_mend_and_counts_no_trial(lived_in, words, says):
    said = lived_in("backtest", *words)
    assert said.code == 2, said.err
    assert says in said.err
    assert said.out == ""
    assert len(lived_in("runs", "list", "--json").rows()) == 2


def test_a_dataset_that_is_not_there_gets_the_nearest_name(lived_in):
    said = lived_in("backtest", "sma_cross", "--data", "wlk")
    assert said.code == 1
    assert "Did you mean 'walk'?" in said.line
