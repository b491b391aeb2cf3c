"""A selective state-space model over the last rows of features, one for all symbols."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from tradewright.models.contract import How, Learned, Lesson, Model, Signature
from tradewright.models.extra import need_ml
from tradewright.models.forecasts import Answers
from tradewright.models.judged_part import judged_part
from tradewright.models.moments import weighted_deviation, weighted_mean
from tradewright.models.table import Examples
from tradewright.values.panel import Floats
from tradewright.values.parameters import parameter

if TYPE_CHECKING:
    from tradewright.models.mamba.network import Shape
    from tradewright.models.mamba.training import Scales

LIBRARIES = ("jax", "equinox", "optax")
WEIGHTS = "network."
# Windows answered at once; the last batch is filled up, so that one compiled program serves all.
BATCH = 64


class Mamba(Model):
    """Forecasts from a sequence: what mattered is remembered, what did not is let go, as the rows say.

    Property: an answer hangs on the last `sequence_bars` rows alone. Trained with early stopping on the last
    part of the rows, purged of labels that reach into it; the best epoch is kept.
    Source: Gu and Dao (2023), arXiv 2312.00752.
    """

    least_examples: ClassVar[int] = 50
    rounding: ClassVar[float] = 1e-5
    takes_parent: ClassVar[bool] = True
    has_epochs: ClassVar[bool] = True
    libraries: ClassVar[tuple[str, ...]] = LIBRARIES

    sequence_bars: int = parameter(60, low=2, high=4096, unit="bars", about="rows that an answer looks at")
    d_model: int = parameter(64, low=2, high=1024, unit="channels", about="width of the stream")
    d_state: int = parameter(16, low=1, high=256, unit="states", about="states of each channel")
    d_conv: int = parameter(4, low=1, high=16, unit="bars", about="rows that the convolution sees")
    expand: int = parameter(2, low=1, high=8, unit="times", about="how much a block widens the stream")
    layers: int = parameter(4, low=1, high=48, unit="blocks", about="blocks on top of each other")
    epochs: int = parameter(40, low=1, high=10_000, unit="epochs", about="epochs at most")
    batch: int = parameter(32, low=8, high=4096, unit="sequences", about="sequences an update")
    rate: float = parameter(1e-2, low=1e-7, high=1.0, unit="per update", about="the highest learning rate")
    decay: float = parameter(0.05, low=0.0, high=10.0, unit="AdamW", about="how weights are drawn to zero")
    clip: float = parameter(1.0, low=1e-3, high=1e3, unit="norm", about="the largest gradient let through")
    patience: int = parameter(8, low=1, high=10_000, unit="epochs", about="how long it waits for better")
    judged_share: float = parameter(
        0.2, low=0.05, high=0.5, unit="of the rows", about="the last rows, which judge epochs"
    )
    direction: float = parameter(0.1, low=0.0, high=10.0, unit="weight", about="what the side counts")
    volatility: float = parameter(0.1, low=0.0, high=10.0, unit="weight", about="what the size counts")

    @property
    def lookback_bars(self) -> int:
        """A whole sequence."""
        return self.sequence_bars

    def _learn(self, examples: Examples, signature: Signature, how: How) -> Lesson:
        need_ml("A Mamba forecaster", LIBRARIES, "Ridge and the other baselines need none of it.")
        import jax

        from tradewright.models.mamba.training import Course, Sequences
        from tradewright.models.mamba.weights import named, transferred, untrained, without_prefix
        from tradewright.models.training.devices import loss_is_named

        early, late = judged_part(examples, self.judged_share, signature.horizons_bars, type(self).__name__)
        scales = _measured(early)
        # Rows before the cut taught: they may not say when to stop.
        learnt = Sequences(early, scales, how.seed)
        judged = Sequences(late, scales, how.seed, first_row=int(late.at[:, 1].min()))
        with jax.enable_x64(False), loss_is_named():
            network = untrained(self._shape(len(signature.names), len(signature.horizons_bars)), how.seed)
            network, told = transferred(network, without_prefix(how.parent, WEIGHTS))
            course = Course(self._descent(), self._rules(), learnt, judged)
            best, standing = course.run(network, how.watch)
            kept = {**vars(scales), **named(best, WEIGHTS)}
        began = {"transfer": asdict(told)} if how.parent else {}
        return Lesson(kept, {**standing.as_json(), **began})

    def _answer(self, learned: Learned, windows: Floats) -> Answers:
        need_ml("A Mamba forecaster", LIBRARIES, "Ridge and the other baselines need none of it.")
        import jax

        from tradewright.models.mamba.serving import answers
        from tradewright.models.training.devices import loss_is_named

        with jax.enable_x64(False), loss_is_named():
            network = self.network(learned)
            found = [
                answers(network, scales_of(learned), windows[start : start + BATCH], BATCH)
                for start in range(0, len(windows), BATCH)
            ]
        mean, rise, deviation = (np.concatenate(column) for column in zip(*found, strict=True))
        return Answers(mean, rise, deviation)

    def network(self, learned: Learned) -> Any:
        """The trained network. Raises: KeyError where a weight is missing."""
        from tradewright.models.mamba.weights import restored, untrained

        shape = self._shape(len(learned["feature_mean"]), len(learned["outcome_mean"]))
        return restored(untrained(shape, seed=0), learned, WEIGHTS)

    def _shape(self, features: int, horizons: int) -> "Shape":
        from tradewright.models.mamba.network import Shape

        return Shape(features, horizons, self.d_model, self.d_state, self.d_conv, self.expand, self.layers)

    def _descent(self) -> Any:
        from tradewright.models.mamba.loss import Shares
        from tradewright.models.mamba.training import Descent

        return Descent(self.rate, self.decay, self.clip, Shares(self.direction, self.volatility))

    def _rules(self) -> Any:
        from tradewright.models.training.rules import Rules

        return Rules(epochs=self.epochs, patience=self.patience, batch=self.batch)


def scales_of(learned: Learned) -> "Scales":
    """The scales that a trained model kept."""
    from tradewright.models.mamba.training import Scales

    return Scales(*(learned[name] for name in Scales.__dataclass_fields__))


def _measured(examples: Examples) -> "Scales":
    """Means and deviations of what is learnt from."""
    from tradewright.models.mamba.training import Scales

    last, outcomes, weights = examples.present(), examples.outcomes(), examples.sample_weights()
    return Scales(
        weighted_mean(last, weights),
        weighted_deviation(last, weights),
        weighted_mean(outcomes, weights),
        weighted_deviation(outcomes, weights),
    )
