"""`tradewright costs explain`"""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json, RunId, workspace_of

if TYPE_CHECKING:
    from tradewright.runs.cost_terms import ExplainedFill, Term

OrderId = Annotated[
    int, typer.Argument(help="The order's number, as in orders.parquet: 0 is the first.", show_default=False)
]


def run(context: typer.Context, run_id: RunId, order: OrderId, json: Json = False) -> None:
    """Show how the price of an order's fills came about, term by term.

    From the printed price by half spread, market impact and the drift while the
    order travelled to the price paid; then commission and fees. The terms add up.
    """
    from tradewright.runs.cost_terms import explain
    from tradewright.values.currency import USD

    store = workspace_of(context).runs
    manifest = store.find(run_id)
    found = explain(store, manifest.run_id, order)
    if json:
        screen.as_json([{"id": manifest.run_id, **asdict(found)}])
        return
    told = found.order
    screen.say(
        f"Order {told['order_id']} of {manifest.name}: {told['qty']:+,g} {told['symbol']}, decided "
        f"{screen.when(told['decided_at'])} UTC, {told['state']}, {told['filled_qty']:+,g} filled.\n"
    )
    if found.currency != USD:
        screen.say(f"The account is in {found.currency}: the sign $ stands for it.\n")
    if not found.fills:
        screen.say("It has no fill: there is no price to explain.")
    for fill in found.fills:
        _show(fill)


def _cells(term: "Term") -> tuple[str, str, str, str, str]:
    """One term as a row; what rounds to nothing has no sign."""
    a_share, bps, usd = (
        round(one, digits) + 0.0 for one, digits in ((term.usd_a_share, 6), (term.bps, 3), (term.usd, 4))
    )
    return term.name, term.how, f"{a_share:+,.6f}", f"{bps:+.3f}", f"{usd:,.4f}"


def _show(fill: "ExplainedFill") -> None:
    """One fill's terms as a table."""
    rows: list[tuple[str, str, str, str, str]] = [("printed price", "", f"{fill.reference:,.6f}", "", "")]
    rows += [_cells(term) for term in fill.in_price]
    rows.append(("price paid", "", f"{fill.price:,.6f}", "", ""))
    rows += [_cells(term) for term in fill.beside]
    rows.append(("all in", "", f"{fill.all_in:,.6f}", "", ""))
    title = f"{fill.qty:+,g} shares, bar known at {screen.when(fill.filled_at)} UTC"
    screen.table(("", "how", "$ a share", "bp", "$"), rows, title)
    screen.say("")
