"""Audits models that are refitted as time goes by: what each learnt was known before the first row it serves.

Every fit is a function of what it is given (rows, outcomes, seed). So what it is given is made again from a
market that ends before the fit's first decision, and must be the same bytes. That nothing else came in is
shown by one fit repeated on a market whose future is another; that no feature knew a later row, by feeding
them row by row.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tradewright.causality.certificate import Certificate, ChannelVerdict
from tradewright.causality.verdict import (
    AuditLevel,
    DependsOnFuture,
    NoDependenceObserved,
    NotAssessed,
    Stage,
    Verdict,
)
from tradewright.data.adjustments import forward_bars
from tradewright.features.feature_set import BARS
from tradewright.models.forecasts import Forecasts
from tradewright.models.walk_forward import PARTS, lesson_of, part_of, served
from tradewright.runs.model_store import data_hash_of
from tradewright.runs.model_walk import Forecasting, Taught, material_of, taught_on
from tradewright.values.instant import date_of
from tradewright.values.panel import Panel

LATER = "what came after it"
FORECASTS = "forecasts"


@dataclass(frozen=True, eq=False)
class _Audit:
    """A walk that is over and the panel it went through."""

    found: Forecasting
    panel: Panel

    def of_fit(self, number: int, taught: Taught) -> ChannelVerdict:
        """Whether a fit's rows and outcomes are those of a market that ends before its first decision."""
        stretch, name = taught.stretch, f"model {number + 1}, serving from {self._day(taught)}"
        before = material_of(self.found.walk, self.panel.rows(0, stretch.serves))
        if data_hash_of(*lesson_of(before.rows, before.labels, stretch)) == taught.data:
            words = (
                f"what it learnt from is all there in a market of {stretch.serves:,} rows that ends before"
            )
            return ChannelVerdict(name, NoDependenceObserved(AuditLevel.C2, words))
        known = DependsOnFuture(stretch.serves, name, None, Stage.MODEL, self._day(taught), LATER)
        return ChannelVerdict(name, known)

    def of_forecasts(self) -> Verdict:
        """Whether what was forecast at each row hangs on that row's past alone."""
        leak = self._first_unlike_stream()
        if leak is not None:
            return DependsOnFuture(leak, FORECASTS, None, Stage.MODEL, source="features that knew later rows")
        for taught in self.found.taught:
            row = self._first_not_said_by(taught)
            if row is not None:
                return DependsOnFuture(row, FORECASTS, None, Stage.MODEL, source="what its fit did not say")
        return self._repeated(self.found.taught[0])

    def _first_not_said_by(self, taught: Taught) -> int | None:
        """The first row a fit serves at which something else stands than it says of that row."""
        stretch = taught.stretch
        again = served(taught.fitted, self.found.material.rows, stretch)
        row = _first_apart(part_of(self.found.said, stretch.serves, stretch.until), again, 0.0)
        return None if row is None else stretch.serves + row

    def _first_unlike_stream(self) -> int | None:
        """The first row whose features, fed row by row, are not those that models were given."""
        panel, rows = self.panel, self.found.material.rows
        bars = forward_bars(panel)
        columns = {name: getattr(bars, name) for name in BARS}
        stream = self.found.walk.features.stream(panel.symbols)
        for row, instant in enumerate(panel.instants.tolist()):
            now = stream.push(instant, {name: column[row] for name, column in columns.items()})
            if not np.array_equal(now, rows.values[:, row], equal_nan=True):
                return row
        return None

    def _repeated(self, taught: Taught) -> Verdict:
        """One fit and its first forecasts repeated where everything after them is another market."""
        stretch, walk = taught.stretch, self.found.walk
        until = (stretch.serves + stretch.until + 1) // 2
        other = material_of(walk, with_another_future(self.panel, until, walk.seed))
        again = taught_on(walk, other, stretch)
        if again.version != taught.version:
            if again.data == taught.data:
                return NotAssessed("fitted twice on the same rows with one seed, a model came out otherwise")
            return DependsOnFuture(stretch.serves, FORECASTS, None, Stage.MODEL, source=LATER)
        first, last = stretch.serves, until
        here = part_of(self.found.said, first, last)
        there = part_of(served(again.fitted, other.rows, stretch), 0, last - first)
        row = _first_apart(here, there, walk.model.rounding)
        if row is not None:
            return DependsOnFuture(first + row, FORECASTS, None, Stage.MODEL, source=LATER)
        if here.abstained.all():
            return NotAssessed(f"model 1 said nothing in the {last - first:,} rows that were compared")
        words = (
            f"features fed row by row are those of the whole at all {len(self.panel.instants):,} rows; every "
            f"forecast is what its fit says of its row; "
            f"model 1 and its first {last - first:,} rows of forecasts came out equal before another future"
        )
        return NoDependenceObserved(AuditLevel.C2, words)

    def _day(self, taught: Taught) -> str:
        return date_of(int(self.panel.instants[taught.stretch.serves]))


def audit_models(found: Forecasting, panel: Panel) -> tuple[ChannelVerdict, ...]:
    """A channel for each fit and one for all forecasts, each at every row (C2) where nothing was found."""
    audit = _Audit(found, panel)
    fits = [audit.of_fit(number, taught) for number, taught in enumerate(found.taught)]
    return (*fits, ChannelVerdict(FORECASTS, audit.of_forecasts()))


def with_models(certificate: Certificate, found: Forecasting, panel: Panel) -> Certificate:
    """A strategy's certificate with the models whose forecasts it read: the weakest level counts."""
    channels = audit_models(found, panel)
    level = min(certificate.level, AuditLevel.C2, key=list(AuditLevel).index)
    return replace(certificate, channels=(*certificate.channels, *channels), level=level)


def with_another_future(panel: Panel, row: int, seed: int) -> Panel:
    """The panel with every price and volume from a row on moved by a shock of its own."""
    shocks = np.random.default_rng([seed, row]).lognormal(0.0, 0.5, panel.shape)
    shocks[:row] = 1.0
    columns: dict[str, Any] = {name: np.ascontiguousarray(getattr(panel, name) * shocks) for name in BARS}
    return replace(panel, **columns, forecasts=None)


def _first_apart(one: Forecasts, other: Forecasts, rounding: float) -> int | None:
    """The first row at which two forecasts of the same rows differ in any part, or in their silence.

    Up to `rounding`, relative to the size of a row's values, as a model declares it.
    """
    apart = (one.reasons != other.reasons).any(axis=1)
    for part in PARTS:
        mine, theirs = getattr(one, part), getattr(other, part)
        scale = np.nanmax(np.abs(mine), axis=(1, 2), initial=0.0)[:, None, None]
        near = np.isclose(mine, theirs, rtol=rounding, atol=rounding * scale, equal_nan=True)
        apart |= ~near.all(axis=(1, 2))
    return int(np.argmax(apart)) if apart.any() else None
