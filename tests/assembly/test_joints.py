"""How rooms are joined: data by their source, runs by what they kept, a workspace by one folder."""

import os
from pathlib import Path

import pytest

from tradewright.assembly import again, backtests, ingest
from tradewright.assembly.backtests import BacktestRequest
from tradewright.assembly.ingest import IngestRequest
from tradewright.assembly.workspace import Workspace
from tradewright.config import Options
from tradewright.research import study
from tradewright.values.errors import Blocked, InvalidOption, StorageFailure, UnknownName
from tradewright.values.profile import AccountOptions

STUDY = """
title = "t"
seed = 1
hypothesis = { id = "h", statement = "s" }
data = { dataset = "d" }
[strategy]
name = "momentum"
grid = { top = [0.2, 0.3], lookback = [60, 40] }
[execution]
override = { half_spread_bps = 3.0, commission_bps = 1.0 }
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty workspace that tells nobody anything."""
    return Workspace(Options(tmp_path / "w"), os.environ, lambda words: None)


def test_a_workspace_makes_nothing_before_it_is_needed(workspace):
    assert workspace.catalogue.snapshots() == []
    assert workspace.runs.all() == []
    assert not workspace.root.exists()


def test_everything_of_a_workspace_lies_in_its_folder(workspace):
    assert workspace.ledger.count("h") == 0
    assert workspace.catalogue.root == workspace.root / "catalogue"
    assert workspace.runs.root == workspace.root / "runs"
    assert [path.name for path in workspace.root.iterdir()] == ["ledger.sqlite"]


def test_a_shelf_can_make_the_packaged_datasets_and_keeps_its_pins(workspace):
    shelf = workspace.shelf({"walk": "0123"})
    assert set(shelf.sources) == {"sp500-20", "sp500-index"}
    assert shelf.pins == {"walk": "0123"}


def test_a_made_market_is_named_by_its_options_unless_a_name_is_given():
    small = {"names": "3", "first": "2015-01-02", "last": "2015-12-31"}
    assert ingest.content_of(IngestRequest("synthetic", market=small)).name == "synthetic"
    assert ingest.content_of(IngestRequest("synthetic", "mine", market=small)).name == "mine"


def test_a_packaged_dataset_may_get_another_name():
    assert ingest.content_of(IngestRequest("packaged:sp500-index", "index")).name == "index"


@pytest.mark.parametrize(
    "request_",
    [
        IngestRequest("synthetic", files={"bar_minutes": 5}),
        IngestRequest("packaged:sp500-20", files={"bar_minutes": 5}),
        IngestRequest("bars.csv", market={"names": "3"}),
    ],
    ids=["made", "packaged", "files"],
)
def test_options_that_would_be_ignored_are_refused(request_):
    with pytest.raises(InvalidOption, match=r"--(bar-minutes|set)"):
        ingest.content_of(request_)


def test_a_study_is_run_as_a_replay_will_read_it():
    options = study.parse(STUDY, "study.toml")
    kept = again.as_kept(options)
    assert list(kept.strategy.grid) == ["lookback", "top"]
    assert list(kept.execution.override) == ["commission_bps", "half_spread_bps"]
    assert study.study_hash(kept) == study.study_hash(options)
    assert again.as_kept(kept) == kept


def test_a_backtest_is_a_study_of_one_trial():
    options = backtests.options_of(
        BacktestRequest("sma_cross", "walk", {"fast": "5"}, account=AccountOptions(5_000.0))
    )
    assert options.strategy.parameters == {"fast": 5, "slow": 50, "short": False}
    assert options.strategy.grid == {}
    assert options.hypothesis.id == "unregistered-sma_cross"
    assert options.account.capital_usd == 5_000.0


@pytest.mark.parametrize(
    ("name", "slug"),
    [("momentum", "momentum"), ("lab/My Idea.py:Best", "my-idea.py-best"), ("a.py", "a.py")],
)
def test_the_hypothesis_of_a_users_file_is_named_after_it(name, slug):
    assert backtests._slug(name) == slug


def test_a_backtest_of_an_unknown_strategy_says_the_nearest_one():
    with pytest.raises(UnknownName, match="Did you mean 'momentum'"):
        backtests.options_of(BacktestRequest("momentm", "walk"))


def test_files_made_anew_go_into_a_folder_of_their_own(tmp_path):
    again.write_into(tmp_path / "a" / "b", {"x.json": b"{}"})
    assert (tmp_path / "a" / "b" / "x.json").read_bytes() == b"{}"
    with pytest.raises(Blocked, match="is not empty"):
        again.write_into(tmp_path / "a" / "b", {"x.json": b"other"})
    assert (tmp_path / "a" / "b" / "x.json").read_bytes() == b"{}"


def test_files_made_anew_cannot_go_below_a_file(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFailure, match="cannot be written"):
        again.write_into(tmp_path / "file" / "again", {"x.json": b"{}"})
