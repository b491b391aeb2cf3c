"""How the price of a fill came about, term by term, read from what its run kept."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tradewright.runs.store import RunStore
from tradewright.values.currency import USD
from tradewright.values.errors import InvalidOption, StorageFailure

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Term:
    """One step from the printed price to what a share cost in the end.

    Units: `usd_a_share` signed as it moves the price, `bps` the same of the printed price, `usd` over the
    whole fill, positive is paid.
    """

    name: str
    how: str
    usd_a_share: float
    bps: float
    usd: float


@dataclass(frozen=True)
class ExplainedFill:
    """A fill taken apart. `reference` and the first terms add up to `price`, with the others to `all_in`."""

    filled_at: int
    qty: float
    reference: float
    price: float
    all_in: float
    in_price: tuple[Term, ...]
    beside: tuple[Term, ...]


@dataclass(frozen=True)
class ExplainedOrder:
    """One order of a run with its fills, in the order in which they came; `currency` is the account's."""

    order: dict[str, Any]
    fills: tuple[ExplainedFill, ...]
    currency: str = USD


def explain(store: RunStore, run_id: str, order_id: int) -> ExplainedOrder:
    """Take the fills of one order apart.

    Raises: NotFound without such a run, InvalidOption for an order it does not have, StorageFailure where its
    files are damaged or older than these terms.
    """
    import polars as pl

    orders = store.read_table(run_id, "orders.parquet")
    found = orders.filter(pl.col("order_id") == order_id)
    if found.is_empty():
        last = f"0 to {len(orders) - 1}" if len(orders) else "none"
        raise InvalidOption(f"order {order_id} is not in run {run_id}.", f"It has {last}.")
    fills = store.read_table(run_id, "fills.parquet").filter(pl.col("order_id") == order_id)
    account = store.read_json(run_id, "config.json").get("study", {}).get("account", {})
    currency = account.get("currency", USD)
    return ExplainedOrder(found.row(0, named=True), tuple(_explained(run_id, fills)), currency)


def _explained(run_id: str, fills: "pl.DataFrame") -> list[ExplainedFill]:
    """Each fill of a table."""
    if "impact_usd" not in fills.columns:
        raise StorageFailure(
            f"run {run_id} was made before each term of a fill was kept.", "Make the run again."
        )
    return [taken_apart(fill) for fill in fills.iter_rows(named=True)]


def taken_apart(fill: Mapping[str, Any]) -> ExplainedFill:
    """One fill's way from the print to the price paid, and what was charged beside it."""
    sign = 1.0 if fill["qty"] > 0 else -1.0
    shares, reference = abs(fill["qty"]), fill["reference"]

    def term(name: str, how: str, usd: float) -> Term:
        a_share = sign * usd / shares
        return Term(name, how, a_share, a_share / reference * 1e4, usd)

    in_price = [
        term("half spread", _spread_how(fill), fill["spread_usd"]),
        term("market impact", _impact_how(fill), fill["impact_usd"]),
        term("drift on its way", _latency_how(fill), fill["latency_usd"]),
    ]
    if _held_usd(fill) > 0.0:
        in_price.append(term("held at the limit", _held_how(fill), 0.0))
    beside = (
        term("commission", "", fill["commission_usd"]),
        term("fees on sales", "SEC and FINRA" if sign < 0 else "none on a purchase", fill["regulatory_usd"]),
    )
    paid_beside = sign * (fill["commission_usd"] + fill["regulatory_usd"]) / shares
    return ExplainedFill(
        filled_at=fill["filled_at"],
        qty=fill["qty"],
        reference=reference,
        price=fill["price"],
        all_in=fill["price"] + paid_beside,
        in_price=tuple(in_price),
        beside=beside,
    )


def _held_usd(fill: Mapping[str, Any]) -> float:
    """Dollars that were reckoned beyond the order's limit; a run made before they were kept has none."""
    return float(fill.get("held_usd") or 0.0)


def _held_how(fill: Mapping[str, Any]) -> str:
    """How much of the three terms before it lay beyond the limit."""
    held_usd = _held_usd(fill)
    bps = held_usd / (abs(fill["qty"]) * fill["reference"]) * 1e4
    return f"another {held_usd:,.4f} $ ({bps:.3f} bp) of these lay beyond the limit: nobody paid it"


def _paid_share(fill: Mapping[str, Any]) -> float:
    """What was paid of the spread, impact and drift that were reckoned: 1 where no limit held them."""
    paid = float(fill["spread_usd"] + fill["impact_usd"] + fill["latency_usd"])
    return paid / (paid + _held_usd(fill)) if paid > 0.0 else float(_held_usd(fill) == 0.0)


def _spread_how(fill: Mapping[str, Any]) -> str:
    """Where half the spread comes from."""
    if not fill["usual_volume"] > 0.0:
        return "flat: volume or volatility was not known"
    dollars = fill["usual_volume"] * fill["reference"]
    return f"by {_percent(fill['sigma'])} volatility and about {dollars:,.0f} $ of volume a bar"


def _impact_how(fill: Mapping[str, Any]) -> str:
    """What impact was reckoned from."""
    if not fill["usual_volume"] > 0.0:
        return "not known without volume and volatility"
    if _paid_share(fill) == 0.0:
        return "none: it filled at its limit"
    share = abs(fill["qty"]) / fill["usual_volume"]
    scale = _paid_share(fill) * fill["sigma"] * math.sqrt(share) * abs(fill["qty"]) * fill["reference"]
    coefficient = fill["impact_usd"] / scale if scale > 0.0 else 0.0
    return f"{coefficient:.3g} x {_percent(fill['sigma'])} x sqrt({_percent(share)} of the usual volume)"


def _latency_how(fill: Mapping[str, Any]) -> str:
    """How long the order travelled, and whether that moved its price."""
    if fill["latency_ms"] == 0.0:
        return "no latency"
    moved = "; it was there in time, or the bar did not go against it, or its range is not known"
    moved = "" if fill["latency_usd"] > 0.0 else moved
    return f"{fill['latency_ms']:.0f} ms{moved}"


def _percent(share: float) -> str:
    """A share in per cent."""
    return f"{100.0 * share:.3g} %"
