"""Means of kinds of rows, drawn to those of all rows."""

import numpy as np
import pytest

from tradewright.models.members.regime_means import RegimeMeans
from tradewright.models.table import FeatureRows, Targets
from tradewright.values.errors import InvalidOption


def fitted(regime: np.ndarray, came: np.ndarray, held: float):
    instants = np.arange(len(regime), dtype=np.int64)
    rows = FeatureRows(("regime",), regime[None, :, None], instants, ("m",), "one")
    ends = (instants + 1)[:, None, None]
    targets = Targets(came[:, None, None], ends, np.ones((len(came), 1)), (1,))
    return RegimeMeans(held=held).fit(rows, targets, seed=0), rows


def test_a_kinds_mean_and_share_of_rises_are_drawn_to_those_of_all_rows():
    regime, came = np.array([-1.0, -1.0, 1.0, 1.0, 1.0, 1.0]), np.array([-3.0, -1.0, 2.0, 2.0, -1.0, 1.0])
    model, rows = fitted(regime, came, held=4.0)
    said = model.predict(rows)
    assert said.mean[0, 0, 0] == pytest.approx((-4.0 + 4.0 * 0.0) / 6.0)
    assert said.mean[5, 0, 0] == pytest.approx((4.0 + 4.0 * 0.0) / 8.0)
    assert said.rise[0, 0, 0] == pytest.approx((0.0 + 4.0 * 0.5) / 6.0)
    assert said.rise[5, 0, 0] == pytest.approx((3.0 + 4.0 * 0.5) / 8.0)


def test_a_kind_that_was_never_seen_has_the_mean_of_all_rows():
    model, rows = fitted(np.array([-1.0, -1.0, 1.0]), np.array([-1.0, -1.0, 5.0]), held=1.0)
    flat = FeatureRows(rows.names, np.zeros((1, 3, 1)), rows.instants, rows.symbols, rows.schema_hash)
    assert model.predict(flat).mean[:, 0, 0] == pytest.approx(1.0)


def test_more_features_than_kinds_can_be_counted_are_refused():
    rows = FeatureRows(tuple(f"f{n}" for n in range(40)), np.zeros((40, 5, 1)), np.arange(5), ("m",), "many")
    targets = Targets(np.zeros((5, 1, 1)), np.ones((5, 1, 1), dtype=np.int64), np.ones((5, 1)), (1,))
    with pytest.raises(InvalidOption, match="takes 39 features; there are 40"):
        RegimeMeans().fit(rows, targets, seed=0)
