"""Audits a strategy on the very panel it trades: its orders up to a row, whatever happens after that row.

Two kinds of evidence are joined. What `decide` says is asked through a view that holds the past alone; where
a strategy also has `targets`, which sees the whole period, both must agree at every row. And the whole is run
again while later prices, gaps and rows are changed, which finds what came in beside the view.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from tradewright.causality.audit import audit
from tradewright.causality.certificate import Certificate, ChannelVerdict
from tradewright.causality.fill_stage import AuditedBar, AuditedFill, audit_fills
from tradewright.causality.options import AuditOptions, Budget
from tradewright.causality.state import functions_of, names_read
from tradewright.causality.verdict import (
    AuditLevel,
    CausalByConstruction,
    NoDependenceObserved,
    NotAssessed,
    Stage,
    Verdict,
)
from tradewright.runs.backtest import Backtest, asked_at_once, backtest
from tradewright.strategies.contract import Strategy
from tradewright.strategies.frame import Frame
from tradewright.values.dated_forecasts import PARTS, DatedForecasts
from tradewright.values.decisions import Decisions
from tradewright.values.panel import Floats, Ints, Panel
from tradewright.values.profile import AccountOptions, ExecutionProfile

FIELDS = ("open", "high", "low", "close", "volume")
CALLS = 32
# Names that lead from a view or a frame to the whole period.
WAYS_ROUND_THE_VIEW = frozenset(
    {
        "_frame",
        "_panel",
        "_kept",
        "_column",
        "_account",
        "_money",
        "__globals__",
        "__dict__",
        "getattr",
        "vars",
    }
)


def audit_strategy(
    strategy: Strategy, panel: Panel, account: AccountOptions, profile: ExecutionProfile, seed: int = 0
) -> Certificate:
    """A certificate over a strategy's target weights, one channel a symbol, and over the fills they met.

    A strategy that the view alone feeds is causal by construction; one whose `targets` equal `decide` at each
    row is at level C2; a strategy that reaches round the view is left at C1.
    """
    target = AskedAgain(strategy, panel, account, profile)
    options = AuditOptions(known_at="instant", stage=Stage.STRATEGY, seed=seed, budget=Budget(calls=CALLS))
    certificate = audit(target, table_of_panel(panel), options)
    if certificate.exit_code == 0:
        raised = _raised(target)
        channels = tuple(ChannelVerdict(one.channel, raised or one.verdict) for one in certificate.channels)
        levels = [one.verdict.level for one in channels if isinstance(one.verdict, NoDependenceObserved)]
        level = min(levels, key=lambda one: one.value, default=AuditLevel.C4)
        certificate = replace(certificate, channels=channels, level=level)
    ran = backtest(strategy, panel, account, profile)
    fills = tuple(one for one in audit_fills_of(ran) if not isinstance(one.verdict, NotAssessed))
    return replace(certificate, target=type(strategy).__name__, channels=(*certificate.channels, *fills))


class AskedAgain:
    """A strategy as a function of a table: rows in, target weights by symbol out."""

    def __init__(
        self, strategy: Strategy, panel: Panel, account: AccountOptions, profile: ExecutionProfile
    ) -> None:
        """`panel` gives symbols and corporate actions; prices come with the table."""
        self._strategy, self._panel = strategy, panel
        self._terms = account, profile
        # Whose globals and closures the audit looks at besides this class's own.
        kind = type(strategy)
        self.audited_code = (kind.decide, kind.targets, *_own_methods(kind))

    def __call__(self, table: Mapping[str, Any]) -> dict[str, Floats]:
        """Decide over the rows of a table."""
        panel = panel_of_table(table, self._panel)
        decisions = self.decided(panel)
        weights = np.full(panel.shape, np.nan)
        weights[decisions.rows] = decisions.weights
        return {f"weight of {name}": weights[:, place] for place, name in enumerate(panel.symbols)}

    def decided(self, panel: Panel, path: str = "auto") -> Decisions:
        """What the strategy decides, on the path a run would take or on one that is named."""
        if path == "auto":
            decisions = asked_at_once(self._strategy, Frame(panel))
            if decisions is not None:
                return decisions
        return backtest(self._strategy, panel, *self._terms, path="decide").decisions

    def goes_round_its_view(self) -> str:
        """A name by which the strategy's code could reach later rows; empty where there is none."""
        for kind in self.audited_code:
            for function in functions_of(kind):
                found = sorted(names_read(function.__code__) & WAYS_ROUND_THE_VIEW)
                if found:
                    return found[0]
        return ""

    @property
    def rows(self) -> int:
        """Rows of its own panel."""
        return len(self._panel.instants)

    @property
    def warm_up_bars(self) -> int:
        """How far back the strategy declares to look."""
        return self._strategy.warm_up_bars

    def streams_as_it_batches(self) -> bool | None:
        """Whether `targets` equals `decide` at every row of its own panel; None where it has no `targets`."""
        at_once = asked_at_once(self._strategy, Frame(self._panel))
        if at_once is None:
            return None
        row_by_row = self.decided(self._panel, "decide")
        same_rows = np.array_equal(at_once.rows, row_by_row.rows)
        return same_rows and np.array_equal(at_once.weights, row_by_row.weights, equal_nan=True)


def _own_methods(kind: type[Strategy]) -> tuple[Any, ...]:
    return tuple(value for value in vars(kind).values() if callable(value) and hasattr(value, "__code__"))


def _raised(target: AskedAgain) -> Verdict | None:
    """The level that follows from how the strategy is asked, above what sampling shows; None for no more."""
    if target.goes_round_its_view():
        return None
    streams = target.streams_as_it_batches()
    if streams is None:
        return CausalByConstruction(target.warm_up_bars)
    if not streams:
        return NotAssessed("its targets() is not its decide() row by row")
    rows = target.rows
    words = f"targets() equals decide(), which sees the past alone, at all {rows:,} rows"
    return NoDependenceObserved(AuditLevel.C2, words)


def table_of_panel(panel: Panel) -> dict[str, Any]:
    """A panel as columns by name: two of times, then five a symbol."""
    table: dict[str, Any] = {
        "instant": panel.instants.view("datetime64[ns]"),
        "opens_at": panel.opens_at.view("datetime64[ns]"),
    }
    for field, column in zip(FIELDS, panel.columns(), strict=True):
        if not np.isnan(column).all():
            table |= {f"{name}.{field}": column[:, place].copy() for place, name in enumerate(panel.symbols)}
    for name, column in _forecast_columns(panel):
        table[name] = column.copy()
    return table


def _forecast_columns(panel: Panel) -> Iterator[tuple[str, Floats]]:
    """What was forecast, a column for each symbol, horizon and part: facts of their row like its prices."""
    said = panel.forecasts
    if said is None:
        return
    for horizon, part in product(said.horizons_bars, PARTS):
        for place, name in enumerate(panel.symbols):
            yield f"{name}.{part}_{horizon}", said.over(horizon, part)[:, place]


def _forecasts_of(table: Mapping[str, Any], like: Panel, instants: Ints) -> DatedForecasts | None:
    """The forecasts in a table, said at its own instants; None where the panel had none."""
    if like.forecasts is None:
        return None
    horizons = like.forecasts.horizons_bars
    shape = (len(instants), len(like.symbols), len(horizons))
    columns = {part: np.full(shape, np.nan) for part in PARTS}
    for (at, horizon), part in product(enumerate(horizons), PARTS):
        for place, name in enumerate(like.symbols):
            columns[part][:, place, at] = table[f"{name}.{part}_{horizon}"]
    mean, rise, deviation = columns.values()
    return DatedForecasts(mean, rise, deviation, instants.copy(), horizons)


def panel_of_table(table: Mapping[str, Any], like: Panel) -> Panel:
    """The panel behind a table; corporate actions stand at their session, those after the end fall away."""
    instants = np.ascontiguousarray(table["instant"]).view(np.int64)
    shape = (len(instants), len(like.symbols))
    columns: list[Floats] = []
    for field in FIELDS:
        column = np.full(shape, np.nan)
        for place, name in enumerate(like.symbols):
            if f"{name}.{field}" in table:
                column[:, place] = table[f"{name}.{field}"]
        columns.append(column)
    actions = like.actions.copy()
    actions["row"] = np.searchsorted(instants, like.instants[actions["row"]])
    actions = actions[actions["row"] < len(instants)]
    borrows = like.borrows.copy()
    borrows["row"] = np.searchsorted(instants, like.instants[borrows["row"]])
    borrows = borrows[borrows["row"] < len(instants)]
    opens_at = np.ascontiguousarray(table["opens_at"]).view(np.int64)
    opened, high, low, close, volume = columns
    whole = (opened, high, low, close, volume)
    rates = like.rates
    if len(rates):  # of the last row of the old panel that is not later
        rates = rates[np.maximum(np.searchsorted(like.instants, instants, side="right") - 1, 0)]
    where = (instants.copy(), opens_at.copy(), like.symbols)
    forecasts = _forecasts_of(table, like, instants)
    return Panel(*where, *whole, actions, borrows, like.currency, like.quotes, rates, forecasts)


def audit_fills_of(ran: Backtest) -> tuple[ChannelVerdict, ...]:
    """The rules of the fill stage over every fill of a run; all are market orders decided at a close."""
    panel, outcome = ran.panel, ran.outcome
    decided = {int(order["order_id"]): int(order["row"]) for order in outcome.orders}
    bars, fills = [], []
    for number, fill in enumerate(outcome.fills):
        row, asset = int(fill["row"]), int(fill["asset"])
        prices = (float(column[row, asset]) for column in panel.columns())
        at_close = np.isnan(panel.open[row, asset])
        filled_at = panel.instants[row] if at_close else panel.opens_at[row]
        bars.append(AuditedBar(int(panel.opens_at[row]), int(panel.instants[row]), *prices))
        fills.append(
            AuditedFill(
                str(int(fill["order_id"])),
                1 if fill["qty"] > 0 else -1,
                "market",
                int(panel.instants[decided[int(fill["order_id"])]]),
                int(filled_at),
                float(fill["qty"]),
                float(fill["price"]),
                number,
            )
        )
    return audit_fills(fills, bars)
