"""What is read beside the table: globals, caches, files, the clock, the network."""

# ruff: noqa: E501 - a snippet stands on one line

import pytest
from snippets import found, function, rules

from tradewright.causality.lint.check import lint


@pytest.mark.parametrize(
    ("lines", "before", "expected"),
    [
        ("return bars['close'] / pd.read_csv('a.csv')['x'].iloc[0]", "", "file"),
        ("return bars['close'] / pl.read_parquet('a.pq')['x'][0]", "", "file"),
        ("return bars['close'] * np.load('a.npy')", "", "file"),
        ("return bars['close'] * float(open('a.txt').read())", "", "file"),
        ("return bars['close'] * time.time()", "import time", "clock"),
        ("return bars['close'] * datetime.now().year", "from datetime import datetime", "clock"),
        ("return bars.index < pd.Timestamp.now()", "", "clock"),
        ("return bars['close'] * pd.Timestamp('now').year", "", "clock"),
        ("return bars['close'] * requests.get('x').json()['a']", "import requests", "network"),
        ("return bars['close'] * yf.download('SPY')['Close']", "import yfinance as yf", "network"),
        ("return bars['close'] * float(os.environ['SCALE'])", "import os", "global"),
        ("return bars['close'] * float(os.getenv('SCALE'))", "import os", "global"),
        ("return bars['close'] / TABLE['close']", "TABLE = pd.read_csv('a.csv')", "global"),
        ("SEEN['m'] = bars['close'].iloc[0]\nreturn bars['close'] / SEEN['m']", "SEEN = {}", "global"),
        ("return bars['close'] / SEEN.setdefault('m', bars['close'].iloc[0])", "SEEN = {}", "global"),
    ],
)
def test_each_way_out_is_found(lines, before, expected):
    assert rules(lines, before=before) == {expected}


@pytest.mark.parametrize(
    ("lines", "before"),
    [
        ("return bars['close'].rolling(WINDOW).mean()", "WINDOW = 20"),
        ("return bars['close'].rolling(WINDOWS['slow']).mean()", "WINDOWS = {'slow': 20}"),
        ("return bars[COLUMNS].mean(axis=1)", "COLUMNS = ['open', 'close']"),
        (
            "begun = time.perf_counter()\nout = bars['close'].diff()\nprint(time.perf_counter() - begun)\nreturn out",
            "import time",
        ),
        ("bars.to_csv('copy.csv')\nreturn bars['close'].diff()", ""),
        ("log.append(len(bars))\nreturn bars['close'].diff()", "log = []"),
        ("return bars['close'].loc['2020-01-01':]", ""),
        ("return bars.index > pd.Timestamp('2020-01-01')", ""),
    ],
)
def test_constants_and_what_is_only_written_are_fine(lines, before):
    assert rules(lines, before=before) == set()


def test_the_stage_of_such_a_finding_is_a_side_channel():
    (one,) = found("return bars['close'] / pd.read_csv('a.csv')['x'].iloc[0]")
    assert one.stage == "side channel"


def test_a_script_that_reads_its_own_table_is_not_blamed_for_it():
    script = """
import pandas as pd

bars = pd.read_csv("bars.csv")
signal = bars["close"].diff()
"""
    assert lint(script) == []
    assert [one.rule for one in lint(script.replace("diff()", "shift(-1)"))] == ["shift-ahead"]


def test_a_main_that_reads_and_hands_on_is_not_blamed_either():
    script = (
        function("return bars['close'].diff()") + "\ndef main():\n    print(f(pd.read_csv('bars.csv')))\n"
    )
    assert lint(script) == []
