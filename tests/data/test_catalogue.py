"""Snapshots: what goes in comes out, under a name that means these exact values for ever."""

import dataclasses
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tradewright.data.catalogue import Catalogue
from tradewright.data.content import BARS, SESSIONS, DatasetContent, empty
from tradewright.values.errors import BadInput, NotFound, StorageFailure
from tradewright.values.findings import Finding, Level
from tradewright.values.instant import Instant
from tradewright.values.provenance import Origin, Provenance

ALWAYS = Instant(2**62)
NOW = Instant(1_700_000_000_000_000_000)


@pytest.fixture
def catalogue(tmp_path) -> Catalogue:
    return Catalogue(tmp_path / "catalogue")


@pytest.fixture
def small(bars_of, content_of) -> DatasetContent:
    return content_of(pl.concat([bars_of("AAA"), bars_of("BBB")]))


def test_a_snapshot_says_what_it_holds(catalogue, small) -> None:
    made = catalogue.commit(small, NOW)
    assert (made.dataset, made.ingested_at, made.calendar) == ("small", NOW, "XNYS")
    assert (made.symbols, made.rows) == (("AAA", "BBB"), 300)
    assert (made.first, made.last) == ("1998-01-02", "1998-08-06")
    assert made.provenance == small.provenance


def test_another_process_would_read_the_same_snapshot(catalogue, small) -> None:
    made = catalogue.commit(small, NOW)
    other = Catalogue(catalogue.root)
    assert other.resolve("small") == made
    assert other.resolve(made.id) == other.resolve(made.id[:6]) == made


def test_bars_come_back_bit_for_bit(catalogue, small) -> None:
    panel = catalogue.panel(catalogue.commit(small, NOW), ALWAYS)
    mine = small.bars.filter(pl.col("symbol") == "BBB")
    for name in ("open", "high", "low", "close", "volume"):
        np.testing.assert_array_equal(getattr(panel, name)[:, 1], mine[name].to_numpy())
    np.testing.assert_array_equal(panel.opens_at, mine["opens_at"].to_numpy())


def test_the_panel_has_nothing_known_after_as_of(catalogue, small) -> None:
    made = catalogue.commit(small, NOW)
    as_of = Instant(small.bars["known_at"][20])
    assert catalogue.panel(made, as_of).instants.max() == as_of


def test_the_same_content_is_stored_once_under_one_id(catalogue, small) -> None:
    first = catalogue.commit(small, NOW)
    again = catalogue.commit(small, Instant(NOW + 1))
    assert again == first
    assert len(catalogue.snapshots()) == 1


def test_going_back_to_earlier_content_makes_it_the_latest_again(catalogue, small) -> None:
    first = catalogue.commit(small, NOW)
    other = dataclasses.replace(small, bars=small.bars.with_columns(pl.col("close") * 1.001))
    second = catalogue.commit(other, Instant(NOW + 1))
    again = catalogue.commit(small, Instant(NOW + 2))
    assert again.id == first.id
    for reader in (catalogue, Catalogue(catalogue.root)):
        assert reader.resolve("small").id == first.id
        assert [one.id for one in reader.snapshots()] == [first.id, second.id]
        reader.verify(reader.resolve("small"))


def test_rows_in_another_order_are_the_same_content_but_for_the_finding(catalogue, small) -> None:
    """Symbol blocks may stand in any order; within one, disorder is a finding, so it is not the same."""
    blocks = dataclasses.replace(small, bars=pl.concat(small.bars.partition_by("symbol")[::-1]))
    turned = dataclasses.replace(small, bars=small.bars.reverse())
    made = catalogue.commit(small, NOW)
    assert catalogue.commit(blocks, NOW).id == made.id
    assert catalogue.commit(turned, NOW).id != made.id


@pytest.mark.parametrize(
    "change",
    [
        lambda c: {"bars": c.bars.with_columns(pl.col("close") * (1 + 1e-15))},
        lambda c: {"name": "other"},
        lambda c: {"provenance": Provenance(Origin.SYNTHETIC, "a test", "none")},
        lambda c: {"truth": {"sharpe": 1.0}},
        lambda c: {"time_zone": "Europe/Berlin"},
    ],
    ids=["a last digit", "the name", "the origin", "the truth", "the time zone"],
)
def test_anything_that_changes_makes_another_snapshot(catalogue, small, change) -> None:
    made = catalogue.commit(small, NOW)
    other = catalogue.commit(dataclasses.replace(small, **change(small)), NOW)
    assert other.id != made.id


def test_a_dataset_name_means_its_latest_snapshot_and_old_ones_stay(catalogue, small) -> None:
    old = catalogue.commit(small, NOW)
    changed = dataclasses.replace(small, bars=small.bars.with_columns(pl.col("close") + 0.01))
    new = catalogue.commit(changed, Instant(NOW + 1))
    assert catalogue.resolve("small") == new
    assert catalogue.snapshots("small") == [new, old]
    assert catalogue.panel(old, ALWAYS).close[0, 0] == small.bars["close"][0]
    for made in (old, new):
        catalogue.verify(made)


def test_truth_provenance_and_findings_travel_with_the_data(catalogue, small) -> None:
    given = Provenance(Origin.SYNTHETIC, "a seed", "Apache-2.0", ("made up",), True)
    seen = Finding("few-rows", Level.NOTE, "AAA", "the feed says so", 3, "1998-01-02")
    truth = {"sharpe": np.float64(1.5), "weights": np.array([1.0, 2.0]), "nested": {"a": [1, None]}}
    content = dataclasses.replace(small, provenance=given, truth=truth, findings=(seen,))
    made = Catalogue(catalogue.root).commit(content, NOW)
    assert catalogue.truth(made) == {"sharpe": 1.5, "weights": [1.0, 2.0], "nested": {"a": [1, None]}}
    assert catalogue.resolve("small").provenance == given
    assert seen in catalogue.findings(made)
    catalogue.verify(made)


def test_real_data_has_no_truth(catalogue, small) -> None:
    assert catalogue.truth(catalogue.commit(small, NOW)) is None


def test_the_quality_report_is_made_at_ingest_and_kept(catalogue, bars_of, content_of) -> None:
    bad = bars_of().with_columns(volume=pl.lit(-1.0))
    made = catalogue.commit(content_of(bad), NOW)
    assert [(f.code, f.level) for f in Catalogue(catalogue.root).findings(made)] == [
        ("negative-volume", Level.ERROR)
    ]


def test_a_dataset_without_bars_is_refused(catalogue, content_of) -> None:
    with pytest.raises(BadInput, match="has no bars"):
        catalogue.commit(content_of(empty(BARS), sessions=empty(SESSIONS)), NOW)
    assert catalogue.snapshots() == []


def test_an_empty_catalogue_has_no_snapshots_and_makes_no_folder(catalogue) -> None:
    assert catalogue.snapshots() == []
    assert not catalogue.root.exists()
    with pytest.raises(
        NotFound, match=r"no dataset or snapshot 'small'. None yet: see tradewright data ingest"
    ):
        catalogue.resolve("small")


def test_a_misspelt_dataset_gets_the_nearest_one(catalogue, small) -> None:
    catalogue.commit(small, NOW)
    with pytest.raises(NotFound, match=r"'smal'. Did you mean 'small'"):
        catalogue.resolve("smal")


def test_tables_with_agreed_columns_only(small) -> None:
    with pytest.raises(ValueError, match="bars of 'small' has"):
        dataclasses.replace(small, bars=small.bars.drop("volume"))


@pytest.mark.parametrize("table", ["bars", "sessions", "snapshots"])
def test_a_damaged_file_is_named(catalogue, small, table: str) -> None:
    made = catalogue.commit(small, NOW)
    path = next((catalogue.root / table).rglob("*.parquet"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))
    with pytest.raises(StorageFailure, match=f"{table}.*damaged"):
        Catalogue(catalogue.root).panel(made, ALWAYS)


def test_a_missing_file_is_named(catalogue, small) -> None:
    made = catalogue.commit(small, NOW)
    path = next((catalogue.root / "bars").rglob("*.parquet"))
    path.unlink()
    with pytest.raises(StorageFailure, match=rf"{path} cannot be read: no such file"):
        catalogue.panel(made, ALWAYS)


def test_verify_recomputes_the_name_from_what_is_stored(catalogue, small) -> None:
    made = catalogue.commit(small, NOW)
    record = catalogue._known[made.id]
    renamed = type(record)(
        **{**{f: getattr(record, f) for f in record.__struct_fields__}, "dataset": "other"}
    )
    catalogue._known[made.id] = renamed
    with pytest.raises(StorageFailure, match="now hashes to"):
        catalogue.verify(made)


def test_a_catalogue_that_cannot_be_made_is_one_readable_line(tmp_path, small) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    with pytest.raises(StorageFailure, match=r"could not write to .*not a directory") as caught:
        Catalogue(in_the_way / "catalogue").commit(small, NOW)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("folder", ["with blanks", "grün", "a#b?c", "rel/../same"])
def test_the_folder_may_have_any_name(tmp_path, small, folder: str) -> None:
    (tmp_path / "rel").mkdir()
    root = tmp_path / folder / "catalogue"
    made = Catalogue(root).commit(small, NOW)
    assert Catalogue(root).panel(made, ALWAYS).shape == (150, 2)


def test_a_relative_folder_is_the_same_catalogue(tmp_path, small, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = Catalogue(Path("here")).commit(small, NOW)
    assert Catalogue(tmp_path / "here").snapshots() == [made]


def test_a_percent_sign_in_the_folder_is_refused_with_the_reason(tmp_path, small) -> None:
    with pytest.raises(StorageFailure, match="has a percent sign"):
        Catalogue(tmp_path / "a%20b").commit(small, NOW)
    assert list(tmp_path.iterdir()) == []


def test_reading_a_panel_loads_no_pandas_and_no_calendar(catalogue, small) -> None:
    """What a run waits for before its first bar: these libraries would add a second."""
    catalogue.commit(small, NOW)
    code = (
        "import sys; from pathlib import Path; from tradewright.data.catalogue import Catalogue; "
        f"c = Catalogue(Path({str(catalogue.root)!r})); c.panel(c.resolve('small'), 2**62); "
        "print(*({'pandas', 'exchange_calendars', 'skfolio', 'scipy', 'numba'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")
