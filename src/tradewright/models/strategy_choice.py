"""Which of several strategies to follow in the regime of the day, how surely, and when not to choose at all.

A forecaster of the model contract is asked about each strategy as if it were a symbol: features are the
regimes and which strategy it is, the outcome is what it earned over a horizon beyond the default strategy.
The best forecast is the pick; how often such picks beat the default is learnt from rows that taught the
forecaster nothing, after picking, because the best of several forecasts promises more than it keeps.
"""

import json
from dataclasses import asdict, dataclass, replace
from enum import IntEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tradewright.models.calibration import Calibration
from tradewright.models.contract import FittedModel, Model
from tradewright.models.forecasts import Abstention
from tradewright.models.judged_part import LEAST_OUTCOMES
from tradewright.models.table import FeatureRows, Flags, Targets
from tradewright.values.errors import BadInput, InvalidOption, Misuse, unknown_name
from tradewright.values.panel import Floats, Ints

# A confidence is the lower end of a chance: what is learnt from few outcomes is not sure.
ERRORS_DOWN = 1.0
# What the best of several forecasts promises is believed little before it is kept.
HELD_OUTCOMES = 8.0
# Under which name the terms of a choice lie among the weights of its forecaster.
KEPT = "choice"


class ChoiceReason(IntEnum):
    """Why a row has the strategy that it has; all but CHOSEN are the default."""

    CHOSEN = 0
    BELOW_CONFIDENCE = 1
    MISSING_INPUT = 2
    FORECASTER_SILENT = 3


@dataclass(frozen=True, eq=False)
class Earned:
    """What strategies earned: `returns` T x S, of the bar that ended at the row; NaN where it is not known.

    Shape: `names` S, `instants` T (ns UTC, rising). Known at: each return at its row's instant.
    """

    names: tuple[str, ...]
    returns: Floats
    instants: Ints

    def ahead(self, horizon_bars: int) -> Floats:
        """What each strategy earned over the next bars of each row, T x S; NaN where one is not known."""
        found = np.full(self.returns.shape, np.nan)
        if len(found) > horizon_bars:
            spans = np.lib.stride_tricks.sliding_window_view(1.0 + self.returns[1:], horizon_bars, axis=0)
            found[:-horizon_bars] = spans.prod(axis=-1) - 1.0
        return found


@dataclass(frozen=True)
class ChoiceTerms:
    """What is chosen for: the strategy to fall back to, the horizon, and how sure a choice must be.

    Units: `least_confidence` is the chance that the choice earns more than the default over the horizon, one
    standard error down; `judged_share` the last part of the rows, which calibrates it and teaches nothing.
    Raises: InvalidOption.
    """

    default: str
    horizon_bars: int = 5
    least_confidence: float = 0.55
    judged_share: float = 0.4

    def __post_init__(self) -> None:
        """Refuse terms under which nothing is chosen."""
        if self.horizon_bars < 1:
            raise InvalidOption(f"A horizon of {self.horizon_bars} bars.", "Give 1 or more.")
        if not 0.0 <= self.least_confidence < 1.0 or not 0.0 < self.judged_share < 1.0:
            raise InvalidOption(
                f"least_confidence {self.least_confidence:g}, judged_share {self.judged_share:g}.",
                "Give parts of one, such as 0.55 and 0.4.",
            )


@dataclass(frozen=True, eq=False)
class Choices:
    """The strategy of each row, T: its place in `names`, its confidence and why.

    `confidence` is the calibrated chance that the pick beats the default, one standard error down, NaN where
    there was no pick; it is kept for picks that were not sure enough too. Known at: row t at `instants[t]`.
    """

    names: tuple[str, ...]
    chosen: Ints
    confidence: Floats
    reasons: NDArray[np.int8]
    instants: Ints

    def counts(self) -> dict[str, int]:
        """How many rows were chosen for, and how many fell back, by reason."""
        return {one.name.lower(): int(np.count_nonzero(self.reasons == one)) for one in ChoiceReason}


@dataclass(frozen=True, eq=False)
class StrategyChoice:
    """A learnt choice: the forecaster, the terms, and what its picks were worth."""

    model: FittedModel
    terms: ChoiceTerms
    names: tuple[str, ...]
    line: Calibration

    def choose(self, regimes: FeatureRows) -> Choices:
        """The strategy of each row; the default where a regime is not known or the pick is not sure enough.

        Raises: Misuse where the regimes are other features than those it learnt from.
        """
        default = self.names.index(self.terms.default)
        pick, stated, unknown = _picks(self.model, regimes, self.names, default)
        asked = ~np.isnan(stated)
        told = self.line.calibrated(np.where(asked, stated, 0.5), errors=ERRORS_DOWN)
        confidence = np.where(asked, told, np.nan)
        silent = np.where(unknown, int(ChoiceReason.MISSING_INPUT), int(ChoiceReason.FORECASTER_SILENT))
        reasons = silent.astype(np.int8)
        reasons[asked] = int(ChoiceReason.BELOW_CONFIDENCE)
        reasons[asked & (confidence >= self.terms.least_confidence)] = int(ChoiceReason.CHOSEN)
        chosen = np.where(reasons == ChoiceReason.CHOSEN, pick, default)
        return Choices(self.names, chosen, confidence, reasons, regimes.instants)

    def as_fitted(self) -> FittedModel:
        """As one fitted model, which is kept where models are kept; `of` reads the choice out of it again."""
        told = {"terms": asdict(self.terms), "names": self.names, "line": asdict(self.line)}
        kept = np.frombuffer(json.dumps(told).encode(), dtype=np.uint8)
        return replace(self.model, learned={**self.model.learned, KEPT: kept})

    @classmethod
    def of(cls, fitted: FittedModel) -> Self:
        """The choice that `as_fitted` made a model of. Raises: BadInput for another model."""
        if KEPT not in fitted.learned:
            raise BadInput(
                f"This {type(fitted.model).__name__} chooses no strategy.", "Give one that learn_choice made."
            )
        told = json.loads(fitted.learned[KEPT].tobytes())
        weights = {name: array for name, array in fitted.learned.items() if name != KEPT}
        terms, given = ChoiceTerms(**told["terms"]), told["line"]
        line = Calibration(given["slope"], given["offset"], tuple(given["spread"]))
        return cls(replace(fitted, learned=weights), terms, tuple(told["names"]), line)


def learn_choice(
    recipe: Model, regimes: FeatureRows, earned: Earned, terms: ChoiceTerms, *, as_of: int, seed: int
) -> StrategyChoice:
    """Learn which strategy to follow from what was known at an instant.

    Shape: `regimes` has one symbol, the market, and the rows of `earned`. `recipe` is any forecaster, such as
    RegimeMeans or BoostedTrees. No outcome that teaches it was known after the first row that calibrates.
    Raises: InvalidOption for too few rows or strategies; UnknownName for a default that is none of them;
    Misuse for regimes of other rows.
    """
    if len(regimes.symbols) != 1 or not np.array_equal(regimes.instants, earned.instants):
        raise Misuse("Regimes and earnings are of different rows.", "Give one market's regimes, row by row.")
    if terms.default not in earned.names:
        raise unknown_name(terms.default, "strategy with a record", earned.names)
    if len(earned.names) < 2:
        raise InvalidOption("There is one strategy.", "Give at least two to choose from.")
    default = earned.names.index(terms.default)
    targets = _targets(earned, terms.horizon_bars, default).known_by(as_of + 1)
    is_told = np.isfinite(targets.values).any(axis=(1, 2)) & np.isfinite(regimes.values).all(axis=(0, 2))
    rows = np.flatnonzero(is_told)
    cut = int(rows[int(len(rows) * (1.0 - terms.judged_share))]) if len(rows) else 0
    asked = _by_strategy(regimes, earned.names)
    model = recipe.fit(asked, targets.known_by(int(regimes.instants[cut])), seed=seed)
    pick, stated, _ = _picks(model, regimes, earned.names, default)
    came = targets.values[np.arange(len(pick)), pick, 0]
    judges = (np.arange(len(pick)) >= cut) & ~np.isnan(stated) & np.isfinite(came)
    # Outcomes of so many bars overlap: a row has one part of its own.
    own = np.full(np.count_nonzero(judges), 1.0 / terms.horizon_bars)
    if own.sum() < LEAST_OUTCOMES:
        raise InvalidOption(
            f"{len(own)} picks can be judged, over {terms.horizon_bars} bars {int(own.sum())} that do not "
            f"overlap; confidence needs {LEAST_OUTCOMES}.",
            "Give a longer record, a shorter horizon, or a larger judged_share.",
        )
    line = Calibration.of(stated[judges], came[judges] > 0.0, own, HELD_OUTCOMES)
    return StrategyChoice(model, terms, earned.names, line)


def _targets(earned: Earned, horizon_bars: int, default: int) -> Targets:
    """What each strategy earned beyond the default; the default teaches nothing about itself."""
    ahead = earned.ahead(horizon_bars)
    beyond = ahead - ahead[:, default : default + 1]
    beyond[:, default] = np.nan
    ends = np.full(beyond.shape, np.iinfo(np.int64).max)
    ends[:-horizon_bars] = earned.instants[horizon_bars:, None]
    return Targets(beyond[..., None], ends[..., None], np.ones(beyond.shape), (horizon_bars,))


def _by_strategy(regimes: FeatureRows, names: tuple[str, ...]) -> FeatureRows:
    """The regimes once for each strategy, and beside them which one it is."""
    shape = (len(regimes.names), len(regimes.instants), len(names))
    which = np.broadcast_to(np.eye(len(names))[:, None, :], (len(names), *shape[1:]))
    values = np.concatenate([np.broadcast_to(regimes.values, shape), which])
    told = f"{regimes.schema_hash}+{'+'.join(names)}"
    return FeatureRows(
        (*regimes.names, *(f"is_{name}" for name in names)), values, regimes.instants, names, told
    )


def _picks(
    model: FittedModel, regimes: FeatureRows, names: tuple[str, ...], default: int
) -> tuple[Ints, Floats, Flags]:
    """The strategy of the best chance to beat the default at each row, and that chance, NaN where none is.

    And where input was missing: there the forecaster could not speak; elsewhere it would not.
    """
    said = model.predict(_by_strategy(regimes, names))
    gaps = np.isin(said.reasons, (Abstention.MISSING_INPUT, Abstention.TOO_FEW_ROWS))
    rise = said.rise[..., 0].copy()
    rise[:, default] = np.nan
    spoke = ~np.isnan(rise).all(axis=1)
    pick = np.argmax(np.where(np.isnan(rise), -1.0, rise), axis=1)
    return pick, np.where(spoke, rise[np.arange(len(rise)), pick], np.nan), np.asarray(gaps.any(axis=1))
