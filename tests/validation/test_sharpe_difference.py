"""Two Sharpe ratios compared: the tests' size under equal ratios, their power, and what they refuse."""

import math

import numpy as np
import pytest
from return_families import FAMILIES, autoregressive, normal

from tradewright.validation.bootstrap import BootstrapOptions
from tradewright.validation.sharpe import sharpe_per_bar
from tradewright.validation.sharpe_difference import difference_by_bootstrap, difference_by_hac

BARS = 500


def pairs(family: str, records: int, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Records that share half of their variance and have the same true ratio, 1 a year on daily bars."""
    own, other, common = (FAMILIES[family](records, BARS, seed + k) for k in range(3))
    root = math.sqrt(0.5)
    return [
        (root * (a + c) + 1 / math.sqrt(252), 2.0 * (root * (b + c) + 1 / math.sqrt(252)))
        for a, b, c in zip(own, other, common, strict=True)
    ]


def options(seed: int, draws: int = 199) -> BootstrapOptions:
    return BootstrapOptions(seed, draws)


def test_the_difference_is_that_of_the_two_ratios():
    one, other = normal(1, BARS, 1)[0] + 0.1, normal(1, BARS, 2)[0]
    expected = sharpe_per_bar(one).value - sharpe_per_bar(other).value
    assert difference_by_hac(one, other).difference == pytest.approx(expected)
    assert difference_by_bootstrap(one, other, options(1)).difference == pytest.approx(expected)


def test_the_error_for_independent_normal_records_is_that_of_jobson_and_korkie_1981():
    # Memmel's (2003) correction of it: 2 - 2 rho + (s1^2 + s2^2 - 2 s1 s2 rho^2) / 2, over T.
    shared, one, other = normal(3, 100_000, 3)
    rho = 0.6
    mine = math.sqrt(rho) * shared + math.sqrt(1 - rho) * one + 0.3
    theirs = math.sqrt(rho) * shared + math.sqrt(1 - rho) * other + 0.1
    spread = 2 - 2 * rho + 0.5 * (0.3**2 + 0.1**2 - 2 * 0.3 * 0.1 * rho**2)
    assert difference_by_hac(mine, theirs).error == pytest.approx(math.sqrt(spread / 100_000), rel=0.03)


@pytest.mark.parametrize("family", FAMILIES)
def test_equal_ratios_are_told_apart_about_as_often_as_p_says(family, record_property):
    found = [
        difference_by_bootstrap(one, other, options(number)).p
        for number, (one, other) in enumerate(pairs(family, 300, 40))
    ]
    size = float(np.mean(np.array(found) <= 0.05))
    record_property("size", float(size))
    # 300 pairs: a nominal 5 % shows between 2.7 and 7.7 % in nineteen cases of twenty.
    assert 0.015 <= size <= 0.08


def test_a_real_difference_is_found(record_property):
    found = [
        difference_by_bootstrap(one + 0.15, other, options(number)).p
        for number, (one, other) in enumerate(pairs("autoregressive", 100, 50))
    ]
    power = float(np.mean(np.array(found) <= 0.05))
    record_property("power", float(power))
    assert power > 0.6


def test_an_error_blind_to_autocorrelation_would_reject_too_often():
    records = autoregressive(400, BARS, 900, memory=0.5).reshape(200, 2, BARS)
    blind = math.sqrt(2.0 / BARS)
    rejected = sum(abs(difference_by_hac(*pair).difference) > 1.96 * blind for pair in records)
    assert rejected / 200 > 0.15


def test_swapping_the_records_turns_the_difference_and_keeps_p():
    one, other = normal(2, BARS, 7)
    here, there = difference_by_hac(one, other), difference_by_hac(other, one)
    assert here.difference == -there.difference
    assert here.p == pytest.approx(there.p)


def test_the_same_seed_and_words_give_the_same_p():
    one, other = normal(2, BARS, 8)
    first, again = (difference_by_bootstrap(one, other, options(3), "a") for _ in range(2))
    assert first == again


def test_p_is_never_zero():
    one, other = normal(2, BARS, 9)
    assert difference_by_bootstrap(one + 5.0, other - 5.0, options(1)).p == 1 / 200
    assert difference_by_hac(one + 5.0, other - 5.0).p > 0.0


@pytest.mark.parametrize("test", [difference_by_hac, lambda a, b: difference_by_bootstrap(a, b, options(1))])
@pytest.mark.parametrize(
    ("one", "other", "words"),
    [(normal(1, 100, 1)[0], normal(1, 99, 1)[0], r"shapes \(100,\) and \(99,\)"),
     (normal(1, 100, 1)[0], np.full(100, 0.01), "second record: the returns do not vary"),
     (np.full(100, np.nan), normal(1, 100, 1)[0], "first record: 100 of 100 returns are not numbers"),
     (np.array([0.1]), np.array([0.2]), "first record: needs at least 3"),
     (normal(1, 100, 1)[0], normal(1, 100, 1)[0], "move as one")],
    ids=["lengths", "constant", "nan", "one", "identical"],
)  # fmt: skip
def test_records_that_cannot_be_compared_are_refused_with_the_reason(test, one, other, words):
    with pytest.raises(ValueError, match=words):
        test(one, other)
