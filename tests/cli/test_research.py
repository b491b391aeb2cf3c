"""The promotion ladder on the command line: a small made market climbs, and everything odd is stopped."""

import json
import os
import shutil
from pathlib import Path

import pytest
from shell import STUDY, Shell

from tradewright.assembly.workspace import Workspace
from tradewright.config import Options
from tradewright.research.forecasting import taught
from tradewright.research.ladder.holdout import whole_plan
from tradewright.research.study import parse
from tradewright.research.trials import Kind, TrialLedger
from tradewright.research.trying import Nobody

HELD_OUT = STUDY.replace('last = "2017-12-29"', 'last = "2019-06-28"').replace(
    "[strategy]\n", "[period]\nend = 2018-06-29\n\n[strategy]\n", 1
)
FORECAST = """
[strategy]
name = "forecast"

[strategy.parameters]
horizon = 5
top = 0.34

[model]
name = "ridge"
features = ["simple_return", "sma_ratio"]
horizons_bars = [5]
train_bars = 250
refit_bars = 100

"""
# Gates that a study of half a second can pass: what is tested here is the way, not the limits.
EASY = """
freshness_hours = 168.0

[gates.causal]
title = "No look-ahead found"
ask = "causality.is_causal"
is = true

[gates.luck]
title = "Luck"
ask = "luck.p"
at_most = 0.99
counts_trials = true

[gates.holdout]
title = "Sealed holdout: alpha left less p"
ask = "holdout.margin"
at_least = -1.0
keeps = true

[gates.sessions]
title = "Paper sessions, as operation"
ask = "paper.sessions"
at_least = 30.0

[stages.registered]
practice = true
[stages.backtested]
gates = ["causal"]
practice = true
[stages.selected]
gates = ["luck"]
practice = true
[stages.sealed-holdout]
gates = ["holdout"]
practice = true
alpha = 0.08
[stages.paper]
practice = true
[stages.shadow]
gates = ["sessions"]
[stages.live-1]
[stages.live-2]
[stages.live-3]
[stages.full]
"""


@pytest.fixture(scope="session")
def recorded(tmp_path_factory):
    """A workspace with a candidate whose study was run and recorded; never changed."""
    folder = tmp_path_factory.mktemp("recorded")
    shell = Shell(folder / "workspace")
    study = shell.study(HELD_OUT)
    (folder / "easy.toml").write_text(EASY)
    for words in (
        ("research", "create", "small", study),
        ("research", "snapshot", "small"),
        ("study", "run", study, "--no-verify"),
        ("research", "record", "small", "--out", str(folder / "evidence")),
    ):
        said = shell(*words)
        assert said.code == 0, (words, said.err)
    return folder


@pytest.fixture
def ladder(recorded, tmp_path):
    shutil.copytree(recorded, tmp_path / "home")
    return Shell(tmp_path / "home" / "workspace")


def easy(ladder: Shell) -> tuple[str, str]:
    return "--gates", str(ladder.workspace.parent / "easy.toml")


def stage(ladder: Shell) -> str:
    (row,) = ladder("research", "summary", "small", "--json").rows()
    return row["stage"]


# First steps and first mistakes


def test_an_empty_ladder_says_what_to_type(shell):
    assert "research create NAME" in shell("research", "summary").out
    assert shell("research", "summary", "--json").rows() == []
    said = shell("research", "blockers", "small")
    assert said.code == 1
    assert "there is no candidate on the ladder. Create one" in said.line


def test_a_misspelt_candidate_names_the_nearest(ladder):
    said = ladder("research", "blockers", "smal")
    assert said.code == 2
    assert "Did you mean 'small'" in said.line


def test_a_name_is_given_once(ladder):
    study = str(ladder.workspace.parent / "study.toml")
    said = ladder("research", "create", "small", study)
    assert said.code == 2
    assert "there is a candidate 'small' already" in said.line
    assert "is no name" in ladder("research", "create", "two words", study).line


def test_a_study_without_a_period_says_that_it_holds_nothing_back(shell):
    said = shell("research", "create", "open", shell.study())
    assert "It holds no data back" in said.out


def test_nothing_is_recorded_before_something_is_frozen(shell):
    shell("research", "create", "small", shell.study(HELD_OUT))
    said = shell("research", "record", "small")
    assert said.code == 1
    assert "First: tradewright research snapshot small" in said.line
    assert shell("research", "approve", "small", "--by", "Ada").code == 1


def test_a_study_that_was_not_run_is_asked_for(shell):
    shell("research", "create", "small", shell.study(HELD_OUT))
    assert shell("research", "snapshot", "small").code == 0
    said = shell("research", "record", "small")
    assert said.code == 1
    assert "has not been run as it was frozen" in said.line


def test_what_was_recorded_is_listed_with_its_values(ladder):
    (row,) = ladder("research", "summary", "small", "--json").rows()
    assert set(row["evidence"]) >= {"luck", "causality", "replay", "overfitting", "null_battery", "regimes"}
    assert row["evidence"]["replay"]["is_equal"] is True
    assert row["evidence"]["luck"]["trials"] == 4
    assert row["is_practice"] is True
    assert "practice" in ladder("research", "summary", "small").out
    assert row["allowed"] == row["stage"]


# Up


def test_blockers_are_an_exit_code_a_reason_and_a_way_out(ladder):
    said = ladder("research", "blockers", "small", "--json")
    assert said.code == 1
    (row,) = said.rows()
    assert (row["id"], row["reason_code"]) == ("approval", "missing")
    assert "research approve" in row["way_out"]
    ladder("research", "approve", "small", "--by", "Ada", "--reason", "well written")
    said = ladder("research", "blockers", "small")
    assert said.code == 0
    assert "Nothing stands between small and registered." in said.out


def test_a_promotion_without_a_person_is_refused(ladder):
    said = ladder("research", "promote", "small")
    assert said.code == 1
    assert "Approved by name [missing]" in said.line
    assert stage(ladder) == "idea"


def test_it_climbs_to_paper_by_itself_opens_its_holdout_once_and_stops_as_made_up_data(ladder):
    said = ladder("research", "promote", "small", "--by", "Ada", "--to", "shadow", *easy(ladder))
    assert said.code == 1
    assert "sealed-holdout -> paper, approved by Ada" in said.out
    assert "It stops before shadow" in said.out
    assert "synthetic" in said.out
    assert stage(ladder) == "paper"
    # The workspace's own gates are stricter than those it climbed by.
    told = ladder("research", "summary", "small").out
    assert "By this workspace's gates its evidence allows no more than: registered" in " ".join(told.split())
    rows = ladder("research", "history", "small", "--json").rows()
    kinds = [row["what"] for row in rows]
    assert kinds.count("holdout-opened") == kinds.count("holdout-closed") == 1
    (opened,) = [row["body"] for row in rows if row["what"] == "holdout-opened"]
    assert (opened["attempt"], opened["alpha"]) == (1, 0.04)
    moves = [row["words"].split(",")[0] for row in rows if row["what"] == "promoted"]
    assert moves[::-1] == [
        "idea -> registered", "registered -> backtested", "backtested -> selected",
        "selected -> sealed-holdout", "sealed-holdout -> paper",
    ]  # fmt: skip
    assert ladder("research", "check", "small", *easy(ladder)).code == 0


def test_a_study_with_a_model_opens_its_whole_holdout_and_is_fitted_anew_on_its_way_through_it(tmp_path):
    shell = Shell(tmp_path / "workspace")
    begin, end = HELD_OUT.index("[strategy]"), HELD_OUT.index("[execution]")
    study = shell.study(HELD_OUT[:begin] + FORECAST + HELD_OUT[end:])
    (tmp_path / "easy.toml").write_text(EASY)
    for words in (
        ("research", "create", "small", study),
        ("research", "snapshot", "small"),
        ("study", "run", study, "--no-verify"),
        ("research", "record", "small"),
        ("research", "promote", "small", "--by", "Ada", "--to", "paper", *easy(shell)),
    ):
        said = shell(*words)
        assert said.code == 0, (words, said.err)
    assert stage(shell) == "paper"
    rows = shell("research", "history", "small", "--json").rows()
    (opened,) = [row["body"] for row in rows if row["what"] == "holdout-opened"]
    (closed,) = [row["body"] for row in rows if row["what"] == "holdout-closed"]
    # By hand: the same recipe taught to the end of the data, fit after fit.
    workspace = Workspace(Options(tmp_path / "workspace"), os.environ, str)
    plan = whole_plan(parse(Path(study).read_text(), study), workspace.shelf())
    found = taught(plan, Nobody())
    sealed = plan.panel.instants > opened["after"]
    assert closed["values"]["bars"] == int(sealed.sum()) > 200
    served = [int(plan.panel.instants[one.stretch.serves]) for one in found.taught]
    learnt = [one.stretch.learnt_until for one in found.taught]
    assert all(until < first for until, first in zip(learnt, served, strict=True))
    assert sum(until > opened["after"] for until in learnt) >= 2, "sealed outcomes teach once they are known"
    assert not found.said.abstained[sealed].any()


def test_under_the_projects_own_gates_so_few_trades_stop_early(ladder):
    said = ladder("research", "promote", "small", "--by", "Ada", "--to", "paper")
    assert said.code == 1
    assert stage(ladder) == "registered"
    assert "Finished round trips" in said.out


def test_a_stage_that_is_not_above_is_refused(ladder):
    said = ladder("research", "promote", "small", "--by", "Ada", "--to", "halted")
    assert said.code == 2
    assert "is not above 'idea'" in said.line
    assert "Did you mean 'paper'" in ladder("research", "promote", "small", "--to", "papr").line


# The holdout


def test_who_reads_what_is_sealed_is_refused_before_anything_is_tried(ladder):
    late = ladder.study(HELD_OUT.replace("end = 2018-06-29", "end = 2018-12-31"), "late.toml")
    before = TrialLedger(ladder.workspace / "ledger.sqlite").count("small-momentum")
    said = ladder("study", "run", late, "--no-verify")
    assert said.code == 1
    assert "'small' has sealed: the data after 2018-06-29" in said.line
    assert TrialLedger(ladder.workspace / "ledger.sqlite").count("small-momentum") == before


def test_a_quick_look_at_sealed_data_under_another_name_breaks_the_seal(ladder):
    look = (
        "backtest",
        "momentum",
        "--data",
        "small",
        "--set",
        "lookback=60",
        "--set",
        "skip=5",
        "--set",
        "top=0.34",
    )
    assert ladder(*look).code == 0
    said = ladder("research", "promote", "small", "--by", "Ada", "--to", "sealed-holdout", *easy(ladder))
    assert said.code == 1
    assert stage(ladder) == "selected"
    again = ladder("research", "promote", "small", "--by", "Ada", *easy(ladder))
    assert "[holdout_seen]: a trial of 'unregistered-momentum'" in again.line
    ledger = TrialLedger(ladder.workspace / "ledger.sqlite")
    assert [event for event in ledger.ladder() if event.kind is Kind.HOLDOUT_OPENED] == []


def test_a_second_candidate_on_the_same_holdout_has_half_of_what_is_left(ladder):
    ladder("research", "promote", "small", "--by", "Ada", "--to", "sealed-holdout", *easy(ladder))
    second = ladder.study(HELD_OUT.replace("top = 0.34\n", "top = 0.2\n", 1), "second.toml")
    for words in (
        ("research", "create", "second", second, "--fork-of", "small"),
        ("research", "snapshot", "second"),
        ("study", "run", second, "--no-verify"),
        ("research", "record", "second", "--no-verify"),
    ):
        said = ladder(*words)
        assert said.code == 0, (words, said.err)
    ladder("research", "promote", "second", "--by", "Ada", "--to", "sealed-holdout", *easy(ladder))
    rows = ladder("research", "history", "second", "--json").rows()
    (opened,) = [row["body"] for row in rows if row["what"] == "holdout-opened"]
    assert (opened["attempt"], opened["alpha"]) == (2, 0.02)


# What was edited


def test_a_run_that_was_edited_is_no_evidence(ladder):
    (run,) = (ladder.workspace / "runs").glob("[0-9a-f]*")
    summary = json.loads((run / "summary.json").read_text())
    summary["search"][0]["p"] = summary["search"][1]["p"] = 0.0001
    (run / "summary.json").write_text(json.dumps(summary))
    said = ladder("research", "record", "small")
    assert said.code == 1
    assert "was edited [edited]: summary.json (edited)" in said.line


def test_a_run_edited_and_sealed_anew_comes_out_otherwise(ladder):
    from dataclasses import replace

    from tradewright.runs import manifest as manifests

    (run,) = (ladder.workspace / "runs").glob("[0-9a-f]*")
    text = (run / "summary.json").read_text().replace('"reason_code": "below_limit"', '"reason_code": "met"')
    assert text != (run / "summary.json").read_text()
    (run / "summary.json").write_text(text)
    whole = manifests.read_manifest(run)
    forged = replace(whole, files={**whole.files, "summary.json": manifests.sha256_of(text.encode())})
    forged = replace(forged, seal=manifests._seal_of(forged))
    (run / "manifest.json").write_bytes(manifests.manifest_bytes(forged))
    said = ladder("research", "record", "small")
    assert said.code == 1
    assert "comes out otherwise when it is executed again [edited]: summary.json" in said.line


def test_an_evidence_file_is_kept_unproven_and_an_edited_one_is_refused(ladder):
    file = ladder.workspace.parent / "evidence" / "luck.json"
    said = ladder("research", "store", "small", str(file), "--json")
    assert said.code == 0, said.err
    assert said.rows()[0]["is_proven"] is False
    ladder("research", "promote", "small", "--by", "Ada", "--to", "backtested", *easy(ladder))
    codes = {
        row["id"]: row["reason_code"]
        for row in ladder("research", "blockers", "small", *easy(ladder), "--json").rows()
    }
    assert codes["luck"] == "unproven"
    told = json.loads(file.read_text())
    told["values"]["p"] = 0.0001
    file.write_text(json.dumps(told))
    said = ladder("research", "store", "small", str(file))
    assert said.code == 1
    assert "luck.json was edited" in said.line
    assert ladder("research", "store", "small", "absent.json").code == 1


def test_one_more_try_outdates_the_price_of_luck(ladder):
    ladder("research", "promote", "small", "--by", "Ada", "--to", "backtested", *easy(ladder))
    more = ladder.study(HELD_OUT.replace("lookback = [40, 60]", "lookback = [40, 50, 60]"), "more.toml")
    assert ladder("study", "run", more, "--no-verify").code == 0
    rows = ladder("research", "blockers", "small", *easy(ladder), "--json").rows()
    (luck,) = [row for row in rows if row["id"] == "luck"]
    assert luck["reason_code"] == "tried_since"
    assert "6 configurations are on record now; it counted 4" in luck["reason"]


def test_a_trial_that_never_ended_leaves_the_ledger_incomplete(ladder):
    ledger = TrialLedger(ladder.workspace / "ledger.sqlite", ladder.workspace / "ledger-anchor.json")
    (study,) = {event.study for event in ledger.started()}
    ledger.start("small-momentum", study, ["never-ended"], 1_700_000_000_000_000_000)
    rows = ladder("research", "blockers", "small", "--json").rows()
    (found,) = [row for row in rows if row["id"] == "ledger"]
    assert found["reason_code"] == "trials_open"


def test_an_edited_ledger_stops_every_verb_and_names_the_row(ladder):
    import sqlite3

    with sqlite3.connect(ladder.workspace / "ledger.sqlite") as connection:
        connection.executescript("DROP TRIGGER no_update; UPDATE events SET body = '{}' WHERE seq = 2")
    connection.close()
    said = ladder("research", "summary")
    assert said.code == 1
    assert "was changed at row 2" in said.line


# Down


def test_a_person_takes_it_down_with_a_reason(ladder):
    ladder("research", "promote", "small", "--by", "Ada", "--to", "selected", *easy(ladder))
    said = ladder(
        "research", "demote", "small", "--to", "backtested", "--reason", "odd", "--by", "Grace", "--json"
    )
    assert said.rows()[0]["stage"] == "backtested"
    newest = ladder("research", "history", "small", "--json").rows()[0]
    assert newest["words"] == "selected -> backtested, Grace: odd"
    assert ladder("research", "demote", "small", "--to", "paper", "--reason", "x", "--by", "Ada").code == 2
    assert (
        ladder("research", "demote", "small", "--to", "retired", "--reason", "done", "--by", "Ada").code == 0
    )
    for verb in ("approve", "promote"):
        said = ladder("research", verb, "small", "--by", "Ada")
        assert said.code == 2
        assert "there is no stage above 'retired'" in said.err


def test_stricter_gates_take_it_down_by_themselves(ladder):
    ladder("research", "promote", "small", "--by", "Ada", "--to", "selected", *easy(ladder))
    strict = ladder.workspace.parent / "strict.toml"
    strict.write_text(EASY.replace("at_most = 0.99", "at_most = 0.001"))
    said = ladder("research", "check", "small", "--gates", str(strict))
    assert said.code == 1
    assert "Moved down from selected to backtested" in said.out
    assert stage(ladder) == "backtested"
    assert ladder("research", "check", "small", "--gates", str(strict)).code == 0


def test_the_workspaces_own_gates_hold_without_being_named(ladder):
    (ladder.workspace / "gates.toml").write_text(EASY)
    assert ladder("research", "promote", "small", "--by", "Ada", "--to", "backtested").code == 0
    (ladder.workspace / "gates.toml").write_text("freshness_hours = nan")
    said = ladder("research", "check", "small")
    assert said.code == 2
    assert "gates.toml" in said.line
    assert ladder("research", "check", "small", "--gates", "absent.toml").code == 1
