"""A bar is met, missed, or open with a reason; nothing that did not run ever counts as met."""

import pytest
from benchmarks.verdict import AIM, MET, MISSED, OPEN, TOLD, Bar, fastest, judge

FLOOR = Bar("over the floor", ("mine",), ("floor",), 8.0, at_most=True, aim=4.0)
FASTER = Bar("peer over mine", ("peer a", "peer b"), ("mine",), 8.0, at_most=False)


@pytest.mark.parametrize(("mine", "status"), [(3.0, AIM), (6.0, MET), (9.0, MISSED)])
def test_a_multiple_of_the_floor_is_held_against_aim_and_limit(mine: float, status: str):
    judged = judge(FLOOR, {"mine": [mine], "floor": [1.0]}, {})
    assert (judged.status, judged.value) == (status, mine)


def test_exactly_the_limit_is_met():
    assert judge(FLOOR, {"mine": [8.0], "floor": [1.0]}, {}).status == MET


def test_the_fastest_of_several_peers_is_the_one_that_counts():
    judged = judge(FASTER, {"peer a": [90.0], "peer b": [70.0], "mine": [10.0]}, {})
    assert (judged.status, judged.value) == (MISSED, 7.0)
    assert judged.reason == "the fastest: peer b"


def test_a_peer_that_is_missing_leaves_the_others_to_be_compared():
    judged = judge(FASTER, {"peer a": [90.0], "mine": [10.0]}, {"peer b": "gone"})
    assert (judged.status, judged.value) == (MET, 9.0)


def test_a_bar_whose_peers_are_all_missing_is_open_and_says_why():
    judged = judge(FASTER, {"mine": [1.0]}, {"peer a": "peer not installed: make bench-peers"})
    assert (judged.status, judged.value) == (OPEN, None)
    assert judged.reason == "peer a: peer not installed: make bench-peers"


def test_a_bar_is_open_when_this_side_did_not_run():
    assert judge(FLOOR, {"floor": [1.0]}, {}).reason == "mine: did not run"


def test_the_figure_is_the_median_of_the_rounds_and_the_spread_their_extremes():
    judged = judge(FLOOR, {"mine": [3.0, 9.0, 4.0], "floor": [1.0, 1.0, 2.0]}, {})
    assert (judged.value, judged.low, judged.high) == (3.0, 2.0, 9.0)


def test_rounds_are_paired_so_that_a_slow_minute_slows_both_sides():
    judged = judge(FLOOR, {"mine": [4.0, 40.0], "floor": [1.0, 10.0]}, {})
    assert (judged.low, judged.high) == (4.0, 4.0)


def test_a_rate_is_work_over_time():
    rate = Bar("bars a second", (), ("mine",), 1e6, at_most=False, work=500_000.0)
    assert judge(rate, {"mine": [0.25]}, {}).value == 2e6
    assert judge(rate, {"mine": [1.0]}, {}).status == MISSED


def test_plain_seconds_are_held_against_patience():
    wait = Bar("help", ("help",), (), 0.4, at_most=True, unit="s")
    assert judge(wait, {"help": [0.3, 0.35, 0.5]}, {}).status == MET


def test_a_bar_without_a_limit_is_told_and_not_judged():
    told = Bar("backtrader over mine", ("peer a",), ("mine",), None, at_most=False)
    assert judge(told, {"peer a": [5.0], "mine": [1.0]}, {}).status == TOLD


def test_the_fastest_has_the_lowest_median_not_the_luckiest_run():
    assert fastest(("a", "b"), {"a": [1.0, 9.0, 9.0], "b": [5.0, 5.0, 5.0]}) == "b"
    assert fastest(("a",), {}) is None
