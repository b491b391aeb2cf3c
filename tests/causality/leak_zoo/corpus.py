"""All specimens of the zoo, in the order of its files, and what no table in and rows out can show."""

import importlib
from functools import cache

from leak_zoo.labels import SPECIMENS, Specimen

FILES = (
    "features_pandas",
    "features_polars",
    "features_numpy",
    "models",
    "splits",
    "data_and_execution",
    "backtests",
    "histories",
    "look_alikes_pandas",
    "look_alikes_other",
)


@cache
def specimens() -> tuple[Specimen, ...]:
    """Every labelled function."""
    for file in FILES:
        importlib.import_module(f"leak_zoo.{file}")
    return tuple(SPECIMENS)


def of_patterns(is_leak: bool) -> dict[str, list[Specimen]]:
    """The specimens by their line in the zoo's list."""
    found: dict[str, list[Specimen]] = {}
    for one in specimens():
        if one.is_leak == is_leak:
            found.setdefault(one.pattern, []).append(one)
    return found
