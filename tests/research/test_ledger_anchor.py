"""The anchor: rows cut off the ledger's very end show, and so does a ledger that is gone."""

import pytest
from ledger_stores import opened

from tradewright.research.ledger_anchor import LedgerAnchor
from tradewright.research.trials import TrialLedger
from tradewright.runs.manifest import LedgerMark
from tradewright.values.errors import StorageFailure
from tradewright.values.instant import Instant

NOW = Instant(1_700_000_000_000_000_000)


@pytest.fixture
def anchor(tmp_path):
    return tmp_path / "ledger-anchor.json"


@pytest.fixture
def ledger(store, anchor):
    ledger = TrialLedger(store.rows(), anchor)
    ledger.register("h", "Something is true.", "study-1", NOW)
    ledger.start("h", "study-1", ["a", "b", "c"], NOW)
    return ledger


def test_the_anchor_follows_the_ledger(ledger, anchor):
    assert LedgerAnchor(anchor).seen() == ledger.mark()
    ledger.start("h", "study-1", ["d"], NOW)
    assert LedgerAnchor(anchor).seen() == ledger.mark() == LedgerMark(5, ledger.mark().head)


def test_an_empty_ledger_leaves_no_anchor(store, anchor):
    TrialLedger(store.rows(), anchor)
    assert not anchor.exists()


def test_rows_cut_off_the_very_end_are_named(ledger, store, anchor):
    store.edit("DELETE FROM events WHERE seq > 2")
    assert opened(store.place).verify() == 2
    with pytest.raises(StorageFailure, match="was cut: 4 rows were in it, 2 are left"):
        opened(store.place, anchor)


def test_one_row_cut_off_is_enough(ledger, store, anchor):
    store.edit("DELETE FROM events WHERE seq > 3")
    with pytest.raises(StorageFailure, match="4 rows were in it, 3 are left"):
        ledger.verify()


def test_a_ledger_that_is_gone_does_not_begin_anew_in_silence(ledger, store, anchor):
    store.edit("DELETE FROM events")
    with pytest.raises(StorageFailure, match=r"is gone: 4 rows were in it.*Restore it from a backup"):
        opened(store.place, anchor)


def test_a_ledger_that_grew_past_the_cut_is_another_one(ledger, store, anchor):
    store.edit("DELETE FROM events WHERE seq > 2")
    other = opened(store.place)
    other.start("h", "study-1", ["x", "y", "z"], NOW)
    with pytest.raises(StorageFailure, match="another one than before: its row 4 differs"):
        opened(store.place, anchor)


def test_who_begins_anew_must_take_the_anchor_away(ledger, store, anchor):
    store.edit("DELETE FROM events")
    anchor.unlink()
    assert opened(store.place, anchor).count("h") == 0


def test_an_anchor_that_lags_behind_accuses_nobody(ledger, store, anchor):
    """A process killed between the rows and the anchor leaves it behind."""
    before = anchor.read_text()
    ledger.start("h", "study-1", ["d"], NOW)
    anchor.write_text(before)
    assert opened(store.place, anchor).verify() == 5


def test_a_shorter_ledger_never_moves_the_anchor_back(ledger, anchor):
    LedgerAnchor(anchor).move(LedgerMark(1, "x"))
    assert LedgerAnchor(anchor).seen() == ledger.mark()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"rows": "many"}'])
def test_an_anchor_that_cannot_be_read_is_refused(ledger, store, anchor, content):
    anchor.write_bytes(content)
    with pytest.raises(StorageFailure, match=r"anchor.*cannot be read"):
        opened(store.place, anchor)


def test_an_anchor_that_cannot_be_written_is_a_storage_failure(tmp_path):
    with pytest.raises(StorageFailure, match="cannot be written"):
        LedgerAnchor(tmp_path / "absent" / "anchor.json").move(LedgerMark(1, "x"))
