"""Single orders in plain Python: how they reach the market, wait, trigger, fill and end.

Read `Desk.work` first: it is the order of what happens to them inside one bar. At which price each may trade
is said in `reference_prices.py`.
"""

import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from tradewright.kernel import costs, reference_gate
from tradewright.kernel import reference as kernel
from tradewright.kernel import reference_rules as rules
from tradewright.kernel import reference_words as words
from tradewright.kernel.costs import Rates
from tradewright.kernel.inputs import (
    BEGINS,
    DUST,
    ENDS,
    LARGEST,
    TOUCH_ROUNDING,
    check_decisions,
    check_panel,
    session_marks,
    terms_of,
)
from tradewright.kernel.reference_balances import at_hand
from tradewright.kernel.reference_gate import PlainGate
from tradewright.kernel.reference_prices import Bar, LiveOrder, price_at_open, price_inside, turns
from tradewright.kernel.reference_state import Intent, Match, Order, State
from tradewright.values import outcome as out
from tradewright.values.decisions import Decisions, no_decisions
from tradewright.values.instructions import SUBMIT, Instructions, instructions_of
from tradewright.values.order import Instruction, OrderType, TimeInForce
from tradewright.values.outcome import Outcome
from tradewright.values.panel import DELISTING, MERGER, RENAME, SPLIT, Panel
from tradewright.values.profile import AccountOptions, ExecutionProfile
from tradewright.values.reading import Reading

AT_ONCE = (TimeInForce.IOC, TimeInForce.FOK)


class Desk:
    """All submitted orders of an account, one list of live ones an instrument."""

    def __init__(self, panel: Panel, said: Instructions) -> None:
        """Everything that will be said, each word to be heard when its time has come."""
        self.said = said
        self.place = 0  # of the next word
        self.marks = session_marks(panel)
        self.live: dict[int, list[LiveOrder]] = {}
        self.by_ticket: dict[int, LiveOrder] = {}
        self.split_row: dict[int, int] = {}
        self.events: list[tuple[int, int, int]] = []
        self.bars: dict[int, Bar | None] = {}
        self.rates = Rates()
        self.travelling: list[np.void] = []  # words that this row's first print will not wait for

    # Words reach the market.

    def hear(self, state: State, row: int) -> None:
        """Let every word that has arrived before this row's open take effect."""
        while self.place < self.said.said:
            word = self.said.words[self.place]
            if int(word["row"]) + state.terms.latency_bars >= row:
                return
            self.place += 1
            if word["kind"] == SUBMIT:
                self.submit(state, row, int(word["row"]), int(word["ticket"]))
            elif not words.travels(self, state, row, word):
                words.change(self, state, row, word)
            elif words.is_sent(self, state, row, word):
                self.travelling.append(word)

    def submit(self, state: State, row: int, decided: int, ticket: int) -> None:
        """A new order: its line in the record, and whether the market takes it."""
        terms = self.said.tickets[ticket]
        asset, qty = int(terms["asset"]), float(terms["qty"])
        qty = kernel.whole_shares(qty) if state.terms.whole else qty
        order = Order(len(state.orders), decided, asset, qty, qty, done_row=row, ticket=ticket)
        state.orders.append(order)
        if int(terms["entry"]) < 0:  # exits wait at the market already
            order.latency_ms = costs.latency_ms(state.terms, order.order_id)
        moved = self.since_said(state, asset, decided, row)
        live = self.by_ticket[ticket] = LiveOrder(
            order,
            int(terms["type"]),
            int(terms["time_in_force"]),
            int(terms["good_till"]),
            bool(terms["reduce_only"]) or state.ruined_row >= 0,
            float(terms["limit"]) * moved,
            float(terms["stop"]) * moved,
            float(terms["trail_usd"]) * moved,
            float(terms["trail_share"]),
            arrived=row,
            entry=self.by_ticket.get(int(terms["entry"])),
            sibling=self.by_ticket.get(int(terms["sibling"])),
            best=state.mark[asset],
        )
        if live.sibling is not None:
            live.sibling.sibling = live
        if live.entry is not None:
            live.entry.exits.append(live)
        self.live.setdefault(asset, []).append(live)
        reason = self.objection(state, decided, live)
        if not reason and live.entry is None and state.gate is not None:
            reason = reference_gate.objection(state, decided, live)
        if reason and live.entry is None:
            state.refusals.append((decided, asset, reason))
        if reason or (live.entry is None and costs.is_rejected(state.terms, order.order_id)):
            self.note(row, live, out.REJECTED)
        else:
            self.note(row, live, out.WORKING if live.entry is None else out.HELD)

    def objection(self, state: State, decided: int, live: LiveOrder) -> int:
        """Why the market does not take a new order; 0 where it does."""
        order = live.order
        if live.entry is not None:
            return 0 if live.entry.is_live else out.ORDER_ENDED
        if order.asset in state.delisted:
            return out.DELISTED
        if math.isnan(state.mark[order.asset]):
            return out.NO_PRICE
        if math.isnan(self.since_said(state, order.asset, decided, live.arrived)):
            return out.NO_RATE
        if self.split_row.get(order.asset, -1) > decided:
            return out.SPLIT_BETWEEN
        if order.qty == 0.0:
            return out.UNDER_ONE_SHARE
        if abs(order.qty) >= LARGEST:
            return out.TOO_LARGE
        barred = rules.bar(state, order.asset)
        if barred and order.qty < 0.0 and state.qty[order.asset] <= 0.0 and not live.reduce_only:
            return barred
        if state.ruined_row >= 0 and order.qty * state.qty[order.asset] >= 0.0:
            return out.RUINED
        return 0

    def restate(self, state: State, row: int) -> None:
        """Change working orders by this row's splits; those of an instrument that is gone end."""
        actions = state.panel.actions
        for action in sorted(actions[actions["row"] == row], key=lambda one: int(one["kind"])):
            asset = int(action["asset"])
            if action["kind"] == SPLIT:
                self.split_row[asset] = row
            for live in self.live.get(asset, []):
                if action["kind"] == SPLIT and live.is_live:
                    self.split(state, row, live, float(action["value"]))
                elif action["kind"] in (DELISTING, MERGER, RENAME) and live.is_live:
                    self.end(row, live, out.CANCELLED)

    def split(self, state: State, row: int, live: LiveOrder, ratio: float) -> None:
        """More shares at lower prices; what is left of whole shares stays whole."""
        order = live.order
        remaining = order.remaining * ratio
        order.remaining = kernel.whole_shares(remaining) if state.terms.whole else remaining
        order.filled *= ratio
        order.qty = order.filled + order.remaining
        live.limit /= ratio
        live.stop /= ratio
        live.trail_usd /= ratio
        live.best /= ratio
        if order.remaining == 0.0:
            self.end(row, live, out.CANCELLED)

    def since_said(self, state: State, asset: int, decided: int, row: int) -> float:
        """How far an instrument's rate went between a word's row and the close before `row`."""
        rates = state.terms.rates
        return float(rates[row - 1, asset] / rates[decided, asset]) if len(rates) else 1.0

    def reprice(self, state: State, row: int) -> None:
        """Prices of orders are fixed in the currency of their exchange: they move as its rate does."""
        rates = state.terms.rates
        for asset, waiting in self.live.items():
            factor = float(rates[row, asset] / rates[row - 1, asset])
            for live in waiting:
                if live.is_live and factor != 1.0:
                    live.limit *= factor * (1.0 - live.sign * TOUCH_ROUNDING)
                    live.stop *= factor
                    live.trail_usd *= factor
                    live.best *= factor

    # Orders trade.

    def work(self, state: State, row: int) -> None:
        """Trade the orders: at the open, inside the bar, at the close."""
        assets = sorted(self.live)
        self.rates = kernel.rates_at(state, row)
        if len(state.terms.rates):
            self.reprice(state, row)
        self.bars = {asset: self.bar_of(state, row, asset) for asset in assets}
        for asset in assets:
            self.work_open(state, row, asset)
        for word in self.travelling:
            words.change(self, state, row, word, has_opened=True)
        self.travelling = []
        for asset in assets:
            self.work_inside(state, row, asset)
        for asset in assets:
            self.work_close(state, row, asset)
        self.live = {asset: left for asset in assets if (left := [x for x in self.live[asset] if x.is_live])}

    def bar_of(self, state: State, row: int, asset: int) -> Bar | None:
        """The bar as orders meet it; None where nothing can have traded."""
        panel = state.panel
        room = kernel.capacity(state, row, asset)
        room -= sum(abs(fill[3]) for fill in state.fills if fill[1] == row and fill[2] == asset)
        open_ = kernel.printed(state, row, asset)
        close = float(panel.close[row, asset])
        prices = [open_, float(panel.high[row, asset]), float(panel.low[row, asset]), close]
        printed = [price for price in prices if kernel.known(price)]
        if room <= 0.0 or not printed:
            return None
        return Bar(open_, min(printed), max(printed), close if kernel.known(close) else math.nan, room)

    def work_open(self, state: State, row: int, asset: int) -> None:
        """What the first print of the bar sets off and fills."""
        begins = bool(self.marks[row] & BEGINS)
        for live in self.live[asset]:
            if live.works and live.good_till < state.panel.instants[row]:
                self.end(row, live, out.EXPIRED)
            if self.late(state, row, live) == math.inf:
                continue
            self.meet_open(state, row, live)
            if live.works and live.time_in_force in AT_ONCE:
                if self.is_silent(state, row, asset):
                    state.refusals.append((row, asset, out.NO_VOLUME))
                self.end(row, live, out.CANCELLED)
            if live.works and live.type == OrderType.MARKET_ON_OPEN and begins:
                self.end(row, live, out.EXPIRED)

    def meet_open(self, state: State, row: int, live: LiveOrder) -> None:
        """Let one order trade at the first print, if it may."""
        bar, late = self.bars[live.order.asset], self.late(state, row, live)
        if not live.works or late == math.inf or bar is None or math.isnan(bar.open):
            return
        waited, has_auction = not live.triggered, bool(self.marks[row] & BEGINS)
        price = price_at_open(live, bar.open, has_auction and not state.terms.close_only)
        if waited and live.triggered:
            self.note(row, live, out.TRIGGERED)
        if not math.isnan(price):
            self.take(state, row, live, (price, 1.0, late))

    def is_silent(self, state: State, row: int, asset: int) -> bool:
        """True where a bar has no first print, or where no share changed hands."""
        has_none = kernel.capacity(state, row, asset) <= 0.0 and not state.panel.volume[row, asset] > 0.0
        return has_none or math.isnan(kernel.printed(state, row, asset))

    def work_inside(self, state: State, row: int, asset: int) -> None:
        """What the bar's range sets off and fills; against the account where the order of events is open."""
        bar = self.bars[asset]
        if bar is None:
            return
        for of_stops, of_newborn in turns(state.terms.reading):
            for live in self.live[asset]:
                if not live.works or live.visited == row or (live.newborn == row) != of_newborn:
                    continue
                if live.is_waiting_stop != of_stops or self.late(state, row, live) == math.inf:
                    continue
                live.visited, waited = row, not live.triggered
                price, share = price_inside(live, bar, state.terms, of_newborn)
                if waited and live.triggered:
                    self.note(row, live, out.TRIGGERED)
                if share > 0.0:
                    self.take(state, row, live, (price, share, 0.0))

    def work_close(self, state: State, row: int, asset: int) -> None:
        """The closing auction, and the end of the session's orders."""
        if not self.marks[row] & ENDS:
            return
        bar, instants = self.bars[asset], state.panel.instants
        for live in self.live[asset]:
            if not live.works or self.late(state, row, live) == math.inf:
                continue
            if live.type == OrderType.MARKET_ON_CLOSE:
                if instants[row] - instants[live.arrived - 1] < state.terms.cutoff_ns:
                    continue  # too late for this one
                if bar is not None and not math.isnan(bar.close):
                    self.take(state, row, live, (bar.close, 1.0, 0.0))
            if live.works and live.time_in_force == TimeInForce.DAY and live.type != OrderType.MARKET_ON_OPEN:
                self.end(row, live, out.EXPIRED)

    # A fill and what follows from it.

    def late(self, state: State, row: int, live: LiveOrder) -> float:
        """How long after the open of `row` an order arrives, in ns; infinite where that is too late.

        Whatever is meant for an opening auction is sent at once: it is there in time, or misses that auction.
        """
        decided, travels_ms = live.arrived - 1, live.order.latency_ms
        if live.type == OrderType.MARKET_ON_OPEN:
            return 0.0 if costs.makes_open(state.panel, decided, row, travels_ms) else math.inf
        late = costs.late_ns(state.panel, decided, row, travels_ms)
        return math.inf if 0 < costs.bar_ns(state.panel, row) <= late else late

    def take(self, state: State, row: int, live: LiveOrder, offer: tuple[float, float, float]) -> None:
        """Fill what the bar, the position and the gross limit leave room for."""
        order, bar, (price, share, late) = live.order, self.bars[live.order.asset], offer
        assert bar is not None
        held, sign = state.qty[order.asset], live.sign
        room = bar.room
        if share < 1.0 and room < math.inf:
            room = kernel.whole_shares(room * share) if state.terms.whole else room * share
        reach = min(abs(order.remaining), room)
        against = abs(held) if sign * held < 0.0 else 0.0
        only = reference_gate.bar(state, live)
        if only and against == 0.0:
            state.refusals.append((row, order.asset, only))
            self.end(row, live, out.CANCELLED)
            return
        if only:
            reach = min(reach, against)
        if reach <= 0.0 or (live.time_in_force == TimeInForce.FOK and reach < abs(order.remaining)):
            return
        qty, reducing = sign * reach, sign * min(reach, against)
        slip = replace(kernel.slippage(state, row, order, (self.rates, late)), limit=live.limit)
        match = Match(order, price, reducing, qty, slip)
        if state.terms.rules.cash_only and qty > reducing:
            match = self.paid_for(state, row, match)
            if match.qty == 0.0 or (live.time_in_force == TimeInForce.FOK and match.qty < qty):
                return
            qty = match.qty
        fitting = self.fitting(state, row, match)
        filled = qty
        if fitting < 1.0:
            filled = reducing + (qty - reducing) * fitting
            filled = kernel.whole_shares(filled) if state.terms.whole else filled
            if live.time_in_force == TimeInForce.FOK:
                return
        bar.room -= abs(filled)
        self.book(state, row, live, match, filled)

    def paid_for(self, state: State, row: int, match: Match) -> Match:
        """A purchase as far as cash that has settled pays for it; the rest works on."""
        waiting = rules.unsettled(state, row)
        share = rules.payable(state, at_hand(state) - waiting, [match], self.rates) if waiting > 0.0 else 1.0
        return match if share >= 1.0 else rules.paid_part(state, row, match, share)

    def fitting(self, state: State, row: int, match: Match) -> float:
        """The share of one order's increase that the gross limit leaves room for; see `reference.fit`."""
        asset, price = match.order.asset, match.reference
        if match.qty == match.reducing:
            return 1.0
        gross, equity = 0.0, at_hand(state)
        for other, held in enumerate(state.qty):
            if held != 0.0:
                known = price if other == asset else kernel.printed(state, row, other)
                known = state.mark[other] if math.isnan(known) else known
                gross += abs(held) * known
                equity += held * known
        gross -= abs(match.reducing) * price
        increase = abs(match.qty - match.reducing) * price
        base = costs.most(state.terms, self.rates, match.slip, match.reducing, price)
        extra = costs.most(state.terms, self.rates, match.slip, match.qty, price) - base
        limit = state.terms.max_gross
        share = (limit * (equity - base) - gross) / (increase + limit * extra)
        return 0.0 if share <= DUST else min(share, 1.0)

    def book(self, state: State, row: int, live: LiveOrder, match: Match, filled: float) -> None:
        """Charge and book a fill, then let it end, begin or shrink what is tied to the order."""
        order = live.order
        order.remaining -= match.qty  # filled or dropped: neither comes back
        if abs(order.remaining) <= DUST * abs(order.qty):
            order.remaining = 0.0
        if filled != 0.0:
            order.filled += filled
            kernel.book(state, row, match, filled, self.rates)
        if order.remaining == 0.0:
            full = abs(order.qty - order.filled) <= DUST * abs(order.qty)
            self.end(row, live, out.FILLED if full else out.CANCELLED)
        elif filled != 0.0:
            self.note(row, live, out.PARTIALLY_FILLED)
        if filled != 0.0:
            self.settle(row, live, filled, match.reference)

    def settle(self, row: int, live: LiveOrder, filled: float, price: float) -> None:
        """Exits begin to work for what their entry filled; a sibling loses what this order filled."""
        for exit_ in live.exits:
            if exit_.is_live:
                self.activate(row, exit_, filled, price)
        sibling = live.sibling
        if sibling is not None and sibling.is_live:
            self.shrink(row, sibling, abs(filled))
        if live.entry is not None and live.entry.is_live and live.order.remaining == 0.0:
            self.end(row, live.entry, out.CANCELLED)

    def activate(self, row: int, live: LiveOrder, filled: float, price: float) -> None:
        """An exit grows by what its entry filled, and begins to work with the first of it."""
        order = live.order
        if order.state == out.HELD:
            order.qty = order.remaining = 0.0
            live.best, live.arrived = price, row
            live.newborn = row if live.entry is not None and live.entry.visited == row else -1
            self.note(row, live, out.WORKING)
        order.qty -= filled
        order.remaining -= filled

    def shrink(self, row: int, live: LiveOrder, by: float) -> None:
        """Take shares off an order because its sibling filled them."""
        order = live.order
        left = abs(order.remaining) - by
        if left <= DUST * abs(order.qty):
            self.end(row, live, out.CANCELLED)
            return
        sign = live.sign
        order.qty, order.remaining = order.qty - sign * by, sign * left

    # States.

    def note(self, row: int, live: LiveOrder, state: int) -> None:
        """Change an order's state, where it changes, and keep the event."""
        order = live.order
        order.done_row = row
        if order.state == state and state == out.PARTIALLY_FILLED:
            return
        order.state = state
        self.events.append((row, order.ticket, state))

    def end(self, row: int, live: LiveOrder, how: int) -> None:
        """End an order; exits of an entry that filled nothing end with it."""
        self.note(row, live, how)
        if live.order.filled != 0.0:
            return
        for exit_ in live.exits:
            if exit_.is_live:
                self.end(row, exit_, out.CANCELLED)

    def cancel_all(self, state: State, row: int) -> None:
        """End every order."""
        for asset in sorted(self.live):
            for live in self.live[asset]:
                if live.is_live:
                    self.end(row, live, out.CANCELLED)
        self.live = {}


def simulate_orders(
    panel: Panel,
    said: Iterable[tuple[int, Instruction]],
    account: AccountOptions,
    profile: ExecutionProfile,
    decisions: Decisions | None = None,
    reading: Reading = Reading.BASE,
) -> Outcome:
    """Trade single orders over the panel, beside target weights where there are any."""
    check_panel(panel)
    decisions = no_decisions(len(panel.symbols)) if decisions is None else decisions
    check_decisions(decisions, panel)
    return simulate_said(panel, replace(decisions, said=tuple(said)), account, profile, None, reading)


def simulate_said(
    panel: Panel,
    decisions: Decisions,
    account: AccountOptions,
    profile: ExecutionProfile,
    gate: PlainGate | None = None,
    reading: Reading = Reading.BASE,
) -> Outcome:
    """Trade target weights and what is said about single orders; every order is asked of the `gate`."""
    desk = Desk(panel, instructions_of(panel, decisions.said))
    state = kernel.opened(panel, terms_of(panel, account, profile, reading))
    if gate is not None:
        state.gate = gate
        gate.opened(state)
        gate.beside(desk)
    wanted = dict(zip(decisions.rows.tolist(), decisions.weights, strict=True))
    bars = len(panel.instants)
    path = np.zeros((6, bars))
    for row in range(bars):
        intent = Intent(row - 1, wanted[row - 1]) if row - 1 in wanted else None
        kernel.step(state, row, intent, desk)
        reference_gate.close(state, row, desk)
        if row == bars - 1 and state.terms.liquidate:
            desk.cancel_all(state, row)
            kernel.liquidate(state, row)
        path[:, row] = (state.equity, state.cash, state.long, state.short, state.interest, state.borrow_fee)
    events = np.array(desk.events, dtype=out.event_dtype)
    return replace(kernel.outcome_of(state, path), events=events)
