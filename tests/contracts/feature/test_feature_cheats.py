"""The law finds features that lie: each cheat breaks just the part of the law that is there for it."""

from dataclasses import replace

import feature_law as law
import numpy as np
import pytest
from feature_bars import bars_of

from tradewright.features.contract import Feature
from tradewright.features.expression import CLOSE, VOLUME, Expression
from tradewright.features.families.averages import SimpleAverage
from tradewright.features.families.cross_section import MomentumRank
from tradewright.features.feature_set import FeatureSet
from tradewright.features.operations import exponential, lag, mean, of_symbol, rank_across
from tradewright.features.windowed import windowed

CALM = bars_of("calm", 200)


def declared_as(formula: Expression, **changes) -> Expression:
    """The same operation with another declaration."""
    return Expression(replace(formula.operation, **changes), formula.of, formula.output)


def of(formula: Expression) -> FeatureSet:
    return FeatureSet({"cheat": formula})


def test_a_lookback_declared_too_short_is_found():
    with pytest.raises(AssertionError, match="silent at its declared lookback"):
        law.must_first_speak_at_its_lookback(of(declared_as(mean(CLOSE, 20), rows=15, reach=15)), CALM)


def test_a_lookback_declared_too_long_is_found():
    with pytest.raises(AssertionError, match="speaks before its declared lookback"):
        law.must_first_speak_at_its_lookback(of(declared_as(mean(CLOSE, 20), rows=25, reach=25)), CALM)


def test_a_reach_declared_too_short_is_found():
    forgetful = declared_as(exponential(CLOSE, 20), reach=30)
    with pytest.raises(AssertionError, match="reaches further back than it says"):
        law.must_need_no_more_than_its_reach(of(forgetful), CALM, 180)


def test_a_window_wider_than_its_need_is_found():
    @windowed(window=20)
    def last_of_twenty(close):
        return close[-1]

    with pytest.raises(AssertionError, match="never uses the oldest row"):
        law.must_use_all_of_its_window(FeatureSet([last_of_twenty]), CALM)


def test_a_function_that_remembers_what_it_should_not_is_found():
    seen: list[float] = []

    @windowed(window=2)
    def highest_ever(close):
        seen.append(close.max())
        return np.full(close.shape[1], max(seen))

    with pytest.raises(AssertionError, match="the stream is not that of the batch"):
        law.must_stream_as_it_batches(FeatureSet([highest_ever]), CALM)


def test_a_function_that_draws_at_random_is_found():
    @windowed(window=2)
    def noise(close):
        return close[-1] + np.random.normal(size=close.shape[1])  # noqa: NPY002

    with pytest.raises(AssertionError, match="a global generator moved"):
        law.must_be_pure(FeatureSet([noise]), CALM)


def test_a_price_that_calls_itself_a_ratio_is_found():
    class Level(Feature):
        """A price that says it does not follow the unit of prices."""

        def formula(self) -> Expression:
            """The average."""
            return mean(CLOSE, 3)

    with pytest.raises(AssertionError, match="did not follow its unit"):
        law.must_follow_the_unit_of_prices(FeatureSet([Level()]), CALM, [1, 2, 3, 4, 5, 6])


def test_a_price_times_shares_of_another_unit_is_found():
    class Turnover(Feature):
        """Dollars traded, which follow neither unit alone."""

        price_power = 1

        def formula(self) -> Expression:
            """price * volume."""
            return CLOSE * VOLUME

    with pytest.raises(AssertionError, match="did not follow its unit"):
        law.must_follow_the_unit_of_prices(FeatureSet([Turnover()]), CALM, [1, 2, 3, 4, 5, 6])


def test_a_function_that_looks_at_the_place_of_a_symbol_is_found():
    @windowed(window=1)
    def first_is_special(close):
        return close[-1] * np.arange(close.shape[1])

    with pytest.raises(AssertionError, match="the order of symbols mattered"):
        law.must_not_lean_on_the_order_of_symbols(FeatureSet([first_is_special]), CALM, [5, 4, 3, 2, 1, 0])


def test_a_symbol_that_leans_on_its_neighbour_is_found():
    @windowed(window=1)
    def neighbour(close):
        return np.roll(close[-1], 1)

    with pytest.raises(AssertionError, match="felt another's gap"):
        law.must_forget_a_gap(FeatureSet([neighbour]), CALM, 50)


def test_an_honest_member_passes_each_part_that_found_a_cheat():
    honest = FeatureSet([SimpleAverage(20)])
    law.must_first_speak_at_its_lookback(honest, CALM)
    law.must_need_no_more_than_its_reach(honest, CALM, 180)
    law.must_use_all_of_its_window(honest, CALM)
    law.must_be_pure(honest, CALM)
    law.must_follow_the_unit_of_prices(honest, CALM, [1, 2, 3, 4, 5, 6])
    law.must_not_lean_on_the_order_of_symbols(honest, CALM, [5, 4, 3, 2, 1, 0])
    law.must_forget_a_gap(honest, CALM, 50)


def test_who_looks_across_symbols_is_known():
    assert law.looks_across(MomentumRank().formula())
    assert law.looks_across(1.0 - rank_across(CLOSE) * 2.0)
    assert law.looks_across(of_symbol(CLOSE, "ABC"))
    assert not law.looks_across(lag(CLOSE, 2) / CLOSE)
