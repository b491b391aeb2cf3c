"""The terminal shows the verdict of the page, and nothing that it does not say."""

import io
import math
import subprocess
import sys
from dataclasses import replace

import pytest
from rich.console import Console

from tradewright.research.dossier.content import Ratio
from tradewright.research.dossier.terminal import verdict_table


def shown(content, width: int = 120) -> str:
    """What a console of this width prints, colours aside."""
    console = Console(file=io.StringIO(), width=width, no_color=True, legacy_windows=False)
    console.print(verdict_table(content))
    return console.file.getvalue()


def test_the_terminal_shows_headline_caveats_sharpe_trials_and_gates_in_this_order(content):
    words = shown(content)
    needed = (
        "NOT ESTABLISHED: 3 gates failed, 2 not evaluated", "! These are synthetic prices",
        "! Waived UNEXPLAINED_JUMP",
        "Sharpe ratio a year: 0.57 (95\u00a0% interval 0.21 to 0.93; 8,312 bars)",
        "Trials of this hypothesis so far: 12; the best of them by luck alone: 0.29",
        "p with the search priced in: 0.034. Over cash, the weaker of both",
        "✗ FAIL", "○ NOT EVALUATED",
        "✓ PASS",
    )  # fmt: skip
    places = [words.find(word) for word in needed]
    assert all(place >= 0 for place in places), places
    assert places == sorted(places)


def test_a_walk_is_one_line_with_what_was_kept(content, bare):
    words = " ".join(shown(content, 200).split())
    assert (
        "Sharpe ratio a year, out of sample: 0.62 (95 % interval 0.05 to 1.20; 4 folds); "
        "49.6 % of the picks' 1.25 in sample"
    ) in words
    assert "out of sample" not in shown(bare)


LIVE = Ratio("Sharpe ratio a year to expect live", 0.31, "ratio a year", 900, "chosen", -0.2, 0.9, 0.9)
DAYS = Ratio("Days of trading to confirm it", 16_000.0, "bars", 900, "until it stands out")


def test_what_to_expect_live_is_said_with_its_interval_and_the_days_it_takes(content, bare):
    words = " ".join(shown(replace(content, expected=(LIVE, DAYS)), 300).split())
    assert (
        "Sharpe ratio a year to expect live: 0.31 (90 % interval −0.20 to 0.90), after costs; chosen. "
        "Days of trading to confirm it: 16,000, until it stands out."
    ) in words
    assert "to expect live" not in shown(bare)


def test_where_nothing_is_to_be_expected_no_days_are_promised(content):
    never = replace(DAYS, value=math.nan, reason="nothing above zero is to be expected")
    words = " ".join(shown(replace(content, expected=(LIVE, never)), 300).split())
    assert "Days of trading to confirm it: Nothing above zero is to be expected." in words
    unknown = replace(LIVE, value=math.nan, reason="the account was ruined")
    assert "to expect live: not evaluated. The account was ruined." in shown(
        replace(content, expected=(unknown, never)), 300
    )


def test_every_gate_of_the_page_is_in_the_terminal(content):
    words = shown(content, 200)
    assert all(gate.name in words for gate in content.verdict.gates)


def test_nothing_evaluated_is_said_in_words(bare):
    words = shown(bare)
    assert "Sharpe ratio a year: not evaluated. The account never traded." in words
    assert "Trials of this hypothesis so far: not evaluated" in words
    assert "p with the search priced in: not evaluated" in words
    assert "nan" not in words


def test_square_brackets_are_text_and_no_markup(content):
    title = "[bold red]now[/] [link=x]"
    words = shown(replace(content, identity=replace(content.identity, title=title)))
    assert title in words


def test_control_characters_cannot_reach_the_terminal(content):
    gate = replace(content.verdict.gates[0], reason="\x1b[2Jcleared\x07")
    verdict = replace(content.verdict, gates=(gate,))
    words = shown(replace(content, verdict=verdict))
    assert "\x1b" not in words
    assert "\x07" not in words


@pytest.mark.parametrize("width", [40, 80, 300])
def test_the_table_fits_its_terminal(content, width):
    assert max(map(len, shown(content, width).splitlines())) <= width


def test_neither_rich_nor_plotly_is_loaded_before_it_is_needed():
    program = (
        "import sys, tradewright.research.dossier.page, tradewright.research.dossier.terminal;"
        "print([name for name in ('rich', 'plotly', 'pandas', 'scipy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_bytes_do_not_depend_on_the_hash_seed(tmp_path):
    program = (
        "import hashlib, runpy, sys; made = runpy.run_path(sys.argv[1]);"
        "page = made['render'](made['make_content'](50, 10));"
        "print(hashlib.sha256(page.encode()).hexdigest())"
    )
    sample = __file__.replace("test_terminal.py", "conftest.py")
    digests = {
        subprocess.run(
            [sys.executable, "-c", program, sample],
            capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed, "PATH": ""},
        ).stdout
        for seed in ("0", "1", "random")
    }  # fmt: skip
    assert len(digests) == 1
