"""Recipes fitted anew as time goes by: what each fit may know, and which rows it serves."""

import numpy as np
import pytest

from tradewright.models.members.ridge import Ridge
from tradewright.models.table import FeatureRows
from tradewright.models.walk_forward import Refits, fit, joined, lesson_of, served, stretches
from tradewright.values.errors import InvalidOption
from tradewright.values.instant import NS_PER_DAY
from tradewright.values.labels import Labels

ROWS, NAMES, HORIZON = 120, 3, 5
INSTANTS = np.arange(1, ROWS + 1, dtype=np.int64) * NS_PER_DAY


def rows_and_labels(seed: int = 0) -> tuple[FeatureRows, dict[int, Labels]]:
    draw = np.random.default_rng(seed)
    values = draw.normal(size=(2, ROWS, NAMES))
    symbols = tuple("ABC")
    end = np.full((ROWS, NAMES), np.iinfo(np.int64).max)
    end[:-HORIZON] = INSTANTS[HORIZON:, None]
    came = 0.5 * values[0] + draw.normal(size=(ROWS, NAMES))
    return FeatureRows(("x", "y"), values, INSTANTS, symbols, "s"), {
        HORIZON: Labels("came", came, end, INSTANTS, symbols)
    }


@pytest.mark.parametrize("is_expanding", [True, False])
@pytest.mark.parametrize("embargo", [0, 4])
def test_no_fit_is_given_a_row_it_serves_or_an_outcome_known_after_it(is_expanding, embargo):
    rows, labels = rows_and_labels()
    refits = Refits(40, 25, is_expanding, embargo)
    spans = stretches(refits, INSTANTS, refits.first_row(1, 1), 1)
    assert [one.serves for one in spans] == list(range(40 + embargo, ROWS, 25))
    for one in spans:
        given, targets = lesson_of(rows, labels, one)
        known = np.isfinite(targets.values)
        assert given.instants[-1] < INSTANTS[one.serves]
        assert targets.ends[known].max() < INSTANTS[one.serves - embargo]
        assert targets.ends[known].max() == INSTANTS[one.serves - embargo - 1]
        assert one.first == (0 if is_expanding else one.serves - embargo - 40)


def test_every_row_is_forecast_once_by_the_newest_fit_before_it():
    rows, labels = rows_and_labels()
    refits = Refits(40, 25)
    spans = stretches(refits, INSTANTS, refits.first_row(1, 1), 1)
    fits = [fit(Ridge(), rows, labels, one, seed=3) for one in spans]
    said = joined([served(each, rows, one) for each, one in zip(fits, spans, strict=True)], rows)
    assert said.abstained[:40].all()
    assert not said.abstained[40:].any()
    for each, one in zip(fits, spans, strict=True):
        own = slice(one.serves, one.until)
        assert np.array_equal(said.mean[own], each.predict(rows).mean[own])


def test_a_record_too_short_for_its_first_fit_says_how_long_it_must_be():
    with pytest.raises(InvalidOption, match="120 sessions are too few for a first fit on 200"):
        stretches(Refits(200, 25), INSTANTS, 205, 1)


def test_refits_longer_than_what_follows_the_first_one_are_refused():
    with pytest.raises(
        InvalidOption, match="80 sessions follow the first fit: it would never be fitted anew"
    ):
        stretches(Refits(40, 80), INSTANTS, 40, 1)
