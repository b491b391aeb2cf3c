"""Errors say what was given, what holds and what to type."""

import pytest

from tradewright.values.errors import (
    BadInput,
    Failure,
    InvalidOption,
    Misuse,
    TradewrightError,
    UnknownName,
    unknown_name,
)


def test_a_misspelt_name_gets_the_nearest_one():
    error = unknown_name("momentun", "strategy", ["sma_cross", "momentum"])
    assert str(error) == "'momentun' is not a strategy. Did you mean 'momentum'? Known: momentum, sma_cross."


def test_a_name_like_no_other_gets_the_list_alone():
    assert str(unknown_name("zzz", "profile", ["realistic"])) == "'zzz' is not a profile. Known: realistic."


def test_a_name_in_the_wrong_case_gets_the_right_one():
    error = unknown_name("spy", "symbol", ["GLD", "SPY"])
    assert str(error) == "'spy' is not a symbol. Did you mean 'SPY'? Known: GLD, SPY."


def test_an_empty_list_says_that_there_is_none():
    assert str(unknown_name("a", "dataset", [])).endswith("Known: none.")


@pytest.mark.parametrize(
    ("kind", "family"), [(UnknownName, Misuse), (InvalidOption, Misuse), (BadInput, Failure)]
)
def test_misuse_and_failure_are_told_apart_and_share_one_root(kind: type, family: type):
    assert issubclass(kind, family)
    assert issubclass(family, TradewrightError)


def test_an_error_without_a_mend_is_its_statement_alone():
    error = BadInput("prices.csv is empty.")
    assert str(error) == "prices.csv is empty."
    assert error.mend == ""
