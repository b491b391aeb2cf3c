"""The law on features that are a user's own function or expression, alone and with formulas built on them."""

import feature_law as law
import numpy as np
import polars as pl
import pytest
from feature_bars import MARKETS, bars_of

from tradewright.features.expression import CLOSE
from tradewright.features.feature_set import FeatureSet
from tradewright.features.operations import exponential, mean
from tradewright.features.windowed import from_polars, windowed

ROWS = 130


@windowed(window=12, inputs=("close", "volume"))
def dearness(close, volume):
    """How far the close lies from the volume-weighted price of twelve bars."""
    return close[-1] / ((close * volume).sum(axis=0) / volume.sum(axis=0)) - 1.0


RANK = from_polars("rank_in_time", pl.col("close").rank() / pl.len(), 9)
SHARE = from_polars("share_of_rises", (pl.col("close").diff() > 0).mean(), 15)
OWN = FeatureSet([dearness, RANK, SHARE])
MIXED = FeatureSet(
    {
        "smoothed": mean(dearness.formula(), 5),
        "raw": dearness,
        "spread": exponential(RANK.formula(), 4) - CLOSE / mean(CLOSE, 20),
    }
)


@pytest.fixture(params=["own", "mixed"])
def features(request) -> FeatureSet:
    return OWN if request.param == "own" else MIXED


@pytest.mark.parametrize("market", MARKETS)
def test_it_streams_and_restarts_with_the_bits_of_the_batch(features, market):
    with np.errstate(all="ignore"):
        law.must_stream_as_it_batches(features, bars_of(market, ROWS))
        law.must_go_on_from_a_kept_state(features, bars_of(market, ROWS), 71)


@pytest.mark.parametrize("cut", [0, 5, 60, 129])
def test_later_rows_change_nothing(features, cut):
    with np.errstate(all="ignore"):
        law.must_not_see_the_future(features, bars_of("torn", ROWS), cut)


def test_its_declared_window_is_what_it_needs(features):
    law.must_first_speak_at_its_lookback(features, bars_of("calm", ROWS))
    law.must_need_no_more_than_its_reach(features, bars_of("calm", ROWS), 120)


def test_it_follows_the_unit_of_prices_and_the_order_of_symbols():
    law.must_not_lean_on_the_order_of_symbols(OWN, bars_of("torn", ROWS), [3, 1, 5, 0, 2, 4])
    law.must_follow_the_unit_of_prices(OWN, bars_of("calm", ROWS), [1, -2, 3, 0, 5, 2])
