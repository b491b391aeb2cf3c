"""Named streams of randomness: what one purpose or asset draws never moves what another draws."""

import numpy as np

# Numbers, not hashes: the same in every process. Append only; a changed number is a different market.
PURPOSES = {
    "character": 1,
    "market": 2,
    "sector": 3,
    "idiosyncratic": 4,
    "regime": 5,
    "listing": 6,
    "corporate": 7,
    "shape of the bar": 8,
    "volume": 9,
    "missing": 10,
    "truth": 11,
}


def stream(seed: int, purpose: str, number: int = 0) -> np.random.Generator:
    """The generator of one purpose and one asset, sector or portfolio of a seeded market."""
    return np.random.Generator(
        np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(PURPOSES[purpose], number)))
    )
