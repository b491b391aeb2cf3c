"""The probability of backtest overfitting: its definition, and what worthless and good candidates show."""

from itertools import combinations

import numpy as np
import pytest
from return_families import FAMILIES, normal

from tradewright.validation.overfitting import probability_of_overfitting

BARS, CANDIDATES, GROUPS = 300, 15, 8


def noise(seed: int) -> np.ndarray:
    return normal(CANDIDATES, BARS, seed).T


def test_it_is_what_the_paper_defines_split_by_split():
    columns, groups = normal(5, 90, 1).T, np.array_split(np.arange(90), 6)
    ranks = []
    for half in combinations(range(6), 3):
        inside = np.concatenate([groups[g] for g in half])
        outside = np.setdiff1d(np.arange(90), inside)
        here, there = (columns[rows].mean(axis=0) / columns[rows].std(axis=0) for rows in (inside, outside))
        ranks.append((np.sum(there < there[np.argmax(here)]) + 1) / 6)
    found = probability_of_overfitting(columns, 6)
    assert found.ranks == pytest.approx(ranks)
    assert found.probability == np.mean(np.array(ranks) <= 0.5)
    assert (found.candidates, found.groups) == (5, 6)


@pytest.mark.parametrize("family", FAMILIES)
def test_for_worthless_candidates_it_is_about_one_half_and_its_interval_says_so(family, record_property):
    found = [
        probability_of_overfitting(FAMILIES[family](CANDIDATES, BARS, seed).T, GROUPS) for seed in range(100)
    ]
    mean = np.mean([one.probability for one in found])
    held = np.mean([one.interval.low <= 0.5 <= one.interval.high for one in found])
    record_property("mean", float(mean))
    record_property("coverage", float(held))
    assert 0.43 <= mean <= 0.6
    assert held >= 0.89


def test_it_falls_below_one_half_on_many_worthless_searches_and_so_gates_nothing():
    below = np.mean([probability_of_overfitting(noise(seed), GROUPS).probability < 0.5 for seed in range(60)])
    assert 0.3 <= below <= 0.65


def test_a_lasting_edge_brings_it_near_zero():
    columns = noise(2)
    columns[:, 3] += 0.4
    found = probability_of_overfitting(columns, GROUPS)
    assert found.probability < 0.02
    assert found.interval.low == 0.0


def test_an_edge_that_turns_around_brings_it_near_one():
    columns = 0.1 * noise(3)
    half = np.repeat([1.0, -1.0], BARS // 2)[:, None]
    found = probability_of_overfitting(columns + half * np.linspace(-0.3, 0.3, CANDIDATES), GROUPS)
    assert found.probability > 0.7


def test_identical_candidates_are_no_better_than_the_median():
    found = probability_of_overfitting(np.repeat(noise(4)[:, :1], 1_000, axis=1), GROUPS)
    assert (found.probability, found.interval.low, found.interval.high) == (1.0, 1.0, 1.0)
    assert set(found.ranks) == {0.5}


def test_scale_and_order_of_candidates_do_not_matter():
    columns = noise(5)
    found, turned = (probability_of_overfitting(c, GROUPS) for c in (columns, 4.0 * columns[:, ::-1]))
    assert found.ranks == pytest.approx(turned.ranks)


def test_splits_compared_in_parts_give_the_same(monkeypatch):
    whole = probability_of_overfitting(noise(6), GROUPS)
    monkeypatch.setattr("tradewright.validation.overfitting.SPLITS_AT_ONCE", 7)
    assert probability_of_overfitting(noise(6), GROUPS).ranks.tolist() == whole.ranks.tolist()


def test_a_candidate_that_stood_still_has_a_ratio_of_zero():
    columns = noise(7) - 1.0
    columns[:, 2] = 0.0
    assert probability_of_overfitting(columns, GROUPS).probability == 0.0


@pytest.mark.parametrize(
    ("columns", "groups", "words"),
    [(noise(1)[:, :1], 8, "at least two"), (noise(1), 7, "7 groups"), (noise(1), 4, "4 groups"),
     (noise(1), 18, "18 groups"), (noise(1)[:35], 8, "35 bars for 8 groups"),
     (np.where(np.arange(CANDIDATES) == 1, np.nan, noise(1)), 8, "candidate 1 holds"),
     (np.where(np.arange(CANDIDATES) == 1, 0.1, noise(1)), 8, "candidate 1 does not vary"),
     (np.zeros(50), 8, "bars x candidates")],
    ids=["one", "odd", "few", "many", "short", "nan", "constant", "row"],
)  # fmt: skip
def test_records_that_cannot_be_halved_or_compared_are_refused(columns, groups, words):
    with pytest.raises(ValueError, match=words):
        probability_of_overfitting(columns, groups)
