"""Data on the command line: brought in whole or not at all, listed, shown and checked."""

import resource
import signal
import subprocess
from pathlib import Path

import pytest
from shell import TRADEWRIGHT, Shell, daily_csv


def ingested(shell: Shell, folder: Path, *words: str, name: str = "walk") -> str:
    """The id of a dataset brought in from a file."""
    said = shell("data", "ingest", str(daily_csv(folder / "walk.csv")), "--name", name, *words, "--json")
    assert said.code == 0, said.err
    return said.rows()[0]["id"]


def test_a_csv_is_ingested_and_its_snapshot_named(shell, tmp_path):
    said = shell("data", "ingest", str(daily_csv(tmp_path / "walk.csv")), "--name", "mine")
    assert said.code == 0
    assert "mine: 400 bars of 1 symbol, 2015-01-02 to" in said.out
    assert "Quality: 0 errors" in said.out
    assert shell("data", "list", "--json").rows()[0]["id"] == said.out.split()[0]


def test_without_a_name_a_dataset_is_called_like_its_file(shell, tmp_path):
    shell("data", "ingest", str(daily_csv(tmp_path / "Walk.csv")))
    assert shell("data", "list", "--json").rows()[0]["dataset"] == "walk"


def test_the_same_file_twice_is_one_snapshot(shell, tmp_path):
    assert ingested(shell, tmp_path) == ingested(shell, tmp_path)
    assert len(shell("data", "list", "--json").rows()) == 1


def test_snapshots_are_listed_newest_first(shell, tmp_path):
    ids = [ingested(shell, tmp_path, name=name) for name in ("first", "second")]
    assert [row["id"] for row in shell("data", "list", "--json").rows()] == ids[::-1]
    table = shell("data", "list").out
    assert table.index(ids[1]) < table.index(ids[0])


def test_an_empty_catalogue_says_what_to_type(shell):
    assert "tradewright data ingest packaged:sp500-20" in shell("data", "list").out
    assert shell("data", "list", "--json").rows() == []


def test_columns_may_be_called_otherwise(shell, tmp_path):
    path = daily_csv(tmp_path / "walk.csv")
    path.write_text(path.read_text().replace("date,", "Day,", 1).replace(",close", ",Last", 1))
    said = shell("data", "ingest", str(path), "--column", "date=Day", "--column", "close=Last")
    assert said.code == 0, said.err


def test_what_is_known_of_the_source_travels_with_the_data(shell, tmp_path):
    words = ("--vendor", "me", "--licence", "mine", "--caveat", "Made by hand.", "--survivors-only")
    ingested(shell, tmp_path, *words)
    shown = shell("data", "show", "walk").out
    assert "Made by hand." in shown
    (row,) = shell("data", "show", "walk", "--json").rows()
    assert row["provenance"] == {
        "origin": "real",
        "vendor": "me",
        "licence": "mine",
        "caveats": ["Made by hand."],
        "survivors_only": True,
    }


def test_nobody_having_said_whether_there_are_survivors_only_is_shown_as_that(shell, tmp_path):
    ingested(shell, tmp_path)
    assert "nobody has said" in shell("data", "show", "walk").out


def test_a_made_market_takes_options_and_keeps_its_truth(shell):
    words = ("names=5", "first=2015-01-02", "last=2016-12-30", "seed=4")
    said = shell("data", "ingest", "synthetic", *(part for word in words for part in ("--set", word)))
    assert said.code == 0, said.err
    (row,) = shell("data", "show", "synthetic", "--json").rows()
    assert row["provenance"]["origin"] == "synthetic"
    assert row["truth"] is not None
    assert len(row["symbols"]) == 5


def test_the_packaged_history_needs_no_file(shell):
    said = shell("data", "ingest", "packaged:sp500-20", "--name", "twenty")
    assert said.code == 0, said.err
    assert "of 20 symbols, 1990-01-02 to 2022-12-28" in said.out
    assert "Survivors only" in shell("data", "show", "twenty").out


def test_check_prints_what_was_found_and_says_with_its_exit_code_whether_there_are_errors(shell, tmp_path):
    clean = ingested(shell, tmp_path)
    assert shell("data", "check", clean).code == 0
    path = daily_csv(tmp_path / "bad.csv")
    rows = path.read_text().splitlines()
    rows[200] = rows[200].split(",")[0] + ",1.00,1.00,1.00,-5.00,100"
    path.write_text("\n".join(rows))
    assert shell("data", "ingest", str(path)).code == 0
    said = shell("data", "check", "bad")
    assert said.code == 1
    assert "non-positive-price" in said.out
    assert "ERROR" in said.out
    rows = shell("data", "check", "bad", "--json").rows()
    assert {"id", "code", "level", "symbol", "message"} <= set(rows[0])
    assert rows[0]["level"] == "error"


def test_a_broken_row_is_named_by_file_line_column_and_value_and_nothing_is_taken(shell, tmp_path):
    path = daily_csv(tmp_path / "walk.csv")
    rows = path.read_text().splitlines()
    rows[41] = rows[41].replace("5000000", "5o00000")
    path.write_text("\n".join(rows))
    said = shell("data", "ingest", str(path), "--name", "walk")
    assert said.code == 1
    for part in (str(path), "line 42", "column 'volume'", "'5o00000'", "nothing was ingested"):
        assert part in said.line
    assert shell("data", "list", "--json").rows() == []


@pytest.mark.parametrize(
    ("content", "says"),
    [("", "is empty"), ("\n\n", "is empty"), ("date,close\n", "has a header but no rows")],
)
def test_an_empty_file_is_refused(shell, tmp_path, content, says):
    (tmp_path / "empty.csv").write_text(content)
    said = shell("data", "ingest", str(tmp_path / "empty.csv"))
    assert said.code == 1
    assert says in said.line


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("nowhere.csv",), 1, "does not exist"),
        (("packaged:sp500-21",), 2, "Did you mean 'sp500-20'?"),
        (("synthetic", "--set", "nmes=5"), 2, "Did you mean 'names'?"),
        (("synthetic", "--set", "names"), 2, "--set names is no pair"),
        (("synthetic", "--set", "names=5", "--set", "names=6"), 2, "gives 'names' twice"),
        (("synthetic", "--calendar", "XNYS"), 2, "--calendar says nothing about a made market"),
        (("packaged:sp500-20", "--symbol", "SPY"), 2, "--symbol says nothing about a packaged dataset"),
        (("walk.csv", "--set", "names=5"), 2, "--set describes a made market only"),
        (("walk.csv", "--column", "cloze=Last"), 2, "Did you mean 'close'?"),
    ],
)
def test_what_cannot_be_ingested_is_refused_in_one_line(shell, words, code, says):
    said = shell("data", "ingest", *words)
    assert said.code == code
    assert says in said.line


def test_a_misspelt_calendar_gets_the_nearest_one(shell, tmp_path):
    said = shell("data", "ingest", str(daily_csv(tmp_path / "walk.csv")), "--calendar", "XNSY")
    assert said.code == 2
    assert "Did you mean" in said.line


@pytest.mark.parametrize("verb", ["show", "check"])
def test_a_misspelt_dataset_gets_the_nearest_one(shell, tmp_path, verb):
    ingested(shell, tmp_path)
    said = shell("data", verb, "wlak")
    assert said.code == 1
    assert "Did you mean 'walk'?" in said.line


def test_a_disk_that_fills_during_ingest_leaves_the_old_snapshot_as_it_was(shell, tmp_path):
    old = ingested(shell, tmp_path)
    (tmp_path / "more").mkdir()
    larger = daily_csv(tmp_path / "more" / "walk.csv", days=1_000, seed=9)

    def no_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (6_000, 6_000))

    done = subprocess.run(
        [*TRADEWRIGHT, "data", "ingest", str(larger), "--name", "walk"],
        env=shell.environment(),
        preexec_fn=no_room,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "earlier snapshots are intact" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert [row["id"] for row in shell("data", "list", "--json").rows()] == [old]
    assert shell("data", "check", old).code == 0
    assert shell("backtest", "buy_and_hold", "--data", "walk").code == 0


def test_two_ingests_at_once_are_both_kept(shell, tmp_path):
    files = []
    for number in range(2):
        (tmp_path / str(number)).mkdir()
        files.append(daily_csv(tmp_path / str(number) / "walk.csv", seed=number))
    both = [
        subprocess.Popen(
            [*TRADEWRIGHT, "data", "ingest", str(path), "--name", f"walk-{number}"],
            env=shell.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number, path in enumerate(files)
    ]
    assert [(one.communicate()[1], one.returncode) for one in both] == [("", 0), ("", 0)]
    assert {row["dataset"] for row in shell("data", "list", "--json").rows()} == {"walk-0", "walk-1"}
    assert {shell("data", "check", f"walk-{number}").code for number in range(2)} == {0}
