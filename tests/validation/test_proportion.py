"""Wilson's interval: published values, what it never does, and how often it holds the truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from tradewright.validation.proportion import wilson_interval


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_equals_the_table_of_newcombe_1998(successes, trials, low, high):
    # Statistics in Medicine 17(8), table I, method 3: score without continuity correction, 95 %.
    found = wilson_interval(successes, trials)
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_the_interval_equals_a_peer():
    peer = binomtest(13, 20).proportion_ci(0.9, method="wilson")
    found = wilson_interval(13, 20, 0.9)
    assert (found.low, found.high) == (pytest.approx(peer.low), pytest.approx(peer.high))


@given(st.integers(1, 5_000), st.data())
def test_it_holds_the_observed_share_and_stays_between_zero_and_one(trials, data):
    successes = data.draw(st.integers(0, trials))
    found = wilson_interval(successes, trials)
    assert 0.0 <= found.low <= successes / trials <= found.high <= 1.0
    assert found.low < found.high


@given(st.integers(1, 500), st.data())
def test_failures_mirror_successes(trials, data):
    successes = data.draw(st.integers(0, trials))
    one, other = wilson_interval(successes, trials), wilson_interval(trials - successes, trials)
    assert one.low == pytest.approx(1.0 - other.high, abs=1e-12)


@pytest.mark.parametrize(("successes", "trials"), [(-1, 5), (6, 5), (0, 0)])
def test_counts_that_do_not_fit_are_refused(successes, trials):
    with pytest.raises(ValueError, match="no count"):
        wilson_interval(successes, trials)


@pytest.mark.parametrize("level", [0.0, 1.0, 1.5, float("nan")])
def test_a_level_that_is_no_probability_is_refused(level):
    with pytest.raises(ValueError, match="between 0 and 1"):
        wilson_interval(1, 5, level)


def test_over_all_true_shares_it_covers_as_often_as_it_says(record_property):
    # Exact, not simulated: every count weighed by its binomial probability.
    bounds = [wilson_interval(count, 50) for count in range(51)]
    low, high = (np.array([getattr(one, end) for one in bounds]) for end in ("low", "high"))
    shares = np.linspace(0.01, 0.99, 197)
    held = [np.sum(binom.pmf(np.arange(51), 50, share)[(low <= share) & (share <= high)]) for share in shares]
    record_property("coverage", float(np.mean(held)))
    assert np.mean(held) == pytest.approx(0.95, abs=0.01)
    assert min(held) > 0.83
