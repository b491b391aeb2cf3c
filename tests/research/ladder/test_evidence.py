"""Evidence is typed, dated, hashed and tied to what it is about."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ladder_cases import SOUND, edited, record

from tradewright.research.ladder.evidence import Record, Subject, as_json, from_json, is_number, record_of
from tradewright.research.ladder.kinds import KINDS, FieldType
from tradewright.values.errors import BadInput, InvalidOption, UnknownName


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_of_every_kind_survives_its_text(kind):
    whole = record(kind)
    assert whole.is_whole
    again = from_json(as_json(whole), "a file")
    assert again == whole
    assert again.is_whole


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_fields_a_purpose_and_a_maker(kind):
    found = KINDS[kind]
    assert found.fields
    assert found.about
    assert found.made_by
    assert set(SOUND[kind]) == set(found.fields)


@pytest.mark.parametrize(
    "change",
    [
        {"source": "run:other"},
        {"origin": "synthetic"},
        {"made_at": 1},
        {"is_proven": False},
        {"reasons": {"p": "why"}},
        {"kind": "drift"},
        {"subject": Subject("code", "data", "other")},
        {"values": {"p": 0.0004, "trials": 9, "deflated_sharpe": 0.97}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_no_part_of_a_record_can_be_changed_without_showing(change):
    assert not replace(record("luck"), **change).is_whole


def test_a_number_changed_by_hand_in_the_text_shows():
    text = as_json(record("luck")).replace("0.004", "0.001")
    assert not from_json(text, "a file").is_whole


def test_a_record_without_its_hash_is_not_whole():
    assert not replace(record("luck"), hash="").is_whole
    assert not edited(record("luck"), p=0.0).is_whole


def test_an_unknown_kind_names_the_nearest():
    with pytest.raises(UnknownName, match="Did you mean 'luck'"):
        record_of(Record("luk", Subject(), "run:a", "real", 0, {}))


def test_an_unknown_field_names_the_nearest():
    with pytest.raises(UnknownName, match="Did you mean 'trials'"):
        record_of(Record("luck", Subject(), "run:a", "real", 0, {"trails": 3}))


@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [
        ("luck", {"p": "small"}, "not a number"),
        ("luck", {"p": True}, "not a number"),
        ("luck", {"trials": 2.5}, "not a whole number"),
        ("replay", {"is_equal": 1}, "not true or false"),
        ("causality", {"code": 3}, "not text"),
    ],
)
def test_a_value_of_another_type_is_refused(kind, values, words):
    with pytest.raises(InvalidOption, match=words):
        record_of(Record(kind, Subject(), "run:a", "real", 0, values))


def test_a_missing_value_may_stand_with_its_reason():
    found = record("luck", p=None, _reasons={"p": "too few bars"})
    assert from_json(as_json(found), "a file").reasons == {"p": "too few bars"}


def test_nan_stays_nan_through_its_text_so_that_a_gate_can_name_it():
    found = from_json(as_json(record("luck", p=math.nan)), "a file")
    assert math.isnan(found.values["p"])
    assert found.is_whole


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"kind": "luck"}', "[" * 100_000, "x" * 2_000_000])
def test_what_is_no_record_is_refused_in_one_line(text):
    with pytest.raises(BadInput, match=r"a file is (no evidence record|2,000,000 characters long)") as caught:
        from_json(text, "a file")
    assert "\n" not in str(caught.value)


@settings(deadline=None)
@given(st.one_of(st.none(), st.booleans(), st.text(), st.floats(), st.integers()))
def test_only_finite_numbers_are_numbers(value):
    wanted = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    assert is_number(value) == wanted


def test_types_have_words_for_a_person():
    assert {one.words for one in FieldType} == {"a number", "a whole number", "true or false", "text"}
