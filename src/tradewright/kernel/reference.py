"""The kernel in plain Python: slow, short, and the meaning of every number the compiled kernel prints.

Read `step` first: it is the order of the phases. Sums run over instruments in the panel's order, so that the
compiled kernel, which does the same, arrives at the same bits.
"""

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from tradewright.kernel import costs, reference_gate
from tradewright.kernel import reference_balances as balances
from tradewright.kernel import reference_corporate as corporate
from tradewright.kernel import reference_rules as rules
from tradewright.kernel.costs import Rates, Restated, Slippage
from tradewright.kernel.inputs import (
    DUST,
    NS_PER_YEAR,
    Terms,
    check_decisions,
    check_panel,
    terms_of,
)
from tradewright.kernel.reference_state import Intent, Match, Order, State
from tradewright.values import outcome as out
from tradewright.values.decisions import Decisions
from tradewright.values.instant import month_of
from tradewright.values.outcome import Outcome
from tradewright.values.panel import DELISTING, DIVIDEND, SPIN_OFF, SPLIT, Floats, Panel
from tradewright.values.profile import AccountOptions, ExecutionProfile
from tradewright.values.side import Side

if TYPE_CHECKING:
    from tradewright.kernel.reference_orders import Desk


def simulate(
    panel: Panel,
    decisions: Decisions,
    account: AccountOptions,
    profile: ExecutionProfile,
    gate: "reference_gate.PlainGate | None" = None,
) -> Outcome:
    """Trade the decisions' weights over the panel, row by row; every order is asked of the `gate`."""
    check_panel(panel)
    check_decisions(decisions, panel)
    pairs = zip(decisions.rows, decisions.weights, strict=True)
    intents = [Intent(int(row), weights) for row, weights in pairs]
    return simulate_intents(panel, intents, account, profile, gate)


def simulate_intents(
    panel: Panel,
    intents: Iterable[Intent],
    account: AccountOptions,
    profile: ExecutionProfile,
    gate: "reference_gate.PlainGate | None" = None,
) -> Outcome:
    """Trade intents in weights or in shares over the panel."""
    state = opened(panel, terms_of(panel, account, profile))
    if gate is not None:
        state.gate = gate
        gate.opened(state)
    decided = {intent.row: intent for intent in intents}
    bars = len(panel.instants)
    path = np.zeros((6, bars))
    for row in range(bars):
        step(state, row, decided.get(row - 1))
        reference_gate.close(state, row)
        if row == bars - 1 and state.terms.liquidate:
            liquidate(state, row)
        path[:, row] = (state.equity, state.cash, state.long, state.short, state.interest, state.borrow_fee)
    return outcome_of(state, path)


def opened(panel: Panel, terms: Terms) -> State:
    """A fresh account: all cash, nothing held, nothing known."""
    assets = len(panel.symbols)
    none, unknown = [0.0] * assets, [math.nan] * assets
    kept = balances.opened(terms, panel)
    return State(terms, panel, terms.capital_usd, terms.capital_usd, none, unknown, balances=kept)


def step(state: State, row: int, intent: Intent | None, desk: "Desk | None" = None) -> None:
    """One bar: the phases in their order. Intents were decided at the close of an earlier row."""
    accrue(state, row)  # before the open: interest since the last close
    rules.learn(state, row)  # what can be borrowed today
    if desk is not None:
        desk.hear(state, row)  # submitted orders, amendments, cancellations
        desk.restate(state, row)
    act(state, row)  # splits, dividends, delistings
    if intent is not None:
        admit(state, intent)  # targets become orders
    if state.balances is not None:
        balances.restate(state, row)  # last prices at the rates of today
    if state.forced > 0.0:
        rules.force(state, row)  # a margin call is met
    rates = rates_at(state, row)
    found = matches(state, row, rates)
    if state.terms.rules.cuts:
        found = rules.cut(state, row, found, rates)  # to what can be borrowed and paid for
    for match, fitting in fit(state, row, found, rates):
        trade(state, row, match, (rates, fitting))  # at the open: fills are charged and booked
    if desk is not None:
        desk.work(state, row)
    rules.put_off(state, row)  # proceeds of this row settle later
    if state.balances is not None:
        balances.settle(state, row)  # money comes to rest in its currency
    mark(state, row)  # at the close
    guard(state, row)
    if desk is not None and state.ruined_row == row:
        desk.cancel_all(state, row)
    if state.terms.rules.calls:
        rules.watch(state, row)


def accrue(state: State, row: int) -> None:
    """Interest and borrow fees for the time since the last row, on what was owed and owned then."""
    if row == 0:
        return
    if state.balances is not None:
        balances.accrue(state, row)
        return
    instants, terms = state.panel.instants, state.terms
    years = int(instants[row] - instants[row - 1]) / NS_PER_YEAR
    if state.cash < 0.0:
        interest = terms.margin_rate * years * state.cash
    else:
        interest = terms.cash_rate * years * max(state.cash - state.short, 0.0)
    fee = terms.borrow_rate * state.short * years
    if terms.rules.by_name:
        fee = rules.fee_by_name(state, years)
    state.cash = state.cash + interest - fee
    state.interest += interest
    state.borrow_fee += fee


def act(state: State, row: int) -> None:
    """Corporate actions that come before this row's open, in the order of their kinds."""
    corporate.pay_due(state, row)
    actions = state.panel.actions
    for action in sorted(actions[actions["row"] == row], key=lambda one: int(one["kind"])):
        asset, kind, value = int(action["asset"]), int(action["kind"]), float(action["value"])
        if kind == SPLIT:
            split(state, row, asset, value)
        elif kind == DIVIDEND:
            corporate.dividend(state, row, action)
        elif kind == DELISTING:
            delist(state, row, asset, value)
        elif kind == SPIN_OFF:
            corporate.spin_off(state, row, action)
        else:
            corporate.merge(state, row, action)


def split(state: State, row: int, asset: int, ratio: float) -> None:
    """New shares for old; where shares are whole, the fraction is paid out at the new price."""
    before = state.restated.get(asset, Restated())
    state.restated[asset] = Restated(row, ratio, before.row)
    state.mark[asset] /= ratio
    shares = state.qty[asset] * ratio
    state.qty[asset] = whole_shares(shares) if state.terms.whole else shares
    fraction = shares - state.qty[asset]
    if abs(fraction) > DUST * abs(shares):
        worth = state.mark[asset] * balances.moved_since(state, row, asset)
        pay(state, row, asset, out.CASH_IN_LIEU, fraction * worth)
    order = state.working.get(asset)
    if order is None:
        return
    order.qty *= ratio
    order.filled *= ratio
    remaining = order.remaining * ratio
    order.remaining = whole_shares(remaining) if state.terms.whole else remaining
    if order.remaining == 0.0:
        close(state, order, out.CANCELLED, row)


def delist(state: State, row: int, asset: int, share: float) -> None:
    """Holders receive a share of the last price, and the instrument never trades again."""
    worth = state.mark[asset] * balances.moved_since(state, row, asset)
    pay(state, row, asset, out.DELISTING_CASH, state.qty[asset] * worth * share)
    state.qty[asset] = 0.0
    state.delisted.add(asset)
    if asset in state.working:
        close(state, state.working[asset], out.CANCELLED, row)


def pay(state: State, row: int, asset: int, kind: int, amount_usd: float) -> None:
    """Book a cash flow of a held position; a short position pays what a long one receives."""
    if state.qty[asset] == 0.0 and kind != out.CASH_IN_LIEU:
        return
    state.cash += amount_usd
    balances.note(state, asset, amount_usd)
    state.flows.append((row, asset, kind, amount_usd))


def admit(state: State, intent: Intent) -> None:
    """Turn targets into orders; a new word on an instrument replaces its unfinished order."""
    spoken = [(asset, one) for asset, one in enumerate(intent.targets.tolist()) if not math.isnan(one)]
    if state.gate is not None:
        reference_gate.admit(state, intent, spoken)
        return
    for asset, target in spoken:
        if asset in state.working:
            close(state, state.working[asset], out.REPLACED, intent.row)
        reference_gate.answer(state, intent.row, asset, wanted_shares(state, asset, target, intent.in_shares))


def place(state: State, row: int, asset: int, shares: float) -> None:
    """Give a new order the next id; one that the broker rejects never works."""
    order_id = len(state.orders)
    travels = costs.latency_ms(state.terms, order_id)
    order = Order(order_id, row, asset, shares, shares, done_row=row, latency_ms=travels)
    state.orders.append(order)
    if costs.is_rejected(state.terms, order_id):
        order.state = out.REJECTED
    else:
        state.working[asset] = order


def wanted_shares(state: State, asset: int, target: float, in_shares: bool) -> tuple[float, int]:
    """Shares to trade for a target, and the reason where it is refused (0 = none)."""
    held = state.qty[asset]
    if target == 0.0 and held == 0.0:
        return 0.0, 0
    if asset in state.delisted:
        return 0.0, out.DELISTED
    if not state.mark[asset] > 0.0:
        return 0.0, out.NO_PRICE
    # Equity is that of the decision's close; the mark may since have been restated by a split.
    aim = target if in_shares else target * max(state.equity, 0.0) / state.mark[asset]
    aim = whole_shares(aim) if state.terms.whole else aim
    if aim == 0.0 and held == 0.0:
        return 0.0, out.UNDER_ONE_SHARE if state.ruined_row < 0 else out.RUINED
    shares = aim - held
    if abs(shares) <= DUST * max(abs(aim), abs(held)):
        return 0.0, 0
    barred = rules.bar(state, asset) if aim < 0.0 and shares < 0.0 else 0
    if barred:
        return (-held if held > 0.0 else 0.0), barred
    if state.ruined_row < 0:
        return shares, 0
    if shares * held >= 0.0:  # nothing held, or more of the same
        return 0.0, out.RUINED
    return math.copysign(min(abs(shares), abs(held)), shares), 0


def rates_at(state: State, row: int) -> Rates:
    """The fees on sales and the tick of this day, and the commission tier its month has reached."""
    terms, instant = state.terms, int(state.panel.instants[row])
    month = month_of(instant) if len(terms.tiers) else 0
    if month != state.month:
        state.month, state.month_shares = month, 0.0
    per_share = terms.per_share_usd
    for start, price in terms.tiers.tolist():
        per_share = price if start <= state.month_shares else per_share
    rates = Rates(per_share_usd=per_share)
    for start, sec, taf, most, tick in terms.steps.tolist():
        rates = Rates(sec, taf, most, tick, per_share) if start <= instant else rates
    return rates


def matches(state: State, row: int, rates: Rates) -> list[Match]:
    """What each working order could trade on this row: a printed price, and a share of the volume."""
    found = []
    for asset in sorted(state.working):
        order, reference = state.working[asset], printed(state, row, asset)
        late = costs.late_ns(state.panel, order.row, row, order.latency_ms)
        length = costs.bar_ns(state.panel, row)
        reach = min(abs(order.remaining), capacity(state, row, asset))
        if math.isnan(reference) or reach <= 0.0 or 0 < length <= late:
            continue
        qty, held = math.copysign(reach, order.remaining), state.qty[asset]
        reducing = math.copysign(min(reach, abs(held)), qty) if qty * held < 0.0 else 0.0
        slip = slippage(state, row, order, (rates, late))
        found.append(Match(order, reference, reducing, qty, slip))
    return found


def slippage(state: State, row: int, order: Order, now: tuple[Rates, float]) -> Slippage:
    """How far from the print an order fills, by what was known of its instrument at the close before."""
    terms, asset, (rates, late) = state.terms, order.asset, now
    beside = {"conversion": terms.conversion_of(asset), "changing": terms.changing_of(asset)}
    if not terms.estimates:
        return Slippage(terms.spread_bps * 1e-4, **beside)
    seen = costs.liquidity(state.panel, asset, row, state.restated.get(asset, Restated()))
    drift = 0.0
    if not terms.close_only:
        drift = costs.drift(state.panel, (row, asset), Side.of(order.qty), seen.sigma, late)
    spread, impact = costs.half_spread(terms, seen, rates), costs.impact(terms, seen)
    return Slippage(spread, drift, impact, seen.sigma, seen.volume, order.latency_ms, **beside)


def printed(state: State, row: int, asset: int) -> float:
    """The price an order meets on this row: its open (close-only: its close); NaN if none printed."""
    panel = state.panel
    price = float((panel.close if state.terms.close_only else panel.open)[row, asset])
    return price if known(price) else math.nan


def capacity(state: State, row: int, asset: int) -> float:
    """Shares that may trade on this row; a series that never had a volume has no limit."""
    if not state.terms.has_volume:
        return math.inf
    volume = float(state.panel.volume[row, asset])
    if math.isnan(volume) and state.terms.reading > 0:
        return math.inf
    if not volume > 0.0:
        return 0.0
    shares = state.terms.capacity_share * volume
    return whole_shares(shares) if state.terms.whole else shares


def fit(state: State, row: int, found: list[Match], rates: Rates) -> list[tuple[Match, float]]:
    """The share of each increase that the gross limit leaves room for, after reductions and all costs.

    Costs are convex in the quantity, so the straight line from no increase to the full one is never too low:
    f is the largest with gross + f x increase <= limit x (equity - base cost - f x extra cost).
    """
    gross, equity = 0.0, balances.at_hand(state)
    for asset, held in enumerate(state.qty):
        if held != 0.0:
            price = printed(state, row, asset)
            price = state.mark[asset] if math.isnan(price) else price
            gross += abs(held) * price
            equity += held * price
    increase = extra = base = 0.0
    for match in found:
        gross -= abs(match.reducing) * match.reference
        increase += abs(match.qty - match.reducing) * match.reference
        least = costs.most(state.terms, rates, match.slip, match.reducing, match.reference)
        base += least
        extra += costs.most(state.terms, rates, match.slip, match.qty, match.reference) - least
    if increase <= 0.0:
        return [(match, 1.0) for match in found]
    limit = state.terms.max_gross
    share = (limit * (equity - base) - gross) / (increase + limit * extra)
    share = 0.0 if share <= DUST else min(share, 1.0)
    return [(match, share) for match in found]


def trade(state: State, row: int, match: Match, now: tuple[Rates, float]) -> None:
    """Fill what fits, drop what does not, and let the rest of the order work on."""
    order, qty, (rates, share) = match.order, match.qty, now
    if share < 1.0:
        qty = match.reducing + (match.qty - match.reducing) * share
        qty = whole_shares(qty) if state.terms.whole else qty
    order.remaining -= match.qty  # filled or dropped: neither comes back
    order.done_row = row
    if abs(order.remaining) <= DUST * abs(order.qty):
        order.remaining = 0.0
    if qty != 0.0:
        order.filled += qty
        book(state, row, match, qty, rates)
    if order.remaining == 0.0:
        full = abs(order.qty - order.filled) <= DUST * abs(order.qty)
        close(state, order, out.FILLED if full else out.CANCELLED, row)


def book(state: State, row: int, match: Match, qty: float, rates: Rates) -> None:
    """Charge one fill and book it: cash, position, record."""
    order, slip, reference = match.order, match.slip, match.reference
    paid = costs.charge(state.terms, rates, slip, qty, reference)
    state.cash = state.cash - qty * paid.price - paid.commission_usd - paid.regulatory_usd
    balances.note(state, order.asset, -(qty * paid.price + paid.commission_usd + paid.regulatory_usd))
    if qty < 0.0:
        proceeds = max(-qty * paid.price - paid.commission_usd - paid.regulatory_usd, 0.0)
        state.sold += proceeds
        balances.note_sale(state, order.asset, proceeds)
    state.month_shares += abs(qty)
    held = state.qty[order.asset] + qty
    state.qty[order.asset] = 0.0 if abs(held) <= DUST * abs(qty) else held
    state.fills.append(
        (
            *(order.order_id, row, order.asset, qty, paid.price, reference, paid.spread_usd),
            *(paid.commission_usd, paid.impact_usd, paid.latency_usd, paid.regulatory_usd),
            *(slip.sigma, slip.volume, slip.latency_ms, paid.held_usd),
        )
    )


def mark(state: State, row: int) -> None:
    """Value everything at the last known close; short positions are a liability."""
    state.long = state.short = 0.0
    for asset, held in enumerate(state.qty):
        price = float(state.panel.close[row, asset])
        if known(price) and asset not in state.delisted:
            state.mark[asset] = price
        if held > 0.0:
            state.long += held * state.mark[asset]
        elif held < 0.0:
            state.short -= held * state.mark[asset]
    state.equity = state.cash + state.long - state.short + state.receivable


def guard(state: State, row: int) -> None:
    """Without equity nothing may be risked any more: orders are cancelled, only exits are admitted."""
    if state.equity > 0.0 or state.ruined_row >= 0:
        return
    state.ruined_row = row
    for order in list(state.working.values()):
        close(state, order, out.CANCELLED, row)


def liquidate(state: State, row: int) -> None:
    """Sell everything at the last mark, costs included; the one fill whose price may have printed earlier."""
    for order in list(state.working.values()):
        close(state, order, out.CANCELLED, row)
    rates = rates_at(state, row)
    for asset, held in enumerate(state.qty):
        if held != 0.0:
            order = Order(len(state.orders), row, asset, -held, 0.0, -held, out.FILLED, row)
            state.orders.append(order)
            slip = slippage(state, row, order, (rates, 0.0))
            book(state, row, Match(order, state.mark[asset], -held, -held, slip), -held, rates)
    if state.balances is not None:
        balances.settle(state, row, is_last=True)
    state.long = state.short = 0.0
    state.equity = state.cash + state.receivable


def close(state: State, order: Order, how: int, row: int) -> None:
    """End a working order."""
    order.state, order.done_row = how, row
    del state.working[order.asset]


def known(price: float) -> bool:
    """True for a price that can have printed: positive and finite."""
    return 0.0 < price < math.inf


def whole_shares(shares: float) -> float:
    """Whole shares, toward zero; a number within rounding of a whole one is that one."""
    nearest = float(round(shares))
    return nearest if abs(shares - nearest) <= DUST * max(1.0, abs(shares)) else float(math.trunc(shares))


def outcome_of(state: State, path: Floats) -> Outcome:
    """Everything that happened, as arrays and records."""
    kept, kinds = state.balances, len(state.terms.currencies.names)
    table = np.zeros((0, 2)) if kept is None else kept.path
    totals = [(out.INTEREST, state.interest), (out.BORROW_FEE, -state.borrow_fee)]
    if kept is not None:
        totals += [(out.EXCHANGE_GAIN, kept.gain), (out.EXCHANGE_COST, -kept.cost)]
    flows = state.flows + [(path.shape[1] - 1, -1, kind, amount) for kind, amount in totals if amount != 0.0]
    orders = [
        (o.order_id, o.row, o.asset, o.qty, o.filled, o.state, o.done_row, o.ticket) for o in state.orders
    ]
    return Outcome(
        equity_usd=path[0],
        cash_usd=path[1],
        long_usd=path[2],
        short_usd=path[3],
        positions=np.array(state.qty),
        orders=np.array(orders, dtype=out.order_dtype),
        fills=np.array(state.fills, dtype=out.fill_dtype),
        flows=np.array(flows, dtype=out.flow_dtype),
        interest_usd=path[4],
        borrow_fee_usd=path[5],
        refusals=np.array(state.refusals, dtype=out.refusal_dtype),
        ruined_row=state.ruined_row,
        margin_calls=np.array(state.calls, dtype=out.call_dtype),
        currencies=state.terms.currencies.names,
        balances=table[:, :kinds],
        exchanged=table[:, kinds : 2 * kinds],
        exchange_gain_usd=table[:, -2],
        exchange_cost_usd=table[:, -1],
    )
