"""Every driver still prints the account tapes: a change of what a broker asks is seen here.

They were written by `scripts/write_account_tapes.py`; whoever changes a rule writes them anew and says in the
commit which lines changed, and why.
"""

import importlib
from pathlib import Path

import pytest
from account_streams import ACCOUNTS, TAPES, lines_of, stream_of
from drivers import DRIVERS

FILES = sorted(path.stem for path in Path(__file__).parent.glob("account_tapes_*.py"))
LINES = {name: lines for file in FILES for name, lines in importlib.import_module(file).LINES.items()}


def test_there_is_a_tape_for_every_stream():
    assert sorted(LINES) == sorted(TAPES)


@pytest.mark.parametrize("driver", sorted(DRIVERS))
@pytest.mark.parametrize("name", TAPES)
def test_the_tape_is_printed_again(driver, name):
    assert lines_of(DRIVERS[driver](*stream_of(name).all)) == LINES[name]


@pytest.mark.parametrize(
    ("account", "words"),
    [
        ("cash", "a cash account sells nothing short"),
        ("cash", "the cash for it has not settled"),
        ("borrowing by name", "the shares cannot be borrowed"),
    ],
)
def test_tapes_hold_refusals_by_name(account, words):
    told = [line for name, lines in LINES.items() if name.endswith(account) for line in lines]
    assert any(words in line for line in told)


@pytest.mark.parametrize("account", [name for name in ACCOUNTS if "margin" in name])
def test_tapes_hold_calls_and_what_the_broker_did(account):
    kinds = {line.split()[0] for name, lines in LINES.items() if name.endswith(account) for line in lines}
    assert {"call", "forced", "fill", "order"} <= kinds
