"""Adjusted p-values: against published tables, against each other, and by the error rates they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control, norm

from tradewright.validation.multiple_testing import (
    benjamini_hochberg,
    benjamini_yekutieli,
    bonferroni,
    holm,
)

METHODS = (bonferroni, holm, benjamini_hochberg, benjamini_yekutieli)
# Benjamini and Hochberg (1995), section 4.1: fifteen tests of a thrombolysis trial.
TRIAL = np.array([0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
                  0.5719, 0.6528, 0.7590, 1.0])  # fmt: skip
p_values = st.lists(st.floats(1e-12, 1.0), min_size=1, max_size=40).map(np.array)


def test_hochberg_and_bonferroni_reject_as_many_as_in_benjamini_and_hochberg_1995():
    assert np.count_nonzero(benjamini_hochberg(TRIAL) <= 0.05) == 4
    assert np.count_nonzero(bonferroni(TRIAL) <= 0.05) == 3


def test_adjusted_values_are_those_worked_by_hand():
    p = np.array([0.04, 0.01, 0.03])
    assert bonferroni(p) == pytest.approx([0.12, 0.03, 0.09])
    assert holm(p) == pytest.approx([0.06, 0.03, 0.06])
    assert benjamini_hochberg(p) == pytest.approx([0.04, 0.03, 0.04])
    assert benjamini_yekutieli(p) == pytest.approx(np.array([0.04, 0.03, 0.04]) * (1 + 1 / 2 + 1 / 3))


@given(p_values)
def test_discovery_rates_agree_with_a_peer(p):
    assert benjamini_hochberg(p) == pytest.approx(false_discovery_control(p, method="bh"))
    assert benjamini_yekutieli(p) == pytest.approx(false_discovery_control(p, method="by"))


@given(p_values)
def test_no_adjustment_lowers_a_p_value_or_leaves_zero_to_one(p):
    for method in METHODS:
        adjusted = method(p)
        assert np.all(adjusted >= p)
        assert np.all((adjusted > 0.0) & (adjusted <= 1.0))


@given(p_values)
def test_the_stricter_method_is_never_below_the_milder_one(p):
    assert np.all(bonferroni(p) >= holm(p))
    assert np.all(holm(p) >= benjamini_hochberg(p) * (1.0 - 1e-12))
    assert np.all(benjamini_yekutieli(p) >= benjamini_hochberg(p))


@given(p_values, st.randoms(use_true_random=False))
def test_the_order_of_tests_does_not_matter(p, shuffler):
    order = list(range(len(p)))
    shuffler.shuffle(order)
    for method in METHODS:
        assert method(p[order]) == pytest.approx(method(p)[order])


def test_one_test_needs_no_adjustment():
    for method in METHODS:
        assert method(np.array([0.03])).tolist() == [0.03]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("p", "words"),
    [([0.1, 0.0], r"p\[1\] = 0.0"), ([np.nan, 0.1], r"p\[0\] = nan"), ([1.1], "at most 1"),
     ([-0.1], "above 0"), ([], "at least one"), ([[0.1]], "one row")],
)  # fmt: skip
def test_what_is_no_p_value_is_refused_by_its_place(method, p, words):
    with pytest.raises(ValueError, match=words):
        method(np.array(p))


# The promised error rates, on tests of which some have nothing to find


def simulated_p(searches: int, tests: int, found: int, common: float, seed: int) -> np.ndarray:
    """One-sided p-values of equicorrelated normal tests; the first `found` have something to find."""
    rng = np.random.default_rng(seed)
    own, shared = rng.standard_normal((searches, tests)), rng.standard_normal((searches, 1))
    z = np.sqrt(1 - common) * own + np.sqrt(common) * shared
    z[:, :found] += 3.5
    return np.maximum(norm.sf(z), 1e-300)


@pytest.mark.parametrize("common", [0.0, 0.5])
@pytest.mark.parametrize("method", [bonferroni, holm])
def test_any_false_rejection_stays_within_five_per_cent(method, common):
    rejected = np.array([method(p) <= 0.05 for p in simulated_p(2_000, 20, 5, common, 1)])
    assert np.mean(rejected[:, 5:].any(axis=1)) <= 0.06
    assert np.mean(rejected[:, :5]) > 0.5


@pytest.mark.parametrize("common", [0.0, 0.5])
@pytest.mark.parametrize("method", [benjamini_hochberg, benjamini_yekutieli])
def test_the_share_of_false_discoveries_stays_within_five_per_cent(method, common):
    rejected = np.array([method(p) <= 0.05 for p in simulated_p(2_000, 20, 5, common, 2)])
    false, every = rejected[:, 5:].sum(axis=1), np.maximum(rejected.sum(axis=1), 1)
    assert np.mean(false / every) <= 0.055


def test_without_adjustment_twenty_worthless_tests_find_something_most_of_the_time():
    assert np.mean((simulated_p(500, 20, 0, 0.0, 3) <= 0.05).any(axis=1)) > 0.5
