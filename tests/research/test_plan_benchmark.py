"""What a study is held against must be there, be sound, and be held as long as it can be."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from study_files import STUDY
from workspaces import START, Workspace

from tradewright.data.content import BARS, DatasetContent
from tradewright.data.synthetic.make import make
from tradewright.data.synthetic.options import options_of
from tradewright.research.plan import living, prepare
from tradewright.research.study import parse
from tradewright.validation.benchmark import equal_weight_returns
from tradewright.values.errors import Blocked, InvalidOption
from tradewright.values.panel import DELISTING, Panel, action_dtype
from tradewright.values.provenance import Origin, Provenance

MADE = {"seed": 5, "names": 6, "sectors": 2, "first": "2015-01-01", "last": "2017-06-30"}
INDEX = '[benchmark]\nkind = "dataset"\ndataset = "index"\n'


@pytest.fixture
def workspace(tmp_path):
    own = Workspace(tmp_path)
    own.made = own.catalogue.commit(make(options_of({"name": "made", **MADE})), START)
    return own


def planned(workspace, text: str):
    return prepare(parse(text, "study.toml"), workspace.shelf(pins={"made": workspace.made.id}))


def index_of(first: str, days: int, crash_on: int = -1) -> DatasetContent:
    """One instrument, a bar each day at 21:00 UTC; on one day it falls to a seventh for good."""
    noon = datetime.fromisoformat(f"{first}T21:00").replace(tzinfo=UTC)
    known = [int((noon + timedelta(days=day)).timestamp()) * 10**9 for day in range(days)]
    close = 100.0 * np.exp(0.001 * np.sin(np.arange(days)))
    close[crash_on if crash_on >= 0 else days :] /= 7.0
    bars = pl.DataFrame(
        {"symbol": ["IDX"] * days, "opens_at": [at - 1 for at in known], "known_at": known}
        | dict.fromkeys(("open", "high", "low", "close"), close)
        | {"volume": np.full(days, 1e6)}
    )
    return DatasetContent("index", Provenance(Origin.REAL, "own", "own"), "24/7", bars.cast(BARS))


@pytest.mark.parametrize(
    ("first", "days", "span"),
    [
        ("2020-01-01", 100, "on no day"),
        ("2016-06-01", 500, "from 2016-06-01 to 2017-06-30"),
        ("2014-01-01", 900, "from 2014-01-01 to 2016-06-18"),
    ],
)
def test_a_benchmark_that_does_not_cover_the_figures_is_refused(workspace, first, days, span):
    workspace.catalogue.commit(index_of(first, days), START)
    with pytest.raises(InvalidOption, match=f"is known {span}; the study's figures run from 2015-"):
        planned(workspace, STUDY + INDEX)


def test_a_benchmark_that_begins_during_the_warm_up_will_do(workspace):
    workspace.catalogue.commit(index_of("2015-02-01", 1200), START)
    assert len(planned(workspace, STUDY + INDEX).market) > 0


def test_an_error_in_the_benchmarks_data_blocks_and_its_waiver_shows(workspace):
    workspace.catalogue.commit(index_of("2014-01-01", 1500, crash_on=700), START)
    with pytest.raises(Blocked, match=r"unexplained-jump\. First: IDX benchmark: "):
        planned(workspace, STUDY + INDEX)
    waiver = '[[waivers]]\ncode = "unexplained-jump"\nreason = "the fall was real"\n'
    shown = [one for one in planned(workspace, STUDY + INDEX + waiver).findings if one.symbol == "IDX"]
    assert "unexplained-jump" in {one.code for one in shown}


def test_a_benchmark_of_the_studys_own_data_is_not_reported_twice(workspace):
    own = '[benchmark]\nkind = "dataset"\ndataset = "made"\nsymbol = "SYN0001"\n'
    assert planned(workspace, STUDY + own).findings == planned(workspace, STUDY).findings


def test_who_holds_all_names_holds_no_dead_one():
    """Two names, one delisted at its last price: from then on the other one is the whole market."""
    bars = 6
    close = np.array([[100.0, 50.0]] * bars)
    close[:, 0] = 100.0 * 1.1 ** np.arange(bars)
    close[3:, 1] = np.nan
    instants = np.arange(bars, dtype=np.int64)
    columns = [close.copy() for _ in range(5)]
    gone = np.array([(3, 1, DELISTING, 1.0)], dtype=action_dtype)
    panel = Panel(instants, instants.copy(), ("A", "B"), *columns, gone)
    assert equal_weight_returns(living(panel)) == pytest.approx([0.05, 0.05, 0.05, 0.1, 0.1])


def test_what_a_delisting_paid_counts_on_its_row(workspace):
    plan = planned(workspace, STUDY)
    growth = living(plan.panel)
    for act in plan.panel.actions[plan.panel.actions["kind"] == DELISTING]:
        assert np.isfinite(growth[act["row"], act["asset"]])


def test_the_day_before_the_period_is_not_in_it_though_its_bar_is_known_at_midnight(workspace):
    daily = index_of("2015-01-01", 400)
    three_hours = 3 * 3600 * 10**9
    bars = daily.bars.with_columns(pl.col("opens_at", "known_at") + three_hours)
    workspace.catalogue.commit(replace(daily, name="coins", bars=bars), START)
    text = STUDY[: STUDY.index("[data]")] + '[data]\ndataset = "coins"\n'
    text += "[period]\nstart = 2015-03-02\nend = 2015-08-31\n"
    text += '[strategy]\nname = "buy_and_hold"\n'
    panel = planned(workspace, text).panel
    # March 2 is known when March 3 begins, and August 31 when September 1 does.
    midnight = datetime(2015, 3, 3, tzinfo=UTC), datetime(2015, 9, 1, tzinfo=UTC)
    assert [int(panel.instants[0]), int(panel.instants[-1])] == [
        int(day.timestamp()) * 10**9 for day in midnight
    ]
