"""The page on features is true: its code runs, and it names every operation and nothing else."""

import inspect
import re
from pathlib import Path

import numpy as np

from tradewright.features import operations
from tradewright.features.feature_set import FeatureSet

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "features.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.S)


def test_the_class_on_the_page_is_a_feature_that_computes():
    room: dict[str, object] = {"__name__": "page"}
    exec(BLOCKS[0], room)
    gap_score = room["GapScore"]
    close = np.exp(np.cumsum(np.random.default_rng(1).normal(0, 0.02, (80, 2)), axis=0))
    table = FeatureSet([gap_score()]).of_columns(
        {"open": close * 1.01, "close": close}, np.arange(80), ("A", "B")
    )
    assert table.names == ("gap_score_20",)
    assert not np.isnan(table["gap_score_20"][20:]).any()


def test_the_functions_on_the_page_are_features_that_compute():
    room: dict[str, object] = {"__name__": "page"}
    exec(BLOCKS[2], room)
    features = FeatureSet([room["dearness"], room["rises"]])
    close = np.exp(np.cumsum(np.random.default_rng(2).normal(0, 0.02, (40, 2)), axis=0))
    table = features.of_columns({"close": close, "volume": close}, np.arange(40), ("A", "B"))
    assert not np.isnan(table.values[:, 19:]).any()


def test_the_page_names_every_operation_and_no_other():
    public = {
        name
        for name, one in inspect.getmembers(operations, inspect.isfunction)
        if not name.startswith("_") and one.__module__ == operations.__name__
    }
    table = PAGE[PAGE.index("| kind | operations |") : PAGE.index("None of them looks ahead")]
    named = set(re.findall(r"`([a-z_]+)", table)) - {"month_day", "month", "quarter", "year_day", "hour"}
    assert named == public


def test_every_name_that_the_page_imports_is_there():
    lines = [line for block in BLOCKS for line in block.splitlines() if line.startswith("from tradewright")]
    assert len(lines) >= 10
    for line in lines:
        exec(line, {})
