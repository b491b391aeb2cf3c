"""Audits a feature set: its stream, which holds the past alone, against its batch, at every row.

The features of this project are formulas over trailing windows. That makes them causal by construction; the
audit asks all the same, because a promise that nobody checks is a comment.
"""

import math

import numpy as np

from tradewright.causality.certificate import ChannelVerdict
from tradewright.causality.streaming import Columns, Push, Streamed, audit_stream
from tradewright.causality.verdict import CausalByConstruction, NoDependenceObserved
from tradewright.data.adjustments import forward_bars
from tradewright.features.feature_set import BARS, FeatureSet
from tradewright.values.panel import Floats, Ints, Panel


def audit_features(features: FeatureSet, panel: Panel) -> tuple[ChannelVerdict, ...]:
    """One verdict a column over a panel: causal by construction where its window has an end, else level C2.

    A column keeps the promise of its window only if batch and stream agree to the last bit at every row.
    """
    symbols = panel.symbols

    def batch(instants: Ints, columns: Columns) -> Floats:
        return features.of_columns(columns, instants, symbols).values

    def opened() -> Push:
        return features.stream(symbols).push

    bars = forward_bars(panel)
    columns = {name: np.ascontiguousarray(getattr(bars, name)) for name in BARS}
    found = audit_stream(Streamed(features.names, batch, opened), panel.instants, columns)
    reaches = [formula.reach for formula in features.formulas]
    return tuple(_by_construction(one, reach) for one, reach in zip(found, reaches, strict=True))


def _by_construction(one: ChannelVerdict, reach_bars: float) -> ChannelVerdict:
    if not isinstance(one.verdict, NoDependenceObserved) or not math.isfinite(reach_bars):
        return one
    return ChannelVerdict(one.channel, CausalByConstruction(int(reach_bars)))
