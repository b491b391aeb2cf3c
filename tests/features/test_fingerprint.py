"""A function's name follows everything of its file that it reaches, and nothing that does nothing."""

import subprocess
import sys
from types import ModuleType

import pytest

from tradewright.features.fingerprint import fingerprint
from tradewright.values.errors import InvalidOption

SOURCE = """
import functools
from dataclasses import dataclass
import numpy as np

WINDOW, WEIGHTS, NAMES = 3, np.array([1.0, 2.0]), {"a", "b", "c"}
TABLE = {"x": [1, 2]}

@dataclass(frozen=True)
class Options:
    level: float = 0.5

    def scaled(self, values):
        return values * self.level

OPTIONS = Options(0.5)

def feature(close, power=2):
    return helper(close) * WINDOW + OPTIONS.scaled(close) + TABLE["x"][0] + WEIGHTS.sum() + len(NAMES)

def helper(values):
    return halved(deeper(values))

@functools.lru_cache
def deeper(values):
    return values + 1 if len(values) < 2 else deeper(values[1:])

halved = functools.partial(np.multiply, 0.5)

def stranger(values):
    return values - 1
"""


def named(source):
    module = ModuleType("written")
    exec(source, module.__dict__)
    return fingerprint(module.feature)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("values + 1 if", "values + 2 if"),
        ("partial(np.multiply, 0.5)", "partial(np.multiply, 0.25)"),
        ("WINDOW, WEIGHTS, NAMES = 3", "WINDOW, WEIGHTS, NAMES = 4"),
        ("[1.0, 2.0]", "[1.0, 2.5]"),
        ('"b", "c"}', '"b", "d"}'),
        ('{"x": [1, 2]}', '{"x": [1, 3]}'),
        ("power=2", "power=3"),
        ("Options(0.5)", "Options(0.6)"),
        ("values * self.level", "values / self.level"),
    ],
)
def test_whatever_it_reaches_is_part_of_its_name(old, new):
    assert SOURCE.count(old) == 1
    assert named(SOURCE.replace(old, new)) != named(SOURCE)


@pytest.mark.parametrize(
    ("old", "new"),
    [("def helper", "\n# Two lines down.\n\ndef helper"), ("values - 1", "values - 9")],
)
def test_comments_lines_and_what_it_does_not_reach_change_nothing(old, new):
    assert named(SOURCE.replace(old, new)) == named(SOURCE)


def test_it_is_the_same_in_another_process_with_another_hash_seed():
    said = "from test_fingerprint import SOURCE, named; print(named(SOURCE))"
    told = f"import sys; sys.path.insert(0, sys.argv[1]); {said}"
    command = [sys.executable, "-c", told, __file__.rpartition("/")[0]]
    done = subprocess.run(command, env={"PYTHONHASHSEED": "7"}, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == named(SOURCE)


def test_closures_are_told_apart():
    def made(level):
        return lambda close: close * level

    assert fingerprint(made(1.0)) != fingerprint(made(2.0))


def test_what_is_not_defined_yet_is_refused_by_name():
    source = SOURCE.replace("def helper", "def renamed")
    with pytest.raises(InvalidOption, match="feature uses 'helper', which its file has not defined yet"):
        named(source)
