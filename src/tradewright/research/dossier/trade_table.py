"""Round trips: the extremes first, then the whole list, paged by the page's script where there is one."""

import math

from tradewright.research.dossier.content import Trade
from tradewright.research.dossier.markup import Html, escape, join, tag
from tradewright.research.dossier.tables import Column, missing, table
from tradewright.research.dossier.wording import counted, decimal, dollars, moment

MOST_TRADES = 2_000
EXTREMES = 5
SPLIT_MARK = "\u2020"
# Held longer than this, an hour of summer time is no news.
WHOLE_DAYS = 2.0
COLUMNS = (
    Column("Symbol"), Column("Side"), Column("Entry"), Column("Entry price", True), Column("Exit"),
    Column("Exit price", True), Column("Shares", True), Column("Dividends", True), Column("Commission", True),
    Column("Profit or loss", True), Column("Spread", True), Column("Days", True),
)  # fmt: skip
RECKONING = (
    "Profit or loss = (exit price \u2212 entry price) \u00d7 shares + dividends \u2212 commission; shares "
    "sold short are negative. Shares are all that were opened; prices are averages of what was paid and got, "
    "spread included, a delisting at its payout and what is still open at the last close. Prices are shown "
    "to the cent, so that a product may differ by that much a share."
)


def trade_tables(trades: tuple[Trade, ...] | None, file: str, with_time: bool) -> Html:
    """The largest losses and gains, then every round trip up to a limit that is stated.

    `file` is the artifact that holds the rest; `with_time` prints the time of day too, for bars within a day.
    """
    if trades is None:
        return missing("Round trips were not evaluated.")
    if not trades:
        return missing("There was no round trip.")
    known = sorted((t for t in trades if math.isfinite(t.pnl_usd)), key=lambda trade: trade.pnl_usd)
    losses = [trade for trade in known[:EXTREMES] if trade.pnl_usd < 0]
    gains = [trade for trade in known[::-1][:EXTREMES] if trade.pnl_usd > 0]
    parts = [
        table(caption, COLUMNS, [trade_cells(trade, with_time) for trade in some], "trades")
        for caption, some in (("The largest losses", losses), ("The largest gains", gains))
        if some
    ]
    words = tag("p", f"{RECKONING}{_split_words(trades)}", class_="note")
    return join(words, *parts, _every_trade(trades, file, with_time))


def _split_words(trades: tuple[Trade, ...]) -> str:
    """Says which prices were adjusted, where there are any."""
    split = sum(trade.splits != 1.0 for trade in trades)
    if not split:
        return ""
    return (
        f" {counted(split, 'round trip')} lived through a split: entry price and shares are put on the basis "
        f"of the exit's shares, and marked {SPLIT_MARK}."
    )


def _every_trade(trades: tuple[Trade, ...], file: str, with_time: bool) -> Html:
    """The list itself, folded away."""
    shown = trades[:MOST_TRADES]
    rest = len(trades) - len(shown)
    caption = counted(len(shown), "round trip") + " in the order of the run"
    title = (
        f"All {counted(len(trades), 'round trip')}" if not rest else f"The first {len(shown):,} round trips"
    )
    note = tag("p", f"The remaining {rest:,} are in {file}.", class_="note") if rest else Html()
    whole = table(
        caption, COLUMNS, (trade_cells(trade, with_time) for trade in shown), "trades", "every-trade"
    )
    return tag("details", tag("summary", title), whole, note)


def trade_cells(trade: Trade, with_time: bool) -> tuple[str, ...]:
    """One round trip as words and numbers."""
    left = "still open" if trade.exit_at is None else moment(trade.exit_at, with_time)
    return (
        trade.symbol,
        trade.side,
        moment(trade.entry_at, with_time),
        _entry_price(trade),
        left,
        _price(trade.exit_price),
        decimal(trade.qty, 0 if float(trade.qty).is_integer() else 2),
        dollars(trade.dividends_usd),
        dollars(trade.commission_usd),
        _signed(trade.pnl_usd),
        dollars(trade.costs_usd - trade.commission_usd),
        decimal(trade.holding_days, 0 if trade.holding_days >= WHOLE_DAYS else 2),
    )


def _entry_price(trade: Trade) -> Html:
    """The entry price, marked where a split has changed its basis."""
    words = escape(_price(trade.entry_price))
    if trade.splits == 1.0:
        return words
    became = f"split-adjusted: one share became {trade.splits:g} while it was held"
    return join(words, tag("abbr", SPLIT_MARK, title=became))


def _price(price: float) -> str:
    """A price per share; a delisted position was never sold and has none."""
    return decimal(price) if math.isfinite(price) else "none"


def _signed(amount_usd: float) -> Html:
    """A profit or a loss, told by its sign first and by its colour second."""
    if not amount_usd < 0:
        return escape(dollars(amount_usd))
    return tag("span", dollars(amount_usd), class_="negative")
