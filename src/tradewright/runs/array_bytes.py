"""Arrays by name as bytes: what checkpoints and kept models are made of. Nothing is unpickled."""

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


def arrays_as_bytes(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Arrays by name as one npz file; the same arrays give the same bytes."""
    held = io.BytesIO()
    np.savez(held, **{name: arrays[name] for name in sorted(arrays)})  # type: ignore[arg-type]
    return held.getvalue()


def arrays_of(content: bytes) -> dict[str, NDArray[Any]]:
    """What `arrays_as_bytes` wrote. Nothing is unpickled.

    Raises: ValueError for what is no plain array.
    """
    with np.load(io.BytesIO(content), allow_pickle=False) as held:
        return {name: held[name] for name in held.files}
