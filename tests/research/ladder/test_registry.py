"""Candidates as rows of the ledger: what was said is what is read, and nobody moves between two looks."""

import json
from itertools import count

import pytest
from ladder_cases import FACTS, GATES, SUBJECT, record, records
from study_files import STUDY, changed

from tradewright.research.ladder.history import history_of
from tradewright.research.ladder.registry import Registry, candidate_of, moves_of
from tradewright.research.ladder.stages import Stage
from tradewright.research.ladder.transitions import demote, promote, settled
from tradewright.research.study import parse
from tradewright.research.trials import Event, Kind, TrialLedger
from tradewright.values.errors import Blocked, InvalidOption, NotFound, StorageFailure, UnknownName
from tradewright.values.instant import Instant

OPTIONS = parse(STUDY, "study.toml")
OTHER = parse(changed(('id = "small"', 'id = "other"')), "other.toml")


@pytest.fixture
def registry(store):
    ticks = count(FACTS.now - 1_000)
    return Registry(TrialLedger(store.rows()), lambda: Instant(next(ticks)))


@pytest.fixture
def small(registry):
    registry.create("small", OPTIONS)
    return registry


def up(candidate):
    return [promote(candidate.standing, GATES, FACTS)]


def climb(registry, steps: int) -> None:
    registry.freeze("small", SUBJECT, {"run": "abc"})
    registry.record("small", records())
    for _ in range(steps):
        stage = registry.find("small").standing.stage
        target = list(Stage)[stage.height + 1]
        registry.approve("small", target, "Ada", "")
        registry.approve("small", target, "Grace", "")
        registry.move("small", up)


def test_a_candidate_comes_back_as_it_was_put(small):
    found = small.find("small")
    assert (found.name, found.hypothesis, found.study) == ("small", "small", OPTIONS)
    assert found.standing.stage is Stage.IDEA
    assert found.standing.subject is None


def test_names_are_listed_newest_first(small):
    small.create("second", OTHER)
    assert small.names() == ["second", "small"]


def test_who_is_not_there_is_named_with_the_nearest(small, tmp_path):
    with pytest.raises(UnknownName, match="Did you mean 'small'"):
        small.find("smal")
    empty = Registry(TrialLedger(tmp_path / "empty.sqlite"), small.clock)
    with pytest.raises(NotFound, match="research create"):
        empty.find("small")


@pytest.mark.parametrize("name", ["", " small", "two words", "a/b", "a\\b", "tab\tbed"])
def test_a_name_that_is_none_is_refused(registry, name):
    with pytest.raises(InvalidOption, match="is no name"):
        registry.create(name, OPTIONS)


def test_a_name_is_taken_once(small):
    with pytest.raises(InvalidOption, match="already"):
        small.create("small", OTHER)


def test_a_fork_shares_its_trials_with_what_it_was_made_from(small):
    ledger = small.ledger
    ledger.register("small", "Something is true.", "study", Instant(1))
    ledger.start("small", "study", ["a", "b"], Instant(2))
    small.create("fork", OTHER, parent="small")
    assert ledger.count("other") == 2
    with pytest.raises(UnknownName):
        small.create("another", OTHER, parent="smal")


def test_freezing_the_same_again_adds_nothing(small):
    for _ in range(2):
        small.freeze("small", SUBJECT, {"run": "abc"})
    assert [event.kind for event in small.find("small").rows] == [Kind.CREATED, Kind.FROZEN]
    assert small.find("small").frozen["run"] == "abc"


def test_evidence_comes_back_whole_and_in_order(small):
    small.freeze("small", SUBJECT, {})
    bad = record("luck", p=float("nan"))
    small.record("small", [record("luck"), bad])
    found = small.find("small").standing.records
    assert all(one.is_whole for one in found)
    assert found[0] == record("luck")
    assert found[1].hash == bad.hash


def test_an_approval_needs_a_name_and_something_to_approve(small):
    with pytest.raises(InvalidOption, match="has no name"):
        small.approve("small", Stage.REGISTERED, "  ", "")
    with pytest.raises(Blocked, match="research snapshot small"):
        small.approve("small", Stage.REGISTERED, "Ada", "")


def test_it_climbs_to_the_top_over_every_stage_and_the_ledger_still_verifies(small):
    climb(small, 10)
    found = small.find("small")
    assert found.standing.stage is Stage.FULL
    assert [move.after.height for move in moves_of(found)] == list(range(1, 11))
    assert all(move.by == ("Ada", "Grace") for move in moves_of(found))
    assert small.ledger.verify() == len(found.rows)


def test_moves_are_decided_on_what_stands_when_they_are_written(small):
    """Two who promote at once make one step: the second finds the approval used up."""
    climb(small, 1)
    small.approve("small", Stage.BACKTESTED, "Ada", "")
    small.move("small", up)
    with pytest.raises(Blocked, match="Approved by name"):
        small.move("small", up)
    assert small.find("small").standing.stage is Stage.BACKTESTED


def test_a_demotion_and_a_halt_are_read_back(small):
    climb(small, 6)
    small.move("small", lambda one: [demote(one.standing, Stage.HALTED, "odd", "Ada")])
    found = small.find("small").standing
    assert (found.stage, found.halted_from) == (Stage.HALTED, Stage.SHADOW)
    small.move("small", lambda one: [demote(one.standing, Stage.RETIRED, "done", "Ada")])
    for change in (
        lambda: small.freeze("small", SUBJECT, {"again": 1}),
        lambda: small.record("small", records()),
        lambda: small.approve("small", Stage.PAPER, "Ada", ""),
    ):
        with pytest.raises(Blocked, match="retired"):
            change()


def test_a_failing_record_takes_it_down_with_the_reason_on_record(small):
    climb(small, 6)
    small.record("small", [record("luck", p=0.5)])
    small.move("small", lambda one: settled(one.standing, GATES, FACTS)[1])
    found = small.find("small")
    assert found.standing.stage is Stage.BACKTESTED
    assert "priced in [above_limit]" in moves_of(found)[-1].reason


def test_nothing_due_adds_no_row(small):
    before = small.ledger.verify()
    small.move("small", lambda one: [])
    assert small.ledger.verify() == before


def test_evidence_edited_inside_the_ledger_is_found_by_the_chain(small, store):
    climb(small, 1)
    store.edit("UPDATE events SET body = replace(body, '0.004', '0.001') WHERE kind = 'recorded'")
    with pytest.raises(StorageFailure, match="was changed at row"):
        small.ledger.verify()


def test_evidence_edited_with_its_chain_made_anew_is_still_not_whole():
    """Whoever recomputes every hash of the chain has to forge each record's own hash as well."""
    body = json.loads(history_bodies()[0])
    forged = json.dumps({**body, "values": {**body["values"], "p": 0.0001}})
    rows = [
        Event(1, Kind.CREATED, "small", "small", body=json.dumps({"study": study_json(), "parent": ""})),
        Event(2, Kind.RECORDED, "small", "small", body=forged),
    ]
    (found,) = candidate_of(rows).standing.records
    assert not found.is_whole


def study_json():
    import msgspec

    return json.loads(msgspec.json.encode(OPTIONS))


def history_bodies() -> list[str]:
    from tradewright.research.ladder.evidence import as_json

    return [as_json(record("luck"))]


def test_the_history_tells_every_row_in_words_newest_first(small):
    climb(small, 2)
    small.note("small", Kind.HOLDOUT_OPENED, {"attempt": 1, "dataset": "made", "alpha": 0.025})
    small.note("small", Kind.HOLDOUT_CLOSED, {"values": {"p": 0.01}})
    small.note("small", Kind.HOLDOUT_CLOSED, {"failed": "Blocked: too few bars"})
    rows = history_of(small.find("small"))
    words = [row["words"] for row in rows]
    assert words[0] == "Blocked: too few bars"
    assert words[1] == "p 0.01"
    assert words[2] == "attempt 1 on made, may spend 0.025"
    assert words[3] == "registered -> backtested, Ada, Grace: all gates passed"
    assert words[-1] == "A small study"
    assert words[-2] == "run abc"
    assert len({row["id"] for row in rows}) == len(rows)
