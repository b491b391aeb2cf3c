"""The history that comes with a package, and everything a reader must be told about it."""

import sys

import numpy as np
import pytest

from tradewright.data.feeds import packaged
from tradewright.data.quality import inspect
from tradewright.values.errors import Failure, UnknownName
from tradewright.values.findings import Level
from tradewright.values.instant import instant_of


@pytest.fixture(scope="module")
def stocks():
    pytest.importorskip("skfolio", reason="the extra [research] is not installed")
    return packaged.read("sp500-20")


def test_twenty_stocks_on_every_session_from_1990_to_2022(stocks) -> None:
    assert len(stocks.symbols) == 20
    assert stocks.bars.shape[0] == 20 * 8313
    assert stocks.bars["known_at"].min() == instant_of("1990-01-02T21:00Z")
    assert stocks.bars["known_at"].max() == instant_of("2022-12-28T21:00Z")
    assert stocks.sessions.height == 8313


def test_only_closes_are_known(stocks) -> None:
    assert stocks.bars["close"].is_finite().all()
    for column in ("open", "high", "low", "volume"):
        assert np.isnan(stocks.bars[column].to_numpy()).all()


def test_what_a_reader_must_know_is_in_the_provenance(stocks) -> None:
    told = " ".join(stocks.provenance.caveats)
    for word in ("Survivors", "Adjusted", "Closes only"):
        assert word in told
    assert stocks.provenance.survivors_only is True
    assert stocks.provenance.licence.startswith("BSD-3-Clause")


def test_its_prices_look_adjusted_and_nothing_blocks_a_run(stocks) -> None:
    findings = inspect(stocks)
    assert "adjusted-looking-prices" in {f.code for f in findings}
    assert [f for f in findings if f.level is Level.ERROR] == []


def test_the_index_is_a_dataset_of_its_own() -> None:
    pytest.importorskip("skfolio", reason="the extra [research] is not installed")
    index = packaged.read("sp500-index")
    assert index.symbols == ("SP500",)
    assert index.bars["close"][0] == 359.69
    assert "dividends are not in it" in index.provenance.caveats[0]


def test_a_misspelt_name_gets_the_nearest_one() -> None:
    with pytest.raises(UnknownName, match=r"'sp500-2' is not a packaged dataset. Did you mean 'sp500-20'"):
        packaged.read("sp500-2")


def test_without_the_package_the_extra_is_named(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "skfolio.datasets", None)
    with pytest.raises(
        Failure, match=r"needs skfolio, which is not installed. Install the extra: .*\[research\]"
    ):
        packaged.read("sp500-20")
