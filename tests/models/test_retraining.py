"""When a model is due to be trained anew: triggers, cool-down, budget, and what nobody knows."""

from dataclasses import replace

import pytest

from tradewright.models.retraining import (
    DAY_NS,
    RetrainingFacts,
    RetrainingPolicy,
    SkillThen,
    due,
)
from tradewright.values.errors import InvalidOption

POLICY, NOW = RetrainingPolicy(), 20_000 * DAY_NS
CALM = RetrainingFacts(
    NOW,
    learnt_until=NOW - 40 * DAY_NS,
    trained_at=NOW - 20 * DAY_NS,
    line_trained_at=NOW - 20 * DAY_NS,
    drifted=(),
    checked_at=NOW - DAY_NS,
    judged=SkillThen(0.10, 0.03),
    recent=SkillThen(0.06, 0.04),
    spent_s=100.0,
    next_s=50.0,
)


def fired(facts: RetrainingFacts) -> list[str]:
    return [one.name for one in due(POLICY, facts).triggers if one.fires]


def test_a_model_that_nothing_happened_to_is_not_due():
    found = due(POLICY, CALM)
    assert not found.is_due and found.barred == () and all(one.fires is False for one in found.triggers)


@pytest.mark.parametrize(
    ("change", "trigger"),
    [
        ({"trained_at": NOW - 30 * DAY_NS}, "schedule"),
        ({"learnt_until": NOW - 91 * DAY_NS}, "age"),
        ({"drifted": ("rsi_14",)}, "drift"),
        ({"recent": SkillThen(-0.01, 0.04)}, "performance"),
    ],
)
def test_each_trigger_alone_makes_it_due_and_says_why(change, trigger):
    facts = replace(CALM, **change)
    assert fired(facts) == [trigger] and due(POLICY, facts).is_due


def test_a_fall_within_what_chance_moves_is_none():
    assert fired(replace(CALM, recent=SkillThen(0.01, 0.04))) == []


def test_the_cool_down_holds_back_what_fires():
    found = due(POLICY, replace(CALM, drifted=("a",), line_trained_at=NOW - 3 * DAY_NS))
    assert not found.is_due and "3.0 days ago, at least 7 must pass" in found.barred[0]


def test_a_budget_that_does_not_hold_another_training_holds_it_back():
    found = due(POLICY, replace(CALM, drifted=("a",), spent_s=3_580.0))
    assert not found.is_due and found.barred == ("the budget: 20 s of 3,600 s in 30 days are left",)


def test_what_nobody_knows_fires_nothing_and_is_said():
    found = due(POLICY, RetrainingFacts(NOW, learnt_until=0))
    assert not found.is_due and all(one.fires is None and one.why for one in found.triggers)


def test_an_old_look_at_drift_says_nothing_about_today():
    found = due(POLICY, replace(CALM, drifted=("a",), checked_at=NOW - 8 * DAY_NS))
    assert found.triggers[2].fires is None and "8 days ago" in found.triggers[2].why


def test_another_models_training_in_the_same_line_cools_down_too():
    facts = replace(CALM, drifted=("a",), trained_at=NOW - 40 * DAY_NS, line_trained_at=NOW - DAY_NS)
    assert not due(POLICY, facts).is_due


def test_features_that_cannot_be_told_are_no_calm():
    drift = due(POLICY, replace(CALM, untold=("a",))).triggers[2]
    assert drift.fires is None and "cannot be told of a" in drift.why
    assert due(POLICY, replace(CALM, drifted=("b",), untold=("a",))).triggers[2].fires


@pytest.mark.parametrize("change", [{"every_days": float("nan")}, {"cool_down_days": -5.0}])
def test_a_policy_that_no_number_can_be_held_against_is_refused(change):
    with pytest.raises(InvalidOption, match="Give a number, 0 or more"):
        RetrainingPolicy(**change)
