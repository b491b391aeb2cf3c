"""What a pre-registered record is worth once all tries are priced: those at hand, and those that are not."""

import numpy as np
import pytest
from return_families import autoregressive, normal

from tradewright.validation.bootstrap import BootstrapOptions
from tradewright.validation.luck import chance_in_words, p_in_words
from tradewright.validation.search_price import SearchPrice, dearest, price_search
from tradewright.validation.selection import superior_ability

OPTIONS = BootstrapOptions(seed=1, draws=199)


def records(seed: int, edge: float = 0.0, candidates: int = 10, bars: int = 500) -> np.ndarray:
    columns = 0.01 * normal(candidates, bars, seed).T
    columns[:, 0] += edge
    return columns


def priced(columns: np.ndarray, draw: str = "search") -> SearchPrice:
    found = price_search(columns, "cash", OPTIONS, draw)
    assert isinstance(found, SearchPrice)
    return found


def test_the_price_is_that_of_the_first_record_among_all():
    columns = records(1, 0.001)
    found, whole = priced(columns), superior_ability(columns, OPTIONS, "search")
    assert (found.family_p, found.statistic) == (whole.adjusted[0], whole.statistics[0])
    assert (found.against, found.candidates, found.draws) == ("cash", 10, 199)


def test_a_lucky_neighbour_does_not_lend_its_p_value_to_the_reported_record():
    columns = records(2)
    columns[:, 5] += 0.004
    assert superior_ability(columns, OPTIONS, "search").p <= 0.05
    assert priced(columns).family_p > 0.05


def test_tries_without_a_record_add_what_students_law_says_each():
    found = priced(records(3, 0.002))
    assert (found.missing(10), found.missing(25), found.missing(4)) == (0, 15, 0)
    assert found.p(10) == found.p(4) == found.family_p
    step = found.p(11) - found.p(10)
    assert step > 0.0
    assert found.p(25) == pytest.approx(found.family_p + 15 * step)


def test_no_number_of_tries_makes_a_p_value_above_one():
    assert priced(records(4)).p(10**9) == 1.0


def test_missing_tries_cost_at_least_what_their_records_would(record_property):
    # A hundred unrelated worthless tries: priced from their records, and priced without having them.
    with_records, without = [], []
    for seed in range(40):
        columns = records(100 + seed, 0.0019, candidates=100)
        with_records.append(priced(columns).p(100))
        without.append(priced(columns[:, :1]).p(100))
    record_property("ratio", float(np.mean(without) / np.mean(with_records)))
    assert np.mean(without) >= 0.9 * np.mean(with_records)


def test_pricing_missing_tries_promotes_worthless_searches_as_seldom_as_it_says(record_property):
    # The reported record is the best of fifty, of which ten records were kept.
    promoted = 0
    for seed in range(200):
        columns = autoregressive(50, 400, seed).T
        best = np.argsort(-columns.mean(axis=0) / columns.std(axis=0))
        promoted += priced(columns[:, best[:10]]).p(50) <= 0.05
    record_property("size", float(promoted / 200))
    assert promoted / 200 <= 0.085


def test_the_dearest_of_several_yardsticks_may_change_with_the_number_of_tries():
    sure = SearchPrice("cash", 0.02, 6.0, 100, 10, 0, 11, 999)
    doubtful = SearchPrice("market", 0.01, 2.5, 100, 10, 0, 11, 999)
    assert dearest((sure, doubtful), 10) is sure
    assert dearest((sure, doubtful), 100) is doubtful


# Odd records


def test_a_ruined_neighbour_is_counted_and_wins_nothing():
    columns = records(5, 0.002)
    columns[300:, 4] = np.nan
    found = priced(columns)
    assert (found.candidates, found.undetermined) == (10, 1)


@pytest.mark.parametrize(
    ("columns", "words"),
    [(np.where(np.arange(3) == 0, np.nan, records(6, candidates=3)), "ruined"),
     (np.where(np.arange(3) == 0, 0.0, records(6, candidates=3)), "hardly ever differs from cash"),
     (np.where(np.arange(3) == 0, 0.01, records(6, candidates=3)), "does not vary"),
     (records(6, bars=20), "at least 30 returns, has 20")],
    ids=["ruined", "idle", "constant", "short"],
)  # fmt: skip
def test_a_reported_record_that_cannot_be_priced_says_why(columns, words):
    found = price_search(columns, "cash", OPTIONS)
    assert isinstance(found, str)
    assert words in found


@pytest.mark.parametrize(("p", "words"), [(0.0341, "0.034"), (1.0, "1.000"), (0.0004, "below 0.001")])
def test_a_p_value_is_written_with_three_digits_and_never_as_zero(p, words):
    assert p_in_words(p) == words


@pytest.mark.parametrize(("share", "words"), [(0.97, "0.970"), (1.0, "above 0.999"), (0.0, "below 0.001")])
def test_a_probability_is_never_written_as_certain(share, words):
    assert chance_in_words(share) == words
