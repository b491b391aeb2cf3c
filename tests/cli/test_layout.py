"""Tables on screens of every width: no word, date or id is broken, whatever the room."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.cli import screen
from tradewright.cli.layout import GAP, widths

WORDS = st.text(st.characters(categories=("Ll", "Nd")), min_size=1, max_size=12)
CELLS = st.lists(WORDS, max_size=6).map(" ".join)


@st.composite
def tables(draw):
    count = draw(st.integers(1, 6))
    row = st.lists(CELLS, min_size=count, max_size=count)
    return draw(row), draw(st.lists(row, max_size=4)), draw(st.integers(1, 120))


@given(tables())
def test_a_table_fits_its_room_and_breaks_no_word(table):
    columns, rows, room = table
    found = widths(columns, rows, room)
    longest = [
        max((len(w) for cell in column for w in cell.split()), default=0)
        for column in zip(columns, *rows, strict=True)
    ]
    longest[0] = max(len(cell) for cell in (columns[0], *(row[0] for row in rows)))
    least = sum(longest) + GAP * (len(columns) - 1)
    if found is None:
        assert least > room
    else:
        assert sum(found) + GAP * (len(columns) - 1) <= room
        assert all(width >= word for width, word in zip(found, longest, strict=True))


def test_a_table_with_room_is_as_wide_as_its_cells():
    assert widths(("a", "bc"), [("id-1", "two words")], 80) == [4, 9]


def test_wide_columns_give_way_first():
    row = ("04a31c", "2020-01-02 10:00", "a b c d e f g h i j k l m n")
    assert widths(("run", "date", "name"), [row], 46) == [6, 16, 20]


@pytest.mark.parametrize("columns", ["40", "60", "80", "200"])
def test_dates_and_ids_stay_whole_on_every_screen(monkeypatch, capsys, columns):
    monkeypatch.setenv("COLUMNS", columns)
    row = ("04a31c0eb1fc16fd", "2026-11-26 10:28:11", "backtest", "COMPLETE", "momentum on sp500-20")
    screen.table(("run", "written (UTC)", "kind", "status", "name"), [row, row])
    printed = capsys.readouterr().out
    for word in (" ".join(row)).split():
        assert printed.split().count(word) == 2, word
    assert max(map(len, printed.splitlines())) <= int(columns)


def test_a_row_on_a_narrow_screen_is_a_list_of_what_it_holds(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "20")
    screen.table(("run", "kind", "status"), [("04a31c0eb1fc16fd", "study", "COMPLETE")])
    assert capsys.readouterr().out.split("\n")[:3] == [
        "run:                ", "04a31c0eb1fc16fd    ", "  kind: study       ",
    ]  # fmt: skip


def test_facts_on_a_narrow_screen_are_lines(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "24")
    screen.table(("", ""), [("run", "04a31c0eb1fc16fd0123"), ("files", "a, b")])
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "run:", "04a31c0eb1fc16fd0123", "files: a, b",
    ]  # fmt: skip


def test_long_sentences_wrap_between_words_where_somebody_looks(monkeypatch, capsys):
    words = "note: " + "many words " * 12
    screen.paragraph(words.strip())
    assert capsys.readouterr().out == f"{words.strip()}\n"
    monkeypatch.setenv("COLUMNS", "30")
    screen.paragraph(words.strip())
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 30
