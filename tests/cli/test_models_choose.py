"""A strategy chosen by regime from the command line: learnt from runs, judged, kept, refused in words."""

import json

import pytest

from tradewright.models.strategy_choice import StrategyChoice
from tradewright.research.trials import Kind, TrialLedger
from tradewright.runs.model_store import load_model

QUICK = ("--data", "walk", "--symbol", "walk", "--features", "trend_regime")


@pytest.fixture
def two_runs(lived_in):
    said = lived_in("backtest", "sma_cross", "--data", "walk", "--set", "fast=10", "--set", "slow=30")
    assert said.code == 0, said.err
    runs = [row["id"] for row in lived_in("runs", "list", "--json").rows() if row["kind"] == "backtest"]
    assert len(runs) == 2
    return lived_in, runs


def test_a_choice_is_judged_beside_the_runs_and_kept(two_runs):
    shell, (one, default) = two_runs
    words = ("models", "choose", one[:8], "--default", default[:8], *QUICK, "--horizon", "1")
    said = shell(*words, "--json")
    assert said.code == 0, said.err
    rows = said.rows()
    assert [row["id"] for row in rows] == [one, default, "choice", "last row"]
    assert rows[1]["beyond_default"] == 0.0 and rows[0]["judged_rows"] > 50
    shares = [row["followed_share"] for row in rows[:3]]
    assert shares[0] + shares[1] == pytest.approx(1.0) and shares[2] == pytest.approx(shares[0])
    assert rows[3]["run"] in (one, default) and rows[3]["reason"] in ("chosen", "below_confidence")
    kept = StrategyChoice.of(load_model(shell.workspace / "models" / rows[3]["model"]))
    assert kept.names == (one, default) and kept.terms.default == default
    said = shell(*words)
    assert said.code == 0 and rows[3]["model"] in said.out and "share of rows" in said.out
    for verb in (("due", rows[3]["model"]), ("promote", rows[3]["model"], "--by", "Ada")):
        said = shell("models", *verb)
        assert said.code == 1 and "does not say how its rows are made" in said.line
    assert [row["stage"] for row in shell("models", "list", "--json").rows()] == [""], "in no line"


def test_every_choice_that_was_judged_is_on_record_once_and_counted(two_runs):
    shell, (one, default) = two_runs
    words = ("models", "choose", one, "--default", default, *QUICK)
    told = [shell(*words, "--horizon", bars, "--json").rows()[-1] for bars in ("1", "1", "2")]
    assert [row["choices"] for row in told] == [1, 1, 2]
    rows = TrialLedger(shell.workspace / "ledger.sqlite").models()
    chosen = [event for event in rows if event.kind is Kind.MODEL_CHOSEN]
    assert [event.trial for event in chosen] == [told[0]["model"], told[2]["model"]]
    body = json.loads(chosen[1].body)
    assert (body["runs"], body["dataset"], body["horizon_bars"]) == ([one, default], "walk", 2)
    assert body["beyond_default"] is not None and body["judged_until"] == told[2]["instant"]
    assert "2 choices have been judged on this dataset" in shell(*words, "--horizon", "2").out
    assert "among 2 runs on walk, 2 bars ahead" in shell("models", "show", told[2]["model"]).out


def test_a_run_that_was_edited_teaches_nothing(two_runs):
    shell, (one, default) = two_runs
    (path,) = shell.workspace.glob(f"runs/{one}/equity.parquet")
    path.write_bytes(path.read_bytes() + b" ")
    said = shell("models", "choose", one, "--default", default, *QUICK)
    assert said.code == 1 and f"Run {one} was changed after it was written: equity.parquet" in said.line


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--default", "0000"), 1, "there is no run '0000'"),
        (("--default", "latest", "--horizon", "0"), 2, "Give 1 or more"),
        (("--default", "latest", "--judged", "1"), 2, "Give a share such as 0.2"),
        (("--default", "latest", "--confidence", "1"), 2, "Give parts of one"),
        (("--default", "latest", "--model", "regime_mean"), 2, "Did you mean 'regime_means'"),
        (("--default", "latest"), 2, "There is one strategy. Give at least two"),
    ],
)
def test_what_cannot_be_chosen_is_refused_with_the_way_out(lived_in, words, code, told):
    said = lived_in("models", "choose", "latest", *words, *QUICK)
    assert said.code == code and told in said.err
