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


# Lines of the list that no specimen stands for, each with what would have to be handed over to judge it.
NOT_ASSESSED = {
    "unrecorded trials": "the ledger of trials; the study keeps it, see `research/trials.py`",
    "a holdout opened twice": "a record of each opening of the holdout",
    "universe, window or costs chosen after seeing results": "a dated record of choices and results",
}
