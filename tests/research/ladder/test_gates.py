"""Gates are data: what the file may say, and the first mistakes of whoever writes one."""

from importlib.resources import files

import pytest

from tradewright.research.ladder.gates import default_gates, gates_from
from tradewright.research.ladder.kinds import KINDS
from tradewright.research.ladder.stages import RUNGS, Stage
from tradewright.values.errors import BadInput, InvalidOption, TradewrightError, UnknownName

TEXT = files("tradewright.research.ladder").joinpath("gates.toml").read_text()


def changed(old: str, new: str) -> str:
    assert old in TEXT, old
    return TEXT.replace(old, new, 1)


def limit_of(stage: Stage, code: str) -> float | None:
    (found,) = [one for one in default_gates().asked[stage] if one.code == code]
    return found.options.limit


def test_the_defaults_are_those_that_the_project_promises():
    gates = default_gates()
    assert gates.freshness_hours == 168.0
    assert limit_of(Stage.BACKTESTED, "round_trips") == 50
    assert limit_of(Stage.SHADOW, "paper_sessions") == 30
    assert limit_of(Stage.SHADOW, "paper_fills") == 60
    assert limit_of(Stage.SHADOW, "drift") == 0.15
    (drift,) = [one for one in gates.asked[Stage.SHADOW] if one.code == "drift"]
    assert drift.options.warn_above == 0.12


def test_a_stage_may_move_a_limit_of_its_own():
    assert limit_of(Stage.SELECTED, "luck") == 0.05
    assert limit_of(Stage.LIVE_1, "luck") == 0.01


def test_every_gate_is_asked_by_some_stage():
    gates = default_gates()
    asked = {one.code for stage in RUNGS[1:] for one in gates.asked[stage]}
    declared = {line[7:-1] for line in TEXT.splitlines() if line.startswith("[gates.")}
    assert asked == declared


def test_every_kind_of_evidence_is_asked_by_some_gate():
    gates = default_gates()
    assert {one.options.kind for one in gates.up_to(Stage.FULL)} == set(KINDS)


def test_a_stage_asks_all_that_the_stages_below_it_ask():
    gates = default_gates()
    before: set[tuple[str, Stage]] = set()
    for stage in RUNGS[1:]:
        asked = {(one.code, one.stage) for one in gates.up_to(stage)}
        assert before <= asked
        before = asked


def test_made_up_data_may_practise_up_to_paper_and_nowhere_above():
    gates = default_gates()
    for stage in RUNGS[1:]:
        wanted = stage.height <= Stage.PAPER.height
        assert all(one.practice is wanted for one in gates.up_to(stage))


def test_outside_the_climb_nothing_is_asked():
    assert default_gates().up_to(Stage.HALTED) == ()
    assert default_gates().up_to(Stage.IDEA) == ()


def test_equal_files_have_equal_digests_and_other_files_others():
    assert gates_from(TEXT, "a").digest == gates_from(TEXT + "\n# a remark\n", "b").digest
    assert gates_from(changed("at_least = 50.0", "at_least = 40.0"), "a").digest != default_gates().digest


@pytest.mark.parametrize(
    ("old", "new", "error", "words"),
    [
        ("freshness_hours = 168.0", "freshness_hours = 0", InvalidOption, "freshness_hours"),
        ("freshness_hours = 168.0", "freshness_hours = inf", InvalidOption, "Give a number"),
        ("freshness_hours = 168.0", "freshness_hors = 168.0", InvalidOption, "freshness_hors"),
        ("[stages.shadow]", "[stages.shadw]", UnknownName, "Did you mean 'shadow'"),
        ("[stages.shadow]", "[stages.halted]", InvalidOption, "lacks .stages.shadow"),
        ('ask = "drift.share"', 'ask = "drft.share"', UnknownName, "Did you mean 'drift'"),
        ('ask = "drift.share"', 'ask = "drift.shore"', UnknownName, "Did you mean 'share'"),
        ("at_most = 0.15", "at_most = nan", InvalidOption, "drift = nan"),
        ("at_most = 0.15", "", InvalidOption, "compares with nothing"),
        ("at_most = 0.15", "at_most = 0.15\nat_least = 0.1", InvalidOption, "at_least, at_most"),
        ("at_most = 0.15", "is = true", InvalidOption, "cannot compare drift.share with is"),
        (
            'ask = "replay.is_equal"\nis = true',
            'ask = "replay.is_equal"\nabove = 0.0',
            InvalidOption,
            "above",
        ),
        ('ask = "drift.share"', 'ask = "causality.code"', InvalidOption, "cannot compare causality.code"),
        ('deflated_sharpe"\nreported = true', 'deflated_sharpe"\nreported = false', InvalidOption, "exactly"),
        ('"exits", "drawdown"', '"exits", "drawdwn"', UnknownName, "Did you mean 'drawdown'"),
        ("at = { luck = 0.01 }", "at = { drift = 0.01 }", InvalidOption, "which it does not ask"),
        ("at = { luck = 0.01 }", "at = { luck = inf }", InvalidOption, "Give a number"),
        ("approvals = 1", "approvals = 0", InvalidOption, "approvals"),
        ("alpha = 0.05", "alpha = 1.5", InvalidOption, "alpha"),
    ],
)
def test_a_mistake_in_the_file_is_named(old, new, error, words):
    with pytest.raises(error, match=words):
        gates_from(changed(old, new), "own.toml")


@pytest.mark.parametrize("text", ["", "freshness_hours = 1.0", "[gates]", "= 3"])
def test_half_a_file_is_refused(text):
    with pytest.raises(TradewrightError, match=r"own\.toml"):
        gates_from(text, "own.toml")


def test_what_is_no_toml_says_so():
    with pytest.raises(BadInput, match="is not TOML"):
        gates_from("gates = [", "own.toml")
