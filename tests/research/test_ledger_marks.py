"""Rows cut off the ledger's end, or all of it, show against what runs have seen."""

import sqlite3
from dataclasses import replace

import pytest
from study_files import STUDY
from workspaces import Workspace

from tradewright.research.ledger_marks import lost_rows
from tradewright.research.study import parse
from tradewright.research.study_run import pins_of, replay, run_study
from tradewright.research.trials import TrialLedger
from tradewright.runs.manifest import LedgerMark
from tradewright.validation.verdict import Status

OPTIONS = parse(STUDY, "study.toml")


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path)


def cut(ledger: TrialLedger, keep: int) -> None:
    """Remove every row after `keep`, as somebody would who wants to forget them."""
    with sqlite3.connect(ledger.path) as connection:
        connection.execute("DROP TRIGGER no_delete")
        connection.execute("DELETE FROM events WHERE seq > ?", (keep,))
    connection.close()


def luck_of(run):
    (gate,) = [gate for gate in run.verdict.gates if gate.code == "luck"]
    return gate


def test_a_run_notes_how_far_the_ledger_went(workspace):
    run = run_study(OPTIONS, workspace.ports())
    assert run.manifest.ledger == workspace.ledger.mark() == LedgerMark(13, run.manifest.ledger.head)
    assert workspace.ledger.hashes([13, 99]) == {13: run.manifest.ledger.head}
    assert lost_rows(workspace.ledger, [run.manifest]) == ""


def test_an_empty_ledger_has_a_mark_of_nothing(workspace):
    assert workspace.ledger.mark() == LedgerMark()
    assert lost_rows(workspace.ledger, []) == ""
    assert lost_rows(None, []) == ""


def test_rows_cut_off_the_very_end_fail_the_next_verdict(workspace):
    first = run_study(OPTIONS, workspace.ports())
    cut(workspace.ledger, 5)
    assert TrialLedger(workspace.ledger.path).verify() == 5
    again = run_study(replace_seed(4), workspace.ports())
    gate = luck_of(again)
    assert gate.status is Status.FAIL
    assert f"was cut: run {first.manifest.run_id} saw 13 rows, 5 are left; tries are missing" in gate.reason


def replace_seed(seed: int):
    return parse(STUDY.replace("seed = 3", f"seed = {seed}"), "study.toml")


def test_a_deleted_ledger_does_not_begin_anew_without_a_word(workspace):
    run_study(OPTIONS, workspace.ports())
    for path in workspace.root.glob("ledger.sqlite*"):
        path.unlink()
    fresh = Workspace(workspace.root)
    gate = luck_of(run_study(replace_seed(4), fresh.ports()))
    assert gate.status is Status.FAIL
    assert "saw 13 rows, 0 are left" in gate.reason


def test_a_ledger_that_grew_past_the_cut_is_still_another_one(workspace):
    first = run_study(OPTIONS, workspace.ports())
    cut(workspace.ledger, 5)
    for seed in (4, 5):
        run_study(replace_seed(seed), workspace.ports())
    assert workspace.ledger.mark().rows > 13
    assert "another one than before" in lost_rows(workspace.ledger, [first.manifest])


def test_the_loss_is_kept_with_the_run_and_replayed_to_the_byte(workspace):
    run_study(OPTIONS, workspace.ports())
    cut(workspace.ledger, 5)
    run = run_study(replace_seed(4), workspace.ports())
    read = [workspace.store.read_json(run.manifest.run_id, name) for name in ("config.json", "context.json")]
    files = replay(
        *read, workspace.shelf(pins=pins_of(read[0], run.manifest.snapshot_id)), lambda: workspace.ledger
    )
    for name, content in files.items():
        assert content == workspace.store.read_bytes(run.manifest.run_id, name), name


def test_the_loss_is_told_by_the_run_that_saw_most(workspace):
    run = run_study(OPTIONS, workspace.ports()).manifest
    more = replace(run, run_id="f" * 16, ledger=LedgerMark(99, "0" * 64))
    assert f"run {'f' * 16} saw 99 rows, 13 are left" in lost_rows(workspace.ledger, [run, more])
    assert f"is gone: run {'f' * 16} saw 99 rows" in lost_rows(None, [run, more])
