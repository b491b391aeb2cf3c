"""The entry point: help that comes at once, options wherever they stand, and an exit code for every end."""

import json
import os
import resource
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from shell import TRADEWRIGHT

from tradewright.cli import failures
from tradewright.cli.asked import Asked, pairs, taken_out
from tradewright.cli.main import GROUPS, execute
from tradewright.values.errors import BadInput, Interrupted, InvalidOption

VERBS = [
    (), ("backtest",), *((group,) for group in GROUPS),
    *((group, verb.__name__.rpartition(".")[2]) for group, (_, verbs) in GROUPS.items() for verb in verbs),
]  # fmt: skip
# The design asks for 0.4 s, which `make bench` measures by the clock. Here the processor's seconds count: a
# busy machine makes an answer late, not larger.
MOST_HELP_SECONDS = 1.0


def processor_seconds() -> float:
    """What this process's ended children have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize("verb", VERBS, ids=[" ".join(words) or "tradewright" for words in VERBS])
def test_help_comes_at_once_and_without_a_warning(shell, verb):
    before = processor_seconds()
    said = shell.apart(*verb, "--help", PYTHONWARNINGS="always")
    assert processor_seconds() - before < MOST_HELP_SECONDS
    assert said.code == 0
    assert said.err == ""
    assert "Usage: tradewright" in said.out


@pytest.mark.parametrize(
    "words",
    [["backtest", "--help"], ["runs", "verify", "--help"], ["options", "greeks", "--help"]],
    ids=" ".join,
)
def test_help_loads_no_library_that_computes(words):
    code = (
        f"import sys; from tradewright.cli.main import execute; execute({words}); "
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([*TRADEWRIGHT[:1], "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())
    assert not loaded & {
        "pydantic",
        "markdown_it",
        "numpy",
        "polars",
        "numba",
        "deltalake",
        "scipy",
        "msgspec",
        "plotly",
        "pandas",
    }


def test_every_verb_says_what_it_does():
    for group, (about, verbs) in GROUPS.items():
        assert about.endswith(".")
        for verb in verbs:
            assert verb.run.__doc__.strip(), f"{group} {verb.__name__}"
            # What stands in square brackets is taken for a colour by whoever draws the help, and vanishes.
            assert "[" not in verb.run.__doc__, f"{group} {verb.__name__}"


def test_the_version_is_the_packages(shell):
    from importlib.metadata import version

    assert shell("--version").out == f"tradewright {version('tradewright')}\n"


def test_without_a_verb_the_help_is_shown(shell):
    said = shell()
    assert said.code == 0
    assert "backtest" in said.out


def test_a_group_without_a_verb_shows_its_help_and_is_misuse(shell):
    said = shell("runs")
    assert said.code == 2
    assert "verify" in said.out + said.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("studdy", "run"), "Did you mean 'study'?"),
        (("run",), "Did you mean 'runs'?"),
        (("runs", "lst"), "Did you mean 'list'?"),
        (("runs", "list", "--jason"), "--json"),
        (("backtest", "sma_cross", "--dta", "x"), "--data"),
        (("data", "ingest", "x.csv", "--calender", "XNYS"), "--calendar"),
        (("data", "ingest"), "Missing argument"),
        (("data", "ingest", "x.csv", "--bar-minutes", "soon"), "--bar-minutes"),
        (("runs", "compare", "one"), "Missing argument"),
        (("runs", "list", "more"), "unexpected extra argument"),
        (("--workspace",), "--workspace"),
    ],
)
def test_misuse_is_one_line_with_the_nearest_name_and_where_to_look(shell, words, says):
    said = shell(*words)
    assert said.code == 2
    assert said.out == ""
    assert says.lower() in said.line.lower()
    assert said.line.startswith("error: ")
    assert "--help" in said.line


@pytest.mark.parametrize("at", ["front", "end"])
def test_the_trace_is_shown_only_when_asked_for_wherever_the_option_stands(shell, at):
    words = ("runs", "show", "ffff")
    assert "Traceback" not in shell(*words).err
    asked = ("--debug", *words) if at == "front" else (*words, "--debug")
    said = shell(*asked)
    assert said.code == 1
    assert "Traceback" in said.err
    assert said.err.strip().splitlines()[-1].startswith("error: there is no workspace at")


def test_the_workspace_may_be_named_behind_the_verb(lived_in, tmp_path):
    assert execute(["runs", "list", "--workspace", str(tmp_path / "empty")]) == 0
    for typed, said, left in (
        ("runs list --workspace w --json", Asked(Path("w")), "runs list --json"),
        ("runs --workspace=w list", Asked(Path("w")), "runs list"),
        ("--debug runs list", Asked(debug=True), "runs list"),
        ("data show -- --debug", Asked(), "data show -- --debug"),
    ):
        words = typed.split()
        assert taken_out(words) == (replace(said, arguments=tuple(words)), left.split())


@pytest.mark.parametrize("words", [["--workspace"], ["--workspace", "--json"], ["runs", "--workspace="]])
def test_a_workspace_without_a_folder_is_refused(words):
    with pytest.raises(InvalidOption, match="--workspace names no folder"):
        taken_out(words)


def test_the_workspace_comes_from_the_line_then_the_environment_then_the_folder(lived_in, tmp_path):
    empty = tmp_path / "elsewhere"
    empty.mkdir()
    there = str(lived_in.workspace)
    nothing = lived_in.apart("runs", "list", "--json", cwd=empty, TRADEWRIGHT_WORKSPACE="")
    assert nothing.rows() == []
    assert len(lived_in.apart("runs", "list", "--json", cwd=empty).rows()) == 2
    named = lived_in.apart(
        "runs", "list", "--json", "--workspace", there, cwd=empty, TRADEWRIGHT_WORKSPACE=str(empty / "other")
    )
    assert len(named.rows()) == 2
    (empty / "tradewright.toml").write_text(f'workspace = "{there}"\n')
    assert len(lived_in.apart("runs", "list", "--json", cwd=empty, TRADEWRIGHT_WORKSPACE="").rows()) == 2
    (empty / "tradewright.toml").write_text('workspce = "x"\n')
    wrong = lived_in.apart("runs", "list", cwd=empty)
    assert wrong.code == 2
    assert "Did you mean 'workspace'?" in wrong.line


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (InvalidOption("x = 1.", "Give 2."), 2, "error: x = 1. Give 2."),
        (BadInput("a.csv, line 3: no."), 1, "error: a.csv, line 3: no."),
        (Interrupted("stopped.", "Run it again."), 130, "error: stopped. Run it again."),
        (KeyboardInterrupt(), 130, "interrupted: nothing half-done was kept."),
        (typer.Abort(), 130, "interrupted: nothing half-done was kept."),
        (PermissionError(13, "Permission denied", "w/runs"), 1, "error: w/runs: permission denied."),
        (OSError("no words of its own"), 1, "error: no words of its own."),
        (
            ZeroDivisionError("division\nby zero"),
            1,
            "error: ZeroDivisionError: division by zero (not foreseen; --debug shows the trace)",
        ),
    ],
)
def test_each_kind_of_end_has_its_line_and_its_exit_code(capsys, error, code, words):
    assert failures.told(error, debug=False) == code
    assert capsys.readouterr().err == f"{words}\n"


@pytest.mark.parametrize(("given", "code"), [(3, 3), (None, 1), ("words", 1)])
def test_a_library_that_exits_keeps_its_exit_code(given, code):
    assert failures.told(SystemExit(given), debug=True) == code


def test_pairs_keep_what_stands_behind_the_first_equals_sign():
    assert pairs(["a=1", "b=x=y", "c="], "--set") == {"a": "1", "b": "x=y", "c": ""}
    with pytest.raises(InvalidOption, match="--set =1 is no pair"):
        pairs(["=1"], "--set")


def test_output_that_nobody_looks_at_is_plain(lived_in):
    said = lived_in.apart("runs", "list")
    assert said.code == 0
    assert "\x1b" not in said.out + said.err


def test_a_reader_that_has_seen_enough_ends_the_command_quietly(lived_in):
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*TRADEWRIGHT, "runs", "list"],
        env=lived_in.environment(),
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert done.stderr == ""
    assert done.returncode in (-signal.SIGPIPE, 0)


@pytest.mark.parametrize(
    "words",
    [
        ("data", "list"), ("data", "show", "walk"), ("data", "check", "small"), ("runs", "list"),
        ("runs", "show", "latest"), ("runs", "compare", "latest", "latest"), ("runs", "replay", "latest"),
        ("runs", "verify", "latest"), ("study", "list"), ("strategies", "list"),
        ("strategies", "show", "momentum"), ("profiles", "list"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_every_verb_that_prints_a_table_prints_a_json_list_of_objects_with_ids(furnished, words):
    from shell import Shell

    shell = Shell(furnished / "workspace")
    for row in shell(*words, "--json").rows():
        assert isinstance(row["id"], str)
        assert row["id"]
    assert shell(*words).out.strip()
    assert not shell(*words).out.lstrip().startswith(("[", "{"))


def test_json_holds_no_nan(furnished):
    from shell import Shell

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    text = Shell(furnished / "workspace")("runs", "show", "latest", "--json").out
    json.loads(text, parse_constant=refuse)


def test_strategies_and_profiles_are_listed(shell):
    listed = {row["id"]: row["parameters"] for row in shell("strategies", "list", "--json").rows()}
    assert listed["sma_cross"][0] == {"name": "fast", "takes": "bars, 1 to 2519"}
    assert "fast (bars, 1 to 2519)" in shell("strategies", "list").out
    assert listed.keys() >= {"momentum", "sma_cross"}
    assert [row["id"] for row in shell("profiles", "list", "--json").rows()] == [
        "idealistic",
        "realistic",
        "stressed",
    ]
    assert "realistic (default)" in shell("profiles", "list").out
    shown = shell("strategies", "show", "momentum").out
    assert "lookback" in shown
    assert "bars, 2 to" in shown


def test_a_misspelt_strategy_gets_the_nearest_name(shell):
    said = shell("strategies", "show", "momentun")
    assert said.code == 2
    assert "Did you mean 'momentum'?" in said.line
