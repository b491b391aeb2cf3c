"""A function's name follows everything of its file that it reaches, and nothing that does nothing."""

import functools
import subprocess
import sys
from types import ModuleType

import pytest

from tradewright.features.fingerprint import fingerprint
from tradewright.features.windowed import windowed
from tradewright.values.errors import InvalidOption

SOURCE = """
import functools
from dataclasses import dataclass
from datetime import timedelta
import numpy as np

LAGS, SPAN = range(1, 3), timedelta(days=2)

@dataclass(frozen=True, slots=True)
class Slot:
    name: str

VENUES = {Slot("XNAS"), Slot("XNYS"), Slot("ARCX")}

class Scaler:
    def __init__(self, by):
        self.by = by

    def times(self, values):
        return values * self.by * 1.5

def shifted(by):
    def decorate(function):
        @functools.wraps(function)
        def outer(values):
            return function(values) + by
        return outer
    return decorate

times = Scaler(7.0).times
WINDOW, WEIGHTS, NAMES = 3, np.array([1.0, 2.0]), {"a", "b", "c"}
TABLE = {"x": [1, 2]}

@dataclass(frozen=True)
class Options:
    level: float = 0.5

    def scaled(self, values):
        return values * self.level

OPTIONS = Options(0.5)

def feature(close, power=2):
    held = times(close), len(LAGS), SPAN, VENUES
    return helper(close) * WINDOW + OPTIONS.scaled(close) + TABLE["x"][0] + WEIGHTS.sum() + len(NAMES)

@shifted(0.125)
def helper(values):
    return halved(deeper(values))

@functools.lru_cache
def deeper(values):
    return values + 1 if len(values) < 2 else deeper(values[1:])

halved = functools.partial(np.multiply, 0.5)

def stranger(values):
    return values - 1
"""


DEEP = []
for _ in range(5_000):
    DEEP = [DEEP]


def nested(close):
    return DEEP


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
        ("@shifted(0.125)", "@shifted(0.25)"),
        ("function(values) + by", "function(values) - by"),
        ("Scaler(7.0)", "Scaler(8.0)"),
        ("self.by * 1.5", "self.by * 2.5"),
        ("range(1, 3)", "range(1, 5)"),
        ("timedelta(days=2)", "timedelta(days=3)"),
        ('Slot("ARCX")', 'Slot("BATS")'),
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


def test_a_closure_that_is_empty_yet_is_refused():
    def early():
        def inner(close):
            return later(close)

        with pytest.raises(InvalidOption, match="uses 'later', which its file has not defined yet"):
            fingerprint(inner)
        later = abs
        return inner

    assert fingerprint(early())


def test_closures_are_told_apart():
    def made(level):
        return lambda close: close * level

    assert fingerprint(made(1.0)) != fingerprint(made(2.0))


def test_a_memo_that_it_fills_is_no_part_of_a_features_name():
    memo = {}

    @windowed(window=2)
    def one(close):
        memo[len(memo)] = close
        return close[-1]

    before = one.formula().key
    memo[0] = 1.0
    assert one.formula().key == before


@pytest.mark.parametrize(
    ("made", "words"),
    [(lambda: windowed(2)(functools.partial(max)), "has no name"), (lambda: fingerprint(nested), "too deep")],
)
def test_what_has_no_name_or_no_end_is_refused_in_words(made, words):
    with pytest.raises(InvalidOption, match=words):
        made()


def test_what_is_not_defined_yet_is_refused_by_name():
    source = SOURCE.replace("def helper", "def renamed")
    with pytest.raises(InvalidOption, match="feature uses 'helper', which its file has not defined yet"):
        named(source)
