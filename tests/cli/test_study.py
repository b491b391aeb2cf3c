"""Studies on the command line: from a file to a verdict, the same one on page, screen and paper."""

import json
import os
import pty
import subprocess

import pytest
from shell import STUDY, TRADEWRIGHT, Said


def test_a_study_ends_in_a_verdict_with_its_trials_beside_the_sharpe_ratio(shell):
    said = shell("study", "run", shell.study(), "--no-verify")
    assert said.code == 0, said.err
    assert "A small study" in said.out
    assert "NOT ESTABLISHED" in said.out
    lines = said.out.splitlines()
    sharpe = next(number for number, line in enumerate(lines) if "Sharpe ratio a year:" in line)
    assert "Trials of this hypothesis so far: 4" in lines[sharpe + 1]
    assert "These are synthetic prices" in said.out


def test_the_screen_shows_the_gates_of_the_page(lived_in):
    page = next((lived_in.workspace / "runs").glob("*/dossier.html")).read_text()
    said = lived_in("study", "run", lived_in.study(), "--no-verify", "--json")
    (row,) = said.rows()
    assert len(row["gates"]) >= 10
    for gate in row["gates"]:
        assert gate["name"] in page
        assert gate["status"] in ("PASS", "FAIL", "NOT EVALUATED")


def test_a_study_is_executed_again_in_a_new_process_before_its_verdict(shell):
    said = shell("study", "run", shell.study())
    assert said.code == 0, said.err
    assert "a replay in a new process gave the same bytes" in " ".join(said.out.split()).lower()
    (row,) = shell("runs", "show", "latest", "--json").rows()
    replayed = next(gate for gate in row["summary"]["gates"] if gate["code"] == "replay")
    assert replayed["status"] == "PASS"
    assert shell("runs", "verify", "latest").code == 0


def test_a_study_that_nobody_replayed_says_so(lived_in):
    (row,) = lived_in("study", "list", "--json").rows()
    shown = lived_in("runs", "show", row["id"]).out
    assert "not replayed yet" in " ".join(shown.split())


def test_with_json_a_study_prints_its_run_and_nothing_else(shell):
    (row,) = shell("study", "run", shell.study(), "--no-verify", "--json").rows()
    assert row["id"] == shell("runs", "list", "--json").rows()[0]["id"]
    assert row["trials"] == 4
    assert row["headline"].startswith("NOT ESTABLISHED")
    assert os.path.getsize(row["dossier"]) > 10_000


def test_the_same_study_again_is_the_same_run_and_counts_no_trial_twice(lived_in):
    before = lived_in("study", "list", "--json").rows()
    (again,) = lived_in("study", "run", lived_in.study(), "--no-verify", "--json").rows()
    assert again["id"] == before[0]["id"]
    assert again["trials"] == before[0]["trials"] == 4
    assert len(lived_in("study", "list", "--json").rows()) == 1


def test_another_grid_on_the_same_hypothesis_adds_its_trials(lived_in):
    more = lived_in.study(STUDY.replace("top = [0.2, 0.34]", "top = [0.2, 0.34, 0.5]"), "more.toml")
    (row,) = lived_in("study", "run", more, "--no-verify", "--json").rows()
    assert row["trials"] == 6
    headlines = [one["trials"] for one in lived_in("study", "list", "--json").rows()]
    assert headlines == [6, 4]


def test_studies_are_listed_with_headline_and_trials(lived_in):
    said = lived_in("study", "list")
    assert "A small study" in said.out
    assert "COMPLETE" in said.out


def test_without_studies_the_list_says_what_to_type(shell):
    assert "tradewright study run" in shell("study", "list").out


@pytest.mark.parametrize(
    ("wrong", "right", "says"),
    [
        ("[strategy]\n", "[stratgy]\n", "Did you mean 'strategy'?"),
        ("lookback = 60", "lokback = 60", "Did you mean 'lookback'?"),
        ('name = "momentum"', 'name = "momentun"', "Did you mean 'momentum'?"),
        ('profile = "realistic"', 'profile = "realist"', "Did you mean 'realistic'?"),
        ("half_spread_bps", "half_spred_bps", "Did you mean 'half_spread_bps'?"),
        ("seed = 5", "sed = 5", "Did you mean 'seed'?"),
        ("draws = 100", "draws = 1", "intervals.draws = 1"),
        ("top = 0.34\n", "top = 3.4\n", "above its upper bound"),
    ],
)
def test_what_is_misspelt_or_out_of_bounds_in_a_study_is_refused_before_anything_runs(
    shell, wrong, right, says
):
    assert wrong in STUDY
    said = shell("study", "run", shell.study(STUDY.replace(wrong, right, 1)))
    assert said.code == 2
    assert says in said.err
    assert "Traceback" not in said.err
    assert shell("runs", "list", "--json").rows() == []


@pytest.mark.parametrize(
    ("text", "says"), [("", "is empty"), ("title = ", "is not TOML"), ("\x00", "is not TOML")]
)
def test_a_study_file_that_is_no_study_is_refused_in_one_line(shell, text, says):
    said = shell("study", "run", shell.study(text))
    assert said.code == 1
    assert says in said.line


@pytest.mark.parametrize(
    ("given", "says"),
    [(("--workers", "0"), "workers"), (("--workers", "2", "--cluster", "tcp://x:1"), "its own workers")],
)
def test_workers_that_cannot_be_meant_are_refused_before_anything_runs(shell, given, says):
    said = shell("study", "run", "study.toml", *given)
    assert said.code == 2
    assert says in said.err


def test_a_study_file_that_is_not_there_is_refused(shell):
    said = shell("study", "run", "studies/mine.toml")
    assert said.code == 1
    assert "no study file 'studies/mine.toml'" in said.line


def test_data_with_errors_block_a_study_until_it_waives_them(lived_in, tmp_path):
    bad = tmp_path / "bad.csv"
    rows = (lived_in.workspace.parent / "walk.csv").read_text().splitlines()
    rows[200] = rows[200].split(",")[0] + ",1.00,1.00,1.00,-5.00,100"
    bad.write_text("\n".join(rows))
    assert lived_in("data", "ingest", str(bad)).code == 0
    said = lived_in("backtest", "buy_and_hold", "--data", "bad")
    assert said.code == 1
    assert "non-positive-price" in said.line
    assert "--waive CODE" in said.line
    known = {"non-positive-price", "bounds-broken", "unexplained-jump"}
    waived = (word for code in sorted(known) for word in ("--waive", code))
    (row,) = lived_in("backtest", "buy_and_hold", "--data", "bad", *waived, "--json").rows()
    quality = next(gate for gate in row["gates"] if gate["code"] == "data_quality")
    assert quality["status"] == "PASS"
    assert "waived" in quality["reason"]
    study = STUDY[: STUDY.index("[data]")] + '[data]\ndataset = "bad"\n' + STUDY[STUDY.index("[strategy]") :]
    blocked = lived_in("study", "run", lived_in.study(study))
    assert blocked.code == 1
    assert "[[waivers]]" in blocked.line


def test_the_order_of_a_studys_keys_changes_no_byte_of_its_run(shell):
    turned = STUDY
    for first, second in (
        ("half_spread_bps = 4.0", "commission_bps = 0.5"),
        ("top = [0.2, 0.34]", "lookback = [40, 60]"),
    ):
        turned = turned.replace(f"{first}\n{second}", f"{second}\n{first}")
        assert f"{second}\n{first}" in turned
    files = []
    for text in (STUDY, turned):
        (row,) = shell("study", "run", shell.study(text), "--no-verify", "--json").rows()
        (shown,) = shell("runs", "show", row["id"], "--json").rows()
        # The time of the run stands in these two.
        for name in ("context.json", "dossier.html"):
            del shown["files"][name]
        files.append((row["id"], shown["files"]))
    assert files[0] == files[1]


def test_a_terminal_sees_a_progress_bar_on_stderr_while_it_waits(shell):
    outer, inner = pty.openpty()
    running = subprocess.Popen(
        [*TRADEWRIGHT, "study", "run", shell.study(), "--no-verify"],
        env=shell.environment(TERM="xterm"),
        stdout=subprocess.PIPE,
        stderr=inner,
        text=True,
    )
    os.close(inner)
    shown = b""
    while chunk := _read(outer):
        shown += chunk
    out, _ = running.communicate()
    assert running.returncode == 0
    assert b"trials" in shown
    assert b"4/4" in shown
    assert "trials 4/4" not in out


def _read(descriptor: int) -> bytes:
    """What a terminal shows next; nothing once its last writer is gone."""
    try:
        return os.read(descriptor, 4_096)
    except OSError:
        return b""


def test_json_is_all_that_stdout_holds(shell):
    said: Said = shell.apart("study", "run", shell.study(), "--no-verify", "--json")
    assert said.code == 0
    assert json.loads(said.out)[0]["id"]


def test_a_damaged_summary_hides_no_other_study(lived_in):
    more = lived_in.study(STUDY.replace("seed = 5", "seed = 6"), "more.toml")
    (row,) = lived_in("study", "run", more, "--no-verify", "--json").rows()
    (lived_in.workspace / "runs" / row["id"] / "summary.json").write_text("{")
    listed = lived_in("study", "list", "--json").rows()
    assert len(listed) == 2
    assert "summary.json" in listed[0]["headline"]
    assert listed[1]["headline"].startswith("NOT ESTABLISHED")


def test_who_does_not_wait_for_the_replay_keeps_the_study(shell, monkeypatch):
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tradewright.assembly.studies.verification_of", stopped)
    said = shell("study", "run", shell.study())
    assert said.code == 130
    assert "the study is finished and kept" in said.err
    assert [row["status"] for row in shell("runs", "list", "--json").rows()] == ["complete"]


def test_a_replay_that_differs_is_a_failed_gate_and_named(shell, monkeypatch):
    from tradewright.runs.store import Change
    from tradewright.runs.verify import Verification

    def differs(_: object, run_id: str) -> Verification:
        return Verification(run_id, 10, (), (Change("equity.parquet", "other bytes"),), ())

    monkeypatch.setattr("tradewright.assembly.studies.verification_of", differs)
    said = shell("study", "run", shell.study())
    assert said.code == 0
    assert "A replay in a new process gave other bytes: equity.parquet" in said.out
    gates = shell("runs", "show", "latest", "--json").rows()[0]["summary"]["gates"]
    assert next(gate for gate in gates if gate["code"] == "replay")["status"] == "FAIL"
