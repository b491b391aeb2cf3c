"""A gate refuses whatever is not sound evidence about exactly this, and says which fault it met."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ladder_cases import FACTS, GATES, HOUR, NOW, SOUND, SUBJECT, edited, record, records

from tradewright.research.ladder.answers import Answer, answers_for
from tradewright.research.ladder.evidence import Subject
from tradewright.research.ladder.kinds import KINDS, FieldType
from tradewright.research.ladder.stages import RUNGS, Stage
from tradewright.validation.verdict import Status


def asked(evidence, stage=Stage.FULL, facts=FACTS) -> dict[str, Answer]:
    """The answers by gate; where several stages ask one gate, the strictest stage's."""
    return {one.gate.code: one for one in answers_for(stage, GATES, tuple(evidence), facts)}


def only(evidence, code: str, stage=Stage.FULL, facts=FACTS) -> Answer:
    return asked(evidence, stage, facts)[code]


def test_sound_evidence_passes_every_gate_of_every_stage():
    assert [one for one in answers_for(Stage.FULL, GATES, records(), FACTS) if not one.passes] == []


@pytest.mark.parametrize("stage", RUNGS[2:], ids=lambda stage: stage.value)
def test_no_evidence_passes_no_gate(stage):
    answers = answers_for(stage, GATES, (), FACTS)
    ground = ("ledger", "snapshot", "running_code")
    found = [one for one in answers if one.gate.code not in ground]
    assert found
    assert {one.gate.reason_code for one in found} == {"missing"}
    assert not any(one.passes or one.is_refuted for one in found)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_that_is_missing_leaves_its_gates_open_with_its_maker(kind):
    answers = answers_for(Stage.FULL, GATES, records(**{kind: None}), FACTS)
    barred = [one for one in answers if not one.passes]
    assert barred
    assert {one.gate.reason_code for one in barred} == {"missing"}
    assert all(KINDS[kind].made_by in one.way_out for one in barred)


FAULTS = {
    "stale": {"_made_at": NOW - 169 * HOUR},
    "from_the_future": {"_made_at": NOW + HOUR},
    "synthetic": {"_origin": "synthetic"},
    "origin_unknown": {"_origin": ""},
    "unproven": {"_is_proven": False},
    "wrong_code": {"_subject": Subject("other", "data", "config")},
    "wrong_data": {"_subject": Subject("code", "other", "config")},
    "wrong_config": {"_subject": Subject("code", "data", "other")},
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", KINDS)
def test_each_fault_of_each_kind_is_refused_by_its_own_code(kind, fault):
    if fault == "stale" and kind == "holdout":
        pytest.skip("what can be had once cannot be made afresh: it keeps")
    sound = [one for one in records() if one.kind != kind]
    barred = [
        one
        for one in answers_for(Stage.FULL, GATES, (*sound, record(kind, **FAULTS[fault])), FACTS)
        if not one.passes
    ]
    assert barred
    assert {one.gate.reason_code for one in barred} == {fault}
    assert all(one.gate.status is Status.NOT_EVALUATED and one.way_out for one in barred)


@pytest.mark.parametrize("kind", KINDS)
def test_evidence_edited_by_hand_spoils_its_kind_even_beside_sound_evidence(kind):
    name = next(iter(SOUND[kind]))
    forged = edited(record(kind), **{name: 0.123})
    barred = [one for one in answers_for(Stage.FULL, GATES, (*records(), forged), FACTS) if not one.passes]
    assert {one.gate.reason_code for one in barred} == {"edited"}


NUMBERS = [
    (kind, name)
    for kind, found in KINDS.items()
    for name, wanted in found.fields.items()
    if wanted is FieldType.NUMBER
    and any(one.options.ask == f"{kind}.{name}" for one in GATES.up_to(Stage.FULL))
]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(("kind", "name"), NUMBERS)
def test_a_value_that_is_no_number_passes_nothing(kind, name, value):
    sound = [one for one in records() if one.kind != kind]
    barred = [
        one
        for one in answers_for(Stage.FULL, GATES, (*sound, record(kind, **{name: value})), FACTS)
        if not one.passes
    ]
    assert {one.gate.reason_code for one in barred} == {"not_a_number"}


def test_a_value_that_could_not_be_had_tells_its_reason():
    without = record("luck", deflated_sharpe=None, _reasons={"deflated_sharpe": "constant returns"})
    found = only([*records(luck=None), without], "deflated_sharpe")
    assert (found.gate.reason_code, found.gate.reason) == ("missing", "constant returns")


@pytest.mark.parametrize(
    ("kind", "values", "code", "reason"),
    [
        ("data_passport", {"is_clean": False}, "data_quality", "differs"),
        ("data_passport", {"is_free_of_survivorship": False}, "survivorship", "differs"),
        ("causality", {"is_causal": False}, "causal", "differs"),
        ("causality", {"is_exhaustive": False}, "audited_fully", "differs"),
        ("replay", {"is_equal": False}, "replay", "differs"),
        ("sharpe", {"low": 0.0}, "track_record", "below_limit"),
        ("trades", {"round_trips": 49}, "round_trips", "below_limit"),
        ("trades", {"exits": 0}, "exits", "below_limit"),
        ("drawdown", {"largest": 0.36}, "drawdown", "above_limit"),
        ("fragility", {"doubled_costs_sharpe": 0.0}, "doubled_costs", "below_limit"),
        ("fragility", {"one_bar_later_sharpe": -0.1}, "one_bar_later", "below_limit"),
        ("luck", {"p": 0.011}, "luck", "above_limit"),
        ("out_of_sample", {"ratio": 0.49}, "out_of_sample", "below_limit"),
        ("out_of_sample", {"ratio": 0.86, "low": -0.4}, "out_of_sample_sharpe", "below_limit"),
        ("stability", {"positive_share": 0.7}, "stability", "below_limit"),
        ("stability", {"cliffs": 1}, "cliffs", "above_limit"),
        ("regimes", {"losing": 1}, "regimes", "above_limit"),
        ("capacity", {"largest_participation": 0.2}, "capacity", "above_limit"),
        ("null_battery", {"p": 0.06}, "null_battery", "above_limit"),
        ("holdout", {"margin": -0.001}, "holdout", "below_limit"),
        ("holdout", {"sharpe": 0.0}, "holdout_sharpe", "below_limit"),
        ("paper", {"sessions": 29}, "paper_sessions", "below_limit"),
        ("paper", {"fills": 59}, "paper_fills", "below_limit"),
        ("reconciliation", {"rate": 0.99}, "reconciliation", "below_limit"),
        ("drift", {"share": 0.16}, "drift", "above_limit"),
        ("live", {"edge_lost": True}, "edge_lost", "differs"),
    ],
)
def test_sound_evidence_that_says_no_is_a_no_with_the_numbers(kind, values, code, reason):
    found = only(records(**{kind: values}), code)
    assert found.gate.status is Status.FAIL
    assert found.is_refuted
    assert found.gate.reason_code == reason
    assert found.way_out


@pytest.mark.parametrize(("share", "warns"), [(0.12, False), (0.121, True), (0.15, True)])
def test_drift_warns_before_it_fails(share, warns):
    found = only(records(drift={"share": share}), "drift")
    assert found.passes
    assert found.is_warning is warns
    assert (found.gate.reason_code == "warning") is warns


def test_one_more_try_outdates_what_was_priced_before_it():
    found = only(records(), "luck", facts=replace(FACTS, trials=10))
    assert found.gate.reason_code == "tried_since"
    assert "10 configurations are on record now; it counted 9" in found.gate.reason


def test_a_count_of_tries_that_is_missing_prices_nothing():
    assert only(records(luck={"trials": None}), "luck").gate.reason_code == "tried_since"


def test_the_newest_record_decides_whatever_older_ones_said():
    good, bad = record("luck"), record("luck", p=0.9)
    assert only([*records(luck=None), good, bad], "luck").is_refuted
    assert only([*records(luck=None), bad, good], "luck").passes


def test_evidence_about_something_else_does_not_hide_evidence_about_this():
    other = record("luck", p=0.9, _subject=Subject("code", "data", "other"))
    assert only([*records(), other], "luck").passes


def test_the_age_limit_is_a_week_to_the_hour():
    assert only([*records(luck=None), record("luck", _made_at=NOW - 168 * HOUR)], "luck").passes
    found = only([*records(luck=None), record("luck", _made_at=NOW - 168 * HOUR - 1)], "luck")
    assert found.gate.reason_code == "stale"


def test_made_up_data_practise_up_to_paper_and_are_refused_above():
    evidence = records(origin="synthetic")
    assert [one for one in answers_for(Stage.PAPER, GATES, evidence, FACTS) if not one.passes] == []
    above = [one for one in answers_for(Stage.SHADOW, GATES, evidence, FACTS) if not one.passes]
    assert {one.gate.reason_code for one in above} == {"synthetic"}
    assert {one.stage for one in above} > {Stage.BACKTESTED}


@pytest.mark.parametrize(
    ("facts", "code", "reason"),
    [
        (replace(FACTS, subject=None), "snapshot", "missing"),
        (replace(FACTS, running_code="newer"), "running_code", "wrong_code"),
        (replace(FACTS, ledger_code="trials_lost", ledger_words="was cut"), "ledger", "trials_lost"),
    ],
)
def test_no_file_of_gates_takes_the_ground_away(facts, code, reason):
    found = only(records(), code, Stage.REGISTERED, facts)
    assert not found.passes
    assert found.gate.reason_code == reason
    assert found.way_out


@settings(deadline=None)
@given(st.sampled_from(sorted(KINDS)), st.sampled_from(sorted(FAULTS)), st.sampled_from(RUNGS[1:]))
def test_a_fault_never_turns_a_no_into_a_yes(kind, fault, stage):
    sound = [one for one in records() if one.kind != kind]
    whole = {one.gate.code for one in answers_for(stage, GATES, records(), FACTS) if one.passes}
    spoilt = answers_for(stage, GATES, (*sound, record(kind, **FAULTS[fault])), FACTS)
    assert {one.gate.code for one in spoilt if one.passes} <= whole


def test_without_a_snapshot_no_evidence_fits():
    facts = replace(FACTS, subject=None)
    assert not any(one.passes for one in answers_for(Stage.FULL, GATES, records(), facts)[3:])
    assert Subject() != SUBJECT
