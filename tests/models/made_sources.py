"""Forecasters whose worth is known, and a market in which it is."""

import numpy as np

from tradewright.models.contract import Lesson, Model
from tradewright.models.forecasts import Abstention, Answers
from tradewright.models.table import FeatureRows, Targets
from tradewright.values.parameters import word

NAMES = ("a", "b", "c", "regime")
EDGE = 0.2


def market(rows: int, seed: int, by_regime: bool = False) -> tuple[FeatureRows, Targets]:
    """Returns that hang on a and on b alike; `by_regime`: on a where the regime is -1, on b where it is 1."""
    draws = np.random.default_rng(seed)
    values = draws.standard_normal((4, rows, 2))
    values[3] = np.where(np.arange(rows) // 25 % 2, 1.0, -1.0)[:, None]
    left, right = ((values[3] < 0.0), (values[3] > 0.0)) if by_regime else (1.0, 1.0)
    outcomes = (EDGE * (left * values[0] + right * values[1]) + draws.standard_normal((rows, 2)))[..., None]
    instants = np.arange(rows, dtype=np.int64)
    ends = np.broadcast_to(instants[:, None, None] + 1, outcomes.shape).copy()
    held = FeatureRows(NAMES, values, instants, ("s0", "s1"), "four")
    return held, Targets(outcomes, ends, np.ones(outcomes.shape[:2]), (1,))


def noise_of(values: np.ndarray) -> np.ndarray:
    """As good as drawn, and the same for the same row."""
    return EDGE * 1.4 * np.sin(1e5 * values)


class Noise(Model):
    """It says something else about every row, and nothing about what comes."""

    def _learn(self, examples, signature, how):
        return Lesson({"horizons": np.array(len(signature.horizons_bars))})

    def _answer(self, learned, windows):
        return spoken(np.repeat(noise_of(windows[:, -1, 2:3]), int(learned["horizons"]), axis=1))


class Memory(Model):
    """It knows every row that taught it by heart, and nothing of any other."""

    def _learn(self, examples, signature, how):
        return Lesson({"rows": examples.present()[:, 0], "came": examples.outcomes()})

    def _answer(self, learned, windows):
        x = windows[:, -1, 0]
        order = np.argsort(learned["rows"])
        at = order[np.clip(np.searchsorted(learned["rows"][order], x), 0, len(order) - 1)]
        known = (learned["rows"][at] == x)[:, None]
        return spoken(np.where(known, learned["came"][at], noise_of(x)[:, None]))


class Quiet(Model):
    """A tenth of one feature; silent where another is above zero."""

    column: str = word("a", about="which one")
    silent: str = word("c", about="above zero of which it is silent")

    def _learn(self, examples, signature, how):
        names = signature.names
        return Lesson({"at": np.array([names.index(self.column), names.index(self.silent)])})

    def _answer(self, learned, windows):
        told, silent = learned["at"]
        reasons = np.where(windows[:, -1, silent] > 0.0, int(Abstention.MISSING_INPUT), 0)
        said = spoken(EDGE * windows[:, -1, told : told + 1])
        return Answers(said.mean, said.rise, said.deviation, reasons)


class Slow(Model):
    """The mean of a feature over four rows."""

    @property
    def lookback_bars(self):
        return 4

    def _learn(self, examples, signature, how):
        return Lesson({"rows": np.array(examples.windows().shape[1])})

    def _answer(self, learned, windows):
        assert windows.shape[1] == int(learned["rows"]) == 4
        return spoken(EDGE * windows[:, :, 0].mean(axis=1, keepdims=True))


def spoken(mean: np.ndarray) -> Answers:
    return Answers(mean, np.full_like(mean, 0.5), np.ones_like(mean))
