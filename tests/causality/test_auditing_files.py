"""A user's file, audited in a process of its own: whatever it does, there is a verdict in words."""

import json
import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from bars_for_audits import bars

from tradewright.assembly.audits import AuditWords, request_of, run_audit
from tradewright.causality.as_json import certificate_from, plain
from tradewright.causality.audit import audit
from tradewright.causality.verdict import DependsOnFuture, NoDependenceObserved, NotAssessed, Stage
from tradewright.runs.auditing.request import request_from
from tradewright.runs.auditing.tables import tables_of
from tradewright.values.errors import BadInput, InvalidOption, NotFound, UnknownName

SCRIPT = """
import pandas as pd

FAST, SLOW = 10, 40


def signal(df):
    df = df.copy()
    df["ret"] = df["close"].pct_change()
    df["vol"] = df["ret"].rolling(20).std()
    df["vol_z"] = (df["vol"] - df["vol"].mean()) / df["vol"].std()
    fast, slow = df["close"].rolling(FAST).mean(), df["close"].rolling(SLOW).mean()
    df["position"] = ((fast > slow) & (df["vol_z"] < 1)).astype(int)
    return df[["date", "position"]]


def clean(df):
    return df["close"].rolling(FAST).mean() > df["close"].rolling(SLOW).mean()


def forever(df):
    while True:
        pass


def dies(df):
    import os

    os._exit(7)


def needs_the_network(df):
    import urllib.request

    return df.close * len(urllib.request.urlopen("http://example.com").read())


def reads_the_clock(df):
    from datetime import datetime, timedelta

    return df.close.where(df.date > datetime.now() - timedelta(days=365 * 11))


def reads_its_own_file(df):
    other = pd.read_csv(PATH)
    return df.close / other.close.shift(-1).iloc[: len(df)]


def reads_some_file(df):
    return df.close * len(open(__file__.replace("script.py", "notes.json")).read())


def prints_and_exits(df):
    print("hello")
    raise SystemExit(3)


class Model:
    def __call__(self, df):
        return df.close.diff()


def polars_signal(df):
    import polars as pl

    return df.select("date", z=(pl.col("close") - pl.col("close").mean()))


def array_signal(a):
    return a[:, 3] / a[-1, 3]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("user")
    bars(400).rename_axis("date").reset_index().to_csv(home / "bars.csv", index=False)
    (home / "script.py").write_text(SCRIPT.replace("PATH", repr(str(home / "bars.csv"))))
    (home / "notes.json").write_text("[1]")
    (home / "broken.py").write_text("import nothing_of_that_name\n\ndef f(df):\n    return df\n")
    return home


def audited(folder: Path, function: str, **words):
    words = {"data": str(folder / "bars.csv"), "known_at": "date", "time_limit_s": 120.0, **words}
    return run_audit(AuditWords(f"{folder / 'script.py'}:{function}", **words), folder / "kept")


@pytest.mark.parametrize("told_not_to", ["1", ""])
def test_what_python_keeps_of_parsed_code_is_no_file_read(folder, monkeypatch, told_not_to):
    """Python writes script.cpython-311.pyc.139840256909376 first and then gives it its name."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", told_not_to)
    shutil.rmtree(folder / "__pycache__", ignore_errors=True)
    found = {one.channel: one.verdict for one in audited(folder, "signal").certificate.channels}
    assert isinstance(found["date"], NoDependenceObserved)


def test_a_script_that_knows_nothing_of_this_project_is_led_to_its_line(folder):
    report = audited(folder, "signal")
    found = {one.channel: one.verdict for one in report.certificate.channels}
    assert isinstance(found["date"], NoDependenceObserved)
    assert isinstance(found["position"], DependsOnFuture)
    assert found["position"].place.operator in ("df['vol'].mean()", "df['vol'].std()")
    assert SCRIPT.splitlines()[found["position"].place.line - 1].strip().startswith('df["vol_z"]')
    assert report.certificate.exit_code == 1
    kept = json.loads((report.folder / "certificate.json").read_text())
    assert kept["verdict"]["code"] == "DEPENDS_ON_FUTURE" and len(kept["data_sha256"]) == 64


@pytest.mark.parametrize(
    ("function", "words", "kind", "says"),
    [
        ("Model", {}, NoDependenceObserved, "changes of the future"),
        ("dies", {}, NotAssessed, "exit code 7"),
        ("needs_the_network", {}, NotAssessed, "no network"),
        ("reads_some_file", {}, NotAssessed, "notes.json"),
        ("polars_signal", {"frame": "polars"}, DependsOnFuture, "close"),
        ("array_signal", {"frame": "numpy"}, DependsOnFuture, "a[-1, 3]"),
    ],
)
def test_each_end_has_its_verdict(folder, function, words, kind, says):
    verdict = audited(folder, function, **words).certificate.verdict
    assert isinstance(verdict, kind), verdict
    assert says in str(verdict)


@pytest.mark.parametrize(
    ("function", "source"), [("reads_the_clock", "the clock"), ("reads_its_own_file", "the file 'bars.csv'")]
)
def test_what_is_read_beside_the_table_is_named(folder, function, source):
    verdict = audited(folder, function).certificate.verdict
    assert isinstance(verdict, DependsOnFuture)
    assert verdict.stage is Stage.SIDE_CHANNEL and verdict.source == source


def test_a_target_that_never_returns_is_ended_and_named(folder, monkeypatch):
    monkeypatch.setattr("tradewright.runs.auditing.driver.START_UP_S", 8.0)
    verdict = audited(folder, "forever", time_limit_s=1.0).certificate.verdict
    assert isinstance(verdict, NotAssessed)
    assert "did not come back within 1 s" in verdict.reason


def test_a_file_that_does_not_run_is_not_assessed(folder):
    words = AuditWords(f"{folder / 'broken.py'}:f", str(folder / "bars.csv"), time_limit_s=60.0)
    verdict = run_audit(words, folder / "kept").certificate.verdict
    assert isinstance(verdict, NotAssessed) and "nothing_of_that_name" in verdict.reason


def test_statements_beside_prices_are_described_in_toml(folder):
    (folder / "facts.csv").write_text(
        "period_end,filed_at,eps\n2015-03-31,2015-05-10,1.0\n2015-06-30,2015-08-12,1.2\n"
        "2015-09-30,2015-11-11,0.9\n2015-12-31,2016-02-15,1.4\n"
    )
    (folder / "joined.py").write_text(
        "import pandas as pd\n\n\ndef joined(prices, facts, on):\n"
        "    facts = facts.assign(period_end=pd.to_datetime(facts.period_end)).sort_values(on)\n"
        "    return pd.merge_asof(prices, facts, left_on='date', right_on=on).set_index('date').eps\n\n\n"
        "def by_period(prices, facts):\n    return joined(prices, facts, 'period_end')\n\n\n"
        "def by_filing(prices, facts):\n    return joined(prices, facts, 'filed_at')\n"
    )
    (folder / "tables.toml").write_text(
        '[tables.prices]\ndata = "bars.csv"\nknown_at = "date"\n\n'
        '[tables.facts]\ndata = "facts.csv"\nknown_at = "filed_at"\n'
    )
    verdicts = {
        name: run_audit(
            AuditWords(f"{folder / 'joined.py'}:{name}", facts=str(folder / "tables.toml")), folder / "kept"
        ).certificate.verdict
        for name in ("by_period", "by_filing")
    }
    assert isinstance(verdicts["by_period"], DependsOnFuture), verdicts
    assert isinstance(verdicts["by_filing"], NoDependenceObserved), verdicts


@pytest.mark.parametrize(
    ("target", "words", "error", "says"),
    [
        ("script.py", {}, InvalidOption, "names no function"),
        ("nowhere.py:f", {}, NotFound, "No file"),
        ("script.py:f", {"data": ""}, InvalidOption, "needs data"),
        ("script.py:f", {"frame": "arrow"}, InvalidOption, "pandas"),
        ("script.py:f", {"level": "C9"}, UnknownName, "Known: C1, C2"),
        ("script.py:f", {"stage": "modle"}, UnknownName, "Did you mean 'model'"),
        ("script.py:f", {"time_limit_s": 0.0}, InvalidOption, "above 0"),
        ("script.py:f", {"data": "", "facts": "nowhere.toml"}, NotFound, "nowhere.toml"),
    ],
)
def test_misuse_is_answered_before_a_process_is_started(folder, monkeypatch, target, words, error, says):
    monkeypatch.chdir(folder)
    with pytest.raises(error, match=says):
        request_of(AuditWords(target, **{"data": "bars.csv", **words}))


def request(folder, function="clean", **words):
    return request_of(
        AuditWords(f"{folder / 'script.py'}:{function}", **{"data": str(folder / "bars.csv"), **words})
    )


def test_misuse_found_in_the_process_comes_back_as_the_same_error(folder):
    with pytest.raises(UnknownName, match="Did you mean 'signal'"):
        audited(folder, "sgnal")


@pytest.mark.parametrize("frame", ["pandas", "polars", "numpy"])
def test_tables_come_in_the_frame_asked_for(folder, frame):
    (table,) = tables_of(request(folder, frame=frame, known_at="date"))
    assert len(table) == 400
    assert type(table).__module__.split(".")[0] == frame
    if frame == "numpy":
        assert table.shape == (400, 5)
    else:
        assert np.asarray(table["date"]).dtype.kind == "M"


def test_parquet_and_an_index_are_understood(folder):
    pl.read_csv(folder / "bars.csv", try_parse_dates=True).write_parquet(folder / "bars.parquet")
    (table,) = tables_of(request(folder, data=str(folder / "bars.parquet"), index="date"))
    assert list(table.columns) == ["open", "high", "low", "close", "volume"]
    assert str(table.index[0])[:10] == "2015-01-01"


@pytest.mark.parametrize(
    ("words", "error", "says"),
    [
        ({"known_at": "dte"}, UnknownName, "Did you mean 'date'"),
        ({"data": "nowhere.csv"}, NotFound, r"nowhere\.csv"),
        ({"data": "empty.csv"}, BadInput, "no table"),
        ({"data": "one.csv"}, BadInput, "1 rows"),
        ({"data": "words.csv", "known_at": "date"}, BadInput, "holds no times"),
        ({"data": "falling.csv", "known_at": "date", "frame": "numpy"}, InvalidOption, "Sort the file"),
    ],
)
def test_a_file_that_is_no_such_table_is_named(folder, words, error, says):
    (folder / "empty.csv").write_text("")
    (folder / "one.csv").write_text("date,close\n2020-01-01,1\n")
    (folder / "words.csv").write_text("date,close\nmonday,1\ntuesday,2\n")
    (folder / "falling.csv").write_text("date,close\n2020-01-02,1\n2020-01-01,2\n")
    if "data" in words:
        words = {**words, "data": str(folder / words["data"])}
    with pytest.raises(error, match=says):
        tables_of(request(folder, **words))


def test_a_toml_file_with_an_unknown_key_is_answered(folder):
    (folder / "odd.toml").write_text('[tables.prices]\ndata = "bars.csv"\nknownat = "date"\n')
    with pytest.raises(UnknownName, match="Did you mean 'known_at'"):
        request_of(AuditWords(f"{folder / 'script.py'}:clean", facts=str(folder / "odd.toml")))
    (folder / "bad.toml").write_text("[tables")
    with pytest.raises(BadInput, match=r"bad\.toml"):
        request_of(AuditWords(f"{folder / 'script.py'}:clean", facts=str(folder / "bad.toml")))


def test_requests_and_certificates_survive_being_written_down(folder):
    asked = request(folder, labels=("y",))
    assert request_from(json.loads(json.dumps(asked.plain()))) == asked
    certificate = audit(lambda d: d.close.shift(-1), bars(300))
    assert certificate_from(json.loads(json.dumps(plain(certificate)))) == certificate
