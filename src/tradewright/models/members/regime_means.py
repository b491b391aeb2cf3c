"""What usually came in markets like this one."""

import numpy as np
from numpy.typing import NDArray

from tradewright.models.contract import How, Learned, Lesson, Model, Signature
from tradewright.models.forecasts import Answers
from tradewright.models.moments import LEAST_DEVIATION, root_mean_square, weighted_mean
from tradewright.models.table import Examples
from tradewright.values.errors import InvalidOption
from tradewright.values.panel import Floats
from tradewright.values.parameters import parameter

# Sides of so many features have a number of their own each, in 64 bits.
MOST_FEATURES = 39


class RegimeMeans(Model):
    """The mean outcome, and the share of rises, of each kind of row, drawn towards those of all rows.

    A kind is the side of every feature: above `edge`, below -`edge`, or between. Meant for features that are
    regimes already (-1, 0, 1). A kind that was never seen has the mean and the share of all rows.
    Source: shrinkage of group means: Efron and Morris (1973), JASA 68(341).
    """

    edge: float = parameter(0.5, low=0.0, high=1e9, unit="of the feature", about="where a side begins")
    held: float = parameter(
        100.0,
        low=0.001,
        high=1e9,
        unit="examples",
        about="examples at which a kind's own mean counts for half",
    )

    def _learn(self, examples: Examples, signature: Signature, how: How) -> Lesson:
        if len(signature.names) > MOST_FEATURES:
            raise InvalidOption(
                f"{type(self).__name__} takes {MOST_FEATURES} features; there are {len(signature.names)}.",
                "Give the regimes alone, such as --features trend_regime.",
            )
        outcomes, weights = examples.outcomes(), examples.sample_weights()
        rose = np.where(np.isfinite(outcomes), outcomes > 0.0, np.nan)
        codes = self._kinds(examples.present())
        kinds, place = np.unique(codes, return_inverse=True)
        usual = [weighted_mean(one, weights) for one in (outcomes, rose)]
        means, rises = (
            _drawn(one, weights, (place, len(kinds)), whole, self.held)
            for one, whole in zip((outcomes, rose), usual, strict=True)
        )
        deviation = root_mean_square(outcomes - means[place], weights)
        return Lesson({"kinds": kinds, "means": means, "rises": rises, "deviation": deviation})

    def _answer(self, learned: Learned, windows: Floats) -> Answers:
        codes, kinds = self._kinds(windows[:, -1]), learned["kinds"]
        place = np.minimum(np.searchsorted(kinds, codes), len(kinds) - 1)
        # The last row of both tables is that of all rows.
        at = np.where(kinds[place] == codes, place, len(kinds))
        mean = learned["means"][at]
        spread = np.broadcast_to(np.maximum(learned["deviation"], LEAST_DEVIATION), mean.shape).copy()
        return Answers(mean, learned["rises"][at], spread)

    def _kinds(self, rows: Floats) -> NDArray[np.int64]:
        """The kind of each row as one number."""
        sides = (rows > self.edge).astype(np.int64) - (rows < -self.edge) + 1
        found: NDArray[np.int64] = sides @ (3 ** np.arange(rows.shape[1], dtype=np.int64))
        return found


def _drawn(
    values: Floats, weights: Floats, groups: tuple[NDArray[np.int64], int], usual: Floats, held: float
) -> Floats:
    """The mean of each group, drawn to the usual one; that one itself as the last row."""
    place, count = groups
    known = np.isfinite(values)
    total, mass = (np.zeros((count, values.shape[1])) for _ in range(2))
    np.add.at(total, place, weights[:, None] * np.where(known, values, 0.0))
    np.add.at(mass, place, weights[:, None] * known)
    return np.concatenate([(total + held * usual) / (mass + held), usual[None]])
