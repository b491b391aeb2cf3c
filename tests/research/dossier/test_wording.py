"""Numbers as people read them: separators, true minus signs, units, and never 'nan'."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.research.dossier.wording import (
    MINUS,
    NBSP,
    between,
    counted,
    decimal,
    dollars,
    in_unit,
    moment,
    per_cent,
    sentence,
    setting,
)
from tradewright.values.instant import instant_of

UNITS = (
    "ratio a year",
    "share a year",
    "share of equity",
    "share",
    "correlation",
    "usd",
    "usd a year",
    "bars",
    "times a year",
    "",
)


@pytest.mark.parametrize(
    ("value", "digits", "words"),
    [
        (1234567.891, 2, "1,234,567.89"),
        (-0.4567, 2, f"{MINUS}0.46"),
        (0.0, 1, "0.0"),
        (999.999, 2, "1,000.00"),
        (12, 0, "12"),
        (-1234.0, 0, f"{MINUS}1,234"),
    ],
)
def test_decimals_carry_separators_and_a_true_minus_sign(value, digits, words):
    assert decimal(value, digits) == words


def test_a_number_that_rounds_to_zero_has_no_sign():
    assert decimal(-0.0001, 2) == "0.00"
    assert decimal(-0.0, 2) == "0.00"
    assert per_cent(-0.00001) == f"0.0{NBSP}%"
    assert dollars(-0.2) == "$0"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_not_evaluated(value):
    assert decimal(value) == per_cent(value) == dollars(value) == setting(value) == "not evaluated"
    assert all(in_unit(value, unit) == "not evaluated" for unit in UNITS)
    assert between(value, 1.0, "share") == between(0.0, value, "share") == "not evaluated"


def test_a_missing_value_is_not_evaluated():
    assert in_unit(None, "usd") == "not evaluated"


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0.1234, "share a year", f"12.3{NBSP}% a year"),
        (-0.4512, "share of equity", f"{MINUS}45.1{NBSP}%"),
        (0.5, "share", f"50.0{NBSP}%"),
        (1234.5, "usd", "$1,234"),
        (-1234.6, "usd a year", f"{MINUS}$1,235 a year"),
        (0.571, "ratio a year", "0.57"),
        (-0.0214, "correlation", f"{MINUS}0.021"),
        (8312.0, "bars", "8,312 bars"),
        (2.13, "times a year", "2.1 times a year"),
        (0.571, "", "0.57"),
    ],
)
def test_numbers_wear_their_units(value, unit, words):
    assert in_unit(value, unit) == words


@pytest.mark.parametrize(
    ("low", "high", "unit", "words"),
    [
        (0.052, 0.171, "share a year", f"5.2 to 17.1{NBSP}% a year"),
        (-0.3, 0.9, "ratio a year", f"{MINUS}0.30 to 0.90"),
        (-100.0, 2000.0, "usd", f"{MINUS}$100 to $2,000"),
    ],
)
def test_an_interval_names_its_unit_once(low, high, unit, words):
    assert between(low, high, unit) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [(252, "252"), (0.1, "0.1"), (True, "yes"), (False, "no"), ("close", "close"), (-2, f"{MINUS}2"),
     (1_000_000, "1,000,000"), (1990, "1990"), (2.0, "2"), (1e-7, f"1e{MINUS}07")],
)  # fmt: skip
def test_settings_read_as_their_owner_typed_them(value, words):
    assert setting(value) == words


def test_moments_are_iso():
    at = instant_of("2024-02-29T20:59:30")
    assert moment(at) == "2024-02-29"
    assert moment(at, with_time=True) == "2024-02-29 20:59"


@pytest.mark.parametrize(
    ("given_words", "words"),
    [
        ("no volume is known", "No volume is known."),
        ("Done.", "Done."),
        ("really?", "Really?"),
        ("", ""),
        ("  a ", "A."),
    ],
)
def test_reasons_become_sentences(given_words, words):
    assert sentence(given_words) == words


def test_counts_agree_with_their_nouns():
    assert counted(1, "trial") == "1 trial"
    assert counted(0, "trial") == "0 trials"
    assert counted(1200, "entry", "entries") == "1,200 entries"


@given(st.floats(), st.sampled_from(UNITS))
def test_no_float_is_ever_printed_as_nan_or_inf(value, unit):
    for words in (
        in_unit(value, unit),
        between(value, value, unit),
        setting(value),
        dollars(value),
        per_cent(value),
    ):
        assert "nan" not in words.lower()
        assert "inf" not in words.lower()
        assert words.strip()


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_a_decimal_reads_back_as_the_number_it_was(value):
    read_back = float(decimal(value, 4).replace(",", "").replace(MINUS, "-"))
    assert read_back == pytest.approx(value, abs=5.1e-5, rel=1e-12)


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (1.0, "bars", "1 bar"),
        (2.0, "bars", "2 bars"),
        (1.0, "times a year", "1 time a year"),
        (1.0, "bps", "1 bps"),
    ],
)
def test_a_count_of_one_is_in_the_singular(value, unit, words):
    assert in_unit(value, unit) == words
