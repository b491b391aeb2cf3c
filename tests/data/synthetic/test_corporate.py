"""Dividends and splits: raw prices jump, holders do not, and nothing is decided with what came later."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright.data.synthetic.corporate import (
    EX_DIVIDEND_AFTER,
    REVERSE_RATIOS,
    SPLIT_AFTER,
    SPLIT_RATIOS,
    Event,
    raw_closes,
    split_ratio,
)
from tradewright.data.synthetic.factors import characters
from tradewright.data.synthetic.listings import schedule
from tradewright.data.synthetic.options import SyntheticOptions
from tradewright.values.panel import DIVIDEND, SPLIT

OPTIONS = SyntheticOptions(seed=2, names=12, split_above_usd=60.0, reverse_split_below_usd=8.0)


def growth_of(seed: int, sessions: int = 900, vol: float = 0.03) -> np.ndarray:
    moves = np.random.default_rng(seed).standard_normal((sessions, 12)) * vol
    return np.exp(np.cumsum(moves, axis=0))


def made(growth: np.ndarray, options: SyntheticOptions = OPTIONS) -> tuple[np.ndarray, list[Event]]:
    return raw_closes(growth, options, characters(options), schedule(options, len(growth)))


def booked(closes: np.ndarray, events: list[Event]) -> tuple[np.ndarray, np.ndarray]:
    """T x N of splits and dividends by row."""
    split, paid = np.ones(closes.shape), np.zeros(closes.shape)
    for event in events:
        target = split if event.kind == SPLIT else paid
        target[event.row, event.name] = event.value
    return split, paid


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.01, 0.03, 0.05]))
def test_close_times_split_plus_dividend_grows_as_the_name_does(seed: int, vol: float):
    growth = growth_of(seed, vol=vol)
    closes, events = made(growth)
    split, paid = booked(closes, events)
    earned = (closes[1:] * split[1:] + paid[1:]) / closes[:-1]
    assert np.allclose(earned, growth[1:] / growth[:-1], rtol=1e-12)
    assert np.all(closes > 0)


def test_wild_prices_bring_splits_reverse_splits_and_dividends():
    _, events = made(growth_of(1, 2000, 0.04))
    splits = [event.value for event in events if event.kind == SPLIT]
    assert any(value > 1 for value in splits)
    assert any(value < 1 for value in splits)
    assert sum(event.kind == DIVIDEND for event in events) > 50


def test_every_event_is_declared_well_before_it_acts():
    _, events = made(growth_of(1, 2000, 0.04))
    ahead = {DIVIDEND: EX_DIVIDEND_AFTER, SPLIT: SPLIT_AFTER}
    assert events
    assert all(event.row - event.declared_row == ahead[event.kind] for event in events)


@pytest.mark.parametrize("cut", [100, 400, 700])
def test_an_event_uses_prices_up_to_its_declaration_alone(cut: int):
    growth = growth_of(3, vol=0.04)
    other = growth.copy()
    other[cut + 1 :] = growth[cut] * (growth_of(4, vol=0.04)[cut + 1 :] / growth_of(4, vol=0.04)[cut])
    first, second = ({e for e in made(g)[1] if e.declared_row <= cut} for g in (growth, other))
    assert first == second
    assert first


def test_dividends_are_whole_cents_of_a_quarter_of_the_yield():
    closes, events = made(growth_of(5))
    names = characters(OPTIONS)
    for event in (event for event in events if event.kind == DIVIDEND):
        assert event.value == round(event.value, 2)
        quarter = names.dividend_yield[event.name] / 4 * closes[event.declared_row, event.name]
        assert event.value == pytest.approx(quarter, abs=0.0051)


def test_names_that_pay_nothing_never_pay():
    closes, events = made(growth_of(5), replace(OPTIONS, dividend_yield=0.0))
    assert not [event for event in events if event.kind == DIVIDEND]
    assert np.all(closes > 0)


def test_no_two_events_of_a_name_fall_on_one_row():
    _, events = made(growth_of(6, 2000, 0.05))
    places = [(event.name, event.row) for event in events]
    assert len(places) == len(set(places))


def test_no_event_falls_outside_a_listing():
    options = replace(OPTIONS, delisting_rate=0.3, late_share=0.5)
    growth = growth_of(7, 2000, 0.04)
    lives = schedule(options, 2000)
    _, events = made(growth, options)
    assert lives.delisted.any()
    assert (lives.first_row > 0).any()
    for event in events:
        assert lives.first_row[event.name] < event.row <= lives.last_row[event.name]
        assert event.declared_row >= lives.first_row[event.name]


def test_a_name_starts_at_its_first_price_on_its_listing_day():
    options = replace(OPTIONS, late_share=1.0)
    growth, names, lives = growth_of(8, 2000), characters(options), schedule(options, 2000)
    closes, _ = made(growth, options)
    first = closes[lives.first_row, np.arange(12)]
    assert np.allclose(first, names.first_price_usd)


THRESHOLDS = np.array([200.0, 5.0])


@given(st.floats(200.01, 5000.0), st.floats(0.0, 1.0))
def test_a_dear_share_becomes_cheaper_but_not_cheap(price: float, taste: float):
    ratio = split_ratio(price, THRESHOLDS, taste)
    assert ratio in SPLIT_RATIOS
    assert price / ratio > THRESHOLDS[1]


@given(st.floats(0.05, 4.99), st.floats(0.0, 1.0))
def test_a_cheap_share_becomes_dearer_but_not_dear(price: float, taste: float):
    value = split_ratio(price, THRESHOLDS, taste)
    assert any(value == 1.0 / ratio for ratio in REVERSE_RATIOS)
    assert price < price / value < THRESHOLDS[0]


@given(st.floats(5.0, 200.0), st.floats(0.0, 1.0))
def test_a_share_between_the_thresholds_stays_whole(price: float, taste: float):
    assert split_ratio(price, THRESHOLDS, taste) == 1.0


def test_a_share_is_not_split_again_before_the_split_before_has_acted():
    _, events = made(growth_of(9, 3000, 0.05))
    for name in range(12):
        rows = [(e.declared_row, e.row) for e in events if e.name == name and e.kind == SPLIT]
        assert all(later[0] > earlier[1] for earlier, later in pairwise(rows))
