"""Any estimator that fits scikit-learn's ways, as a forecaster."""

import warnings
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from tradewright.models.calibration import Calibration, held_share, own_parts
from tradewright.models.contract import How, Learned, Lesson, Model, Signature
from tradewright.models.estimator_bytes import as_bytes, estimator_of
from tradewright.models.estimator_kinds import (
    library_of,
    made,
    need_libraries,
    one_thread,
    refuse_untrusted,
    settings_of,
    tells_sides,
)
from tradewright.models.forecasts import Answers
from tradewright.models.judged_part import LEAST_OUTCOMES, judged_part
from tradewright.models.moments import LEAST_DEVIATION, root_mean_square, weighted_deviation, weighted_mean
from tradewright.models.table import Examples, Flags
from tradewright.values.errors import BadInput, InvalidOption
from tradewright.values.panel import Floats, Ints
from tradewright.values.parameters import parameter, word

# Points of the distribution of misses that are kept: a chance is then known to a thousandth.
MISSES_KEPT = 1_001
EMPTY = np.zeros(0, dtype=np.uint8)


class Estimator(Model):
    """A regressor or classifier of scikit-learn or XGBoost, named by its import path, one for each horizon.

    Features are given in units of their deviation. The last part of the rows, purged, teaches nothing and
    says how far forecasts miss. A regressor's chance of a rise is the share of those misses that leave its
    mean above zero; a classifier's stated chance is calibrated on them, and its mean is what rises and falls
    usually bring, weighed by it. Kept in the format of skops, which runs no code when it is read.
    """

    least_examples: ClassVar[int] = 50
    libraries: ClassVar[tuple[str, ...]] = ("sklearn", "skops")
    # Products of matrices round otherwise for one row than for many.
    rounding: ClassVar[float] = 1e-9

    learner: str = word(
        "sklearn.ensemble.HistGradientBoostingRegressor", about="the class, of a trusted module"
    )
    settings: str = word("", about="what the class takes, as a JSON object")
    judged_share: float = parameter(
        0.2, low=0.05, high=0.5, unit="of the rows", about="the last rows, which judge"
    )

    def __post_init__(self) -> None:
        """Refuse a class that is not trusted before anything is imported."""
        super().__post_init__()
        refuse_untrusted(self.learner)
        settings_of(self.settings)

    def refuse_unlearnable(self, names: tuple[str, ...]) -> None:
        """Refuse a class or a setting that is not there, and what is no forecaster."""
        tells_sides(made(self.learner, settings_of(self.settings), seed=0), self.learner)

    def _learn(self, examples: Examples, signature: Signature, how: How) -> Lesson:
        fresh = made(self.learner, settings_of(self.settings), how.seed)
        sides = tells_sides(fresh, self.learner)
        early, late = judged_part(examples, self.judged_share, signature.horizons_bars, type(self).__name__)
        middle = weighted_mean(early.present(), early.sample_weights())
        scale = weighted_deviation(early.present(), early.sample_weights())
        kept: dict[str, NDArray[Any]] = {"middle": middle, "scale": scale, "sides": np.array(sides)}
        told: set[str] = set()
        for place in range(len(signature.horizons_bars)):
            parts = [_of_horizon(part, place, middle, scale) for part in (early, late)]
            learner = made(self.learner, settings_of(self.settings), how.seed)
            bars = signature.horizons_bars[place]
            found = (_sided if sides else _lined)(learner, parts, bars, told)
            kept |= {f"{name}.{place}": array for name, array in found.items()}
        kept["library"] = np.frombuffer(library_of(self.learner).encode(), dtype=np.uint8)
        return Lesson(kept, {"warnings": sorted(told), "library": library_of(self.learner)})

    def _answer(self, learned: Learned, windows: Floats) -> Answers:
        need_libraries(self.learner)
        taught_by = learned["library"].tobytes().decode()
        if taught_by != library_of(self.learner):
            raise BadInput(
                f"The model was fitted by {taught_by}; {library_of(self.learner)} might answer otherwise.",
                f"Install {taught_by}, or train anew.",
            )
        x = (windows[:, -1] - learned["middle"]) / learned["scale"]
        horizons = sum(name.startswith("learner.") for name in learned)
        told = [_told(self.learner, learned, place, x) for place in range(horizons)]
        mean, rise, deviation = (np.stack(column, axis=1) for column in zip(*told, strict=True))
        return Answers(mean, rise, deviation)


Part = tuple[Floats, Floats, Floats, Ints]


def _of_horizon(examples: Examples, place: int, middle: Floats, scale: Floats) -> Part:
    """Scaled features, outcomes, weights and instants of those examples that have an outcome."""
    y: Floats = examples.outcomes()[:, place]
    known = np.isfinite(y)
    x, rows = (examples.present()[known] - middle) / scale, examples.at[known, 1]
    return x, y[known], examples.sample_weights()[known], examples.instants[rows]


def _lined(learner: Any, parts: Sequence[Part], bars: int, told: set[str]) -> dict[str, NDArray[Any]]:
    """What is kept of a regressor: the outcome's scale, how far it misses, and how its misses are spread."""
    (x, y, weights, _), (late_x, late_y, late_weights, instants) = parts
    unit = float(weighted_deviation(y[:, None], weights)[0])
    _fit(learner, x, np.asarray(y / unit), weights, told)
    missed = late_y - unit * _line(learner, late_x)
    spoke = _spoken(learner, missed)
    missed, late_weights, instants = missed[spoke], late_weights[spoke], instants[spoke]
    # A late part that rose throughout is one outcome: as little as it tells, so far is it believed.
    bias = float(weighted_mean(missed[:, None], late_weights)[0])
    centred = missed - bias * held_share(own_parts(instants, late_weights, bars))
    spread = np.quantile(centred, np.linspace(0.0, 1.0, min(len(missed), MISSES_KEPT)))
    deviation = root_mean_square(missed[:, None], late_weights)[0]
    return {
        "learner": as_bytes(learner, x.shape[1]),
        "unit": np.array(unit),
        "missed": spread,
        "deviation": deviation,
    }


def _sided(learner: Any, parts: Sequence[Part], bars: int, told: set[str]) -> dict[str, NDArray[Any]]:
    """What is kept of a classifier: its calibration, what each side brings, and how far that misses."""
    (x, y, weights, _), (late_x, late_y, late_weights, instants) = parts
    rose = y > 0.0
    rises, falls = (
        float(weighted_mean(np.where(side, y, np.nan)[:, None], weights)[0]) for side in (rose, ~rose)
    )
    # A side that was never seen cannot be learnt: the usual share is all there is to say.
    has_both = bool(rose.any() and not rose.all())
    if has_both:
        _fit(learner, x, rose.astype(np.int64), weights, told)
    stated = _chance(learner, late_x) if has_both else np.full(len(late_x), 0.5)
    spoke = _spoken(learner, stated)
    stated, late_y = stated[spoke], late_y[spoke]
    late_weights, instants = late_weights[spoke], instants[spoke]
    line = Calibration.of(stated, late_y > 0.0, own_parts(instants, late_weights, bars))
    chance = line.calibrated(stated)
    missed = late_y - (chance * rises + (1.0 - chance) * falls)
    return {
        "line": np.array([line.slope, line.offset]),
        "brings": np.array([rises, falls]),
        "deviation": root_mean_square(missed[:, None], late_weights)[0],
        "learner": as_bytes(learner, x.shape[1]) if has_both else EMPTY,
    }


def _spoken(learner: Any, answers: Floats) -> Flags:
    """Where a learner answered with a number. Raises: InvalidOption where that is too seldom to judge it."""
    found = np.asarray(np.isfinite(answers))
    if np.count_nonzero(found) < LEAST_OUTCOMES:
        raise InvalidOption(
            f"{type(learner).__name__} answers {np.count_nonzero(found)} of {len(found)} rows that judge it; "
            f"it needs {LEAST_OUTCOMES}.",
            "Give other settings.",
        )
    return found


def _fit(learner: Any, x: Floats, y: NDArray[Any], weights: Floats, told: set[str]) -> None:
    """Fit; what the library warns of goes on record, what it refuses is said.

    Raises: InvalidOption.
    """
    from sklearn.utils.validation import has_fit_parameter

    takes_weights = has_fit_parameter(learner, "sample_weight")
    if not takes_weights and np.ptp(weights) > 0.0:
        raise InvalidOption(
            f"{type(learner).__name__} takes no sample weights, and these rows have them.",
            "Give another class, or rows of equal weight.",
        )
    with warnings.catch_warnings(record=True) as heard, one_thread():
        warnings.simplefilter("always")
        try:
            learner.fit(x, y, **({"sample_weight": weights} if takes_weights else {}))
        except (ValueError, TypeError, AttributeError, IndexError, KeyError) as error:
            said = " ".join(str(error).split())[:300]
            raise InvalidOption(
                f"{type(learner).__name__} refused to learn: {said}", "Give other settings."
            ) from error
    told |= {f"{one.category.__name__}: {' '.join(str(one.message).split())[:200]}" for one in heard}


def _told(path: str, learned: Learned, place: int, x: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean, chance of a rise and deviation at one horizon, K each."""
    deviation = np.full(len(x), max(float(learned[f"deviation.{place}"]), LEAST_DEVIATION))
    kept = learned[f"learner.{place}"]
    if learned["sides"]:
        stated = _chance(estimator_of(kept, path, x.shape[1]), x) if len(kept) else np.full(len(x), 0.5)
        rise = Calibration(*learned[f"line.{place}"].tolist()).calibrated(stated)
        rises, falls = learned[f"brings.{place}"]
        return rise * rises + (1.0 - rise) * falls, rise, deviation
    mean = float(learned[f"unit.{place}"]) * _line(estimator_of(kept, path, x.shape[1]), x)
    missed = learned[f"missed.{place}"]
    above = (len(missed) - np.searchsorted(missed, -mean, side="right")).astype(np.float64)
    return mean, np.asarray((above + 0.5) / (len(missed) + 1.0), dtype=np.float64), deviation


def _line(learner: Any, x: Floats) -> Floats:
    """What a regressor says, K."""
    return _asked(learner, "predict", x).reshape(len(x))


def _chance(learner: Any, x: Floats) -> Floats:
    """A classifier's chance of a rise, K."""
    return _asked(learner, "predict_proba", x)[:, 1]


def _asked(learner: Any, method: str, x: Floats) -> Floats:
    """What a learner answers. Raises: BadInput where it cannot, as one that was damaged."""
    with one_thread(), warnings.catch_warnings():
        # What is no number is an abstention, on record; a warning on a screen is not.
        warnings.simplefilter("ignore")
        try:
            return np.asarray(getattr(learner, method)(x), dtype=np.float64)
        except (ValueError, TypeError, IndexError, AttributeError, KeyError) as error:
            said = " ".join(str(error).split())[:200]
            raise BadInput(
                f"A kept {type(learner).__name__} cannot answer: {type(error).__name__}: {said}.",
                "Train anew.",
            ) from error
