"""What runs earned, row by row, and nothing where an account was not known."""

import numpy as np
import polars as pl
import pytest
from made_runs import DAY, causes, files

from tradewright.runs.artifacts import encoded
from tradewright.runs.earned_by_runs import earned_by_runs
from tradewright.runs.store import RunStore


def kept(root, seed: int, first_decision: int, rows: list[int], equity: list[float]):
    table = pl.DataFrame({"known_at": np.array(rows) * DAY, "equity_usd": equity})
    decided = pl.DataFrame({"decided_at": [first_decision * DAY, (first_decision + 2) * DAY]})
    tables = encoded({"decisions.parquet": decided, "orders.parquet": decided[1:]})
    return RunStore(root).write(causes(seed=seed), {**files(account=table), **tables}, 1_000)


def test_returns_stand_at_the_row_at_whose_close_they_were_earned(tmp_path):
    one = kept(tmp_path, 1, -1, [0, 1, 2, 3], [100.0, 110.0, 99.0, 99.0])
    other = kept(tmp_path, 2, -1, [1, 3, 4], [50.0, 60.0, 0.0])
    found = earned_by_runs(RunStore(tmp_path), [one, other], np.arange(5) * DAY)
    assert found.names == (one.run_id, other.run_id)
    assert found.returns[:, 0] == pytest.approx([np.nan, 0.1, -0.1, 0.0, np.nan], nan_ok=True)
    # A gap hides what came over it, and an account that is gone earns nothing that could be learnt.
    assert np.isnan(found.returns[:, 1]).all()


def test_an_account_that_has_not_decided_yet_earns_nothing_that_teaches(tmp_path):
    run = kept(tmp_path, 3, 1, [0, 1, 2, 3], [100.0, 101.0, 102.01, 104.0502])
    found = earned_by_runs(RunStore(tmp_path), [run], np.arange(4) * DAY).returns[:, 0]
    assert found == pytest.approx([np.nan, np.nan, 0.01, 0.02], nan_ok=True)
