"""A recipe fitted anew as time goes by, each fit from what was known before the first row it serves.

Pure: rows of features and outcomes go in, fitted models and forecasts come out.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewright.models.contract import FittedModel, Model
from tradewright.models.forecasts import Abstention, Forecasts
from tradewright.models.table import FeatureRows, Targets
from tradewright.values.errors import InvalidOption
from tradewright.values.labels import Labels
from tradewright.values.panel import Ints

PARTS = ("mean", "rise", "deviation")


@dataclass(frozen=True)
class Refits:
    """When a recipe is fitted anew, and from how much.

    Units: rows. The first fit learns from `train_bars`; the next follow every `refit_bars`, from as many
    rows, or from all before where `is_expanding`. `embargo_bars` just before a fit are left out besides.
    """

    train_bars: int
    refit_bars: int
    is_expanding: bool = True
    embargo_bars: int = 0

    def first_row(self, warm_up_bars: int, lookback_bars: int) -> int:
        """The first row that can be forecast: features and windows are whole on all rows learnt from."""
        return warm_up_bars - 1 + lookback_bars - 1 + self.train_bars + self.embargo_bars


@dataclass(frozen=True)
class Stretch:
    """One fit and the rows it serves: it learns on rows `first` to `serves` and forecasts on to `until`.

    Units: rows, the last one left out; `learnt_until` ns UTC, before the instant of row `serves`: an outcome
    known later teaches it nothing.
    """

    first: int
    serves: int
    until: int
    learnt_until: int


def stretches(refits: Refits, instants: Ints, first_row: int, lookback_bars: int) -> tuple[Stretch, ...]:
    """Every fit of a record, in the order of time.

    Raises: InvalidOption where the record ends before the first fit, or would see no second one.
    """
    count = len(instants)
    if count <= first_row:
        raise InvalidOption(
            f"{count:,} sessions are too few for a first fit on {refits.train_bars:,}: with warm-up and "
            f"window it takes {first_row:,}.",
            "Give fewer train_bars, or a longer period.",
        )
    if count - first_row <= refits.refit_bars:
        raise InvalidOption(
            f"refit_bars = {refits.refit_bars:,}, and {count - first_row:,} sessions follow the first fit: "
            "it would never be fitted anew.",
            "Give fewer refit_bars, fewer train_bars, or a longer period.",
        )
    return tuple(
        _stretch(refits, instants, serves, lookback_bars)
        for serves in range(first_row, count, refits.refit_bars)
    )


def _stretch(refits: Refits, instants: Ints, serves: int, lookback_bars: int) -> Stretch:
    known_before = serves - refits.embargo_bars
    first = 0 if refits.is_expanding else known_before - refits.train_bars - lookback_bars + 1
    until = min(serves + refits.refit_bars, len(instants))
    return Stretch(max(first, 0), serves, until, int(instants[known_before]) - 1)


def lesson_of(rows: FeatureRows, labels: dict[int, Labels], stretch: Stretch) -> tuple[FeatureRows, Targets]:
    """All that one fit is given: no row that it serves, and no outcome known after `learnt_until`."""
    told, own = Targets.known(labels, stretch.learnt_until), slice(stretch.first, stretch.serves)
    targets = Targets(told.values[own], told.ends[own], told.weights[own], told.horizons_bars)
    return rows.between(stretch.first, stretch.serves), targets


def served(fitted: FittedModel, rows: FeatureRows, stretch: Stretch) -> Forecasts:
    """What a fit says of the rows it serves; rows before them are looked back at alone."""
    back = max(stretch.serves - fitted.model.lookback_bars + 1, 0)
    said = fitted.predict(rows.between(back, stretch.until))
    return part_of(said, stretch.serves - back, len(said.instants))


def part_of(said: Forecasts, first: int, last: int) -> Forecasts:
    """The forecasts of rows number `first` up to `last`, that one left out."""
    columns: dict[str, Any] = {
        name: getattr(said, name)[first:last] for name in (*PARTS, "reasons", "instants")
    }
    return replace(said, **columns)


def joined(parts: list[Forecasts], rows: FeatureRows) -> Forecasts:
    """Forecasts of stretches that follow each other, over all rows; before the first nobody had learnt."""
    shape = (len(rows.instants), len(rows.symbols), len(parts[0].horizons_bars))
    begun = len(rows.instants) - sum(len(one.instants) for one in parts)
    columns = {name: np.full(shape, np.nan) for name in PARTS}
    reasons: NDArray[np.int8] = np.full(shape[:2], int(Abstention.TOO_FEW_ROWS), dtype=np.int8)
    for name, column in columns.items():
        column[begun:] = np.concatenate([getattr(one, name) for one in parts])
    reasons[begun:] = np.concatenate([one.reasons for one in parts])
    mean, rise, deviation = columns.values()
    return Forecasts(mean, rise, deviation, reasons, rows.instants, rows.symbols, parts[0].horizons_bars)


def fit(
    model: Model, rows: FeatureRows, labels: dict[int, Labels], stretch: Stretch, seed: int
) -> FittedModel:
    """The recipe fitted for one stretch."""
    return model.fit(*lesson_of(rows, labels, stretch), seed=seed)
