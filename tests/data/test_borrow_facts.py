"""What can be borrowed, and at which fee, from the file of actions to the rows of a panel."""

from pathlib import Path

import pytest

from tradewright.data.catalogue import Catalogue
from tradewright.data.feeds.csv_parquet import FileOptions, read
from tradewright.values.errors import BadInput
from tradewright.values.instant import Instant, instant_of

DAYS = ("2020-01-02", "2020-01-03", "2020-01-06", "2020-01-07", "2020-01-08", "2020-01-09")


def panel_of(tmp_path: Path, *actions: str, as_of: int = 2**62, symbols: tuple[str, ...] | None = None):
    """Two symbols and these lines in the file of actions, through the catalogue."""
    place = tmp_path / "market"
    place.mkdir()
    bars = "date,open,high,low,close,volume\n" + "\n".join(f"{day},9,9,9,9,1000" for day in DAYS)
    for symbol in ("AAA", "BBB"):
        (place / f"{symbol}.csv").write_text(bars)
    said = ",known_at" * any(line.count(",") == 4 for line in actions)
    (place / "corporate_actions.csv").write_text("\n".join((f"symbol,kind,value,ex_date{said}", *actions)))
    catalogue = Catalogue(tmp_path / "catalogue")
    content = read(place, FileOptions(name="made", vendor="a test", licence="none"))
    snapshot = catalogue.commit(content, instant_of("2021-01-01"))
    catalogue.verify(snapshot)
    return catalogue.panel(snapshot, Instant(as_of), symbols)


def test_facts_stand_on_the_row_of_their_day_and_are_no_corporate_actions(tmp_path):
    lines = ("BBB,borrow,0.35,2020-01-06", "AAA,no_borrow,0,2020-01-07", "AAA,split,2,2020-01-08")
    panel = panel_of(tmp_path, *lines)
    assert panel.borrows.tolist() == [(2, 1, 1, 0.35), (3, 0, 0, 0.0)]
    assert panel.actions["row"].tolist() == [4]


def test_a_fact_from_before_the_first_row_holds_on_it(tmp_path):
    panel = panel_of(tmp_path, "AAA,no_borrow,0,2015-05-01", "AAA,borrow,0.1,2019-05-01")
    assert panel.borrows.tolist() == [(0, 0, 0, 0.0), (0, 0, 1, 0.1)]


@pytest.mark.parametrize("lines", [("borrow,0.1", "no_borrow,0"), ("no_borrow,0", "borrow,0.1")])
def test_of_facts_of_one_day_the_one_that_bars_the_name_stands(tmp_path, lines):
    panel = panel_of(tmp_path, *(f"AAA,{line},2020-01-03" for line in lines))
    assert panel.borrows["available"].tolist() == [1, 0]


def test_a_fact_from_before_the_first_bar_is_no_finding(tmp_path):
    (tmp_path / "quiet").mkdir()
    panel_of(tmp_path / "quiet", "AAA,no_borrow,0,2015-05-01")
    catalogue = Catalogue(tmp_path / "quiet" / "catalogue")
    codes = {one.code for one in catalogue.findings(catalogue.resolve("made"))}
    assert "unplaced-actions" not in codes


def test_a_fact_of_a_day_without_a_session_holds_from_the_next_one_on(tmp_path):
    assert panel_of(tmp_path, "AAA,no_borrow,0,2020-01-04").borrows["row"].tolist() == [2]


def test_a_fact_after_the_last_row_has_nothing_to_say(tmp_path):
    assert len(panel_of(tmp_path, "AAA,no_borrow,0,2020-02-04").borrows) == 0


def test_nobody_knows_a_fact_before_it_was_said(tmp_path):
    lines = ("AAA,no_borrow,0,2020-01-06,2020-01-08",)
    for name, hours, known in (("early", 44, 0), ("late", 70, 1)):
        (place := tmp_path / name).mkdir()
        as_of = int(instant_of("2020-01-06")) + hours * 3_600 * 10**9
        assert len(panel_of(place, *lines, as_of=as_of).borrows) == known


def test_facts_of_symbols_that_nobody_asked_for_are_left_out(tmp_path):
    lines = ("AAA,no_borrow,0,2020-01-03", "BBB,borrow,0.5,2020-01-06")
    assert panel_of(tmp_path, *lines, symbols=("BBB",)).borrows.tolist() == [(2, 0, 1, 0.5)]


@pytest.mark.parametrize("line", ["AAA,borrow,-0.1,2020-01-03", "AAA,borrow,nan,2020-01-03"])
def test_a_fee_that_cannot_be_is_refused_with_its_line(tmp_path, line):
    with pytest.raises(BadInput, match="line 2"):
        panel_of(tmp_path, line)


def test_a_kind_that_is_misspelt_is_refused_with_those_there_are(tmp_path):
    with pytest.raises(BadInput, match=r"'borow' is no kind of action\. It is one of .*borrow, no_borrow"):
        panel_of(tmp_path, "AAA,borow,0.1,2020-01-03")
