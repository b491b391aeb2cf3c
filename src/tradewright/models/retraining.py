"""Is a model due to be trained anew, and may it be? Pure: facts in, reasons out; nothing here trains.

Five triggers speak for it: the schedule, the age of what it learnt, features that drifted, skill that fell,
and what a training costs, which speaks against it where the budget is used up. A cool-down keeps a trigger
that stays on from training every day.
"""

import math
from dataclasses import dataclass

from tradewright.values.errors import InvalidOption

DAY_NS = 86_400 * 10**9
# What was found about drift longer ago than this says nothing about today.
DRIFT_HOLDS_DAYS = 7.0


@dataclass(frozen=True)
class RetrainingPolicy:
    """When a model is trained anew.

    Units: days; `fallen_errors` standard errors by which recent skill must lie below the judged one;
    `budget_s` seconds of training within `budget_days`.
    """

    every_days: float = 30.0
    most_age_days: float = 90.0
    fallen_errors: float = 2.0
    cool_down_days: float = 7.0
    budget_s: float = 3_600.0
    budget_days: float = 30.0

    def __post_init__(self) -> None:
        """Refuse what no comparison can be made with. Raises: InvalidOption."""
        for name, value in vars(self).items():
            if not (math.isfinite(value) and value >= 0.0):
                raise InvalidOption(f"{name.replace('_', ' ')} {value:g}.", "Give a number, 0 or more.")


@dataclass(frozen=True)
class SkillThen:
    """A coefficient and the error of one of nothing."""

    coefficient: float
    error: float


@dataclass(frozen=True)
class RetrainingFacts:
    """What is known of a model now; None where nobody has looked.

    Units: instants in ns UTC; `spent_s` seconds of training within the policy's budget, `next_s` what one
    training took. `drifted` names features and `untold` those of which nothing can be told, `checked_at` says
    when they were looked at; `line_trained_at` is the last training of any model for the same purpose.
    """

    now: int
    learnt_until: int
    trained_at: int | None = None
    line_trained_at: int | None = None
    drifted: tuple[str, ...] | None = None
    untold: tuple[str, ...] = ()
    checked_at: int | None = None
    judged: SkillThen | None = None
    recent: SkillThen | None = None
    spent_s: float = 0.0
    next_s: float | None = None


@dataclass(frozen=True)
class Trigger:
    """One trigger: whether it speaks for training anew (None where it cannot be told), and why."""

    name: str
    fires: bool | None
    why: str


@dataclass(frozen=True)
class Due:
    """The triggers in their order, and what forbids training now, in words."""

    triggers: tuple[Trigger, ...]
    barred: tuple[str, ...]

    @property
    def is_due(self) -> bool:
        """Whether a trigger fires and nothing forbids."""
        return not self.barred and any(one.fires for one in self.triggers)


def due(policy: RetrainingPolicy, facts: RetrainingFacts) -> Due:
    """What speaks for training a model anew, and what against."""
    triggers = (_schedule(policy, facts), _age(policy, facts), _drift(facts), _performance(policy, facts))
    cost, barred = _cost(policy, facts)
    return Due((*triggers, cost), (*_cool_down(policy, facts), *barred))


def _schedule(policy: RetrainingPolicy, facts: RetrainingFacts) -> Trigger:
    if facts.trained_at is None:
        return Trigger("schedule", None, "nobody noted when it was trained")
    days = (facts.now - facts.trained_at) / DAY_NS
    told = f"trained {days:.0f} days ago; every {policy.every_days:g}"
    return Trigger("schedule", days >= policy.every_days, told)


def _age(policy: RetrainingPolicy, facts: RetrainingFacts) -> Trigger:
    if not facts.learnt_until:
        return Trigger("age", None, "it does not say until when it learnt")
    days = (facts.now - facts.learnt_until) / DAY_NS
    told = f"what it learnt ends {days:.0f} days ago; at most {policy.most_age_days:g}"
    return Trigger("age", days > policy.most_age_days, told)


def _drift(facts: RetrainingFacts) -> Trigger:
    if facts.drifted is None or facts.checked_at is None:
        return Trigger("drift", None, "nobody looked: tradewright models drift")
    days = (facts.now - facts.checked_at) / DAY_NS
    if days > DRIFT_HOLDS_DAYS:
        return Trigger("drift", None, f"looked at {days:.0f} days ago: tradewright models drift")
    if not facts.drifted and facts.untold:
        return Trigger("drift", None, f"cannot be told of {', '.join(facts.untold)}")
    named = f"drifted: {', '.join(facts.drifted)}" if facts.drifted else "no feature drifted"
    return Trigger("drift", bool(facts.drifted), named)


def _performance(policy: RetrainingPolicy, facts: RetrainingFacts) -> Trigger:
    """Has skill fallen by more than chance moves two coefficients apart?"""
    told = facts.judged, facts.recent
    if not all(one is not None and math.isfinite(one.coefficient + one.error) for one in told):
        return Trigger("performance", None, "no outcome is known yet that it was not judged on")
    judged, recent = (one for one in told if one is not None)
    fallen, error = judged.coefficient - recent.coefficient, math.hypot(judged.error, recent.error)
    words = f"coefficient {recent.coefficient:+.3f}, judged {judged.coefficient:+.3f}, error {error:.3f}"
    return Trigger("performance", fallen > policy.fallen_errors * error, words)


def _cost(policy: RetrainingPolicy, facts: RetrainingFacts) -> tuple[Trigger, tuple[str, ...]]:
    """It never speaks for training; where the budget does not hold another one, it forbids."""
    left = policy.budget_s - facts.spent_s
    within = f"of {policy.budget_s:,.0f} s in {policy.budget_days:g} days"
    told = f"{facts.spent_s:,.0f} s {within} spent"
    if facts.next_s is None:
        return Trigger("cost", None, f"{told}; nobody noted what a training takes"), ()
    words = f"{told}; a training takes {facts.next_s:,.1f} s"
    if facts.next_s <= left:
        return Trigger("cost", False, words), ()
    return Trigger("cost", False, words), (f"the budget: {max(left, 0.0):,.0f} s {within} are left",)


def _cool_down(policy: RetrainingPolicy, facts: RetrainingFacts) -> tuple[str, ...]:
    if facts.line_trained_at is None:
        return ()
    days = (facts.now - facts.line_trained_at) / DAY_NS
    if days >= policy.cool_down_days:
        return ()
    told = (
        f"the cool-down: the line trained {days:.1f} days ago, at least {policy.cool_down_days:g} must pass"
    )
    return (told,)
