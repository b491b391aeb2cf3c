"""Pricers trained, kept and drawn for a person."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradewright.assembly.pricing import Row, prepare_compiled
from tradewright.assembly.workspace import Workspace
from tradewright.values.errors import StorageFailure

if TYPE_CHECKING:
    from tradewright.models.option_pricing.learned import LearnedPricer

# Points on which a trained pricer is judged; none of them is one it was trained on.
JUDGED, FRESH_SEED = 4_000, 1_000_003


@dataclass(frozen=True)
class TrainingRequest:
    """What somebody typed. Units: volatilities a year as fractions; the smile as in `Smile`."""

    folder: Path
    seed: int = 0
    steps: int = 60
    width: int = 20
    points: int = 1_500
    volatilities: tuple[float, float] = (0.05, 0.8)
    most_years: float = 2.0
    smile: tuple[float, float, float] = (0.0, 0.0, 0.0)


def train(request: TrainingRequest, tell: Callable[[int, float], None]) -> list[Row]:
    """Train a pricer, judge it on fresh points, and keep it in its folder.

    Raises: Blocked without the extra [ml]; InvalidOption; StorageFailure.
    """
    from tradewright.models.extra import need_ml

    need_ml()
    from tradewright.models.option_pricing import training
    from tradewright.models.option_pricing.domain import Domain, Smile
    from tradewright.runs.kept_folder import refuse_taken
    from tradewright.runs.option_models import save_pricer

    refuse_taken(request.folder)
    domain = Domain(*request.volatilities, request.most_years, Smile(*request.smile))
    options = training.TrainingOptions(
        width=request.width, points=request.points, steps=request.steps, seed=request.seed
    )
    began = time.perf_counter()
    found = training.train(domain, options, tell)
    row: Row = {
        "id": str(request.folder),
        "seconds": time.perf_counter() - began,
        "steps": len(found.history),
    }
    fresh = training.points(domain, JUDGED, request.seed + FRESH_SEED)
    row["residual_rms"] = training.residual_rms(found.pricer, fresh)
    row["worst_price_error"] = worst_price_error(found.pricer)
    save_pricer(request.folder, found.pricer, {**asdict(options), **{k: row[k] for k in row if k != "id"}})
    return [row]


def worst_price_error(pricer: "LearnedPricer") -> float:
    """The largest error of a call against the oracle, over the surface in the middle of the domain."""
    import numpy as np

    from tradewright.runs.option_surface import surface_of

    middle = 0.5 * (pricer.domain.least_volatility + pricer.domain.most_volatility)
    return float(np.max(np.abs(surface_of(pricer, middle).error)))


def surface(workspace: Workspace, folder: Path, level: float, out: Path) -> list[Row]:
    """Draw a kept pricer's surface and its error into a page.

    Raises: Blocked, NotFound, BadInput, InvalidOption, StorageFailure.
    """
    import numpy as np

    from tradewright.runs.option_models import load_pricer
    from tradewright.runs.option_surface import page, surface_of

    pricer: Any = load_pricer(folder)
    prepare_compiled(workspace)
    found = surface_of(pricer, level)
    try:
        out.write_text(page(found, f"{folder.name}: calls at a volatility of {level:.0%}"), encoding="utf-8")
    except OSError as error:
        raise StorageFailure(
            f"{out} could not be written: {error.strerror}.", "Give another --out."
        ) from error
    worst = float(np.max(np.abs(found.error)))
    return [{"id": str(out), "volatility": level, "oracle": found.by, "worst_price_error": worst}]
