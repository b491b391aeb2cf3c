"""What runs earned, row by row, and nothing where an account was not known."""

import numpy as np
import polars as pl
import pytest
from made_runs import DAY, causes, files

from tradewright.runs.earned_by_runs import earned_by_runs
from tradewright.runs.store import RunStore


def kept(root, seed: int, rows: list[int], equity: list[float]):
    table = pl.DataFrame({"known_at": np.array(rows) * DAY, "equity_usd": equity})
    return RunStore(root).write(causes(seed=seed), files(account=table), 1_000)


def test_returns_stand_at_the_row_at_whose_close_they_were_earned(tmp_path):
    one = kept(tmp_path, 1, [0, 1, 2, 3], [100.0, 110.0, 99.0, 99.0])
    other = kept(tmp_path, 2, [1, 3, 4], [50.0, 60.0, 0.0])
    found = earned_by_runs(RunStore(tmp_path), [one, other], np.arange(5) * DAY)
    assert found.names == (one.run_id, other.run_id)
    assert found.returns[:, 0] == pytest.approx([np.nan, 0.1, -0.1, 0.0, np.nan], nan_ok=True)
    # A gap hides what came over it, and an account that is gone earns nothing that could be learnt.
    assert np.isnan(found.returns[:, 1]).all()
