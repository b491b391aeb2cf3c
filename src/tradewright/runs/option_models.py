"""Learned option pricers as folders: weights in safetensors, all else in JSON, a hash over the weights."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradewright.models.extra import need_ml
from tradewright.models.option_pricing.domain import Domain, Smile
from tradewright.runs.kept_folder import Keeping

if TYPE_CHECKING:
    from tradewright.models.option_pricing.learned import LearnedPricer

WEIGHTS, CONFIG = "weights.safetensors", "pricer.json"
KEEPING = Keeping("tradewright option pricer", 1, CONFIG, WEIGHTS, "a folder that `options train` wrote")


def save_pricer(folder: Path, pricer: "LearnedPricer", training: Mapping[str, Any]) -> None:
    """Write a pricer into a new folder; `training` says how it came about and is kept as it is.

    Raises: InvalidOption where something is there already; StorageFailure when the disk is full or read-only.
    """
    from safetensors.numpy import save

    told = {
        "width": pricer.width,
        "depth": pricer.depth,
        "domain": asdict(pricer.domain),
        "training": dict(training),
    }
    KEEPING.write(folder, told, save(pricer.weights()))


def load_pricer(folder: Path) -> "LearnedPricer":
    """The pricer of a folder, as it was saved, bit for bit.

    Raises: Blocked without the extra; NotFound; BadInput for a file that is damaged, by name, or of a newer
    version.
    """
    need_ml()
    from safetensors.numpy import load

    from tradewright.models.option_pricing.learned import LearnedPricer

    config = read_config(folder)
    content = KEEPING.read_weights(folder, config)
    told = config["domain"]
    domain = Domain(**{**told, "smile": Smile(**told["smile"])})
    empty = LearnedPricer.untrained(domain, config["width"], config["depth"], seed=0)
    return empty.with_weights(load(content))


def read_config(folder: Path) -> dict[str, Any]:
    """What a folder says of its pricer.

    Raises: NotFound, BadInput.
    """
    return KEEPING.read_config(folder)
