"""Models taught as a market's history goes by: what each fit was given, became and forecast."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from tradewright.features.feature_set import FeatureSet
from tradewright.features.labels import ForwardReturn
from tradewright.models.contract import FittedModel, Model
from tradewright.models.forecasts import Forecasts
from tradewright.models.table import FeatureRows, Targets
from tradewright.models.walk_forward import Refits, Stretch, fit, joined, lesson_of, served, stretches
from tradewright.runs.model_store import Lineage, data_hash_of, version_of
from tradewright.values.dated_forecasts import DatedForecasts
from tradewright.values.errors import InvalidOption
from tradewright.values.instant import date_of
from tradewright.values.labels import Labels
from tradewright.values.panel import Panel

Tell = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class ModelWalk:
    """What is taught: a recipe, its features and horizons, when it is fitted anew, and with which seed.

    `feature_files` are the user's own files that the features come from, each with its SHA-256.
    """

    model: Model
    features: FeatureSet
    horizons_bars: tuple[int, ...]
    refits: Refits
    seed: int
    feature_files: Mapping[str, str] = field(default_factory=dict)

    @property
    def first_row(self) -> int:
        """The first row that is forecast."""
        return self.refits.first_row(self.features.warm_up_bars, self.model.lookback_bars)

    def stretches(self, panel: Panel) -> tuple[Stretch, ...]:
        """Every fit over a panel. Raises: InvalidOption where it is too short."""
        return stretches(self.refits, panel.instants, self.first_row, self.model.lookback_bars)

    def with_model(self, model: Model) -> "ModelWalk":
        """The same walk by another recipe."""
        return replace(self, model=model)


@dataclass(frozen=True, eq=False)
class Material:
    """A panel as models meet it: features, and what came of each row, which only `learnable` hands out."""

    rows: FeatureRows
    labels: dict[int, Labels]


@dataclass(frozen=True, eq=False)
class Taught:
    """One fit on record. `data` names exactly what it was given, `version` the model that it became."""

    stretch: Stretch
    fitted: FittedModel
    data: str
    version: str
    outcomes: int


@dataclass(frozen=True, eq=False)
class Forecasting:
    """A walk that is over: every fit, and what was said of each row by the fit that served it."""

    walk: ModelWalk
    material: Material
    taught: tuple[Taught, ...]
    said: Forecasts

    def dated(self) -> DatedForecasts:
        """The forecasts as facts that stand beside prices: each known at the close of its row."""
        told = self.said
        parts = (told.mean.copy(), told.rise.copy(), told.deviation.copy())
        return DatedForecasts(*parts, told.instants.copy(), told.horizons_bars)

    def came(self) -> Targets:
        """What came of each row, as far as it is known at the end."""
        return Targets.known(self.material.labels, int(self.said.instants[-1]))


def material_of(walk: ModelWalk, panel: Panel) -> Material:
    """Features and outcomes of a panel."""
    table = walk.features.of_panel(panel)
    rows = FeatureRows(table.names, table.values, table.instants, table.symbols, table.schema_hash)
    return Material(
        rows, {bars: ForwardReturn(bars, log=False).of_panel(panel) for bars in walk.horizons_bars}
    )


def walked(walk: ModelWalk, material: Material, spans: tuple[Stretch, ...], tell: Tell) -> Forecasting:
    """Fit and forecast stretch by stretch; `tell` hears how many fits of how many are done.

    Raises: InvalidOption where a fit has too little to learn from, which fit and when.
    """
    taught, said = [], []
    for number, stretch in enumerate(spans):
        tell(number, len(spans))
        try:
            taught.append(taught_on(walk, material, stretch))
        except InvalidOption as error:
            day = date_of(int(material.rows.instants[stretch.serves]))
            which = f"[model], fit {number + 1} of {len(spans)}, which serves from {day} on"
            raise InvalidOption(f"{which}: {error.what}", error.mend) from error
        said.append(served(taught[-1].fitted, material.rows, stretch))
    tell(len(spans), len(spans))
    return Forecasting(walk, material, tuple(taught), joined(said, material.rows))


def taught_on(walk: ModelWalk, material: Material, stretch: Stretch) -> Taught:
    """One fit with the hashes that name it."""
    rows, targets = lesson_of(material.rows, material.labels, stretch)
    fitted = fit(walk.model, material.rows, material.labels, stretch, walk.seed)
    data = data_hash_of(rows, targets)
    version = version_of(fitted, Lineage(data, learnt_until=stretch.learnt_until))
    return Taught(stretch, fitted, data, version, int(np.isfinite(targets.values).any(axis=2).sum()))
