"""The made dataset: tables as a vendor would deliver them, known in time, with its truth and its caveats."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace

import polars as pl
import pytest

from tradewright.data.content import DatasetContent
from tradewright.data.synthetic.make import make, month_starts, symbols_of
from tradewright.data.synthetic.options import PLANTED, SyntheticOptions
from tradewright.data.synthetic.portfolios import DEFINITIONS
from tradewright.values.errors import InvalidOption, UnknownName
from tradewright.values.provenance import Origin

OPTIONS = SyntheticOptions(
    seed=6, names=15, first="2014-01-02", last="2018-12-31", edge="momentum", edge_sharpe=1.0,
    split_above_usd=80.0, delisting_rate=0.08, late_share=0.3,
)  # fmt: skip


@pytest.fixture(scope="module")
def content() -> DatasetContent:
    return make(OPTIONS)


def digest(content: DatasetContent) -> str:
    """A hash of everything the dataset holds."""
    tables = (content.bars, content.actions, content.listings, content.sessions)
    text = "".join(table.write_csv() for table in tables) + json.dumps(content.truth)
    return hashlib.sha256(text.encode()).hexdigest()


def test_bars_come_symbol_by_symbol_in_time_without_doubles(content: DatasetContent):
    keys = content.bars.select("symbol", "known_at")
    assert keys.equals(keys.sort("symbol", "known_at"))
    assert not keys.is_duplicated().any()
    assert content.symbols == symbols_of(OPTIONS)


def test_every_bar_is_a_session_of_the_exchange_known_at_its_close(content: DatasetContent):
    joined = content.bars.join(
        content.sessions, left_on=["opens_at", "known_at"], right_on=["opens_at", "closes_at"], how="left"
    )
    assert joined["session"].null_count() == 0
    half_day = content.sessions.filter(pl.col("session") == pl.date(2015, 11, 27))
    assert (half_day["closes_at"] - half_day["opens_at"]).to_list() == [int(3.5 * 3600e9)]


def test_no_price_is_missing_negative_or_out_of_bounds(content: DatasetContent):
    bars = content.bars
    assert bars.null_count().sum_horizontal().item() == 0
    assert bars.filter(
        pl.any_horizontal(pl.col("open", "high", "low", "close", "volume").is_nan())
    ).is_empty()
    broken = bars.filter(
        (pl.col("low") > pl.min_horizontal("open", "close"))
        | (pl.col("high") < pl.max_horizontal("open", "close"))
        | (pl.col("low") <= 0)
        | (pl.col("volume") < 1)
    )
    assert broken.is_empty()


def test_prices_are_whole_ticks(content: DatasetContent):
    prices = content.bars.filter(pl.col("close") >= 1.0)["close"]
    assert (prices == prices.round(2)).all()


def test_all_three_kinds_of_action_happen(content: DatasetContent):
    assert set(content.actions["kind"].unique()) == {"split", "dividend", "delisting"}


def test_splits_and_dividends_are_known_weeks_before_they_act(content: DatasetContent):
    opens = content.sessions.select(pl.col("session").alias("ex_date"), "opens_at")
    acts = content.actions.join(opens, on="ex_date", how="left")
    assert acts["opens_at"].null_count() == 0
    planned = acts.filter(pl.col("kind") != "delisting")
    assert ((planned["opens_at"] - planned["known_at"]) > int(14 * 86_400e9)).all()
    assert (acts["known_at"] < acts["opens_at"]).all()


def test_a_delisting_is_news_after_the_last_close_and_acts_on_the_next_session(content: DatasetContent):
    gone = content.actions.filter(pl.col("kind") == "delisting")
    last_bar = content.bars.group_by("symbol").agg(pl.col("known_at").max().alias("last_close"))
    told = gone.join(last_bar, on="symbol").join(content.listings, on="symbol")
    assert len(told) == len(gone) > 0
    assert (told["known_at"] > told["last_close"]).all()
    assert (told["ex_date"] > told["last_date"]).all()
    assert told["value"].is_between(0.0, 1.0).all()


def test_listings_say_when_each_name_traded(content: DatasetContent):
    zone = pl.col("known_at").cast(pl.Datetime("ns", "UTC")).dt.convert_time_zone(content.time_zone).dt.date()
    seen = content.bars.group_by("symbol").agg(zone.min().alias("first"), zone.max().alias("last"))
    told = content.listings.join(seen, on="symbol")
    ended = content.sessions["session"].max()
    assert len(told) == OPTIONS.names
    assert (told["first"] == told["first_date"]).all()
    assert (told["last"] == told["last_date"].fill_null(ended)).all()
    assert (told["first_date"] > content.sessions["session"].min()).any()


def test_names_that_left_have_a_delisting_and_those_that_stay_have_none(content: DatasetContent):
    gone = content.actions.filter(pl.col("kind") == "delisting")["symbol"].sort()
    assert gone.to_list() == content.listings.drop_nulls("last_date")["symbol"].sort().to_list()


def test_the_truth_is_plain_json_and_names_the_edge_its_strength_and_its_definition(content: DatasetContent):
    truth = json.loads(json.dumps(content.truth, allow_nan=False))
    assert truth == content.truth
    assert truth["edge"] == "momentum"
    assert truth["true_sharpe"] == pytest.approx(1.0, rel=0.01)
    assert truth["true_sharpe"] == truth["portfolios"]["reference"]["true_sharpe"]
    assert "gross of costs" in truth["definition"]
    assert set(truth["portfolios"]) == set(DEFINITIONS)
    assert truth["amplitude"] > 0
    assert truth["options"]["seed"] == truth["seed"] == 6


def test_the_options_in_the_truth_make_the_same_market_again(content: DatasetContent):
    assert digest(make(SyntheticOptions(**content.truth["options"]))) == digest(content)


def test_the_path_of_regimes_covers_every_session_once(content: DatasetContent):
    regimes = content.truth["regimes"]
    days = [str(day) for day in content.sessions["session"]]
    covered = [
        day
        for part in regimes["path"]
        for day in days[days.index(part["first"]) : days.index(part["last"]) + 1]
    ]
    assert covered == days
    assert all(sum(row) == pytest.approx(1.0) for row in regimes["transition"])
    assert sum(regimes["shares"]) == pytest.approx(1.0)


def test_provenance_says_that_it_is_made_and_that_finding_the_edge_is_no_discovery(content: DatasetContent):
    assert content.provenance.origin is Origin.SYNTHETIC
    assert content.provenance.vendor == "tradewright synthetic market"
    assert content.provenance.survivors_only is False
    words = " ".join(content.provenance.caveats)
    assert "nobody ever traded" in words
    assert "no discovery" in words


def test_a_market_without_an_edge_says_so():
    plain = make(replace(OPTIONS, edge="none", edge_sharpe=0.0, last="2014-06-30"))
    assert "No edge between names is planted." in plain.provenance.caveats
    assert abs(plain.truth["true_sharpe"]) < 0.01


def test_the_same_options_give_the_same_bytes_whatever_the_hash_seed(content: DatasetContent):
    code = (
        "import hashlib, json\n"
        "from tradewright.data.synthetic.make import make\n"
        "from tradewright.data.synthetic.options import options_of\n"
        f"content = make(options_of({content.truth['options']!r}))\n"
        "tables = (content.bars, content.actions, content.listings, content.sessions)\n"
        "text = ''.join(table.write_csv() for table in tables) + json.dumps(content.truth)\n"
        "print(hashlib.sha256(text.encode()).hexdigest())\n"
    )
    for hash_seed in ("0", "random"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "POLARS_MAX_THREADS": "1"}
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
        )
        assert done.stdout.strip() == digest(content)


def test_months_start_on_their_first_session(content: DatasetContent):
    starts = content.sessions["session"].gather(month_starts(content.sessions)).to_list()
    assert [str(day) for day in starts[:3]] == ["2014-02-03", "2014-03-03", "2014-04-01"]
    assert len(starts) == 59


def test_another_exchange_has_its_own_sessions():
    london = make(replace(OPTIONS, calendar="XLON", last="2014-06-30"))
    assert london.time_zone == "Europe/London"
    assert str(london.sessions["session"][0]) == "2014-01-02"


def test_a_calendar_that_is_none_gets_the_nearest_one():
    with pytest.raises(UnknownName, match="XNYS"):
        make(replace(OPTIONS, calendar="XNYZ"))


def test_a_span_of_holidays_is_too_short():
    with pytest.raises(InvalidOption, match="holds 19 sessions"):
        make(replace(OPTIONS, first="2014-12-20", last="2015-01-20", edge="none", edge_sharpe=0.0))


def test_the_planted_example_shows_about_its_truth():
    truth = make(PLANTED).truth
    for told in truth["portfolios"].values():
        assert abs(told["path_sharpe"] - told["true_sharpe"]) < 0.25
