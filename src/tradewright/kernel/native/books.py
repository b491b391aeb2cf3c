"""One simulated account in memory: the arrays the compiled kernel works on, and the call that runs it."""

import numpy as np

from tradewright.kernel.inputs import Terms, session_marks
from tradewright.kernel.memory import fresh
from tradewright.kernel.native.cache import is_interpreted
from tradewright.kernel.native.corporate import scheduled
from tradewright.kernel.native.entry import entry, orders_entry, rules_entry
from tradewright.kernel.native.gate import Gate
from tradewright.kernel.native.records import (
    Desk,
    Market,
    Marks,
    Path,
    Records,
    live_dtype,
    new_account,
    new_assets,
    new_balances,
    new_desks,
    table_dtype,
)
from tradewright.kernel.native.step import JOURNAL_FULL, run, sweep
from tradewright.values import outcome as out
from tradewright.values.instructions import Instructions
from tradewright.values.order import OrderState, OrderStatus, OrderType
from tradewright.values.outcome import Outcome
from tradewright.values.panel import Floats, Ints, Panel

# A journal starts with room for every order that could come, up to this many; memory is taken as written.
_FIRST_ROOM = 1 << 18
_JOURNALS = (
    ("orders", out.order_dtype), ("fills", out.fill_dtype), ("flows", out.flow_dtype),
    ("refusals", out.refusal_dtype), ("events", out.event_dtype), ("calls", out.call_dtype),
)  # fmt: skip
_PATH = ("equity", "cash", "long", "short", "interest", "borrow_fee")


def market_of(panel: Panel, terms: Terms) -> Market:
    """The panel as the compiled kernel reads it: fills at opens, or at closes where no open is known."""
    actions = panel.actions
    inside = (actions["row"] >= 0) & (actions["row"] < len(panel.instants))
    actions = actions[inside]
    actions, rules = scheduled(actions), terms.rules
    prices = panel.close if terms.close_only else panel.open
    return (
        *(panel.instants, prices, panel.close, panel.volume, actions, panel.close.reshape(-1)),
        *(panel.high, panel.low, panel.opens_at, terms.steps, terms.tiers, panel.borrows),
        *(rules.sessions, rules.settles, pending_of(terms)),
        *(terms.rates, new_balances(terms), terms.currencies.rates),
        np.zeros((len(terms.currencies.rates), 2 * len(terms.currencies.names) + 2)),
    )


def pending_of(terms: Terms) -> Floats:
    """What settles in each session: nothing yet; by currency where balances are kept."""
    sessions = int(terms.rules.settles[-1]) + 1 if len(terms.rules.settles) else 0
    return np.zeros(sessions * max(len(terms.currencies.names), 1))


def new_path(bars: int, accrues: bool) -> Path:
    """The columns of money, before the first row.

    Every row of the first three is written. What is short is written only on rows where something is, and
    accruals only where there are any: else one zero stands for all.
    """
    equity, cash, long = fresh(3, bars)
    interest, borrow_fee = fresh(2, bars) if accrues else np.broadcast_to(0.0, (2, bars))
    return equity, cash, long, np.zeros(bars), interest, borrow_fee


def address_of(array: "np.ndarray[tuple[int, ...], np.dtype[np.generic]]") -> int:
    """Where an array lies in memory; whoever passes it on keeps the array alive."""
    return int(array.ctypes.data)  # __array_interface__ would describe every field of a record


class Books:
    """The arrays of one account over one panel.

    Invariant: `table` holds the address of every array named here; whoever replaces one calls `point`.
    """

    def __init__(
        self,
        panel: Panel,
        terms: Terms,
        targets: tuple[Ints, Floats],
        said: Instructions | None = None,
        gate: Gate | None = None,
    ) -> None:
        """Open the account for target weights by row, and for what is said about single orders.

        Every order is asked of the `gate`, where there is one.
        """
        bars, count = panel.shape
        self.panel = panel
        self.account = new_account(terms)
        self.account["entries"] += gate is not None  # what the kill switch cancels is told
        self.assets = new_assets(count)
        self.assets["borrow_fee"] = terms.borrow_rate
        if len(terms.conversion):
            self.assets["conversion"] = terms.conversion
        self.currencies = terms.currencies.names
        if terms.keeps:
            self.assets["currency"] = terms.currencies.of_asset
            self.assets["changing"] = terms.currencies.changing
        self.market = market_of(panel, terms)
        self.targets = targets
        self.said = Instructions(panel.symbols, room=0) if said is None else said
        self.live = np.zeros(0, dtype=live_dtype)
        self.desks = new_desks(0)
        self.marks = np.zeros(0, dtype=np.int8)
        # An order for every word, a last sale of each instrument, and always the entries of one row.
        entries = 1 + int(self.account[0]["entries"])
        room = max(entries * count, min(_FIRST_ROOM, (len(targets[0]) + 1) * count)) + 1
        talk = self.said.said
        rooms = (
            room + talk,
            room + 2 * talk,
            2 * len(self.market[4]) + 2,
            room + 2 * talk,
            8 * talk,
            bars * terms.rules.calls,
        )  # a merger: cash and a fraction
        self.journal: list[Records] = [
            np.empty(size, dtype) for size, (_, dtype) in zip(rooms, _JOURNALS, strict=True)
        ]
        self.path = new_path(bars, bool(self.account[0]["accrues"]))
        self.table = np.zeros(1, dtype=table_dtype)
        self._address = address_of(self.table)
        self.account["table"] = self._address
        self._sweep: tuple[Ints, Floats] | None = None
        self._enter = self._interpret if is_interpreted else entry()
        self.table["decisions"] = len(targets[0])  # a session says itself how many of them count
        self.point()
        if terms.rules.bind or terms.keeps:
            self.account["rules"] = 1 if is_interpreted else rules_entry()
        self._gate = gate
        if gate is not None:
            self.account["gate"], self.account["gate_memory"] = gate.attach(self)

    def point(self) -> None:
        """Write every address into the table."""
        names = ("instants", "prices", "close", "volume", "actions")
        self._point_to(("account", "assets"), (self.account, self.assets))
        self._point_to(names, self.market[:5])
        self._point_to(("high", "low", "opens_at", "steps", "tiers"), self.market[6:11])
        self._point_to(("borrows", "sessions", "settles", "pending", "rates"), self.market[11:16])
        self._point_to(("balances", "worth", "history"), self.market[16:])
        self._point_to(("rows", "targets"), self.targets)
        self._point_to(tuple(name for name, _ in _JOURNALS), tuple(self.journal))
        self._point_to(_PATH, self.path)
        table = self.table[0]
        table["bars"], table["count"] = self.panel.shape
        table["step_count"], table["tier_count"] = len(self.market[9]), len(self.market[10])
        table["acts"], table["borrows_count"] = len(self.market[4]), len(self.market[11])
        table["settling"], table["pending_count"] = len(self.market[12]), len(self.market[14])
        table["rated"] = len(self.market[15])
        table["kinds"], table["kept_rows"] = len(self.market[16]), len(self.market[17])
        for (name, _), records in zip(_JOURNALS, self.journal, strict=True):
            table[f"{name}_room"] = len(records)
        self.listen()

    def listen(self) -> None:
        """Take note of what was said since the last time."""
        said, table = self.said, self.table[0]
        if said.submitted and not len(self.desks):
            self.desks, self.marks = new_desks(self.panel.shape[1]), session_marks(self.panel)
            if not is_interpreted:
                self.account["phases"] = orders_entry()
        if len(self.live) < len(said.tickets):
            longer = np.empty(len(said.tickets), dtype=live_dtype)
            longer[: len(self.live)] = self.live
            self.live = longer
        self._point_to(("words", "tickets", "live"), (said.words, said.tickets, self.live))
        self._point_to(("desks", "marks"), (self.desks, self.marks))
        table["said"], table["submitted"] = said.said, said.submitted
        table["desks_count"], table["marks_count"] = len(self.desks), len(self.marks)

    def _point_to(
        self, names: tuple[str, ...], arrays: "tuple[Records | Floats | Ints | Marks, ...]"
    ) -> None:
        """Write the addresses of some arrays."""
        for name, array in zip(names, arrays, strict=True):
            self.table[name] = address_of(array)

    def run(self, stop: int) -> None:
        """Run all bars before row `stop` that have not run yet."""
        if self._gate is not None:
            self._gate.make_room(int(self.table["decisions"][0]) * len(self.assets) + self.said.said)
        while self._enter(self._address, stop) == JOURNAL_FULL:
            self._grow()

    def run_many(self, starts: Ints, equity: Floats) -> None:
        """Run a candidate for each row of `equity`; number k owns decisions starts[k] to starts[k + 1]."""
        self._sweep = (starts, equity)
        self.account["journals"] = 0
        self.table["candidates"] = len(equity)
        self._point_to(("starts", "equity"), self._sweep)
        self._enter(self._address, equity.shape[1])

    def _interpret(self, address: int, stop: int) -> int:
        """The same loop without a compiler, for debugging under NUMBA_DISABLE_JIT."""
        journal = (*self.journal[:4], self.journal[5])
        account = self.account[0]
        account["stop"] = stop
        heard = int(self.table["decisions"][0])
        intents = (self.targets[0][:heard], self.targets[1][:heard], self._desk())
        if self._sweep is None:
            return int(run(account, self.assets, self.market, intents, journal, self.path))
        starts, equity = self._sweep
        return int(sweep((account, self.assets), self.market, intents, starts, journal, equity))

    def _desk(self) -> Desk:
        """The arrays of submitted orders, as interpreted code takes them."""
        said = self.said
        words, tickets = said.words[: said.said], said.tickets[: said.submitted]
        return words, tickets, self.live, self.desks, self.journal[4], self.marks

    def _grow(self) -> None:
        """Double what of the journal may overflow on the next row; what was written stays."""
        account = self.account[0]
        submitted = account["live"] + self.said.said - account["word"]
        least = int(account["entries"] * (len(self.assets) + submitted) + 4 * submitted)
        for place, (name, _) in enumerate(_JOURNALS):
            records, used = self.journal[place], int(account[name])
            if name in ("flows", "calls") or len(records) - used >= least:
                continue
            larger = np.empty(max(2 * len(records), used + least, 64), dtype=records.dtype)
            larger[:used] = records[:used]
            self.journal[place] = larger
        self.point()

    def outcome(self) -> Outcome:
        """What happened so far, every array cut to the rows that ran."""
        account = self.account[0]
        rows = int(account["row"])
        counts = {name: int(account[name]) for name, _ in _JOURNALS}
        orders, fills, flows, refusals, events, calls = (
            records[: counts[name]] for (name, _), records in zip(_JOURNALS, self.journal, strict=True)
        )
        equity, cash, long, short, interest, borrow_fee = (column[:rows] for column in self.path)
        kept, kinds = self.market[18][:rows], len(self.currencies)
        return Outcome(
            equity_usd=equity,
            cash_usd=cash,
            long_usd=long,
            short_usd=short,
            positions=self.assets["qty"].copy(),
            orders=orders,
            fills=fills,
            flows=np.concatenate([flows, self._totals(rows)]),
            interest_usd=interest,
            borrow_fee_usd=borrow_fee,
            refusals=refusals,
            ruined_row=int(account["ruined_row"]),
            events=events,
            margin_calls=calls,
            currencies=self.currencies,
            balances=kept[:, :kinds],
            exchanged=kept[:, kinds : 2 * kinds],
            exchange_gain_usd=kept[:, -2],
            exchange_cost_usd=kept[:, -1],
        )

    def working_orders(self) -> tuple[OrderStatus, ...]:
        """The submitted orders that have not ended, in the order of their tickets."""
        heard, said = int(self.account["heard"][0]), self.said
        found = [self._status(ticket, self.live[ticket]) for ticket in self._live_tickets()]
        for ticket in range(heard, said.submitted):
            found.append(self._status(ticket, None))
        return tuple(sorted(found, key=lambda one: one.ticket))

    def _live_tickets(self) -> list[int]:
        """Tickets of the orders on the instruments' lists."""
        tickets = []
        for own in self.desks[self.desks["first"] >= 0] if self.account["busy"][0] else ():
            ticket = int(own["first"])
            while ticket >= 0:
                tickets.append(ticket)
                ticket = int(self.live["next"][ticket])
        return tickets

    def _status(self, ticket: int, live: Records | None) -> OrderStatus:
        """One order as it stands; as it was submitted where the market has not heard of it."""
        terms = self.said.tickets[ticket]
        now = terms if live is None else live
        limit, stop, entry = float(now["limit"]), float(now["stop"]), int(terms["entry"])
        return OrderStatus(
            ticket=ticket,
            symbol=self.panel.symbols[terms["asset"]],
            type=OrderType(int(terms["type"])),
            state=OrderState.PENDING if live is None else OrderState(int(live["state"])),
            qty=float(now["qty"]),
            filled_qty=0.0 if live is None else float(live["filled"]),
            limit_usd=None if np.isnan(limit) else limit,
            stop_usd=None if np.isnan(stop) else stop,
            entry=None if entry < 0 else entry,
            tag=self.said.tags.get(ticket, ""),
        )

    def _totals(self, rows: int) -> Records:
        """Interest, borrow fees and what kept balances gained and cost, as one flow each at the last row."""
        account = self.account[0]
        totals = (
            *((out.INTEREST, account["interest"]), (out.BORROW_FEE, -account["borrow_fee"])),
            (out.EXCHANGE_GAIN, account["exchange_gain"]),
            (out.EXCHANGE_COST, -account["exchange_cost"]),
        )
        flows = [(rows - 1, -1, kind, amount) for kind, amount in totals if amount != 0.0]
        return np.array(flows, dtype=out.flow_dtype)
