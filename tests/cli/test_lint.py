"""`tradewright lint` reads a file or a folder, runs nothing, and answers in words and an exit code."""

import json

import pytest

from tradewright.cli.main import execute

LEAKY = """import pandas as pd


def ahead(bars):
    return bars["close"].shift(-1)


def fine(bars):
    return bars["close"].shift(1)
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "features.py").write_text(LEAKY)
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "clean.py").write_text("def f(bars):\n    return bars['close'].diff()\n")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "bad.py").write_text("def f(:\n")
    return tmp_path


def test_a_finding_is_printed_as_a_compiler_does_and_ends_in_1(folder, capsys):
    assert execute(["lint", str(folder / "features.py")]) == 1
    told = capsys.readouterr().out
    assert f"{folder}/features.py:5:26 shift-ahead (certain): shift(-1)." in told
    assert "Shift by a positive number." in told
    assert told.endswith("1 finding.\n")


def test_one_function_can_be_asked_for(folder, capsys):
    assert execute(["lint", f"{folder}/features.py:fine"]) == 0
    assert capsys.readouterr().out == "0 findings.\n"
    assert execute(["lint", f"{folder}/features.py:ahead"]) == 1


def test_a_folder_is_read_file_by_file_and_hidden_ones_are_not(folder, capsys):
    assert execute(["lint", str(folder)]) == 1
    assert capsys.readouterr().out.count("shift-ahead") == 1


def test_programs_get_json_with_the_same(folder, capsys):
    assert execute(["lint", str(folder / "features.py"), "--json"]) == 1
    (one,) = json.loads(capsys.readouterr().out)
    assert (one["line"], one["column"], one["rule"], one["rows_ahead"]) == (5, 26, "shift-ahead", 1)
    assert one["why"] and one["mend"] and one["stage"] == "features"


def test_an_excused_line_is_shown_and_ends_in_0(folder, capsys):
    text = LEAKY.replace("shift(-1)", "shift(-1)  # causal: shift-ahead - a label")
    (folder / "features.py").write_text(text)
    assert execute(["lint", str(folder / "features.py")]) == 0
    told = capsys.readouterr().out
    assert "Excused: a label." in told
    assert told.endswith("0 findings, 1 excused.\n")


def test_a_decision_at_the_open_is_asked_for(folder):
    (folder / "features.py").write_text("def f(bars):\n    return bars['close'].diff()\n")
    assert execute(["lint", str(folder / "features.py")]) == 0
    assert execute(["lint", str(folder / "features.py"), "--decide-at", "open"]) == 1


@pytest.mark.parametrize(
    ("name", "text", "code", "words"),
    [
        ("gone.py", None, 1, "No file"),
        ("data.csv", "a,b\n", 2, "is no Python file"),
        ("bad.py", "def f(:\n", 1, "is no Python"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_mend(folder, capsys, name, text, code, words):
    if text is not None:
        (folder / name).write_text(text)
    assert execute(["lint", str(folder / name)]) == code
    assert words in capsys.readouterr().err


def test_a_misspelt_function_and_a_misspelt_option_are_misuse(folder, capsys):
    assert execute(["lint", f"{folder}/features.py:ahed"]) == 2
    assert "Did you mean 'ahead'" in capsys.readouterr().err
    assert execute(["lint", str(folder / "features.py"), "--decide-at", "noon"]) == 2
    assert "Give 'open' or 'close'." in capsys.readouterr().err


def test_a_file_that_is_no_text_is_said_so(folder, capsys):
    (folder / "binary.py").write_bytes(b"\xff\xfe\x00x")
    assert execute(["lint", str(folder / "binary.py")]) == 1
    assert "is no text" in capsys.readouterr().err


def test_an_empty_folder_is_no_pass(tmp_path, capsys):
    assert execute(["lint", str(tmp_path)]) == 1
    assert "No Python file" in capsys.readouterr().err
