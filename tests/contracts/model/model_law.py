"""What must hold for every model, as functions that raise where it does not.

They take any fitted model, so that the tests can also turn them on models that lie.
"""

import numpy as np
from model_rows import changed

from tradewright.models.contract import FittedModel, Model
from tradewright.models.forecasts import Abstention, Forecasts
from tradewright.models.table import FeatureRows, Targets

COLUMNS = ("mean", "rise", "deviation")


def must_be_equal(found: Forecasts, wanted: Forecasts, why: str) -> None:
    """To the last bit, silence included."""
    for name in (*COLUMNS, "reasons"):
        assert np.array_equal(getattr(found, name), getattr(wanted, name), equal_nan=name in COLUMNS), (
            f"{why}: {name} differs"
        )


def must_be_near(found: Forecasts, wanted: Forecasts, rounding: float, why: str) -> None:
    """Equal but for the rounding that a model declares; silence is equal in any case."""
    assert np.array_equal(found.reasons, wanted.reasons), f"{why}: silence differs"
    for name in COLUMNS:
        one, other = getattr(found, name), getattr(wanted, name)
        scale = np.nanmax(np.abs(other), initial=0.0)
        assert np.allclose(one, other, rtol=rounding, atol=rounding * scale, equal_nan=True), (
            f"{why}: {name} differs by {np.nanmax(np.abs(one - other)):.2e}"
        )


def must_refit_to_the_same(model: Model, fitted: FittedModel, rows: FeatureRows, targets: Targets) -> None:
    """The same rows and the same seed teach the same arrays, to the last bit."""
    again = model.fit(rows, targets, seed=fitted.seed)
    assert again.learned.keys() == fitted.learned.keys()
    for name, array in fitted.learned.items():
        assert np.array_equal(again.learned[name], array), f"refitted with the same seed, {name} differs"
    must_be_equal(again.predict(rows), fitted.predict(rows), "refitted with the same seed")


def must_answer_row_by_row_as_at_once(fitted: FittedModel, rows: FeatureRows, places: list[int]) -> None:
    """A row with its lookback alone says what it says among all, symbol by symbol too."""
    whole, back = fitted.predict(rows), fitted.model.lookback_bars
    for row in places:
        for place, symbol in enumerate(rows.symbols):
            values = rows.values[:, row + 1 - back : row + 1, place : place + 1]
            instants = rows.instants[row + 1 - back : row + 1]
            alone = fitted.predict(FeatureRows(rows.names, values, instants, (symbol,), rows.schema_hash))
            must_be_near(
                one_row(alone, back - 1, 0), one_row(whole, row, place), fitted.model.rounding,
                f"row {row} of {symbol} asked alone",
            )  # fmt: skip


def must_not_see_beyond_its_rows(fitted: FittedModel, rows: FeatureRows, cut: int) -> None:
    """Neither the absence of later rows nor a shock to them moves what was said before."""
    whole = fitted.predict(rows)
    rounding = fitted.model.rounding
    before = first_rows(whole, cut)
    must_be_near(fitted.predict(rows.between(0, cut)), before, rounding, "later rows were left out")
    values = np.array(rows.values)
    values[:, cut:] = np.random.default_rng(1).normal(0.0, 50.0, values[:, cut:].shape)
    shocked = first_rows(fitted.predict(changed(rows, values)), cut)
    must_be_near(shocked, before, rounding, "later rows were changed")


def must_abstain_on_missing_input(fitted: FittedModel, rows: FeatureRows, row: int) -> None:
    """One missing value silences its symbol for as long as it is looked back at, and nothing else."""
    values = np.array(rows.values)
    values[1, row, 0] = np.nan
    before, after = fitted.predict(rows), fitted.predict(changed(rows, values))
    back = fitted.model.lookback_bars
    assert (after.reasons[row : row + back, 0] == Abstention.MISSING_INPUT).all(), "it guessed"
    for name in COLUMNS:
        assert np.isnan(getattr(after, name)[row : row + back, 0]).all(), f"it guessed a {name}"
    assert np.array_equal(after.reasons[:, 1:], before.reasons[:, 1:]), "another symbol fell silent"
    assert np.array_equal(after.reasons[row + back :, 0], before.reasons[row + back :, 0]), "silent too long"


def must_speak_in_units(fitted: FittedModel, rows: FeatureRows) -> None:
    """Where it speaks: finite means, chances between 0 and 1, deviations above 0. Where not: nothing."""
    said = fitted.predict(rows)
    spoke = ~said.abstained
    assert spoke.any() and said.abstained.any(), "these rows have both"
    assert np.isfinite(said.mean[spoke]).all()
    assert ((said.rise[spoke] >= 0.0) & (said.rise[spoke] <= 1.0)).all()
    assert (said.deviation[spoke] > 0.0).all()
    for name in COLUMNS:
        assert np.isnan(getattr(said, name)[said.abstained]).all()


def must_leave_its_input_alone(model: Model, rows: FeatureRows, targets: Targets) -> None:
    """Fitting and asking write into nothing they were given."""
    held = [np.array(one) for one in (rows.values, targets.values, targets.ends, targets.weights)]
    open_rows = changed(rows, held[0].copy())
    open_targets = Targets(held[1].copy(), held[2].copy(), held[3].copy(), targets.horizons_bars)
    model.fit(open_rows, open_targets, seed=3).predict(open_rows)
    now = (open_rows.values, open_targets.values, open_targets.ends, open_targets.weights)
    for one, other in zip(now, held, strict=True):
        assert np.array_equal(one, other, equal_nan=True), "it wrote into its input"


def must_learn_only_what_it_may(
    model: Model, fitted: FittedModel, rows: FeatureRows, targets: Targets
) -> None:
    """Rows without an outcome, or of no weight, teach nothing."""
    hidden = ~np.isfinite(targets.values).any(axis=2)
    values = np.array(rows.values)
    last = len(rows.instants) - 1
    while hidden[last].all():
        last -= 1
    values[:, last + 1 :] = 7.0
    again = model.fit(changed(rows, values), targets, seed=fitted.seed)
    for name, array in fitted.learned.items():
        assert np.array_equal(again.learned[name], array), f"rows without outcomes moved {name}"


def one_row(said: Forecasts, row: int, place: int) -> Forecasts:
    cut = (slice(row, row + 1), slice(place, place + 1))
    columns = [getattr(said, name)[cut] for name in (*COLUMNS, "reasons")]
    return Forecasts(*columns, said.instants[cut[0]], said.symbols[cut[1]], said.horizons_bars)


def first_rows(said: Forecasts, cut: int) -> Forecasts:
    columns = [getattr(said, name)[:cut] for name in (*COLUMNS, "reasons")]
    return Forecasts(*columns, said.instants[:cut], said.symbols, said.horizons_bars)
