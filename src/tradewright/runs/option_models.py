"""Learned option pricers as folders: weights in safetensors, all else in JSON, a hash over the weights.

Nothing that is read can run code. A folder appears whole or not at all.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradewright.models.option_pricing.domain import Domain, Smile
from tradewright.models.option_pricing.extra import need_ml
from tradewright.runs.durable import sync_folder, write_through
from tradewright.values.errors import BadInput, InvalidOption, NotFound, StorageFailure

if TYPE_CHECKING:
    from tradewright.models.option_pricing.learned import LearnedPricer

KIND, VERSION = "tradewright option pricer", 1
WEIGHTS, CONFIG = "weights.safetensors", "pricer.json"


def save_pricer(folder: Path, pricer: "LearnedPricer", training: Mapping[str, Any]) -> None:
    """Write a pricer into a new folder; `training` says how it came about and is kept as it is.

    Raises: InvalidOption where something is there already; StorageFailure when the disk is full or read-only.
    """
    from safetensors.numpy import save

    refuse_taken(folder)
    weights = save(pricer.weights())
    config = {
        "kind": KIND,
        "version": VERSION,
        "width": pricer.width,
        "depth": pricer.depth,
        "domain": asdict(pricer.domain),
        "training": dict(training),
        "weights_sha256": hashlib.sha256(weights).hexdigest(),
        "weights_bytes": len(weights),
    }
    files = {WEIGHTS: weights, CONFIG: (json.dumps(config, indent=1) + "\n").encode()}
    try:
        _place(folder, files)
    except OSError as error:
        raise StorageFailure(
            f"{folder} could not be written: {error.strerror or error}.", "Nothing of it was kept."
        ) from error


def refuse_taken(folder: Path) -> None:
    """Refuse a place where something is already, before hours of training are lost to it.

    Raises: InvalidOption.
    """
    if folder.exists():
        raise InvalidOption(f"{folder} exists.", "Give a folder that is not there yet.")


def load_pricer(folder: Path) -> "LearnedPricer":
    """The pricer of a folder, as it was saved, bit for bit.

    Raises: Blocked without the extra; NotFound; BadInput for a file that is damaged, by name, or of a newer
    version.
    """
    need_ml()
    from safetensors.numpy import load

    from tradewright.models.option_pricing.learned import LearnedPricer

    config = read_config(folder)
    content = _bytes(folder / WEIGHTS)
    if len(content) != config["weights_bytes"]:
        raise BadInput(
            f"{folder / WEIGHTS} has {len(content):,} of {config['weights_bytes']:,} bytes: it is truncated.",
            "Copy it again, or train anew.",
        )
    if hashlib.sha256(content).hexdigest() != config["weights_sha256"]:
        raise BadInput(f"{folder / WEIGHTS} is not what was saved.", "Copy it again, or train anew.")
    told = config["domain"]
    domain = Domain(**{**told, "smile": Smile(**told["smile"])})
    empty = LearnedPricer.untrained(domain, config["width"], config["depth"], seed=0)
    return empty.with_weights(load(content))


def read_config(folder: Path) -> dict[str, Any]:
    """What a folder says of its pricer.

    Raises: NotFound, BadInput.
    """
    path = folder / CONFIG
    try:
        config = json.loads(_bytes(path))
    except ValueError:
        raise BadInput(f"{path} is no JSON: it is damaged.", "Copy it again, or train anew.") from None
    if not isinstance(config, dict) or config.get("kind") != KIND:
        raise BadInput(f"{path} is of no option pricer.", "Give a folder that `options train` wrote.")
    if config["version"] > VERSION:
        raise BadInput(
            f"{path} is of version {config['version']}; this program reads up to {VERSION}.",
            "Update tradewright, or train anew.",
        )
    return config


def _bytes(path: Path) -> bytes:
    """A file's content."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise NotFound(f"There is no {path}.", "Give a folder that `options train` wrote.") from None


def _place(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files beside the folder's place, make them durable, and rename."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder.parent))
    try:
        for name, content in files.items():
            write_through(fresh / name, content)
        fresh.rename(folder)
        sync_folder(folder.parent)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
