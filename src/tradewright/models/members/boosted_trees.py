"""Many small trees, each mending what those before it missed."""

from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from tradewright.models.contract import How, Learned, Lesson, Model, Signature
from tradewright.models.extra import need_ml
from tradewright.models.forecasts import Answers
from tradewright.models.judged_part import judged_part
from tradewright.models.moments import LEAST_DEVIATION, root_mean_square, weighted_deviation
from tradewright.models.table import Examples, Flags
from tradewright.values.panel import Floats
from tradewright.values.parameters import parameter

# One thread and one order of sums, so that the same seed gives the same trees.
FIXED = {
    "num_threads": 1, "deterministic": True, "force_row_wise": True, "verbosity": -1,
    "bagging_freq": 1, "first_metric_only": True,
}  # fmt: skip


class BoostedTrees(Model):
    """Gradient-boosted trees for the return and for the side of each horizon, with early stopping.

    The last part of the rows, purged of labels that reach into it, says how many trees are enough and how
    far forecasts miss. Learnt with LightGBM and kept as its text, which is read and never run.
    Source: Friedman (2001), Annals of Statistics 29(5); Ke et al. (2017), NeurIPS 30.
    """

    least_examples: ClassVar[int] = 50
    libraries: ClassVar[tuple[str, ...]] = ("lightgbm",)

    trees: int = parameter(500, low=1, high=100_000, unit="trees", about="trees at most")
    leaves: int = parameter(15, low=2, high=4096, unit="leaves", about="leaves of a tree")
    rate: float = parameter(0.03, low=1e-5, high=1.0, unit="share", about="how much of a tree counts")
    least_rows: int = parameter(50, low=1, high=1_000_000, unit="rows", about="rows of a leaf at least")
    bagging: float = parameter(0.7, low=0.05, high=1.0, unit="of the rows", about="what each tree sees")
    columns: float = parameter(0.7, low=0.05, high=1.0, unit="of the features", about="what each tree sees")
    penalty: float = parameter(5.0, low=0.0, high=1e6, unit="rows", about="how leaves are drawn to zero")
    patience: int = parameter(50, low=1, high=10_000, unit="trees", about="how long it waits for better")
    judged_share: float = parameter(
        0.2, low=0.05, high=0.5, unit="of the rows", about="the last rows, which judge"
    )

    def _learn(self, examples: Examples, signature: Signature, how: How) -> Lesson:
        need_ml("A forecaster of boosted trees", ("lightgbm",), "Ridge and the other baselines need none.")
        early, late = judged_part(examples, self.judged_share, signature.horizons_bars, type(self).__name__)
        kept: dict[str, NDArray[Any]] = {}
        missed, counts = [], []
        for place in range(len(signature.horizons_bars)):
            parts = [_of_horizon(part, place) for part in (early, late)]
            scale = float(weighted_deviation(parts[0][1][:, None], parts[0][2])[0])
            scaled: Parts = [(x, np.asarray(y / scale, dtype=np.float64), w) for x, y, w in parts]
            sided: Parts = [(x, (y > 0.0).astype(np.float64), w) for x, y, w in parts]
            returns, sides = (
                self._grown(*each, how.seed) for each in (("regression", scaled), ("binary", sided))
            )
            kept[f"returns.{place}"], kept[f"sides.{place}"] = _text(returns), _text(sides)
            x, y, w = parts[1]
            missed.append((scale, float(root_mean_square((y - scale * _said(returns, x))[:, None], w)[0])))
            counts.append([returns.num_trees(), sides.num_trees()])
        scales, deviations = np.array(missed).T
        return Lesson({**kept, "scale": scales, "deviation": deviations}, {"trees": counts})

    def _answer(self, learned: Learned, windows: Floats) -> Answers:
        need_ml("A forecaster of boosted trees", ("lightgbm",), "Ridge and the other baselines need none.")
        x, horizons = windows[:, -1], len(learned["scale"])
        mean = np.stack([_said(_read(learned[f"returns.{place}"]), x) for place in range(horizons)], axis=1)
        rise = np.stack([_said(_read(learned[f"sides.{place}"]), x) for place in range(horizons)], axis=1)
        spread = np.broadcast_to(np.maximum(learned["deviation"], LEAST_DEVIATION), mean.shape).copy()
        return Answers(mean * learned["scale"], rise, spread)

    def _grown(self, objective: str, parts: "Parts", seed: int) -> Any:
        """Trees grown on the first part until the second one gains no more."""
        import lightgbm

        settings = {
            **FIXED,
            "objective": objective,
            "num_leaves": self.leaves,
            "learning_rate": self.rate,
            "min_data_in_leaf": self.least_rows,
            "bagging_fraction": self.bagging,
            "feature_fraction": self.columns,
            "lambda_l2": self.penalty,
            "seed": seed,
        }
        learnt, judged = (lightgbm.Dataset(x, y, weight=w, free_raw_data=False) for x, y, w in parts)
        stop = lightgbm.early_stopping(self.patience, verbose=False)
        grown = lightgbm.train(settings, learnt, self.trees, valid_sets=[judged], callbacks=[stop])
        return _booster(grown.model_to_string(num_iteration=grown.best_iteration))


Parts = list[tuple[Floats, Floats, Floats]]


def _of_horizon(examples: Examples, place: int) -> tuple[Floats, Floats, Floats]:
    """Features, outcomes and weights of those examples that have an outcome at one horizon."""
    y: Floats = examples.outcomes()[:, place]
    known: Flags = np.isfinite(y)
    return examples.present()[known], y[known], examples.sample_weights()[known]


def _text(booster: Any) -> NDArray[np.uint8]:
    """Trees as bytes of LightGBM's own text."""
    return np.frombuffer(booster.model_to_string().encode(), dtype=np.uint8)


def _read(kept: NDArray[np.uint8]) -> Any:
    """Trees of such bytes."""
    return _booster(kept.tobytes().decode())


@lru_cache(maxsize=64)
def _booster(text: str) -> Any:
    """Trees of a text; read once, because rows are often asked about one at a time."""
    import lightgbm

    return lightgbm.Booster(model_str=text)


def _said(booster: Any, x: Floats) -> Floats:
    """What trees say of rows, summed in one order on one thread."""
    return np.asarray(booster.predict(x, num_threads=1), dtype=np.float64)
