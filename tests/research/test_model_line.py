"""Lines of models: stages from rows alone, promotion on evidence, the way back, and what tries cost."""

import pytest

from tradewright.research.model_line import ALPHA, FRESH_NS, Compared, ModelStage
from tradewright.research.model_registry import ModelRegistry
from tradewright.research.trials import TrialLedger
from tradewright.values.errors import Blocked, InvalidOption, StorageFailure


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


def compared(registry, challenger, champion, is_better=True, data="d"):
    alpha = registry.line("main").next_alpha()
    told = {"doubts": [] if is_better else ["not shown: its mean loss is lower (p 0.4)"]}
    return registry.compared("main", alpha, Compared(0, challenger, champion, data, is_better, alpha, told))


def led(registry, *champions):
    """Each model beats the one before and takes its place."""
    before = "naive"
    for version in champions:
        compared(registry, version, before)
        before = registry.promote("main", version, "naive", "Ada").champion
    return registry.line("main")


def test_a_model_goes_from_candidate_through_shadow_to_champion_and_retires(registry):
    stages = [registry.line("main").stage_of("a")]
    compared(registry, "a", "naive")
    stages.append(registry.line("main").stage_of("a"))
    stages.append(registry.promote("main", "a", "naive", "Ada").stage_of("a"))
    compared(registry, "b", "a")
    stages.append(registry.promote("main", "b", "naive", "Ada").stage_of("a"))
    wanted = ModelStage.CANDIDATE, ModelStage.SHADOW, ModelStage.CHAMPION, ModelStage.RETIRED
    assert tuple(stages) == wanted


def test_a_rollback_goes_to_the_former_champion_step_by_step_and_retires_the_present_one(registry):
    assert led(registry, "a", "b", "c").former == ("a", "b")
    line = registry.roll_back("main", "Ada", "it forecasts nothing")
    assert (line.champion, line.former, line.stage_of("c")) == ("b", ("a",), ModelStage.RETIRED)
    assert registry.roll_back("main", "Ada", "nor this").champion == "a"
    with pytest.raises(Blocked, match="had no champion before this one"):
        registry.roll_back("main", "Ada", "further")
    with pytest.raises(Blocked, match="c is retired"):
        registry.promote("main", "c", "naive", "Ada")


def test_what_was_said_and_by_whom_is_on_record(registry):
    led(registry, "a", "b")
    registry.roll_back("main", " Ada ", "it forecasts nothing")
    last = registry.rows_of("a")[-1]
    assert last.kind.value == "model-rolled-back"
    assert '"by": "Ada"' in last.body and '"before": "b"' in last.body and "forecasts nothing" in last.body


@pytest.mark.parametrize(
    ("opponent", "is_better", "days", "told"),
    [
        ("", True, 0, "was never compared with naive in 'main'. First: tradewright models compare a naive"),
        ("other", True, 0, "was never compared with naive"),
        ("naive", False, 0, "not shown to be better than naive: not shown: its mean loss is lower"),
        ("naive", True, 8, "older than 7 days"),
    ],
)
def test_a_promotion_without_fresh_evidence_against_the_right_model_is_refused(
    registry, clock, opponent, is_better, days, told
):
    if opponent:
        compared(registry, "a", opponent, is_better)
    clock.now += days * FRESH_NS // 7
    with pytest.raises(Blocked, match=told):
        registry.promote("main", "a", "naive", "Ada")
    assert registry.line("main").champion == ""


def test_evidence_against_an_earlier_champion_promotes_nobody(registry):
    led(registry, "a")
    compared(registry, "b", "a")
    compared(registry, "c", "a")
    registry.promote("main", "b", "naive", "Ada")
    with pytest.raises(Blocked, match="c was never compared with b"):
        registry.promote("main", "c", "naive", "Ada")


def test_the_latest_comparison_counts_not_the_best_one(registry):
    compared(registry, "a", "naive", True, "d")
    compared(registry, "a", "naive", False, "later")
    with pytest.raises(Blocked, match="not shown to be better"):
        registry.promote("main", "a", "naive", "Ada")


@pytest.mark.parametrize("by", ["", "  "])
def test_nobody_moves_a_line_without_a_name_and_nobody_goes_back_without_a_reason(registry, by):
    led(registry, "a", "b")
    compared(registry, "c", "b")
    with pytest.raises(InvalidOption, match="Give --by PERSON"):
        registry.promote("main", "c", "naive", by)
    with pytest.raises(InvalidOption, match="Give --by PERSON"):
        registry.roll_back("main", by, "why")
    with pytest.raises(InvalidOption, match="says why"):
        registry.roll_back("main", "Ada", by)


def test_all_comparisons_under_one_champion_spend_alpha_once(registry):
    spent = [compared(registry, f"m{place}", "naive", False).alpha for place in range(30)]
    assert spent == sorted(spent, reverse=True) and 0.9 * ALPHA < sum(spent) < ALPHA
    line = registry.line("main")
    assert line.same_comparison("m3", "naive", "d").alpha == spent[3]
    assert line.same_comparison("m3", "naive", "other") is None
    compared(registry, "a", "naive")
    assert registry.promote("main", "a", "naive", "Ada").next_alpha() == pytest.approx(spent[0])


def test_two_who_compare_at_the_same_time_do_not_both_spend_the_same(registry):
    alpha = registry.line("main").next_alpha()
    compared(registry, "a", "naive")
    with pytest.raises(Blocked, match="Compare again"):
        registry.compared("main", alpha, Compared(0, "b", "naive", "d", True, alpha, {}))


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
