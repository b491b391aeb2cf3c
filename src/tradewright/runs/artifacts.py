"""What a run leaves behind, as bytes that depend on nothing but its content.

Tables are Parquet, everything else is JSON or the bytes given. The same table gives the same bytes in every
process, with any number of threads: compression, row groups and pages are fixed here, statistics left out.
"""

import io
from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from tradewright.execution.checks.contract import GATEWAY, NAMES
from tradewright.values.decisions import Decisions
from tradewright.values.instructions import AMEND, CANCEL, SUBMIT, instructions_of
from tradewright.values.order import OrderType, TimeInForce
from tradewright.values.outcome import FLOW_NAMES, FORCED, ORDER_STATES, REFUSAL_NAMES, WORKING, Outcome
from tradewright.values.panel import Floats, Ints, Panel

Artifact = bytes | pl.DataFrame
GATEWAY_REFUSALS = {GATEWAY + number: f"gateway: {name}" for number, name in NAMES.items()}

# Fixed for ever: another row group or page size is another file with the same content.
ROWS_A_GROUP = 65_536
BYTES_A_PAGE = 1 << 20
ZSTD_LEVEL = 3
FILL_TERMS = (
    "spread_usd", "impact_usd", "latency_usd", "commission_usd", "regulatory_usd", "sigma", "usual_volume",
    "latency_ms", "held_usd",
)  # fmt: skip

WORDS = {SUBMIT: "submit", AMEND: "amend", CANCEL: "cancel"}


def table_bytes(table: pl.DataFrame) -> bytes:
    """A table as Parquet; equal tables give equal bytes."""
    target = io.BytesIO()
    table.rechunk().write_parquet(
        target,
        compression="zstd",
        compression_level=ZSTD_LEVEL,
        statistics=False,
        row_group_size=ROWS_A_GROUP,
        data_page_size=BYTES_A_PAGE,
    )
    return target.getvalue()


def json_bytes(value: object) -> bytes:
    """A value as readable JSON with sorted keys. NaN and infinity become null: JSON has neither."""
    encoded = msgspec.json.encode(value, enc_hook=_plain_number, order="deterministic")
    return msgspec.json.format(encoded, indent=2) + b"\n"


def encoded(artifacts: Mapping[str, Artifact]) -> dict[str, bytes]:
    """Every artifact as the bytes of its file, in the order of the names."""
    return {name: _bytes_of(artifacts[name]) for name in sorted(artifacts)}


def outcome_tables(panel: Panel, decisions: Decisions, outcome: Outcome) -> dict[str, Artifact]:
    """The six tables of a simulated account, each under its file's name.

    Two more where single orders were submitted, others where a margin call came and where balances are kept.

    Shape: one row a wish, order, fill, flow, session and refusal. Units: instants in ns UTC, dollars, shares.
    """
    spoken: dict[str, Artifact] = {}
    if decisions.said:  # a run of target weights alone has no such files
        spoken = {
            "instructions.parquet": instructions_table(panel, decisions),
            "order_events.parquet": events_table(panel, outcome),
        }
    if len(outcome.margin_calls):
        spoken["margin_calls.parquet"] = margin_calls_table(panel, outcome)
    if outcome.currencies:
        spoken["balances.parquet"] = balances_table(panel, outcome)
    return {
        **spoken,
        "decisions.parquet": decisions_table(panel, decisions),
        "orders.parquet": orders_table(panel, outcome),
        "fills.parquet": fills_table(panel, outcome),
        "flows.parquet": flows_table(panel, outcome),
        "equity.parquet": equity_table(panel, outcome),
        "refusals.parquet": refusals_table(panel, outcome),
    }


def decisions_table(panel: Panel, decisions: Decisions) -> pl.DataFrame:
    """One row a target weight: when it was decided, for what, how much. A NaN says nothing and has no row."""
    at, asset = np.nonzero(~np.isnan(decisions.weights))
    return pl.DataFrame(
        {
            "decided_at": panel.instants[decisions.rows[at]],
            "symbol": _names(panel, asset),
            "weight": decisions.weights[at, asset],
        }
    )


def orders_table(panel: Panel, outcome: Outcome) -> pl.DataFrame:
    """One row an order, with the state it ended in; `done_at` is null while it works.

    `forced` marks what the broker sent to meet a margin call.
    """
    orders = outcome.orders
    # The kernel notes each change of state; an order that still works has not come to its last one.
    done_row = np.where(orders["state"] == WORKING, -1, orders["done_row"])
    return pl.DataFrame(
        {
            "order_id": orders["order_id"],
            "decided_at": _instants(panel, orders["row"]),
            "symbol": _names(panel, orders["asset"]),
            "qty": orders["qty"],
            "filled_qty": orders["filled_qty"],
            "state": _words(orders["state"], ORDER_STATES),
            "done_at": _instants(panel, done_row),
            "forced": np.ascontiguousarray(orders["ticket"] == FORCED),
            "ticket": pl.Series(
                [one if one >= 0 else None for one in orders["ticket"].tolist()], dtype=pl.Int64
            ),
        }
    )


def instructions_table(panel: Panel, decisions: Decisions) -> pl.DataFrame:
    """One row a word on single orders, as it was said: new orders with their terms, changes by ticket."""
    said = instructions_of(panel, decisions.said)
    words = said.words[: said.said]
    terms, is_new = said.tickets[words["ticket"]], words["kind"] == SUBMIT
    price = {name: np.where(is_new, terms[name], words[name]) for name in ("qty", "limit", "stop")}
    return pl.DataFrame(
        {
            "decided_at": _instants(panel, words["row"]),
            "word": _words(words["kind"], WORDS),
            "ticket": words["ticket"],
            "symbol": _names(panel, terms["asset"]),
            "type": _words(terms["type"], {int(kind): kind.words for kind in OrderType}),
            "time_in_force": _words(terms["time_in_force"], {int(kept): kept.name for kept in TimeInForce}),
            "qty": _numbers(price["qty"]),
            "limit_usd": _numbers(price["limit"]),
            "stop_usd": _numbers(price["stop"]),
            "trail_usd": _numbers(terms["trail_usd"]),
            "trail_percent": _numbers(terms["trail_share"] * 100.0),
            "entry": _numbers(np.where(terms["entry"] >= 0, terms["entry"], np.nan)).cast(pl.Int64),
            "sibling": _numbers(np.where(terms["sibling"] >= 0, terms["sibling"], np.nan)).cast(pl.Int64),
        }
    )


def events_table(panel: Panel, outcome: Outcome) -> pl.DataFrame:
    """One row a change of state of a submitted order: the life of every ticket."""
    events = outcome.events
    return pl.DataFrame(
        {
            "at": _instants(panel, events["row"]),
            "ticket": events["ticket"],
            "state": _words(events["state"], ORDER_STATES),
        }
    )


def fills_table(panel: Panel, outcome: Outcome) -> pl.DataFrame:
    """One row a fill: the printed price, the price paid and each cost by its cause."""
    fills = outcome.fills
    return pl.DataFrame(
        {
            "order_id": fills["order_id"],
            "filled_at": _instants(panel, fills["row"]),
            "symbol": _names(panel, fills["asset"]),
            "qty": fills["qty"],
            "price": fills["price"],
            "reference": fills["reference"],
            **{name: fills[name] for name in FILL_TERMS},
        }
    )


def flows_table(panel: Panel, outcome: Outcome) -> pl.DataFrame:
    """One row a cash flow that was no trade; `symbol` is null where it belongs to the whole account."""
    flows = outcome.flows
    return pl.DataFrame(
        {
            "booked_at": _instants(panel, flows["row"]),
            "symbol": _names(panel, flows["asset"]),
            "kind": _words(flows["kind"], FLOW_NAMES),
            "amount_usd": flows["amount_usd"],
        }
    )


def equity_table(panel: Panel, outcome: Outcome) -> pl.DataFrame:
    """One row a session: the account after its close."""
    paths = {
        "equity_usd", "cash_usd", "long_usd", "short_usd", "interest_usd", "borrow_fee_usd",
        "exchange_gain_usd", "exchange_cost_usd",
    }  # fmt: skip
    columns = {name: getattr(outcome, name) for name in sorted(paths) if len(getattr(outcome, name))}
    return pl.DataFrame({"known_at": panel.instants, **columns})


def balances_table(panel: Panel, outcome: Outcome) -> pl.DataFrame:
    """One row a session and currency: the balance after the close, and what the day changed into it.

    Units: of the currency; `rate` is what one unit was worth in the account's, null where nobody knew.
    """
    kinds, bars = outcome.currencies, len(outcome.balances)
    rates = np.stack([_rates_of(panel, code)[:bars] for code in kinds], axis=1)
    return pl.DataFrame(
        {
            "known_at": np.repeat(panel.instants[:bars], len(kinds)),
            "currency": pl.Series(list(kinds) * bars, dtype=pl.String),
            "balance": outcome.balances.ravel(),
            "exchanged": outcome.exchanged.ravel(),
            "rate": _numbers(rates.ravel()),
        }
    )


def _rates_of(panel: Panel, code: str) -> Floats:
    """T: what one unit of a currency was worth, by whichever of its instruments knew it."""
    if code == panel.currency:
        return np.ones(len(panel.instants))
    own = panel.rates[:, [one == code for one in panel.quotes.currencies]]
    found: Floats = own[np.arange(len(own)), np.argmax(np.isfinite(own), axis=1)]
    return found


def refusals_table(panel: Panel, outcome: Outcome) -> pl.DataFrame:
    """One row a wish that became no order, and why."""
    refusals = outcome.refusals
    return pl.DataFrame(
        {
            "decided_at": _instants(panel, refusals["row"]),
            "symbol": _names(panel, refusals["asset"]),
            "reason": _words(refusals["reason"], REFUSAL_NAMES | GATEWAY_REFUSALS),
        }
    )


def margin_calls_table(panel: Panel, outcome: Outcome) -> pl.DataFrame:
    """One row a margin call: equity at the close, what maintenance asked for, and what the broker then sent.

    Shape: `forced_orders` counts its orders for the next open, which stand in orders.parquet.
    """
    calls, forced = outcome.margin_calls, outcome.forced_orders["row"]
    return pl.DataFrame(
        {
            "called_at": _instants(panel, calls["row"]),
            "equity_usd": calls["equity_usd"],
            "required_usd": calls["required_usd"],
            "forced_orders": [int((forced == row).sum()) for row in calls["row"].tolist()],
        },
        schema_overrides={"forced_orders": pl.Int64},
    )


def execution_table(panel: Panel, costs: NDArray[np.void], predicted_bps: Floats) -> pl.DataFrame:
    """One row an order: what it cost against its decision, part by part, and what had been foreseen.

    Shape: null where something is not determined. Units: parts of the shortfall as shares of the paper value.
    """
    measured = costs.dtype.names[5:] if costs.dtype.names else ()
    return pl.DataFrame(
        {
            "order_id": costs["order_id"],
            "decided_at": _instants(panel, costs["row"]),
            "done_at": _instants(panel, costs["done_row"]),
            "symbol": _names(panel, costs["asset"]),
            "sign": costs["sign"],
            **{name: pl.Series(costs[name]).fill_nan(None) for name in measured},
            "predicted_bps": pl.Series(predicted_bps).fill_nan(None),
        }
    )


def _names(panel: Panel, assets: Ints) -> pl.Series:
    """The symbol of each instrument number; -1 is the account as a whole and becomes null."""
    words = [panel.symbols[asset] if asset >= 0 else None for asset in assets.tolist()]
    return pl.Series(words, dtype=pl.String)


def _instants(panel: Panel, rows: Ints) -> pl.Series:
    """The instant of each row; -1 is never and becomes null."""
    known = rows >= 0
    instants = pl.Series(panel.instants[np.where(known, rows, 0)], dtype=pl.Int64)
    never = pl.Series(np.ascontiguousarray(~known))
    return pl.select(pl.when(never).then(None).otherwise(instants).alias("at")).to_series()


def _numbers(values: Floats) -> pl.Series:
    """Numbers, null where there is none."""
    return pl.Series(np.ascontiguousarray(values), dtype=pl.Float64, nan_to_null=True)


def _words(codes: NDArray[np.int64], words: Mapping[int, str]) -> pl.Series:
    """The word for each code."""
    return pl.Series([words[code] for code in codes.tolist()], dtype=pl.String)


def _bytes_of(artifact: Artifact) -> bytes:
    """An artifact as its file holds it."""
    return table_bytes(artifact) if isinstance(artifact, pl.DataFrame) else artifact


def _plain_number(value: Any) -> Any:
    """Numpy numbers and arrays, which the encoder does not know."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"a run's JSON cannot hold {type(value).__name__}")
