"""A strategy in a file of the user's own, and every way in which that file can be wrong."""

import hashlib
import re
from pathlib import Path

import pytest

from tradewright.runs.strategy_source import build, fingerprint, load
from tradewright.strategies.contract import Strategy
from tradewright.strategies.momentum import Momentum
from tradewright.strategies.parameters import UnknownParameter
from tradewright.values.errors import BadInput, Failure, NotFound, UnknownName

MINE = '''
"""Mine."""
from __future__ import annotations

from tradewright.strategies.contract import Strategy
from tradewright.strategies.momentum import Momentum
from tradewright.strategies.parameters import parameter


class FirstOfMonth(Strategy):
    """Holds the first name from the first month on."""

    share: float = parameter(0.5, low=0.0, high=1.0, unit="fraction", about="share of equity held")

    @property
    def warm_up_bars(self) -> int:
        return 1

    def decide(self, view):
        return {view.symbols[0]: self.share} if view.new_month else None


class Ledger:
    """No strategy."""
'''


def written(folder: Path, text: str = MINE, name: str = "mine.py") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_plain_name_is_a_strategy_of_the_package():
    assert load("momentum") is Momentum
    assert build("momentum", {"top": 0.2}) == Momentum(top=0.2)


def test_a_misspelt_name_gets_the_nearest_one():
    with pytest.raises(UnknownName, match="Did you mean 'momentum'"):
        load("momentun")


def test_a_class_in_a_file_is_a_strategy_like_any_other(tmp_path):
    strategy = build(f"{written(tmp_path)}:FirstOfMonth", {"share": 0.25})
    assert isinstance(strategy, Strategy)
    assert strategy.parameters() == {"share": 0.25}


def test_a_file_with_one_strategy_need_not_name_it(tmp_path):
    assert load(str(written(tmp_path))).__name__ == "FirstOfMonth"


def test_an_imported_strategy_is_not_one_of_the_file(tmp_path):
    with pytest.raises(UnknownName, match="'Momentum' is not a strategy in"):
        load(f"{written(tmp_path)}:Momentum")


def test_its_parameters_are_checked_like_any_others(tmp_path):
    with pytest.raises(UnknownParameter, match="Did you mean 'share'"):
        build(f"{written(tmp_path)}:FirstOfMonth", {"shrae": 0.25})


def test_loading_twice_gives_the_same_class_and_an_edit_gives_a_new_one(tmp_path):
    path = written(tmp_path)
    first = load(str(path))
    assert load(str(path)) is first
    written(tmp_path, MINE.replace("0.5", "0.7"))
    assert load(str(path))().share == 0.7


def test_two_files_of_the_same_content_are_two_modules(tmp_path):
    (tmp_path / "other").mkdir()
    here, there = load(str(written(tmp_path))), load(str(written(tmp_path / "other")))
    assert here is not there


def test_a_missing_file_is_named_with_the_form_that_is_wanted(tmp_path):
    with pytest.raises(NotFound, match=r"No strategy file '.*nowhere.py'. Give path/to/file.py:ClassName"):
        load(f"{tmp_path}/nowhere.py:Mine")


def test_a_missing_class_gets_the_nearest_one(tmp_path):
    with pytest.raises(UnknownName, match="Did you mean 'FirstOfMonth'"):
        load(f"{written(tmp_path)}:FirstOfMont")


def test_a_class_that_is_no_strategy_is_told_how_to_become_one(tmp_path):
    with pytest.raises(BadInput, match=r"Ledger in .* is no Strategy. Write class Ledger\(Strategy\)"):
        load(f"{written(tmp_path)}:Ledger")


def test_a_syntax_error_is_told_with_its_line(tmp_path):
    path = written(tmp_path, "import numpy\n\nclass Mine(\n    pass\n")
    with pytest.raises(BadInput, match=r"mine.py:[34]: .*"):
        load(str(path))


def test_a_file_that_breaks_while_it_runs_is_told_with_its_line(tmp_path):
    path = written(tmp_path, "import json\n\njson.loads('{')\n")
    with pytest.raises(BadInput, match=r"mine.py:3: JSONDecodeError"):
        load(str(path))


def test_a_file_that_broke_can_be_mended_and_loaded_again(tmp_path):
    path = written(tmp_path, "1 / 0\n")
    for _ in range(2):
        with pytest.raises(BadInput, match=r"mine.py:1: ZeroDivisionError"):
            load(str(path))
    assert load(str(written(tmp_path))).__name__ == "FirstOfMonth"


def test_a_parameter_without_bounds_is_told_with_its_line(tmp_path):
    path = written(
        tmp_path, MINE.replace("= parameter(0.5, low=0.0, high=1.0", "= dict(a=1, low=0.0, high=1.0")
    )
    with pytest.raises(BadInput, match=r"mine.py:10: .*"):
        load(str(path))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("x = 1\n", "no strategy"),
        (
            MINE + MINE[MINE.index("class") : MINE.index("class Ledger")].replace("FirstOfMonth", "Other"),
            "2 strategies: FirstOfMonth, Other",
        ),
    ],
)
def test_a_file_with_none_or_several_says_which_there_are(tmp_path, text, count):
    with pytest.raises(BadInput, match=f"defines {count}"):
        load(str(written(tmp_path, text)))


def test_the_fingerprint_is_the_hash_of_the_file_that_ran(tmp_path):
    path = written(tmp_path)
    assert fingerprint(load(str(path))) == hashlib.sha256(path.read_bytes()).hexdigest()
    assert len(fingerprint(Momentum)) == 64


def test_a_strategy_without_a_file_has_no_fingerprint():
    made = type("Made", (Momentum,), {"__module__": "nowhere"})
    with pytest.raises(NotFound, match="no source file"):
        fingerprint(made)


BARE = "from tradewright.strategies.contract import Strategy\nclass Mine(Strategy):\n    {}\n"
DECIDES = "def decide(self, view): return None"


@pytest.mark.parametrize(
    ("body", "error", "says"),
    [
        (DECIDES, BadInput, "Mine in .* lacks warm_up_bars. Add 'warm_up_bars = 1' to the class"),
        (
            "warm_up_bars = 1",
            BadInput,
            r"Mine in .* lacks decide. Add 'def decide\(self, view\)' to the class",
        ),
        ("pass", BadInput, "lacks decide and warm_up_bars"),
        (f"warm_up_bars = 'a'; {DECIDES}", BadInput, "warm_up_bars is 'a'. It is a count of rows"),
        (f"warm_up_bars = -1\n    {DECIDES}", BadInput, "warm_up_bars is -1"),
        (f"warm_up_bars = True\n    {DECIDES}", BadInput, "warm_up_bars is True"),
        (
            f"warm_up_bars = property(lambda self: 1 / 0)\n    {DECIDES}",
            Failure,
            r"Mine: warm_up_bars failed: ZeroDivisionError: division by zero \(mine.py, line 3\)",
        ),
        (
            f"warm_up_bars = 1\n    {DECIDES}\n    def __init__(self): self.x = 1",
            BadInput,
            "cannot be built: FrozenInstanceError.*write no __init__",
        ),
    ],
    ids=["no warm-up", "no decide", "neither", "text", "negative", "a switch", "breaks", "init"],
)
def test_a_strategy_that_is_not_whole_says_what_to_write(tmp_path, body, error, says):
    body = body.replace("; def", "\n    def")
    with pytest.raises(error, match=says):
        build(str(written(tmp_path, BARE.format(body))), {})


def test_a_file_without_a_strategy_says_how_one_begins(tmp_path):
    with pytest.raises(BadInput, match=r"defines no strategy. Write one: class Name\(Strategy\)"):
        load(str(written(tmp_path, "class Mine:\n    pass\n")))


@pytest.mark.parametrize(
    ("call", "shown"), [("sys.exit()", ""), ("sys.exit(3)", "3"), ("exit('no')", "'no'")]
)
def test_a_file_that_asks_to_end_the_program_does_not_end_it(tmp_path, call, shown):
    said = re.escape(f"mine.py:2: it asked to end the program (sys.exit({shown}))")
    with pytest.raises(BadInput, match=said):
        load(str(written(tmp_path, f"import sys\n{call}\n")))
