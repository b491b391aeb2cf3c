"""The project's own features, audited: none is flagged, and each keeps what its window promises."""

import numpy as np
import pytest

from tradewright.causality.audit import audit
from tradewright.causality.options import AuditOptions, Budget
from tradewright.causality.verdict import CausalByConstruction, DependsOnFuture, NoDependenceObserved
from tradewright.features.feature_set import FeatureSet
from tradewright.features.sets import technical
from tradewright.runs.feature_audit import audit_features
from tradewright.values.instant import NS_PER_DAY
from tradewright.values.panel import Panel, no_actions

ROWS = 160


def market(rows: int = ROWS, assets: int = 2) -> Panel:
    random = np.random.default_rng(4)
    close = 50.0 * np.exp(np.cumsum(random.normal(0.0, 0.02, (rows, assets)), axis=0))
    close[40:43, 1] = np.nan
    instants = np.arange(1, rows + 1, dtype=np.int64) * NS_PER_DAY
    volume = np.where(np.isnan(close), np.nan, random.integers(1_000, 9_000, close.shape).astype(float))
    columns = (close * 0.999, close * 1.01, close * 0.99, close.copy(), volume)
    return Panel(instants, instants - 1, ("AAA", "BBB")[:assets], *columns, no_actions())


PANEL = market()


def test_the_named_set_is_causal_in_every_column():
    found = {one.channel: one.verdict for one in audit_features(technical(), PANEL)}
    assert set(found) == set(technical().names)
    assert all(isinstance(one, CausalByConstruction | NoDependenceObserved) for one in found.values()), found
    windows = {name: one.window for name, one in found.items() if isinstance(one, CausalByConstruction)}
    assert windows["simple_return"] == 2 and windows["sma_ratio_20"] == 20


def test_interventions_flag_no_column_of_the_set():
    features = technical()

    def target(table):
        columns = {name: np.ascontiguousarray(table[:, [place]]) for place, name in enumerate(NAMES)}
        instants = np.arange(1, len(table) + 1, dtype=np.int64) * NS_PER_DAY
        made = features.of_columns(columns, instants, ("AAA",))
        return {name: made.values[place, :, 0] for place, name in enumerate(made.names)}

    table = np.column_stack([column[:, 0] for column in PANEL.columns()])
    certificate = audit(target, table, AuditOptions(budget=Budget(calls=60)))
    assert len(certificate.channels) == 26
    assert certificate.exit_code == 0, certificate.verdict


NAMES = ("open", "high", "low", "close", "volume")


class LooksAhead(FeatureSet):
    """A set whose batch was tampered with: its first column is moved one row up."""

    def of_columns(self, columns, instants, symbols):
        told = super().of_columns(columns, instants, symbols)
        values = told.values.copy()
        values[0, :-1] = values[0, 1:]
        return type(told)(told.names, values, instants, symbols, told.schema_hash, told.warm_up_bars)


@pytest.mark.parametrize("name", ["simple_return", "rsi_14"])
def test_a_batch_that_is_moved_ahead_is_found(name):
    given = dict(zip(technical().names, technical().features, strict=True))
    chosen = {name: given[name]} if name in given else {name: given["simple_return"]}
    (only,) = audit_features(LooksAhead(chosen), PANEL)
    assert isinstance(only.verdict, DependsOnFuture) and only.channel == name
