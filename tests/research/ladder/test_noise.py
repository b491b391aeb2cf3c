"""A thousand worthless strategies pushed up the whole ladder: none of them meets real money."""

import json

import numpy as np
from ladder_cases import FACTS, GATES, approval, record, records
from study_files import changed

from tradewright.research.ladder.holdout import Sealed, opening
from tradewright.research.ladder.registry import Candidate
from tradewright.research.ladder.stages import RUNGS, Stage
from tradewright.research.ladder.standing import Standing
from tradewright.research.ladder.transitions import next_stage, promote
from tradewright.research.study import parse
from tradewright.research.trials import Event, Kind
from tradewright.values.errors import Blocked, InvalidOption

SEALED = Sealed("made", 100, 200)
OPTIONS = parse(changed(("end = 2017-06-30", "end = 2016-06-30")), "study.toml")


def pushed(luck_p: float, holdout_p: float, openings: list[Event], name: str) -> Stage:
    """How high one candidate climbs whose other evidence is perfect, with two persons who always say yes."""
    own = records(luck={"p": luck_p}, holdout=None)
    one = Standing(Stage.IDEA, FACTS.subject, own)
    while (target := next_stage(one)) is not None:
        if target is Stage.SEALED_HOLDOUT:
            alpha = GATES.stages[target].alpha
            candidate = Candidate(name, "h", OPTIONS, 0, one, {}, ())
            body = opening(openings, candidate, SEALED, alpha)
            openings.append(Event(1, Kind.HOLDOUT_OPENED, "h", name, body=json.dumps(body)))
            margin = body["alpha"] - holdout_p
            one = one.with_record(record("holdout", p=holdout_p, alpha=body["alpha"], margin=margin))
        for by in ("Ada", "Grace"):
            one = one.with_approval(approval(target, by))
        try:
            one = one.after(promote(one, GATES, FACTS))
        except (Blocked, InvalidOption):
            break
    return one.stage


def test_none_of_a_thousand_worthless_strategies_reaches_live_1():
    """Their p-values are uniform: what the calibration of the statistics promises of worthless ones."""
    rng = np.random.default_rng(1)
    openings: list[Event] = []
    highest = [
        pushed(float(luck), float(held), openings, f"noise-{number}")
        for number, (luck, held) in enumerate(rng.random((1_000, 2)))
    ]
    assert sum(stage.height >= Stage.LIVE_1.height for stage in highest) == 0
    # They were tried in earnest: one in twenty was lucky enough to have its holdout opened.
    assert 30 <= len(openings) <= 70
    assert set(highest) <= set(RUNGS[: Stage.PAPER.height + 2])


def test_what_is_worth_it_reaches_the_top_with_the_same_push():
    assert pushed(0.0005, 0.0005, [], "worthy") is Stage.FULL


def test_a_holdout_tried_on_twenty_lucky_ones_lets_hardly_any_through():
    """At 5 % each, 69 of 100 such rounds promote at least one; here all twenty share the 5 %."""
    rng = np.random.default_rng(2)
    rounds = 0
    for number in range(60):
        openings: list[Event] = []
        highest = [pushed(0.01, float(p), openings, f"{number}-{k}") for k, p in enumerate(rng.random(20))]
        rounds += any(stage.height >= Stage.SEALED_HOLDOUT.height for stage in highest)
    assert rounds / 60 <= 0.05 + 2.0 * np.sqrt(0.05 * 0.95 / 60)


def test_the_study_that_is_pushed_holds_something_back():
    assert OPTIONS.period.end is not None
