"""Lines of models: stages from rows alone, promotion on evidence, the way back, and what tries cost."""

import json
import math
from dataclasses import replace

import pytest

from tradewright.research.model_line import ALPHA, FRESH_NS, Compared, ModelStage, Now
from tradewright.research.model_registry import ModelRegistry
from tradewright.research.trials import TrialLedger
from tradewright.values.errors import Blocked, InvalidOption, NotFound, StorageFailure


class Clock:
    """Moves when told."""

    now = 1_700_000_000_000_000_000

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def registry(tmp_path, clock):
    return ModelRegistry(TrialLedger(tmp_path / "ledger.sqlite"), clock)


def compared(registry, challenger, champion, is_better=True, data="d", **other):
    alpha, is_again = registry.price(challenger, champion, data, "walk")
    told = {"doubts": [] if is_better else ["not shown: its mean loss is lower (p 0.4)"]}
    made = Compared(
        0, challenger, champion, data, "walk", "s1", "code", "real", is_better, alpha, told, is_again
    )
    return registry.compared("main", replace(made, **other))


def promote(registry, version, opponent="naive", by="Ada"):
    return registry.promote("main", version, opponent, by, Now(registry.clock(), "code", "walk", "s1"))


def back(registry, by, reason):
    former = registry.line("main").former
    return registry.roll_back("main", former[-1] if former else "", by, reason)


def led(registry, *champions):
    """Each model beats the one before and takes its place."""
    before = "naive"
    for version in champions:
        compared(registry, version, before)
        before = promote(registry, version).champion
    return registry.line("main")


def test_a_model_goes_from_candidate_through_shadow_to_champion_and_retires(registry):
    stages = [registry.line("main").stage_of("a")]
    compared(registry, "a", "naive")
    stages.append(registry.line("main").stage_of("a"))
    stages.append(promote(registry, "a").stage_of("a"))
    compared(registry, "b", "a")
    stages.append(promote(registry, "b").stage_of("a"))
    wanted = ModelStage.CANDIDATE, ModelStage.SHADOW, ModelStage.CHAMPION, ModelStage.RETIRED
    assert tuple(stages) == wanted


def test_a_rollback_goes_to_the_former_champion_step_by_step_and_retires_the_present_one(registry):
    assert led(registry, "a", "b", "c").former == ("a", "b")
    line = back(registry, "Ada", "it forecasts nothing")
    assert (line.champion, line.former, line.stage_of("c")) == ("b", ("a",), ModelStage.RETIRED)
    assert back(registry, "Ada", "nor this").champion == "a"
    with pytest.raises(Blocked, match="had no champion before this one"):
        back(registry, "Ada", "further")
    with pytest.raises(Blocked, match="c is retired"):
        promote(registry, "c")


def test_a_first_champion_can_be_withdrawn_and_the_next_must_beat_a_naive_model_again(registry):
    led(registry, "a")
    with pytest.raises(Blocked, match=r"nothing to go back to\. To withdraw it: tradewright models retire a"):
        back(registry, "Ada", "it forecasts nothing")
    line = registry.retire("main", "a", "Ada", "it forecasts nothing")
    assert (line.champion, line.former, line.stage_of("a")) == ("", (), ModelStage.RETIRED)
    with pytest.raises(Blocked, match="a is retired"):
        promote(registry, "a")
    with pytest.raises(Blocked, match="b was never compared with naive"):
        promote(registry, "b")
    assert led(registry, "b").champion == "b"


def test_a_withdrawn_champion_leaves_its_place_empty_until_somebody_goes_back(registry):
    led(registry, "a", "b")
    assert registry.retire("main", "b", "Ada", "no").former == ("a",)
    line = back(registry, "Ada", "to the one before")
    assert (line.champion, line.former) == ("a", ()) and "" not in line.stages


def test_nobody_goes_back_to_a_former_champion_that_was_withdrawn(registry):
    led(registry, "a", "b", "c")
    line = registry.retire("main", "b", "Ada", "it was trained on a broken feed")
    assert (line.champion, line.former) == ("c", ("a",))
    assert json.loads(registry.rows_of("b")[-1].body)["was"] == "former champion"
    assert back(registry, "Ada", "nor c").champion == "a"


def test_a_withdrawal_says_who_why_and_what_spoke_against_the_model(registry):
    led(registry, "a")
    registry.checked("main", "a", {"drifted": ["rsi"], "untold": [], "rows": 9, "dataset": "walk"})
    compared(registry, "b", "a")
    registry.retire("main", "a", " Ada ", "it drifted")
    told = json.loads(registry.rows_of("a")[-1].body)
    wanted = {"by": "Ada", "reason": "it drifted", "was": "champion", "drifted": ["rsi"], "beaten_by": ["b"]}
    assert told == wanted


@pytest.mark.parametrize(
    ("version", "by", "reason", "error", "words"),
    [
        ("a", "", "why", InvalidOption, "Give --by PERSON"),
        ("a", "Ada", " ", InvalidOption, "A withdrawal says why"),
        ("x", "Ada", "why", NotFound, "knows no model 'x'. On record there: a, ab, cd, ce"),
        ("", "Ada", "why", NotFound, "knows no model ''"),
        ("c", "Ada", "why", InvalidOption, "2 models begin with 'c'. Say more: cd, ce"),
    ],
)
def test_a_withdrawal_that_nobody_answers_for_or_of_nobody_is_refused(
    registry, version, by, reason, error, words
):
    led(registry, "a")
    for challenger in ("ab", "cd", "ce"):
        compared(registry, challenger, "a")
    with pytest.raises(error, match=words):
        registry.retire("main", version, by, reason)


def test_the_way_out_names_the_line(registry):
    made = replace(compared(registry, "a", "naive"), at=0, is_again=True)
    registry.compared("shadow", made)
    now = Now(registry.clock(), "code", "walk", "s1")
    registry.promote("shadow", "a", "naive", "Ada", now)
    with pytest.raises(Blocked, match="tradewright models retire a --line shadow"):
        registry.roll_back("shadow", "", "Ada", "why")


def test_what_is_withdrawn_is_not_withdrawn_again(registry):
    led(registry, "only")
    registry.retire("main", "on", "Ada", "no")
    with pytest.raises(Blocked, match="only is retired, and nobody can go back to it"):
        registry.retire("main", "only", "Ada", "no")


def test_what_was_said_and_by_whom_is_on_record(registry):
    led(registry, "a", "b")
    back(registry, " Ada ", "it forecasts nothing")
    last = registry.rows_of("a")[-1]
    assert last.kind.value == "model-rolled-back"
    assert '"by": "Ada"' in last.body and '"before": "b"' in last.body and "forecasts nothing" in last.body


@pytest.mark.parametrize(
    ("opponent", "is_better", "days", "told"),
    [
        (
            "",
            True,
            0,
            "with naive in 'main' .missing.. First: tradewright models compare a NAIVE, NAIVE the id of",
        ),
        ("other", True, 0, "was never compared with naive"),
        ("naive", False, 0, "not shown to be better than naive: not shown: its mean loss is lower"),
        ("naive", True, 8, "older than 7 days .stale.. First"),
    ],
)
def test_a_promotion_without_fresh_evidence_against_the_right_model_is_refused(
    registry, clock, opponent, is_better, days, told
):
    if opponent:
        compared(registry, "a", opponent, is_better)
    clock.now += days * FRESH_NS // 7
    with pytest.raises(Blocked, match=told):
        promote(registry, "a")
    assert registry.line("main").champion == ""


def test_evidence_against_an_earlier_champion_promotes_nobody(registry):
    led(registry, "a")
    compared(registry, "b", "a")
    compared(registry, "c", "a")
    promote(registry, "b")
    with pytest.raises(Blocked, match="c was never compared with b"):
        promote(registry, "c")


def test_the_latest_comparison_counts_not_the_best_one(registry):
    compared(registry, "a", "naive", True, "d")
    compared(registry, "a", "naive", False, "later")
    with pytest.raises(Blocked, match="not shown to be better"):
        promote(registry, "a")


@pytest.mark.parametrize("by", ["", "  "])
def test_nobody_moves_a_line_without_a_name_and_nobody_goes_back_without_a_reason(registry, by):
    led(registry, "a", "b")
    compared(registry, "c", "b")
    with pytest.raises(InvalidOption, match="Give --by PERSON"):
        promote(registry, "c", by=by)
    with pytest.raises(InvalidOption, match="Give --by PERSON"):
        back(registry, by, "why")
    with pytest.raises(InvalidOption, match="says why"):
        back(registry, "Ada", by)


def test_all_comparisons_with_one_champion_spend_alpha_once_in_every_line(registry):
    spent = [compared(registry, f"m{place}", "naive", False).alpha for place in range(30)]
    assert spent == sorted(spent, reverse=True) and 0.9 * ALPHA < sum(spent) < ALPHA
    assert registry.price("m31", "naive", "d", "walk")[0] < spent[-1]
    compared(registry, "a", "naive")
    promote(registry, "a")
    assert registry.price("b", "a", "d", "walk") == (pytest.approx(spent[0]), False)


def test_a_champion_that_came_back_was_compared_before(registry):
    led(registry, "a")
    for place in range(3):
        compared(registry, f"m{place}", "a", False)
    compared(registry, "b", "a")
    promote(registry, "b")
    back(registry, "Ada", "no")
    assert registry.price("c", "a", "d", "walk")[0] == pytest.approx(ALPHA * 6.0 / (math.pi * 5) ** 2)


def test_who_was_chosen_among_many_pays_for_the_choice(registry):
    for place in range(30):
        registry.trained("main", f"m{place}", {"dataset": "walk", "seconds": 1.0})
        registry.trained("other", f"o{place}", {"dataset": "elsewhere", "seconds": 1.0})
    first = ALPHA * 6.0 / math.pi**2
    assert compared(registry, "m7", "naive").alpha == pytest.approx(first / 30)
    assert registry.price("m8", "naive", "d", "walk")[0] == pytest.approx(first / 4 / 29)


def test_the_same_comparison_again_costs_nothing_and_is_fresh(registry, clock):
    spent = compared(registry, "a", "naive").alpha
    clock.now += 8 * FRESH_NS // 7
    with pytest.raises(Blocked, match="older than 7 days"):
        promote(registry, "a")
    again = compared(registry, "a", "naive")
    assert (again.alpha, again.is_again, again.at) == (spent, True, clock.now)
    assert promote(registry, "a").champion == "a"
    assert registry.price("b", "naive", "d", "walk")[0] == pytest.approx(spent / 4)


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"origin": "synthetic"}, "synthetic"),
        ({"origin": ""}, "unvouched"),
        ({"code": "another"}, "wrong_code"),
        ({"dataset": "else"}, "wrong_data"),
        ({"snapshot": "s0"}, "stale"),
    ],
)
def test_evidence_that_is_not_sound_promotes_nobody_and_says_why(registry, other, code):
    if "dataset" in other:
        other = {**other, "alpha": registry.price("a", "naive", "d", "else")[0]}
    compared(registry, "a", "naive", **other)
    with pytest.raises(Blocked, match=rf"\[{code}\]"):
        promote(registry, "a")


def test_evidence_of_a_time_to_come_is_none(registry, clock):
    compared(registry, "a", "naive")
    clock.now -= 1
    with pytest.raises(Blocked, match="future"):
        promote(registry, "a")


def test_two_who_compare_at_the_same_time_do_not_both_spend_the_same(registry):
    alpha, _ = registry.price("b", "naive", "d", "walk")
    compared(registry, "a", "naive")
    with pytest.raises(Blocked, match="Compare again"):
        compared(registry, "b", "naive", alpha=alpha)


@pytest.mark.parametrize("name", ["", " ", "a b"])
def test_a_line_without_a_name_is_none(registry, name):
    with pytest.raises(InvalidOption, match="no name for a line"):
        registry.line(name)


def test_lines_do_not_touch_each_other_nor_the_ladder(registry):
    led(registry, "a")
    assert registry.line("other").champion == "" and registry.names() == ["main"]
    assert registry.ledger.ladder() == [] and registry.ledger.count("") == 0


def test_a_row_that_was_changed_shows(registry, tmp_path):
    led(registry, "a")
    import sqlite3

    with sqlite3.connect(tmp_path / "ledger.sqlite") as connection:
        connection.execute("DROP TRIGGER no_update")
        connection.execute("UPDATE events SET trial = 'b' WHERE kind = 'model-promoted'")
    with pytest.raises(StorageFailure, match="was changed at row 2"):
        TrialLedger(tmp_path / "ledger.sqlite")


def test_two_who_roll_back_at_the_same_time_go_one_step(registry):
    led(registry, "a", "b", "c")
    registry.roll_back("main", "b", "Ada", "no")
    with pytest.raises(Blocked, match="Somebody else moved 'main' meanwhile"):
        registry.roll_back("main", "b", "Bob", "no")


def test_a_free_repeat_is_no_later_answer(registry):
    compared(registry, "a", "naive", True, "horizon 1")
    compared(registry, "a", "naive", False, "horizon 5")
    assert compared(registry, "a", "naive", True, "horizon 1").is_again
    with pytest.raises(Blocked, match="not shown to be better"):
        promote(registry, "a")
