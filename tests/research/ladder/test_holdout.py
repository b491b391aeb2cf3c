"""The sealed holdout: held back, opened once, and every attempt on the same data has less to spend."""

import json
from dataclasses import replace

import pytest
from study_files import STUDY, changed
from workspaces import Workspace

from tradewright.research.ladder import holdout
from tradewright.research.ladder.evidence import Subject
from tradewright.research.ladder.holdout import Sealed
from tradewright.research.ladder.registry import Registry
from tradewright.research.model_line import Compared
from tradewright.research.model_registry import ModelRegistry
from tradewright.research.plan import about, prepare
from tradewright.research.study import parse
from tradewright.research.study_run import causes_of, run_study
from tradewright.research.trials import Event, Kind
from tradewright.values.errors import Blocked
from tradewright.values.instant import Instant, instant_of

# The data go on to the end of June 2017; the study stops in 2016.
TEXT = changed(("end = 2017-06-30", "end = 2016-06-30"))
HELD = parse(TEXT, "held.toml")
OPEN = parse(changed(("start = 2015-01-05\nend = 2017-06-30", "start = 2015-01-05")), "open.toml")
DAY = 86_400 * 1_000_000_000


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path)


@pytest.fixture
def registry(workspace):
    registry = Registry(workspace.ledger, workspace.clock)
    registry.create("small", HELD)
    return registry


def opened(name: str, sealed: Sealed, alpha: float = 0.02) -> Event:
    body = {
        "dataset": sealed.dataset,
        "after": sealed.after,
        "until": sealed.until,
        "attempt": 1,
        "alpha": alpha,
    }
    return Event(1, Kind.HOLDOUT_OPENED, "h", name, body=json.dumps(body))


def test_what_lies_after_the_period_is_sealed():
    assert holdout.sealed_after(HELD) == instant_of("2016-07-01")
    assert holdout.sealed_after(OPEN) is None


def test_the_whole_plan_goes_on_to_the_datas_end_with_one_configuration(workspace):
    plan = holdout.whole_plan(HELD, workspace.shelf())
    assert plan.panel.instants[-1] > instant_of("2017-06-29")
    assert len(plan.points) == 1


def test_a_study_that_holds_nothing_back_has_nothing_to_open(workspace):
    registry = Registry(workspace.ledger, workspace.clock)
    candidate = registry.create("open", OPEN)
    with pytest.raises(Blocked, match="holds no data back"):
        holdout.sealed_of(candidate, holdout.whole_plan(OPEN, workspace.shelf()))


def test_too_little_that_is_sealed_says_nothing(workspace):
    late = parse(changed(("end = 2017-06-30", "end = 2017-03-31")), "late.toml")
    candidate = Registry(workspace.ledger, workspace.clock).create("late", late)
    with pytest.raises(Blocked, match=r"only 6\d bars lie after 2017-03-31; at least 126"):
        holdout.sealed_of(candidate, holdout.whole_plan(late, workspace.shelf()))


# The seal


@pytest.mark.parametrize(
    ("text", "is_refused"),
    [
        (TEXT, False),
        (TEXT.replace("lookback = 60", "lookback = 50"), False),
        (TEXT.replace("end = 2016-06-30", "end = 2016-07-01"), True),
        (STUDY, True),
        (STUDY.replace('id = "small"', 'id = "stranger"'), False),
    ],
    ids=["itself", "a variant", "a day more", "all of it", "another hypothesis"],
)
def test_no_study_of_the_hypothesis_reads_what_is_sealed(registry, workspace, text, is_refused):
    options = parse(text, "study.toml")
    plan = prepare(options, workspace.shelf())
    if not is_refused:
        holdout.guard(workspace.ledger, options, plan)
        return
    with pytest.raises(Blocked, match="what candidate 'small' has sealed: the data after 2016-06-30"):
        holdout.guard(workspace.ledger, options, plan)


def test_a_relative_may_not_read_it_either(registry, workspace):
    other = parse(STUDY.replace('id = "small"', 'id = "cousin"'), "cousin.toml")
    workspace.ledger.fork("cousin", "small", Instant(1))
    with pytest.raises(Blocked, match="has sealed"):
        holdout.guard(workspace.ledger, other, prepare(other, workspace.shelf()))


def test_a_study_is_refused_before_it_counts_a_trial(registry, workspace):
    with pytest.raises(Blocked, match="has sealed"):
        run_study(parse(STUDY, "study.toml"), workspace.ports())
    assert workspace.ledger.count("small") == 0


@pytest.mark.parametrize(
    ("hypothesis", "strategy", "until_days", "dataset", "is_seen"),
    [
        ("small", "momentum", 1, "made", True),
        ("stranger", "momentum", 1, "made", True),
        ("small", "other", 1, "made", True),
        ("stranger", "other", 1, "made", False),
        ("small", "momentum", -1, "made", False),
        ("small", "momentum", 1, "elsewhere", False),
    ],
)
def test_who_has_seen_the_sealed_data_is_found(
    registry, workspace, hypothesis, strategy, until_days, dataset, is_seen
):
    sealed = Sealed("made", instant_of("2016-07-01"), instant_of("2017-07-01"))
    workspace.ledger.register(hypothesis, "Something.", "study", Instant(1))
    on = {"strategy": strategy, "until": sealed.after + until_days * DAY, "dataset": dataset}
    workspace.ledger.start(hypothesis, "study", ["t"], Instant(2), on)
    found = holdout.seen_by(registry.find("small"), sealed, workspace.ledger)
    assert bool(found) is is_seen
    assert not is_seen or f"a trial of '{hypothesis}' read the data up to 2016-07-02" in found


def test_trials_of_older_ledgers_that_do_not_say_what_they_read_accuse_nobody(registry, workspace):
    sealed = Sealed("made", 0, 10)
    workspace.ledger.register("small", "Something.", "study", Instant(1))
    workspace.ledger.start("small", "study", ["t"], Instant(2))
    assert holdout.seen_by(registry.find("small"), sealed, workspace.ledger) == ""


def test_a_study_says_in_the_ledger_what_it_read(workspace):
    plan = prepare(HELD, workspace.shelf())
    said = about(plan, causes_of(plan))
    assert said["dataset"] == "made"
    assert said["until"] <= instant_of("2016-07-01") < said["until"] + 4 * DAY
    assert set(said) == {"code", "data", "dataset", "config", "seed", "strategy", "until", "choices"}


TAUGHT = parse(
    TEXT[: TEXT.index("[strategy]")]
    + '[strategy]\nname = "forecast"\n\n[model]\nname = "ridge"\n\n'
    + TEXT[TEXT.index("[account]") :],
    "taught.toml",
)


@pytest.mark.parametrize(
    ("hypothesis", "model", "is_seen"),
    [
        ("stranger", {"model": {"name": "mamba"}}, False),
        ("stranger", {"model": {"name": "ridge", "parameters": {"penalty": 5.0}}}, True),
        ("stranger", {}, True),
        ("small", {"model": {"name": "mamba"}}, True),
    ],
    ids=["another model", "the same model", "a row that names none", "the hypothesis itself"],
)
def test_a_strangers_study_of_another_model_leaves_the_seal_of_this_one(
    registry, workspace, hypothesis, model, is_seen
):
    sealed = Sealed("made", instant_of("2016-07-01"), instant_of("2017-07-01"))
    workspace.ledger.register(hypothesis, "Something.", "study", Instant(1))
    on = {"strategy": "forecast", "until": sealed.until, "dataset": "made", **model}
    workspace.ledger.start(hypothesis, "study", ["t"], Instant(2), on)
    found = holdout.seen_by(registry.create("taught", TAUGHT), sealed, workspace.ledger)
    assert bool(found) is is_seen


@pytest.mark.parametrize("verb", ["trained", "compared"])
def test_a_model_judged_on_sealed_rows_has_seen_them_for_a_candidate_with_a_model(registry, workspace, verb):
    sealed = Sealed("made", instant_of("2016-07-01"), instant_of("2017-07-01"))
    forecasts, models = registry.create("taught", TAUGHT), ModelRegistry(workspace.ledger, workspace.clock)

    def judged(until: int, dataset: str) -> str:
        if verb == "trained":
            models.trained("main", "ridge-1", {"name": "ridge", "dataset": dataset, "until": until})
        else:
            alpha, is_again = models.price("ridge-1", "naive-1", "rows", dataset)
            told = {"last_row": until}
            made = Compared(
                0, "ridge-1", "naive-1", "rows", dataset, "s", "c", "real", True, alpha, told, is_again
            )
            models.compared("main", made)
        return holdout.seen_by(forecasts, sealed, workspace.ledger)

    assert judged(sealed.after, "made") == judged(sealed.until, "elsewhere") == ""
    how = "judged" if verb == "trained" else "compared"
    assert f"the model ridge-1 was {how} on data up to 2017-07-01" in judged(sealed.until, "made")
    assert holdout.seen_by(registry.find("small"), sealed, workspace.ledger) == ""


# Alpha


def test_alpha_halves_with_every_attempt_on_the_same_data(registry):
    candidate, sealed = registry.find("small"), Sealed("made", 100, 200)
    rows, spent = [], 0.0
    for attempt in range(1, 30):
        body = holdout.opening(rows, candidate, sealed, 0.05)
        assert body["attempt"] == attempt
        assert body["alpha"] == pytest.approx(0.05 / 2**attempt)
        spent += body["alpha"]
        rows.append(opened(f"other-{attempt}", sealed))
    assert spent < 0.05


@pytest.mark.parametrize(
    ("other", "attempt"),
    [
        (Sealed("made", 150, 300), 2),
        (Sealed("made", 0, 101), 2),
        (Sealed("made", 200, 300), 1),
        (Sealed("made", 0, 100), 1),
        (Sealed("elsewhere", 100, 200), 1),
    ],
    ids=["overlaps its end", "overlaps its start", "after it", "before it", "other data"],
)
def test_only_attempts_on_the_same_stretch_cost(registry, other, attempt):
    body = holdout.opening([opened("x", other)], registry.find("small"), Sealed("made", 100, 200), 0.05)
    assert body["attempt"] == attempt


def test_it_opens_once_whatever_became_of_it(registry):
    sealed = Sealed("made", 100, 200)
    with pytest.raises(Blocked, match="it opens once"):
        holdout.opening([opened("small", sealed)], registry.find("small"), sealed, 0.05)


# The look


def test_the_look_gives_evidence_of_sealed_bars_alone(registry, workspace):
    plan = holdout.whole_plan(HELD, workspace.shelf())
    sealed = holdout.sealed_of(registry.find("small"), plan)
    found = holdout.look(plan, sealed, {"alpha": 0.025, "attempt": 1}, Subject("a", "b", "c"), 5)
    bars = sum(instant > sealed.after for instant in plan.panel.instants.tolist())
    assert found.values["bars"] == bars
    assert found.values["margin"] == pytest.approx(0.025 - found.values["p"])
    assert 0.0 < found.values["p"] <= 1.0
    assert (found.kind, found.origin, found.is_proven, found.is_whole) == ("holdout", "synthetic", True, True)


def test_the_same_look_gives_the_same_answer_and_sees_nothing_of_before_but_its_positions(
    registry, workspace
):
    plan = holdout.whole_plan(HELD, workspace.shelf())
    sealed = holdout.sealed_of(registry.find("small"), plan)
    said = [holdout.look(plan, sealed, {"alpha": 0.025, "attempt": 1}, Subject(), 5).values for _ in range(2)]
    assert said[0] == said[1]


def test_a_candidate_that_never_trades_there_is_a_failed_attempt_and_no_pass(registry, workspace):
    idle = parse(
        TEXT.replace('name = "momentum"', 'name = "buy_and_hold"').split("[strategy.parameters]")[0], "x"
    )
    plan = holdout.whole_plan(idle, workspace.shelf())
    sealed = holdout.sealed_of(registry.find("small"), plan)
    found = holdout.look(plan, sealed, {"alpha": 0.025, "attempt": 1}, Subject(), 5)
    # Holding the benchmark is no edge over it.
    assert found.values["p"] > 0.025


def test_how_an_attempt_ended_stands_on_record_either_way():
    from ladder_cases import record

    found = holdout.closed(record("holdout"))
    assert found["values"]["p"] == 0.01
    assert found["evidence"] == record("holdout").hash
    assert holdout.closed(None, "Blocked: too few") == {"failed": "Blocked: too few"}
    assert replace(record("holdout"), source="x").hash == record("holdout").hash
