"""The model contract: a recipe with declared parameters, what it learnt, and forecasts or silence.

A recipe is frozen. `fit` gives a fitted model, which holds its recipe, what was learnt as plain arrays and
the features it was fitted to; nothing else decides what it answers, so that what is saved is what is served.
"""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar, dataclass_transform, final

import numpy as np
from numpy.typing import NDArray

from tradewright.models.forecasts import Abstention, Answers, Forecasts
from tradewright.models.table import Examples, FeatureRows, Targets, complete, windows_at
from tradewright.models.training.watch import UNWATCHED, Watch
from tradewright.values.errors import BadInput, InvalidOption, Misuse
from tradewright.values.panel import Floats, Ints
from tradewright.values.parameters import allocation, parameter, switch, word
from tradewright.values.tunable import Tunable

Learned = Mapping[str, NDArray[Any]]
# Places that are answered at once: enough for speed, few enough that their windows fit in memory.
AT_ONCE = 4_096
# Features that an error names before it only counts them.
MOST_NAMED = 5


@dataclass(frozen=True)
class Lesson:
    """What a recipe learnt, as arrays by name, and how that came about (as it is written into metadata)."""

    arrays: Learned
    story: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class How:
    """How something is learnt: the seed, who watches, and the arrays of a parent to begin with (or none)."""

    seed: int
    watch: Watch = UNWATCHED
    parent: Learned = field(default_factory=dict)


@dataclass(frozen=True)
class Signature:
    """What a model was fitted to: feature names, the hash of their formulas, and horizons in bars."""

    names: tuple[str, ...]
    schema_hash: str
    horizons_bars: tuple[int, ...]


@dataclass_transform(frozen_default=True, field_specifiers=(parameter, switch, allocation, word))
class Model(Tunable):
    """A recipe: how forecasts are learnt from features. Its parameters are declared with bounds.

    `least_examples` is what it needs to learn at all. `rounding` is how far an answer may hang on which rows
    are asked about together, relative to its size; 0 says not a bit. `takes_parent` says whether it can begin
    with another model's weights, `has_epochs` whether its watch is asked between epochs if it shall stop.
    `libraries` are those of the extra [ml] without which it can neither learn nor answer.
    """

    least_examples: ClassVar[int] = 2
    rounding: ClassVar[float] = 0.0
    takes_parent: ClassVar[bool] = False
    has_epochs: ClassVar[bool] = False
    libraries: ClassVar[tuple[str, ...]] = ()

    @property
    def lookback_bars(self) -> int:
        """Rows up to and with the present one that an answer looks at."""
        return 1

    def refuse_unlearnable(self, names: tuple[str, ...]) -> None:
        """Refuse what it could not learn from features of these names, as far as that shows without rows.

        Raises: UnknownName, InvalidOption; Blocked without a library.
        """

    @abstractmethod
    def _learn(self, examples: Examples, signature: Signature, how: How) -> Lesson:
        """What the examples teach."""

    @abstractmethod
    def _answer(self, learned: Learned, windows: Floats) -> Answers:
        """Forecasts for K windows, K x lookback x F, in which every value is known."""

    @final
    def fit(
        self,
        rows: FeatureRows,
        targets: Targets,
        *,
        seed: int,
        watch: Watch = UNWATCHED,
        parent: "FittedModel | None" = None,
    ) -> "FittedModel":
        """Learn from rows whose outcomes may be learnt. The same seed gives the same model.

        `parent` is a model whose weights it begins with, those that fit; the story says which did not.
        Raises: InvalidOption where shapes do not match or too little is there to learn from; Misuse for a
        parent where nothing can be begun with.
        """
        if parent is not None and not self.takes_parent:
            raise Misuse(
                f"{type(self).__name__} is learnt at once: a parent teaches it nothing.", "Leave it."
            )
        signature = Signature(rows.names, rows.schema_hash, targets.horizons_bars)
        examples = _examples(rows, targets, self.lookback_bars)
        if len(examples) < self.least_examples:
            raise InvalidOption(
                f"{type(self).__name__} needs {self.least_examples} rows with all features and an outcome; "
                f"there are {len(examples)}.",
                _more(rows, self.lookback_bars),
            )
        self._refuse_bare_horizons(examples, signature)
        lesson = self._learn(examples, signature, How(seed, watch, {} if parent is None else parent.learned))
        return FittedModel(self, signature, lesson.arrays, seed, dict(lesson.story))

    def _refuse_bare_horizons(self, examples: Examples, signature: Signature) -> None:
        """A horizon of which too little is known would be guessed."""
        known = np.isfinite(examples.outcomes()).sum(axis=0)
        for horizon, count in zip(signature.horizons_bars, known, strict=True):
            if count < self.least_examples:
                raise InvalidOption(
                    f"{type(self).__name__} needs {self.least_examples} outcomes of each horizon; "
                    f"of {horizon} bars {count} may be learnt.",
                    "Give more rows, or leave that horizon out.",
                )


@final
@dataclass(frozen=True, eq=False)
class FittedModel:
    """A recipe with what it has learnt. It answers about rows of the same features, or abstains."""

    model: Model
    signature: Signature
    learned: Learned
    seed: int
    story: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Keep copies that nobody can write into."""
        kept = {name: np.array(array) for name, array in self.learned.items()}
        for array in kept.values():
            array.flags.writeable = False
        object.__setattr__(self, "learned", MappingProxyType(kept))

    def predict(self, rows: FeatureRows) -> Forecasts:
        """What is expected after each row; silence where a feature in its lookback is not known.

        Raises: Misuse where the rows have other features than those it was fitted to; BadInput for weights
        that are damaged.
        """
        self._refuse_others(rows)
        features, back = rows.by_symbol(), self.model.lookback_bars
        ready = complete(features, back)
        reasons = np.full(ready.shape, int(Abstention.MISSING_INPUT), dtype=np.int8)
        reasons[:, : back - 1] = int(Abstention.TOO_FEW_ROWS)
        columns = [np.full((*ready.shape, len(self.signature.horizons_bars)), np.nan) for _ in range(3)]
        places = np.argwhere(ready)
        for start in range(0, len(places), AT_ONCE):
            at = places[start : start + AT_ONCE]
            found = self._answered(windows_at(features, at, back))
            silent = _silence(found)
            reasons[at[:, 0], at[:, 1]] = silent
            for column, answer in zip(columns, (found.mean, found.rise, found.deviation), strict=True):
                column[at[:, 0], at[:, 1]] = np.where(silent[:, None] == 0, answer, np.nan)
        mean, rise, deviation = (np.ascontiguousarray(column.swapaxes(0, 1)) for column in columns)
        told, horizons = np.ascontiguousarray(reasons.T), self.signature.horizons_bars
        return Forecasts(mean, rise, deviation, told, rows.instants, rows.symbols, horizons)

    def _answered(self, windows: Floats) -> Answers:
        """What the recipe answers. Raises: BadInput where its weights are not all there."""
        try:
            return self.model._answer(self.learned, windows)
        except KeyError as error:
            raise BadInput(
                f"The weights of this {type(self.model).__name__} lack {error}: they are damaged.",
                "Copy them again, or train anew.",
            ) from error

    def _refuse_others(self, rows: FeatureRows) -> None:
        """Other features than those that taught it would be read as if they were these."""
        if rows.names == self.signature.names and rows.schema_hash == self.signature.schema_hash:
            return
        gone = [name for name in self.signature.names if name not in rows.names]
        new = [name for name in rows.names if name not in self.signature.names]
        told = [f"without {', '.join(gone)}"] if gone else []
        told += [f"with {', '.join(new)}"] if new else []
        how = " and ".join(told) or "under the same names, in another order or by other formulas"
        raise Misuse(
            f"The model's features changed: it is asked about rows {how}.",
            f"Ask with those it was fitted to (schema {self.signature.schema_hash[:12]}), or fit anew.",
        )


def _silence(found: Answers) -> Ints:
    """The reason of each place's silence, K; an answer that is no number is none."""
    told = np.zeros(len(found.mean), dtype=np.int64) if found.reasons is None else found.reasons
    numbers = np.isfinite(np.stack([found.mean, found.rise, found.deviation])).all(axis=(0, 2))
    return np.where((told == 0) & ~numbers, int(Abstention.NO_NUMBER), told)


def _more(rows: FeatureRows, lookback_bars: int) -> str:
    """What to do where too little is there: one feature that is never known takes every row with it."""
    never = [name for name, one in zip(rows.names, rows.values, strict=True) if not np.isfinite(one).any()]
    if not never:
        return f"Give more rows; it looks back {lookback_bars} bars."
    more = f" and {len(never) - MOST_NAMED} more" if len(never) > MOST_NAMED else ""
    named = ", ".join(never[:MOST_NAMED])
    return f"Leave out what is never known of these data: {named}{more}."


def _examples(rows: FeatureRows, targets: Targets, lookback_bars: int) -> Examples:
    """Every place with all of its rows, an outcome and some weight, in the order of time."""
    shape = (len(rows.instants), len(rows.symbols))
    if np.shape(targets.weights) != shape:
        raise InvalidOption(
            f"Features are of {shape[0]} rows and {shape[1]} symbols, outcomes of "
            f"{' and '.join(map(str, np.shape(targets.weights)))}.",
            "Make both of the same panel.",
        )
    features = rows.by_symbol()
    values = np.array(targets.values.swapaxes(0, 1), order="C")
    ends = np.array(targets.ends.swapaxes(0, 1), order="C")
    weights = np.array(targets.weights.T, order="C")
    has_outcome = np.isfinite(values).any(axis=2) & (weights > 0.0)
    usable = complete(features, lookback_bars) & has_outcome
    at: Ints = np.argwhere(usable.T)[:, ::-1]
    return Examples(features, values, ends, weights, rows.instants, lookback_bars, at)
