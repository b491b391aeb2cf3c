"""What a try earned stays readable: in the ledger, in both stores, under a name that is its own hash."""

import json

import numpy as np
import pytest
from ledger_stores import InSqlite

from tradewright.research.result_series import Earned, name_of, named_in, pressed, told, unpressed
from tradewright.research.trials import Event, Kind, TrialLedger
from tradewright.values.errors import StorageFailure
from tradewright.values.instant import Instant

NOW = Instant(1_700_000_000_000_000_000)
RETURNS = np.append(np.random.default_rng(4).normal(0.0, 0.01, 1_999), np.nan)
INSTANTS = np.arange(2_001) * 86_400 * 10**9
BODY, CONTENTS = told(Earned(RETURNS, float("nan")), INSTANTS, "USD", 2)
NAMED = named_in({"series": BODY})


@pytest.fixture
def kept(store):
    """A ledger with one trial that left its series, and where it is kept."""
    ledger = TrialLedger(store.rows())
    ledger.register("h", "Something is true.", "study-1", NOW)
    ledger.end([Event(NOW, Kind.FINISHED, "h", "study-1", "a")], CONTENTS)
    return store, ledger


def test_a_series_comes_back_to_the_last_bit(kept):
    _, ledger = kept
    returns, instants = ledger.series([NAMED.returns, NAMED.instants])
    assert np.frombuffer(returns, "<f8").tobytes() == RETURNS.tobytes()
    np.testing.assert_array_equal(np.frombuffer(instants, "<i8"), INSTANTS)
    assert np.isnan(NAMED.exposure)
    assert NAMED.since == INSTANTS[2]


def test_the_same_series_again_is_kept_once_and_changes_nothing(kept):
    store, ledger = kept
    ledger.end([Event(NOW, Kind.FINISHED, "h", "study-1", "b")], CONTENTS)
    with store.rows().reading() as run:
        assert run("SELECT count(*) FROM series", ())[0][0] == 2
    assert ledger.verify() == 3


def test_pressing_loses_no_bit_and_saves_some():
    content = RETURNS.tobytes()
    assert unpressed(pressed(content)) == content
    assert len(pressed(content)) < 0.93 * len(content)
    assert len(pressed(INSTANTS.tobytes())) < 0.25 * len(INSTANTS.tobytes())


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("DELETE FROM series", "is gone from the trial ledger"),
        (
            f"UPDATE series SET content = (SELECT content FROM series WHERE name <> '{BODY['returns']}')",
            "changed",
        ),
    ],
)
def test_a_series_that_was_lost_or_exchanged_is_named(kept, sql, words):
    store, ledger = kept
    store.edit(sql)
    with pytest.raises(StorageFailure, match=words) as caught:
        list(ledger.series([NAMED.returns]))
    assert NAMED.returns[:12] in str(caught.value)


def test_a_series_whose_bytes_cannot_be_read_was_changed(kept):
    _, ledger = kept
    assert name_of(b"") != NAMED.returns
    with pytest.raises(StorageFailure, match="changed"):
        ledger._content(NAMED.returns, b"no such thing")


@pytest.mark.parametrize("sql", ["UPDATE series SET name = 'z'", "DELETE FROM series"])
def test_series_cannot_be_changed_or_deleted_through_the_front_door(kept, sql):
    store, ledger = kept
    with pytest.raises(StorageFailure, match="append-only"):
        store.say(sql)
    assert len(list(ledger.series([NAMED.returns]))) == 1


def test_a_ledger_whose_series_was_lost_is_not_opened(kept):
    store, ledger = kept
    ledger.end([Event(NOW, Kind.FINISHED, "h", "study-1", "c", json.dumps({"series": BODY}))], CONTENTS)
    assert TrialLedger(store.rows()).verify() == 3
    store.edit(f"DELETE FROM series WHERE name = '{NAMED.returns}'")
    with pytest.raises(StorageFailure, match="is gone from the trial ledger"):
        TrialLedger(store.rows())


def test_no_row_and_no_series_is_replaced_by_another_insert(tmp_path):
    place = InSqlite(tmp_path)
    TrialLedger(place.rows()).register("h", "Something is true.", "study-1", NOW)
    TrialLedger(place.rows()).end([], CONTENTS)
    for table, key in (("series", "name"), ("events", "seq")):
        with pytest.raises(StorageFailure, match="append-only"):
            place.say(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} ORDER BY {key} LIMIT 1")


def test_a_ledger_of_a_version_without_series_still_opens_and_takes_some(kept):
    store, _ = kept
    store.edit("DROP TABLE series")
    ledger = TrialLedger(store.rows())
    assert ledger.verify() == 2
    ledger.end([Event(NOW, Kind.FINISHED, "h", "study-1", "b")], CONTENTS)
    assert len(list(ledger.series([NAMED.returns]))) == 1
    assert named_in({"sharpe_a_year": 0.5}) is None
