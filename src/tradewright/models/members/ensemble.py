"""Several forecasters in one voice."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from tradewright.models.calibration import Calibration, own_parts
from tradewright.models.contract import AT_ONCE, FittedModel, How, Learned, Lesson, Model, Signature
from tradewright.models.forecasts import Abstention, Answers
from tradewright.models.forward_folds import forward_folds
from tradewright.models.judged_part import LEAST_OUTCOMES
from tradewright.models.moments import LEAST_DEVIATION, root_mean_square
from tradewright.models.one_column import refuse_absent
from tradewright.models.sources import Source, joined, parted, sources_of
from tradewright.models.stacking import Belief, Record, Stack, cells_of, stack_of
from tradewright.models.table import Examples, FeatureRows, Flags, windows_at
from tradewright.values.errors import InvalidOption, MissingLibrary
from tradewright.values.panel import Floats, Ints
from tradewright.values.parameters import parameter, word

LEAST_SOURCES, MOST_SOURCES = 2, 6
STACK = ("weights", "centres", "offset", "trust")


class Ensemble(Model):
    """Forecasters weighed by what their own forecasts of rows they had not seen were worth.

    Rows fall into blocks; each source forecasts a block after learning from the blocks before it, purged.
    These forecasts alone say how much a source is trusted, how much it weighs beside the others, in each
    regime, and how far the ensemble misses: its own forecasts of a block use weights of the blocks before. At
    last each source learns from all rows. A source that is silent drops out, and the others weigh what they
    would have weighed without it; where fewer than two speak, the ensemble is silent.
    Source: Wolpert (1992), Neural Networks 5(2); Breiman (1996), Machine Learning 24.
    """

    least_examples: ClassVar[int] = 20
    libraries: ClassVar[tuple[str, ...]] = ()
    # What the least exact of its sources may differ by (a network's rounding).
    rounding: ClassVar[float] = 1e-5

    sources: str = word(
        "ridge; momentum; mean_reversion", about="recipes, such as 'ridge; logistic penalty=10'"
    )
    folds: int = parameter(4, low=2, high=50, unit="folds", about="blocks of rows that are forecast unseen")
    coin: float = parameter(
        20.0, low=0.1, high=1e6, unit="forecasts", about="how many coin tosses a source is believed before"
    )
    disagreement: float = parameter(
        0.1,
        low=0.0,
        high=100.0,
        unit="multiple",
        about="how strongly disagreement draws forecasts to the mean",
    )
    dead_band: float = parameter(
        0.0, low=0.0, high=10.0, unit="deviations", about="silent where all forecasts are this small"
    )
    regime: str = word("", about="a feature of -1, 0 and 1 by which weights differ; empty is none")
    regime_rows: float = parameter(
        250.0, low=0.0, high=1e9, unit="rows", about="rows at which a regime's own weights count for half"
    )

    def __post_init__(self) -> None:
        """Refuse sources that are none, too few or too many."""
        super().__post_init__()
        members = self.members()
        needs = {library for one in members for library in getattr(one.recipe, "libraries", ())}
        object.__setattr__(self, "libraries", tuple(sorted(needs)))
        count = len(members)
        if not LEAST_SOURCES <= count <= MOST_SOURCES:
            raise InvalidOption(
                f"sources = '{self.sources}' are {count}.",
                f"Give {LEAST_SOURCES} to {MOST_SOURCES}, with ';' between them.",
            )

    @property
    def lookback_bars(self) -> int:
        """As far back as the source that looks furthest."""
        return max(one.recipe.lookback_bars for one in self.members())

    def members(self) -> tuple[Source, ...]:
        """The sources."""
        return sources_of(self.sources, Ensemble)

    def heard(self, fitted: FittedModel) -> dict[str, FittedModel]:
        """Each source as a model of its own, by label; where it is silent, its forecasts say why."""
        return {
            one.label: FittedModel(one.recipe, fitted.signature, parted(fitted.learned, place), fitted.seed)
            for place, one in enumerate(self.members())
        }

    def record(self, fitted: FittedModel, rows: FeatureRows) -> dict[str, dict[str, int]]:
        """How many rows each source answered and how many not, by reason; one is `library_missing`."""
        found = {}
        for label, one in self.heard(fitted).items():
            try:
                found[label] = one.predict(rows).counts()
            except MissingLibrary:
                found[label] = {"library_missing": len(rows.instants) * len(rows.symbols)}
        return found

    def refuse_unlearnable(self, names: tuple[str, ...]) -> None:
        """Refuse a regime that is no feature, and whatever a source refuses."""
        refuse_absent(self.regime, names)
        for one in self.members():
            one.recipe.refuse_unlearnable(names)

    def _learn(self, examples: Examples, signature: Signature, how: How) -> Lesson:
        members, column = self.members(), self._column(examples, signature)
        blocks = [
            _asked(members, parts, signature, how.seed, column)
            for parts in forward_folds(examples, self.folds)
        ]
        record, horizons = _together(blocks), signature.horizons_bars
        stack = stack_of(record, horizons, self._belief())
        deviation, lines = self._judged(blocks, horizons)
        lessons = [one.learn(examples, signature, how.seed) for one in members]
        kept: dict[str, NDArray[Any]] = {name: getattr(stack, name) for name in STACK}
        kept |= {"deviation": deviation, "lines": lines, "column": np.array(column)}
        return Lesson({**kept, **joined(lessons)}, _story(members, stack, record, lessons))

    def _answer(self, learned: Learned, windows: Floats) -> Answers:
        arrays = [parted(learned, place) for place in range(len(self.members()))]
        said = _said(self.members(), arrays, windows, len(learned["offset"]))
        stack = Stack(**{name: learned[name] for name in STACK})
        mean = stack.mean(said, _cells(windows, int(learned["column"])), self.disagreement)
        deviation = np.broadcast_to(np.maximum(learned["deviation"], LEAST_DEVIATION), mean.shape).copy()
        reasons = np.zeros(len(mean), dtype=np.int64)
        reasons[(np.abs(mean) < self.dead_band * deviation).all(axis=1)] = int(Abstention.IN_DEAD_BAND)
        few = np.isfinite(said).all(axis=2).sum(axis=1) < LEAST_SOURCES
        reasons[few] = int(Abstention.SOURCE_SILENT)
        return Answers(mean, _rises(mean, deviation, learned["lines"]), deviation, reasons)

    def _belief(self) -> Belief:
        return Belief(self.coin, self.regime_rows)

    def _column(self, examples: Examples, signature: Signature) -> int:
        """The place of the regime's feature; -1 where there is none. Raises: UnknownName, InvalidOption."""
        if not self.regime:
            return -1
        refuse_absent(self.regime, signature.names)
        column = signature.names.index(self.regime)
        if not np.isin(examples.present()[:, column], (-1.0, 0.0, 1.0)).all():
            raise InvalidOption(
                f"regime = '{self.regime}' has other values than -1, 0 and 1.", "Give a regime, or none."
            )
        return column

    def _judged(self, blocks: Sequence[Record], horizons_bars: tuple[int, ...]) -> tuple[Floats, Floats]:
        """How far the ensemble misses, H, and what its chances are worth, H x 2.

        Each block but the first is forecast with the weights of the blocks before it.
        """
        means = [
            stack_of(
                _together(blocks[:place]).known_by(block.instants[0]), horizons_bars, self._belief()
            ).mean(block.said, block.cells, self.disagreement)
            for place, block in enumerate(blocks)
            if place
        ]
        mean, judged = np.concatenate(means), _together(blocks[1:])
        missed = judged.came - mean
        _refuse_unjudged(np.isfinite(missed), horizons_bars)
        deviation = np.maximum(root_mean_square(missed, judged.weights), LEAST_DEVIATION)
        lines = []
        for place in range(len(horizons_bars)):
            told = np.isfinite(missed[:, place])
            line = Calibration.of(
                _normal(mean[told, place] / deviation[place]), judged.came[told, place] > 0.0,
                own_parts(judged.instants[told], judged.weights[told], horizons_bars[place]),
            )  # fmt: skip
            lines.append((line.slope, line.offset))
        return deviation, np.array(lines)


def _refuse_unjudged(known: Flags, horizons_bars: tuple[int, ...]) -> None:
    """A horizon of which next to nothing is judged would be certain out of nothing."""
    for bars, count in zip(horizons_bars, known.sum(axis=0), strict=True):
        if count < LEAST_OUTCOMES:
            raise InvalidOption(
                f"An ensemble needs {LEAST_OUTCOMES} outcomes of each horizon in the blocks that judge it; "
                f"of horizon {bars} there are {count}.",
                "Give more rows, or leave that horizon out.",
            )


def _asked(
    members: Sequence[Source], parts: tuple[Examples, Examples], signature: Signature, seed: int, column: int
) -> Record:
    """What sources that learnt from the first part say of the second."""
    early, late = parts
    lessons = [one.learn(early, signature, seed) for one in members]
    arrays = [one.arrays for one in lessons]
    said, cells = [], []
    for start in range(0, len(late), AT_ONCE):
        windows = windows_at(late.features, late.at[start : start + AT_ONCE], late.lookback_bars)
        said.append(_said(members, arrays, windows, len(signature.horizons_bars)))
        cells.append(_cells(windows, column))
    symbol, row = late.at.T
    return Record(
        np.concatenate(said), late.outcomes(), late.ends[symbol, row], late.sample_weights(),
        late.instants[row], np.concatenate(cells),
    )  # fmt: skip


def _said(members: Sequence[Source], learned: Sequence[Learned], windows: Floats, horizons: int) -> Floats:
    """The means of all sources, K x S x H; NaN where one is silent."""
    return np.stack(
        [one.says(arrays, windows, horizons).mean for one, arrays in zip(members, learned, strict=True)],
        axis=1,
    )


def _cells(windows: Floats, column: int) -> Ints:
    """The regime of each window's last row; 0 where there is none."""
    return cells_of(windows[:, -1, column]) if column >= 0 else np.zeros(len(windows), dtype=np.int64)


def _together(blocks: Sequence[Record]) -> Record:
    """Several records as one."""
    names = ("said", "came", "ends", "weights", "instants", "cells")
    return Record(*(np.concatenate([getattr(one, name) for one in blocks]) for name in names))


def _rises(mean: Floats, deviation: Floats, lines: Floats) -> Floats:
    """The chance of a rise, K x H: that of a normal outcome, calibrated."""
    stated = _normal(mean / deviation)
    columns = [Calibration(*line.tolist()).calibrated(stated[:, h]) for h, line in enumerate(lines)]
    return np.stack(columns, axis=1)


def _normal(value: Floats) -> Floats:
    from scipy.special import ndtr

    found: Floats = ndtr(value)
    return found


def _story(
    members: Sequence[Source], stack: Stack, record: Record, lessons: Sequence[Lesson]
) -> dict[str, Any]:
    """What goes on record: who spoke how often, is trusted how far, and weighs how much at each horizon."""
    spoke = np.isfinite(record.said).all(axis=2).sum(axis=0)
    return {
        "forecast_unseen": len(record.came),
        "sources": {
            one.label: {
                "spoke": int(spoke[place]),
                "trust": [round(float(value), 4) for value in stack.trust[:, place]],
                "weight": [round(float(value), 4) for value in stack.weights[-1, 0, :, place]],
                "story": dict(lessons[place].story),
            }
            for place, one in enumerate(members)
        },
    }
