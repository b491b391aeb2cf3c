"""Options as contracts."""

import math

import pytest

from tradewright.values.errors import InvalidOption, UnknownName
from tradewright.values.instant import instant_of
from tradewright.values.option import Exercise, OptionContract, Right


@pytest.mark.parametrize("word", ["call", "C", " Call "])
def test_a_right_is_known_by_its_word(word):
    assert Right.of(word) is Right.CALL


def test_the_right_owns_its_sign():
    assert [Right.CALL.sign, Right.of("p").sign] == [1, -1]


def test_a_misspelt_right_is_refused():
    with pytest.raises(UnknownName, match=r"'pot' is not a right\. Did you mean 'put'"):
        Right.of("pot")


def test_years_are_counted_to_the_expiry():
    option = OptionContract("GOOG", Right.CALL, 750.0, instant_of("2016-01-15"))
    assert option.years_at(instant_of("2015-01-15")) == 1.0
    assert option.years_at(instant_of("2016-01-15")) == 0.0
    assert option.exercise is Exercise.EUROPEAN
    assert option.multiplier == 100.0


def test_an_expiry_in_the_past_is_refused():
    option = OptionContract("GOOG", Right.PUT, 750.0, instant_of("2016-01-15"))
    with pytest.raises(InvalidOption, match="expired on 2016-01-15, before 2016-01-16"):
        option.years_at(instant_of("2016-01-16"))


@pytest.mark.parametrize("name", ["strike", "multiplier"])
@pytest.mark.parametrize("value", [0.0, -1.0, math.nan, math.inf])
def test_what_is_no_positive_number_is_refused(name, value):
    given = {"strike": 750.0, "multiplier": 100.0, name: value}
    with pytest.raises(InvalidOption, match=f"{name} = "):
        OptionContract("GOOG", Right.PUT, expires_at=instant_of("2016-01-15"), **given)
