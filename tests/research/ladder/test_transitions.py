"""Up by evidence and a named person, one stage at a time; down by itself. No path skips a stage."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from ladder_cases import FACTS, GATES, HOUR, NOW, SUBJECT, approval, record, records, standing

from tradewright.execution.limits.registry import find
from tradewright.research.ladder.evidence import Subject
from tradewright.research.ladder.stages import RUNGS, Stage, rungs_to, stage_named
from tradewright.research.ladder.standing import Standing
from tradewright.research.ladder.transitions import (
    approved,
    blockers,
    demote,
    due,
    next_stage,
    promote,
    rises,
    settled,
)
from tradewright.values.errors import Blocked, InvalidOption, UnknownName

CLIMB = [
    "idea", "registered", "backtested", "selected", "sealed-holdout", "paper", "shadow", "live-1", "live-2",
    "live-3", "full",
]  # fmt: skip


def test_the_stages_are_those_of_the_ladder_in_their_order():
    assert [stage.value for stage in RUNGS] == CLIMB
    assert not Stage.HALTED.is_rung
    assert not Stage.RETIRED.is_rung


def test_only_live_stages_and_above_have_money_and_limits():
    assert [stage.value for stage in Stage if stage.has_money] == ["live-1", "live-2", "live-3", "full"]
    assert all(bool(stage.limits) is stage.has_money for stage in Stage)
    assert all(find(stage.limits).name == stage.limits for stage in Stage if stage.has_money)


def test_money_grows_with_the_stage_and_is_none_below():
    found = {stage.value: stage.capital_usd for stage in Stage if stage.capital_usd}
    assert found == {"live-1": 1_000.0, "live-2": 5_000.0, "live-3": 25_000.0, "full": math.inf}


def test_a_misspelt_stage_names_the_nearest():
    with pytest.raises(UnknownName, match="Did you mean 'sealed-holdout'"):
        stage_named("sealed-holdot")


@pytest.mark.parametrize("stage", RUNGS[:-1], ids=lambda stage: stage.value)
def test_sound_evidence_and_persons_lead_up_by_exactly_one_stage(stage):
    move = promote(standing(stage), GATES, FACTS)
    assert move.after.height == stage.height + 1
    assert move.is_up
    assert move.by
    assert move.gates == GATES.digest
    assert len(move.evidence) == len(records())


@pytest.mark.parametrize("stage", RUNGS[:-1], ids=lambda stage: stage.value)
def test_without_a_person_nothing_goes_up(stage):
    with pytest.raises(Blocked, match=r"Approved by name \[missing\]"):
        promote(standing(stage, approvers=()), GATES, FACTS)


@pytest.mark.parametrize("stage", RUNGS[1:-1], ids=lambda stage: stage.value)
def test_without_evidence_nothing_goes_up_past_registration(stage):
    with pytest.raises(Blocked, match=r"\[missing\]"):
        promote(standing(stage, evidence=()), GATES, FACTS)


def test_an_idea_is_registered_once_it_is_frozen_and_approved():
    assert promote(standing(Stage.IDEA, evidence=()), GATES, FACTS).after is Stage.REGISTERED
    with pytest.raises(Blocked, match=r"frozen \[missing\]"):
        promote(standing(Stage.IDEA, ()), GATES, replace(FACTS, subject=None))


@pytest.mark.parametrize(
    "spoilt",
    [
        approval(Stage.PAPER),
        approval(Stage.SELECTED, at=NOW - 169 * HOUR),
        approval(Stage.SELECTED, at=NOW + HOUR),
        approval(Stage.SELECTED, subject=Subject("code", "data", "other")),
        approval(Stage.SELECTED, by="  "),
    ],
    ids=["another stage", "stale", "from the future", "another snapshot", "nobody"],
)
def test_an_approval_of_something_else_is_none(spoilt):
    one = replace(standing(Stage.BACKTESTED), approvals=(spoilt,))
    assert not approved(one, Stage.SELECTED, GATES, FACTS).passes


def test_where_two_persons_are_asked_for_one_person_twice_will_not_do():
    one = standing(Stage.LIVE_1, approvers=("Ada", "ada"))
    with pytest.raises(Blocked, match="1 of 2 persons have approved"):
        promote(one, GATES, FACTS)
    assert promote(standing(Stage.LIVE_1), GATES, FACTS).by == ("Ada", "Grace")


def test_a_refusal_names_every_gate_and_the_first_way_out():
    one = standing(Stage.BACKTESTED, records(luck={"p": 0.2}, overfitting=None))
    with pytest.raises(Blocked) as caught:
        promote(one, GATES, FACTS)
    assert "priced in [above_limit]: 0.2; at most 0.05" in str(caught.value)
    assert "overfitting reported [missing]" in str(caught.value)
    assert "First:" in str(caught.value)
    assert [one.gate.code for one in blockers(one, GATES, FACTS)] == ["luck", "overfitting"]


def test_at_the_top_and_in_retirement_nothing_is_above():
    for stage in (Stage.FULL, Stage.RETIRED):
        one = Standing(stage, SUBJECT, records())
        assert next_stage(one) is None
        assert blockers(one, GATES, FACTS) == ()
        with pytest.raises(InvalidOption, match="no stage above"):
            promote(one, GATES, FACTS)


def test_practice_ends_at_paper():
    one = standing(Stage.SEALED_HOLDOUT, records(origin="synthetic"))
    paper = one.after(promote(one, GATES, FACTS))
    assert paper.stage is Stage.PAPER
    with pytest.raises(Blocked, match=r"\[synthetic\]"):
        promote(replace(paper, approvals=(approval(Stage.SHADOW),)), GATES, FACTS)


# Down


@pytest.mark.parametrize("stage", RUNGS[1:], ids=lambda stage: stage.value)
def test_sound_evidence_lets_every_stage_stand(stage):
    assert due(standing(stage), GATES, FACTS) is None


@pytest.mark.parametrize(
    ("kind", "values", "lands"),
    [
        ("causality", {"is_causal": False}, Stage.REGISTERED),
        ("luck", {"p": 0.2}, Stage.BACKTESTED),
        ("holdout", {"margin": -0.1}, Stage.SELECTED),
        ("drift", {"share": 0.2}, Stage.PAPER),
        ("luck", {"p": 0.03}, Stage.SHADOW),
        ("live", {"edge_lost": True}, Stage.LIVE_1),
    ],
)
def test_evidence_that_says_no_sends_it_below_the_stage_that_asks(kind, values, lands):
    moved, moves = settled(standing(Stage.FULL, records(**{kind: values})), GATES, FACTS)
    assert moved.stage is lands
    assert len(moves) == 1
    assert moves[0].by == ()


def test_stale_evidence_takes_the_money_away_and_nothing_else():
    late = replace(FACTS, now=NOW + 200 * HOUR)
    assert settled(standing(Stage.LIVE_3), GATES, late)[0].stage is Stage.SHADOW
    for stage in RUNGS[1 : Stage.SHADOW.height + 1]:
        assert due(standing(stage), GATES, late) is None


def test_code_that_changed_takes_the_money_away():
    assert settled(standing(Stage.LIVE_1), GATES, replace(FACTS, running_code="new"))[0].stage is Stage.SHADOW


@pytest.mark.parametrize("code", ["damaged", "trials_lost"])
def test_a_damaged_ledger_halts_what_trades(code):
    facts = replace(FACTS, ledger_code=code, ledger_words="row 3")
    for stage in RUNGS[1:]:
        halted = settled(standing(stage), GATES, facts)[0].stage is Stage.HALTED
        assert halted is (stage.height >= Stage.PAPER.height)


def test_open_trials_halt_nobody():
    assert due(standing(Stage.PAPER), GATES, replace(FACTS, ledger_code="trials_open")) is None


@pytest.mark.parametrize(
    ("stage", "back"),
    [(Stage.LIVE_3, Stage.PAPER), (Stage.PAPER, Stage.PAPER), (Stage.SELECTED, Stage.SELECTED)],
)
def test_out_of_a_halt_it_comes_back_to_paper_at_most_and_never_higher_than_it_stood(stage, back):
    one = standing(stage)
    halted = one.after(demote(one, Stage.HALTED, "odd fills", "Ada"))
    assert next_stage(halted) is back
    said = replace(halted, approvals=(approval(back),))
    assert said.after(promote(said, GATES, FACTS)).stage is back
    with pytest.raises(Blocked):
        promote(halted, GATES, FACTS)


def test_a_person_may_demote_with_a_reason_and_without_evidence():
    one = standing(Stage.LIVE_2, evidence=())
    move = demote(one, Stage.PAPER, " the broker changes ", " Ada ")
    assert (move.after, move.reason, move.by) == (Stage.PAPER, "the broker changes", ("Ada",))
    assert one.after(move).approvals == ()


@pytest.mark.parametrize(
    ("start", "to"),
    [
        (Stage.PAPER, Stage.PAPER),
        (Stage.PAPER, Stage.LIVE_1),
        (Stage.HALTED, Stage.HALTED),
        (Stage.HALTED, Stage.PAPER),
        (Stage.RETIRED, Stage.IDEA),
        (Stage.RETIRED, Stage.HALTED),
    ],
)
def test_nothing_rises_by_being_demoted(start, to):
    one = Standing(start, SUBJECT, records(), halted_from=Stage.LIVE_1)
    with pytest.raises(InvalidOption):
        demote(one, to, "a reason", "Ada")


@pytest.mark.parametrize(("reason", "by"), [("", "Ada"), ("  ", "Ada"), ("why", "")])
def test_a_demotion_needs_a_reason_and_a_person(reason, by):
    with pytest.raises(InvalidOption, match="reason"):
        demote(standing(Stage.PAPER), Stage.IDEA, reason, by)


@settings(deadline=None)
@given(st.sampled_from(RUNGS[1:]), st.sets(st.sampled_from(sorted(one.kind for one in records()))))
def test_what_is_settled_stays_settled_and_never_rises(stage, gone):
    evidence = [one for one in records() if one.kind not in gone]
    first, _ = settled(standing(stage, evidence), GATES, FACTS)
    assert first.stage.height <= stage.height
    again, moves = settled(first, GATES, FACTS)
    assert (again, list(moves)) == (first, [])


def test_to_stand_somewhere_is_to_have_stood_at_every_stage_below():
    assert [stage.value for stage in rises(Stage.PAPER)] == CLIMB[:6]
    assert rungs_to(Stage.IDEA) == ()


class Climb(RuleBasedStateMachine):
    """Anybody does anything in any order: evidence comes good and bad, persons approve, time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.facts = Standing(), replace(FACTS, subject=None)
        self.stood = {Stage.IDEA}

    def moved(self, move) -> None:
        if move.is_up and self.one.stage is not Stage.HALTED:
            assert move.after.height == self.one.stage.height + 1
            assert move.by
        if self.one.stage is Stage.HALTED:
            assert move.after in self.stood | {Stage.RETIRED}
        assert self.one.stage is not Stage.RETIRED
        self.one = self.one.after(move)
        self.stood.add(self.one.stage)

    @rule(config=st.sampled_from(["config", "other"]))
    def freeze(self, config):
        subject = Subject("code", "data", config)
        self.one = self.one.with_subject(subject)
        self.facts = replace(self.facts, subject=subject)

    @rule(origin=st.sampled_from(["real", "real", "synthetic"]))
    def record_all(self, origin):
        for kind in (one.kind for one in records()):
            made = record(
                kind, _origin=origin, _made_at=self.facts.now, _subject=self.facts.subject or SUBJECT
            )
            self.one = self.one.with_record(made)

    @rule(
        values=st.sampled_from(
            [("luck", {"p": 0.5}), ("drift", {"share": 0.3}), ("replay", {"is_equal": None})]
        )
    )
    def record_bad(self, values):
        kind, changes = values
        made = record(kind, _made_at=self.facts.now, _subject=self.facts.subject or SUBJECT, **changes)
        self.one = self.one.with_record(made)

    @rule(by=st.sampled_from(["Ada", "Grace"]), stage=st.sampled_from(RUNGS[1:]))
    def approve(self, by, stage):
        said = approval(stage, by, at=self.facts.now, subject=self.facts.subject or SUBJECT)
        self.one = self.one.with_approval(said)

    @rule()
    def try_to_climb(self):
        target = next_stage(self.one)
        for by in ("Ada", "Grace") if target else ():
            self.approve(by, target)
        try:
            self.moved(promote(self.one, GATES, self.facts))
        except (Blocked, InvalidOption):
            return

    @rule(to=st.sampled_from(list(Stage)))
    def demote(self, to):
        try:
            move = demote(self.one, to, "because", "Ada")
        except InvalidOption:
            return
        assert move.after in (Stage.HALTED, Stage.RETIRED) or move.after in self.stood
        self.moved(move)

    @rule(hours=st.sampled_from([1, 100, 200]))
    def wait(self, hours):
        self.facts = replace(self.facts, now=self.facts.now + hours * HOUR)

    @rule(trials=st.sampled_from([9, 12]))
    def try_more(self, trials):
        self.facts = replace(self.facts, trials=max(trials, self.facts.trials))

    @rule()
    def settle(self):
        before = self.one
        _, moves = settled(self.one, GATES, self.facts)
        for move in moves:
            assert move.after.height < before.stage.height
            self.moved(move)

    @invariant()
    def every_stage_below_has_been_stood_at(self):
        if self.one.stage.is_rung:
            assert set(rises(self.one.stage)) <= self.stood

    @invariant()
    def practice_never_meets_money(self):
        newest = {one.kind: one for one in self.one.records if one.subject == self.facts.subject}
        settled_one, _ = settled(self.one, GATES, self.facts)
        if settled_one.stage.has_money:
            assert {one.origin for one in newest.values()} == {"real"}


Climb.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestClimb = Climb.TestCase
