"""The script that comes with a dependence runs alone and shows it."""

import subprocess
import sys
from dataclasses import replace

import pytest
from bars_for_audits import bars

from tradewright.causality.audit import audit
from tradewright.runs.auditing.child import loaded_file, thing_of
from tradewright.runs.auditing.reproducer import reproducer_of
from tradewright.runs.auditing.request import AuditRequest, TableSource
from tradewright.runs.auditing.tables import tables_of

FUNCTIONS = """
import numpy as np
import polars as pl


def next_return(df):
    return df["close"].shift(-1) / df["close"] - 1


def state(df):
    return {"state": (df["close"] > df["close"].mean()).astype(int), "past": df["close"].diff()}


def share_of_length(df):
    return np.arange(len(df)) / len(df)


def weekly(df):
    return df["close"].resample("W", label="left").last()


def polars_rank(df):
    return df.select("date", rank=pl.col("close").rank())


def of_last(a):
    return a[:, 3] / a[-1, 3]


def clean(df):
    return df["close"].diff()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    home = tmp_path_factory.mktemp("reproduced")
    bars(200).rename_axis("date").reset_index().to_csv(home / "bars.csv", index=False)
    (home / "functions_to_reproduce.py").write_text(FUNCTIONS)
    return home


def script_for(folder, function, **words):
    source = TableSource("table", str(folder / "bars.csv"), "date", words.pop("index", ""))
    request = AuditRequest(str(folder / "functions_to_reproduce.py"), function, (source,), **words)
    if source.index:
        request = replace(request, tables=(replace(source, known_at=""),))
    target = thing_of(request, loaded_file(request))
    (table,) = tables_of(request)
    return reproducer_of(audit(target, table, request.options()), target, table, request)


@pytest.mark.parametrize(
    ("function", "words", "holds"),
    [
        ("next_return", {}, "*= 3.0"),
        ("state", {}, "*="),
        ("share_of_length", {}, "table[~is_later]"),
        ("weekly", {"index": "date"}, 'set_index("date")'),
        ("polars_rank", {"frame": "polars"}, "with_columns"),
        ("of_last", {"frame": "numpy"}, "later["),
    ],
)
def test_the_script_shows_the_dependence_in_a_process_of_its_own(folder, function, words, holds):
    script = script_for(folder, function, **words)
    assert holds in script
    path = folder / f"{function}_reproducer.py"
    path.write_text(script)
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, cwd="/", check=False)
    assert done.returncode == 1, done.stderr
    assert "as it was" in done.stdout and "tradewright" not in script


def test_what_does_not_depend_has_no_script(folder):
    assert script_for(folder, "clean") == ""


def test_the_script_of_mended_code_ends_well(folder):
    script = script_for(folder, "next_return")
    mended = FUNCTIONS.replace('df["close"].shift(-1) / df["close"]', 'df["close"] / df["close"].shift(1)')
    (folder / "mended.py").write_text(mended)
    path = folder / "mended_reproducer.py"
    path.write_text(script.replace("functions_to_reproduce.py", "mended.py"))
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
