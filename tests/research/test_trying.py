"""A study's grid on other processes and on a cluster: the same bytes, and nothing counted twice."""

import os
import signal
import warnings

import pytest
from study_files import STUDY, changed
from workspaces import Workspace

from tradewright.research.study import parse
from tradewright.research.study_run import run_study
from tradewright.research.trials import Kind
from tradewright.runs.spread import DASK, PROCESSES, Workers, spread
from tradewright.values.errors import Failure, InvalidOption

# Sixteen configurations, in two batches.
LOOKBACKS = ", ".join(str(bars) for bars in range(60, 76))
MANY = parse(
    changed(("lookback = [40, 60, 80]", f"lookback = [{LOOKBACKS}]"), ("top = [0.34, 0.5]", "top = [0.5]")),
    "m",
)


BATCH = 8


@pytest.fixture(scope="module", autouse=True)
def small_batches():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tradewright.research.trying.TRIALS_AT_ONCE", BATCH)
        patch.setattr("tradewright.runs.spread.ITEMS_A_TASK", 2)
        patch.setattr("tradewright.runs.spread.CONNECT_SECONDS", 0.5)
        yield


@pytest.fixture(scope="module")
def inline(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("inline"))
    return workspace, run_study(MANY, workspace.ports())


@pytest.fixture(scope="module")
def cluster():
    """Two worker processes behind a scheduler on this machine."""
    distributed = pytest.importorskip("distributed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
        )
        yield made
        made.close()


def spread_study(tmp_path, workers: Workers, progress=None):
    workspace = Workspace(tmp_path)
    ports = workspace.ports(progress)
    return workspace, run_study(MANY, type(ports)(**{**ports.__dict__, "workers": workers}))


def assert_same(found, inline):
    """Equal files, and one start and one end on record for each of sixteen configurations."""
    (workspace, run), (first, reference) = found, inline
    assert run.manifest.run_id == reference.manifest.run_id
    ours, theirs = run.manifest.files, reference.manifest.files
    # The clock of a test workspace ticks with each row of the ledger, and the context holds the time.
    dated = {"context.json", "dossier.html"}
    assert {name: ours[name] for name in ours if name not in dated} == {
        name: theirs[name] for name in theirs if name not in dated
    }
    for ledger in (workspace.ledger, first.ledger):
        events = ledger.events("small")
        for kind in (Kind.STARTED, Kind.FINISHED):
            told = [event.trial for event in events if event.kind is kind]
            assert len(told) == len(set(told)) == 16
        assert ledger.count("small") == 16
        assert ledger.open_trials("small") == 0


def test_two_processes_give_the_bytes_of_one(tmp_path, inline):
    assert_same(spread_study(tmp_path, Workers(PROCESSES, 2)), inline)


def test_a_cluster_that_loses_a_worker_half_way_gives_the_same_and_counts_nothing_twice(
    tmp_path, inline, cluster
):
    killed = []

    def kill_one(stage: str, done: int, total: int) -> None:
        if stage == "trials" and done == 9 and not killed:
            killed.append(next(iter(cluster.workers.values())).pid)
            os.kill(killed[0], signal.SIGKILL)

    found = spread_study(tmp_path, Workers(DASK, scheduler=cluster.scheduler_address), kill_one)
    assert killed
    assert_same(found, inline)


def test_a_scheduler_that_is_not_there_is_said_in_words_and_the_trials_that_began_count(tmp_path):
    workspace = Workspace(tmp_path)
    ports = workspace.ports()
    away = type(ports)(**{**ports.__dict__, "workers": Workers(DASK, scheduler="tcp://127.0.0.1:9")})
    with pytest.raises(Failure, match="cannot be reached"):
        run_study(MANY, away)
    assert workspace.ledger.count("small") == BATCH
    assert workspace.ledger.open_trials("small") == 0


def test_a_strategy_in_a_file_of_ones_own_is_not_sent_away_and_nothing_is_counted(tmp_path):
    file = tmp_path / "own.py"
    file.write_text(
        "from tradewright.strategies.contract import Strategy\n"
        "class Own(Strategy):\n"
        "    warm_up_bars = 2\n"
        "    def decide(self, view):\n"
        "        return None\n"
    )
    text = STUDY[: STUDY.index("[strategy]")] + f'[strategy]\nname = "{file}:Own"\n'
    workspace = Workspace(tmp_path / "w")
    ports = workspace.ports()
    away = type(ports)(**{**ports.__dict__, "workers": Workers(PROCESSES, 2)})
    with pytest.raises(InvalidOption, match="file of your own"):
        run_study(parse(text, "own.toml"), away)
    assert workspace.ledger.count("small") == 0


def deadly(items):
    """Kills whoever takes it, but for the process that asks."""
    if os.getpid() != items[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    return items


def test_work_that_kills_whoever_takes_it_ends_in_words_and_not_in_waiting(cluster, monkeypatch):
    monkeypatch.setattr(cluster.scheduler, "allowed_failures", 0)
    cluster.wait_for_workers(2, timeout=30)
    with pytest.raises(Failure, match="died one after the other at the same work") as caught:
        list(spread(deadly, [os.getpid()] * 4, Workers(DASK, scheduler=cluster.scheduler_address)))
    assert "more memory" in str(caught.value.mend)
