"""Runs on the command line: found, shown, compared, executed again, and not believed once edited."""

import json

import pytest

VARIANTS = [("0", "1"), ("1", "2"), ("random", "2"), ("random", "1")]


@pytest.fixture
def study_id(lived_in) -> str:
    """The study's run."""
    return lived_in("study", "list", "--json").rows()[0]["id"]


def test_runs_are_listed_newest_first(lived_in):
    rows = lived_in("runs", "list", "--json").rows()
    assert [row["kind"] for row in rows] == ["backtest", "study"]
    assert rows[0]["written_at"] > rows[1]["written_at"]
    table = lived_in("runs", "list").out
    assert table.index(rows[0]["id"]) < table.index(rows[1]["id"])


@pytest.mark.parametrize("words", [("runs", "list"), ("study", "list"), ("data", "list")])
def test_a_workspace_that_is_not_there_is_said_to_be_misspelt(shell, words):
    said = shell(*words)
    assert said.code == 0
    assert f"There is no workspace at {shell.workspace}. Is its path spelt right?" in said.out
    assert not shell.workspace.exists()


@pytest.mark.parametrize(
    "words", [("runs", "show", "latest"), ("runs", "verify", "abc"), ("data", "show", "x")]
)
def test_what_is_asked_of_a_workspace_that_is_not_there_names_it(shell, words):
    said = shell(*words)
    assert said.code == 1
    assert f"there is no workspace at {shell.workspace}. Is its path spelt right?" in said.line


def test_runs_that_were_edited_are_marked_in_the_lists(lived_in, study_id):
    assert "EDITED" not in lived_in("runs", "list").out
    folder = lived_in.workspace / "runs" / study_id
    summary = folder / "summary.json"
    summary.write_text(summary.read_text().replace("NOT ESTABLISHED", "ESTABLISHED"))
    for words in (("runs", "list"), ("study", "list")):
        assert "COMPLETE, EDITED" in lived_in(*words).out
    rows = {row["id"]: row["edited"] for row in lived_in("runs", "list", "--json").rows()}
    assert rows.pop(study_id) == ["summary.json (edited)"]
    assert list(rows.values()) == [[]]


@pytest.mark.parametrize("field", ["name", "written_at", "versions"])
def test_a_manifest_that_was_edited_is_marked_and_named(lived_in, study_id, field):
    path = lived_in.workspace / "runs" / study_id / "manifest.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps({**manifest, field: {"name": "x", "written_at": 1, "versions": {}}[field]}))
    assert "COMPLETE, EDITED" in lived_in("runs", "list").out
    assert "manifest.json (edited)" in lived_in("runs", "show", study_id).out
    said = lived_in("runs", "verify", study_id)
    assert said.code == 1
    assert "manifest.json" in said.out


def test_a_ledger_that_was_deleted_is_missed_by_every_list(lived_in, study_id):
    assert lived_in("runs", "list").err == ""
    for path in lived_in.workspace.glob("ledger.sqlite*"):
        path.unlink()
    for words in (("runs", "list"), ("study", "list"), ("runs", "show", study_id)):
        said = lived_in(*words)
        assert said.code == 0
        assert "warning: the ledger of trials is gone: run " in said.line
    assert not (lived_in.workspace / "ledger.sqlite").exists()
    said = lived_in("backtest", "buy_and_hold", "--data", "walk")
    assert said.code == 1
    assert "ledger.sqlite is gone: " in said.line
    assert "to begin anew" in said.line
    # Who begins anew on purpose takes the anchor away; what earlier runs saw is still missed.
    (lived_in.workspace / "ledger-anchor.json").unlink()
    rows = lived_in("backtest", "buy_and_hold", "--data", "walk", "--json").rows()
    (gate,) = [gate for gate in rows[0]["gates"] if gate["code"] == "luck"]
    assert gate["status"] == "FAIL"
    assert "tries are missing from the count" in gate["reason"]


def test_a_ledger_that_was_edited_does_not_keep_runs_from_being_listed(lived_in):
    (lived_in.workspace / "ledger.sqlite").write_bytes(b"no database at all, but long enough to be read" * 30)
    said = lived_in("runs", "list")
    assert said.code == 0
    assert "ledger.sqlite cannot be used" in said.line


def test_without_runs_the_list_says_what_to_type(shell):
    assert "tradewright study run" in shell("runs", "list").out
    assert shell("runs", "list", "--json").rows() == []


def test_a_run_is_shown_with_causes_figures_gates_and_files(lived_in, study_id):
    said = lived_in("runs", "show", study_id[:6])
    assert said.code == 0, said.err
    for words in (study_id, "A small study", "COMPLETE", "Sharpe ratio a year", "NOT EVALUATED"):
        assert words in said.out
    assert "dossier.html" in said.out


def test_figures_that_were_edited_are_not_shown_as_the_runs_own(lived_in, study_id):
    assert "NOT VERIFIED" not in lived_in("runs", "show", study_id).out
    path = lived_in.workspace / "runs" / study_id / "summary.json"
    path.write_text(path.read_text().replace("NOT ESTABLISHED", "ESTABLISHED"))
    said = lived_in("runs", "show", study_id)
    assert "NOT VERIFIED" in said.out
    assert "summary.json (edited)" in said.out
    assert lived_in("runs", "show", study_id, "--json").rows()[0]["edited"] == ["summary.json (edited)"]


@pytest.mark.parametrize("verb", ["show", "verify", "replay"])
def test_a_run_that_is_not_there_is_not_found(lived_in, verb):
    said = lived_in("runs", verb, "ffffffff")
    assert said.code == 1
    assert "tradewright runs list" in said.line


def test_a_damaged_manifest_is_one_readable_line(lived_in, study_id):
    (lived_in.workspace / "runs" / study_id / "manifest.json").write_text('{"run_id": ')
    said = lived_in("runs", "show", study_id)
    assert said.code == 1
    assert "is damaged" in said.line
    assert "DAMAGED" in lived_in("runs", "list").out
    assert "DAMAGED" not in lived_in("study", "list").out


def test_two_runs_are_compared_in_what_was_asked_what_came_out_and_how_they_moved(lived_in):
    words = ("backtest", "sma_cross", "--data", "walk", "--set", "slow=20", "--json")
    ids = [lived_in(*words, "--set", f"fast={fast}").rows()[0]["id"] for fast in (4, 6)]
    said = lived_in("runs", "compare", *ids)
    assert said.code == 0, said.err
    assert "study.strategy.parameters.fast" in said.out
    assert "Correlation of daily returns: 0." in said.out
    rows = {row["id"]: row for row in lived_in("runs", "compare", *ids, "--json").rows()}
    fast = rows["study.strategy.parameters.fast"]
    assert (fast["left"], fast["right"]) == (4, 6)
    assert -1.0 < rows["equity correlation"]["value"] < 1.0


def test_equal_runs_are_said_to_be_equal_first_and_no_figure_is_printed(lived_in, study_id):
    said = lived_in("runs", "compare", study_id, study_id)
    first, count, *_, last = said.out.splitlines()
    assert first == "Equal: the same was asked of both, and every file came out the same."
    assert count.endswith("figures are the same (--all prints them).")
    assert "Correlation of daily returns: 1.0000" in last
    assert "Sharpe" not in said.out
    assert "Sharpe ratio a year" in lived_in("runs", "compare", study_id, study_id, "--all").out


def test_only_figures_that_differ_are_printed(lived_in):
    words = ("backtest", "buy_and_hold", "--data", "walk", "--json")
    ids = [lived_in(*words, "--seed", seed).rows()[0]["id"] for seed in ("1", "2")]
    said = lived_in("runs", "compare", *ids).out
    assert "Figures that differ" in said
    assert "figures.Sharpe ratio a year.interval.low" in said
    assert "figures.Sharpe ratio a year.value" not in said


def test_runs_that_were_edited_are_not_compared_without_saying_so(lived_in, study_id):
    path = lived_in.workspace / "runs" / study_id / "summary.json"
    path.write_text(path.read_text().replace("NOT ESTABLISHED", "ESTABLISHED"))
    said = lived_in("runs", "compare", study_id, study_id)
    assert said.out.startswith(
        f"NOT VERIFIED: changed after it was written: summary.json (edited) of {study_id}."
    )
    rows = lived_in("runs", "compare", study_id, study_id, "--json").rows()
    assert rows[0] == {"id": f"summary.json (edited) of {study_id}", "about": "edited"}


def test_a_run_is_executed_again_and_printed(lived_in, study_id, tmp_path):
    said = lived_in("runs", "replay", study_id, "--into", str(tmp_path / "again"))
    assert said.code == 0, said.err
    assert "A small study, executed again" in said.out
    assert "Every file came out equal." in said.out
    kept = lived_in.workspace / "runs" / study_id
    for path in (tmp_path / "again").iterdir():
        assert path.read_bytes() == (kept / path.name).read_bytes()


def test_executing_a_run_again_counts_no_trial(lived_in, study_id):
    ledger = lived_in.workspace / "ledger.sqlite"
    before = ledger.read_bytes()
    lived_in("runs", "replay", study_id)
    assert ledger.read_bytes() == before


def test_a_replay_never_writes_over_a_folder_that_holds_something(lived_in, study_id, tmp_path):
    (tmp_path / "mine.txt").write_text("dear")
    said = lived_in("runs", "replay", study_id, "--into", str(tmp_path))
    assert said.code == 1
    assert "is not empty" in said.line
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == ["mine.txt"]


def test_a_run_reads_the_snapshot_it_read_even_when_the_dataset_has_a_newer_one(lived_in, tmp_path):
    (row,) = lived_in("backtest", "buy_and_hold", "--data", "walk", "--json").rows()
    lines = (lived_in.workspace.parent / "walk.csv").read_text().splitlines()
    (tmp_path / "shorter.csv").write_text("\n".join(lines[:300]))
    assert lived_in("data", "ingest", str(tmp_path / "shorter.csv"), "--name", "walk").code == 0
    assert lived_in("runs", "verify", row["id"]).code == 0


def test_verify_executes_in_a_new_process_and_finds_every_file_equal(lived_in, study_id):
    said = lived_in("runs", "verify", study_id)
    assert said.code == 0, said.err
    assert f"{study_id}: all 13 files are what they were and come out equal in a new process." in said.out
    assert lived_in("runs", "verify", study_id, "--json").rows() == []


def test_verify_names_an_edited_file_and_ends_with_one(lived_in, study_id):
    summary = lived_in.workspace / "runs" / study_id / "summary.json"
    summary.write_text(summary.read_text().replace("NOT ESTABLISHED", "ESTABLISHED"))
    said = lived_in("runs", "verify", study_id)
    assert said.code == 1
    assert "edited on disk" in said.out
    assert "NOT VERIFIED" in said.out
    rows = lived_in("runs", "verify", study_id, "--json")
    assert rows.code == 1
    assert rows.rows() == [{"id": "summary.json", "run": study_id, "finding": "edited on disk"}]


def test_an_edited_manifest_that_covers_an_edited_file_is_found_by_executing_again(lived_in, study_id):
    from tradewright.runs.manifest import sha256_of

    folder = lived_in.workspace / "runs" / study_id
    manifest, summary = folder / "manifest.json", folder / "summary.json"
    then = sha256_of(summary.read_bytes())
    summary.write_text(summary.read_text().replace("NOT ESTABLISHED", "ESTABLISHED"))
    manifest.write_text(manifest.read_text().replace(then, sha256_of(summary.read_bytes())))
    said = lived_in("runs", "verify", study_id)
    assert said.code == 1
    assert "other bytes when executed again" in said.out


def test_an_edited_configuration_is_not_executed(lived_in, study_id):
    config = lived_in.workspace / "runs" / study_id / "config.json"
    config.write_text(config.read_text().replace('"seed": 5', '"seed": 6'))
    said = lived_in("runs", "verify", study_id)
    assert said.code == 1
    assert "config.json" in said.out
    assert "not executed again" in said.out
    replay = lived_in("runs", "replay", study_id)
    assert replay.code == 1
    assert "config.json" in replay.line


def test_damaged_data_are_named_when_a_run_is_verified(lived_in, study_id):
    (row,) = lived_in("runs", "show", study_id, "--json").rows()
    for path in (lived_in.workspace / "catalogue" / "bars").rglob("*.parquet"):
        path.write_bytes(path.read_bytes()[:-20] + b"0" * 20)
    said = lived_in("runs", "verify", row["id"])
    assert said.code == 1
    assert "is damaged" in said.line


@pytest.mark.parametrize(("hash_seed", "threads"), VARIANTS)
def test_a_run_has_the_same_bytes_for_every_hash_seed_and_thread_count(
    lived_in, study_id, tmp_path, hash_seed, threads
):
    said = lived_in.apart(
        "runs", "replay", study_id, "--into", str(tmp_path / "again"), "--json",
        PYTHONHASHSEED=hash_seed, NUMBA_NUM_THREADS=threads, POLARS_MAX_THREADS=threads,
    )  # fmt: skip
    assert said.code == 0, said.err
    assert said.rows()[0]["equal"]
    kept = lived_in.workspace / "runs" / study_id
    names = {path.name for path in kept.iterdir()} - {"manifest.json"}
    assert {path.name for path in (tmp_path / "again").iterdir()} == names
    for name in names:
        assert (tmp_path / "again" / name).read_bytes() == (kept / name).read_bytes(), name


def test_another_study_of_the_same_causes_made_elsewhere_has_the_same_id(lived_in, study_id, shell):
    (row,) = shell("study", "run", shell.study(), "--no-verify", "--json").rows()
    assert row["id"] == study_id
