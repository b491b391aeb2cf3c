"""What models learn from and are asked about: rows of features, and the outcomes that came of them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewright.values.errors import InvalidOption, Misuse
from tradewright.values.labels import Labels
from tradewright.values.panel import Floats, Ints

Flags = NDArray[np.bool_]
HORIZONS_BARS = (1, 5, 10, 30)


@dataclass(frozen=True, eq=False)
class FeatureRows:
    """The features of T rows and N symbols, as a feature set gives them.

    Shape: `values` F x T x N, NaN where a feature is not known; `names` F, `instants` T, `symbols` N.
    Known at: row t at `instants[t]` (ns UTC, rising). `schema_hash` names the features' formulas; a model
    that was fitted to others refuses.
    Raises: InvalidOption where shapes do not match.
    """

    names: tuple[str, ...]
    values: Floats
    instants: Ints
    symbols: tuple[str, ...]
    schema_hash: str

    def __post_init__(self) -> None:
        """Refuse what does not fit together."""
        wanted = (len(self.names), len(self.instants), len(self.symbols))
        if np.shape(self.values) != wanted:
            raise InvalidOption(
                f"Features are {np.shape(self.values)}; names, instants and symbols give {wanted}.",
                "Give one value for each feature, row and symbol.",
            )
        if np.any(np.diff(self.instants) <= 0):
            raise InvalidOption("Instants do not rise.", "Give rows in the order of time, each once.")

    def between(self, first: int, last: int) -> "FeatureRows":
        """The rows from number `first` up to `last`, that one left out."""
        values, instants = self.values[:, first:last], self.instants[first:last]
        return FeatureRows(self.names, values, instants, self.symbols, self.schema_hash)

    def by_symbol(self) -> Floats:
        """A copy laid out for reading sequences, N x T x F."""
        turned = np.moveaxis(np.asarray(self.values), 0, -1).swapaxes(0, 1)
        return np.array(turned, dtype=np.float64, order="C")


@dataclass(frozen=True, eq=False)
class Targets:
    """Outcomes a model may learn from, with the span each covers.

    Shape: `values` and `ends` T x N x H, one for each of the H `horizons_bars`; `weights` T x N, 0 or more.
    Units: `ends` in ns UTC, the instant at which an outcome was known. NaN is an outcome nobody may learn.
    Raises: InvalidOption where shapes do not match, or an outcome has no end.
    """

    values: Floats
    ends: Ints
    weights: Floats
    horizons_bars: tuple[int, ...] = HORIZONS_BARS

    def __post_init__(self) -> None:
        """Refuse what does not fit together."""
        shape = np.shape(self.values)
        if len(shape) != 3 or shape[2] != len(self.horizons_bars) or np.shape(self.ends) != shape:
            raise InvalidOption(
                f"Outcomes have the shape {shape}, their ends {np.shape(self.ends)}, "
                f"and there are {len(self.horizons_bars)} horizons.",
                "Give rows x symbols x horizons of both.",
            )
        if np.shape(self.weights) != shape[:2]:
            raise InvalidOption(f"Weights have the shape {np.shape(self.weights)}.", f"Give {shape[:2]}.")
        if not np.all(np.isfinite(self.weights)) or np.any(np.asarray(self.weights) < 0.0):
            raise InvalidOption("A sample weight is negative or no number.", "Give 0 or more for each row.")
        if list(self.horizons_bars) != sorted(set(self.horizons_bars)) or self.horizons_bars[:1] < (1,):
            raise InvalidOption(f"Horizons {self.horizons_bars}.", "Give rising numbers of bars, from 1.")

    @classmethod
    def known(cls, labels: Mapping[int, Labels], as_of: int, weights: Floats | None = None) -> "Targets":
        """The outcomes of labels by their horizon that were known at an instant, and no other.

        Raises: Misuse for no labels, or for labels of different rows.
        """
        horizons = tuple(sorted(labels))
        shapes = {one.shape for one in labels.values()}
        if len(shapes) != 1:
            raise Misuse(f"Labels of {len(shapes)} different shapes.", "Make them of one panel.")
        (shape,) = shapes
        values = np.full((*shape, len(horizons)), np.nan)
        ends = np.zeros((*shape, len(horizons)), dtype=np.int64)
        for place, horizon in enumerate(horizons):
            found = labels[horizon].learnable(as_of)
            row, symbol = np.unravel_index(found.places, shape)
            values[row, symbol, place], ends[row, symbol, place] = found.values, found.end
        return cls(values, ends, np.ones(shape) if weights is None else weights, horizons)

    def known_by(self, as_of: int) -> "Targets":
        """The same without the outcomes that were not known before an instant."""
        values = np.where(self.ends < as_of, self.values, np.nan)
        return Targets(values, self.ends, self.weights, self.horizons_bars)


@dataclass(frozen=True, eq=False)
class Examples:
    """What a model learns from: places in sequences of features, each with its outcomes.

    Shape: `features` N x T x F, `targets` and `ends` N x T x H, `weights` N x T, `instants` T; `at` K x 2
    (symbol, row), in the order of time. Each place has all of its `lookback_bars` rows and an outcome.
    """

    features: Floats
    targets: Floats
    ends: Ints
    weights: Floats
    instants: Ints
    lookback_bars: int
    at: Ints

    def __len__(self) -> int:
        """How many."""
        return len(self.at)

    def windows(self) -> Floats:
        """The rows that each place looks at, K x lookback x F."""
        return windows_at(self.features, self.at, self.lookback_bars)

    def present(self) -> Floats:
        """The features of each place's own row, K x F."""
        found: Floats = self.features[self.at[:, 0], self.at[:, 1]]
        return found

    def outcomes(self) -> Floats:
        """The outcomes of each place, K x H; NaN where one may not be learnt."""
        found: Floats = self.targets[self.at[:, 0], self.at[:, 1]]
        return found

    def sample_weights(self) -> Floats:
        """The weight of each place, K."""
        found: Floats = self.weights[self.at[:, 0], self.at[:, 1]]
        return found

    def parted(self, share: float) -> tuple["Examples", "Examples"]:
        """Earlier and later places; no outcome of the earlier ones reaches into the later ones' time.

        `share` is the later ones' part of all distinct instants.
        """
        moments = np.unique(self.at[:, 1])
        first = int(moments[min(int(len(moments) * (1.0 - share)), len(moments) - 1)])
        return self.before(first), self.where(self.at[:, 1] >= first)

    def before(self, row: int) -> "Examples":
        """The places before a row, with those outcomes alone that were known before its instant."""
        early = self._with(np.where(self.ends < self.instants[row], self.targets, np.nan))
        return early.where(self.at[:, 1] < row)

    def where(self, chosen: Flags) -> "Examples":
        """The chosen places that still have an outcome."""
        at = self.at[chosen]
        has_outcome = np.isfinite(self.targets[at[:, 0], at[:, 1]]).any(axis=1)
        return Examples(
            self.features, self.targets, self.ends, self.weights, self.instants, self.lookback_bars,
            at[has_outcome],
        )  # fmt: skip

    def _with(self, targets: Floats) -> "Examples":
        """The same places with other outcomes."""
        return Examples(
            self.features, targets, self.ends, self.weights, self.instants, self.lookback_bars, self.at
        )


def windows_at(features: Floats, at: Ints, lookback_bars: int) -> Floats:
    """The last rows up to each place (symbol, row), K x lookback x F, of features N x T x F."""
    back = np.arange(1 - lookback_bars, 1)
    found: Floats = features[at[:, :1], at[:, 1:] + back]
    return found


def complete(features: Floats, lookback_bars: int) -> Flags:
    """Whether each place has all of its rows and knows every feature in them, N x T."""
    known = np.isfinite(features).all(axis=2)
    count = np.cumsum(np.pad(known, ((0, 0), (lookback_bars, 0))), axis=1)
    found: Flags = count[:, lookback_bars:] - count[:, :-lookback_bars] == lookback_bars
    return found
