"""What must hold for every strategy, as functions that raise where it does not.

They take any strategy and any panel, so that the tests can also turn them on strategies that cheat.
"""

import math
import random
from dataclasses import replace

import numpy as np

from tradewright.kernel.batch import simulate
from tradewright.runs.backtest import decide_loop
from tradewright.strategies.contract import Strategy
from tradewright.strategies.frame import Frame
from tradewright.strategies.view import decide_rows
from tradewright.values.dated_forecasts import PARTS, DatedForecasts
from tradewright.values.decisions import Decisions
from tradewright.values.order import Bracket, OneCancelsOther, Order
from tradewright.values.panel import Panel
from tradewright.values.profile import AccountOptions, ExecutionProfile

GROSS_ROUNDING = 1e-9


# Without costs and caps, so that nothing but the strategy can lean on a unit or an order.
ACCOUNT = AccountOptions(capital_usd=1_000_000.0, max_gross=4.0, fractional=True)
FREE = ExecutionProfile("free", 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0)


def decided(strategy: Strategy, panel: Panel) -> Decisions:
    """Row by row, with an account beside a strategy that looks at one."""
    if strategy.watches_account:
        return decide_loop(strategy, Frame(panel), panel, ACCOUNT, FREE)[0]
    return decide_rows(strategy, Frame(panel))


def paths(strategy: Strategy, panel: Panel) -> list[Decisions]:
    """What it decides on each path that it offers."""
    at_once = strategy.targets(Frame(panel))
    return [decided(strategy, panel), *([] if at_once is None else [at_once])]


def must_be_equal(found: Decisions, wanted: Decisions, why: str) -> None:
    assert found.rows.tolist() == wanted.rows.tolist(), why
    assert np.array_equal(found.weights, wanted.weights, equal_nan=True), why
    assert found.said == wanted.said, why


def must_say_alike(found: Decisions, wanted: Decisions, factors: dict[str, float], why: str) -> None:
    """The same orders up to the unit of prices, in whatever order they were said on a row."""
    first, second = spoken(found, {}), spoken(wanted, factors)
    assert [key for key, _ in first] == [key for key, _ in second], why
    for (_, numbers), (_, others) in zip(first, second, strict=True):
        assert np.allclose(numbers, others, rtol=1e-9, atol=0.0, equal_nan=True), why


def spoken(decisions: Decisions, factors: dict[str, float]) -> list[tuple[tuple, tuple[float, ...]]]:
    """Every order said, as what it is and its numbers: prices times the unit's factor, shares over it."""
    found = []
    for row, word in decisions.said:
        for order in orders_of(word):
            factor = factors.get(order.symbol, 1.0)
            limit, stop = order.limit_usd or math.nan, order.stop_usd or math.nan
            key = (row, order.symbol, order.type, order.time_in_force, order.reduce_only, order.side.sign)
            found.append((key, (order.qty / factor, limit * factor, stop * factor)))
    return sorted(found, key=lambda one: (one[0], one[1][1:]))


def orders_of(word: object) -> list[Order]:
    """The orders that a word submits."""
    if isinstance(word, Bracket):
        return [word.entry, *word.exits]
    if isinstance(word, OneCancelsOther):
        return [word.first, word.second]
    return [word] if isinstance(word, Order) else []


def must_decide_alike_on_both_paths(strategy: Strategy, panel: Panel) -> None:
    first, *others = paths(strategy, panel)
    for other in others:
        must_be_equal(other, first, "targets() is not decide() row by row")
    together = type(strategy).targets_of_many(Frame(panel), [strategy, strategy])
    if together is not None:
        for place in range(2):
            must_be_equal(together[place], first, "targets_of_many() is not decide() row by row")


def must_not_see_the_future(strategy: Strategy, panel: Panel, cut: int) -> None:
    """Neither the absence of later rows nor a shock to them changes what was decided before."""
    for whole, *others in zip(
        paths(strategy, panel),
        paths(strategy, panel.rows(0, cut)),
        paths(strategy, shocked(panel, cut)),
        strict=True,
    ):
        for other in others:
            must_be_equal(before(other, cut), before(whole, cut), "later rows changed earlier decisions")


def must_be_pure(strategy: Strategy, panel: Panel) -> None:
    """Asked twice it says the same whatever global generators hold, and moves neither them nor the panel."""
    kept = [column.copy() for column in panel.columns()]
    random.seed(1), np.random.seed(1)  # noqa: NPY002
    states = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002
    first = paths(strategy, panel)
    assert (random.getstate(), np.random.get_state()[1].tolist()) == states, "a global generator moved"  # noqa: NPY002
    random.seed(2), np.random.seed(2)  # noqa: NPY002
    for again, wanted in zip(paths(strategy, panel), first, strict=True):
        must_be_equal(again, wanted, "asked twice, it decided differently")
    for column, before_it in zip(panel.columns(), kept, strict=True):
        assert np.array_equal(column, before_it, equal_nan=True), "it wrote into the panel"


def must_not_lean_on_the_order_of_symbols(strategy: Strategy, panel: Panel, order: list[int]) -> None:
    for found, wanted in zip(paths(strategy, reordered(panel, order)), paths(strategy, panel), strict=True):
        why = "the order of symbols mattered"
        must_be_equal(replace(found, said=()), Decisions(wanted.rows, wanted.weights[:, order]), why)
        must_say_alike(found, wanted, {}, why)


def must_not_lean_on_the_unit_of_prices(strategy: Strategy, panel: Panel, powers: list[int]) -> None:
    """Units are powers of two: they change no digit, so nothing but a rule about dollars can tell."""
    for found, wanted in zip(paths(strategy, scaled(panel, powers)), paths(strategy, panel), strict=True):
        why = "the unit of prices mattered"
        must_be_equal(replace(found, said=()), replace(wanted, said=()), why)
        factors = dict(zip(panel.symbols, (2.0 ** np.array(powers)).tolist(), strict=True))
        must_say_alike(found, wanted, factors, why)


def must_hold_what_an_account_can_hold(strategy: Strategy, panel: Panel) -> None:
    for decisions in paths(strategy, panel):
        held = np.zeros(len(panel.symbols))
        for weights in decisions.weights:
            assert not np.isinf(weights).any(), "an infinite weight"
            held = np.where(np.isnan(weights), held, weights)
            assert np.abs(held).sum() <= 1.0 + GROSS_ROUNDING, "gross above the account's equity"
        must_risk_what_there_is(decisions, panel)


def must_risk_what_there_is(decisions: Decisions, panel: Panel) -> None:
    """Entries said on one row cost no more than the most the account was ever worth."""
    if not decisions.said:
        return
    most = simulate(panel, decisions, ACCOUNT, FREE).equity_usd.max()
    spent: dict[int, float] = {}
    for row, word in decisions.said:
        entries = [word.entry] if isinstance(word, Bracket) else orders_of(word)[:1]
        for order in entries:
            close = panel.close[row, panel.symbols.index(order.symbol)]
            price = order.limit_usd or order.stop_usd or close
            spent[row] = spent.get(row, 0.0) + abs(order.qty) * price * (not order.reduce_only)
    assert max(spent.values(), default=0.0) <= most * (1.0 + GROSS_ROUNDING), "more at risk than there is"


def must_be_silent_until_warm(strategy: Strategy, panel: Panel) -> None:
    warm = strategy.warm_up_bars
    assert warm >= 1, "a decision needs a row"
    for decisions in paths(strategy, panel):
        assert (decisions.rows >= warm - 1).all(), "it spoke before its warm-up"
        assert (decisions.rows < len(panel.instants)).all(), "it spoke after the end"
        assert all(row >= warm - 1 for row, _ in decisions.said), "it spoke of orders before its warm-up"
    for decisions in paths(strategy, panel.rows(0, min(warm - 1, len(panel.instants)))):
        assert len(decisions.rows) == 0, "it spoke in a period shorter than its warm-up"
        assert decisions.said == (), "it spoke of orders in a period shorter than its warm-up"


def before(decisions: Decisions, cut: int) -> Decisions:
    early = decisions.rows < cut
    said = tuple((row, word) for row, word in decisions.said if row < cut)
    return Decisions(decisions.rows[early], decisions.weights[early], said)


def shocked(panel: Panel, cut: int) -> Panel:
    """The panel with other prices, gaps and volumes from a row on."""
    noise = np.random.default_rng(99).lognormal(0.0, 1.0, (len(panel.instants) - cut, len(panel.symbols)))
    noise[::7] = np.nan
    changed = []
    for column in panel.columns():
        column = column.copy()
        column[cut:] *= noise
        changed.append(column)
    other = Panel(panel.instants, panel.opens_at, panel.symbols, *changed, panel.actions)
    return with_forecasts(other, panel, lambda part: np.where(late(part, cut), -3.0 * part, part))


def late(part: np.ndarray, cut: int) -> np.ndarray:
    return (np.arange(len(part)) >= cut)[:, None, None]


def with_forecasts(panel: Panel, like: Panel, change) -> Panel:
    """A panel with another one's forecasts, each part of them changed; without where there are none."""
    said = like.forecasts
    if said is None:
        return panel
    parts = (np.ascontiguousarray(change(getattr(said, part))) for part in PARTS)
    return replace(panel, forecasts=DatedForecasts(*parts, said.known_at, said.horizons_bars))


def reordered(panel: Panel, order: list[int]) -> Panel:
    columns = [np.ascontiguousarray(column[:, order]) for column in panel.columns()]
    actions = panel.actions.copy()
    actions["asset"] = [order.index(asset) for asset in panel.actions["asset"]]
    symbols = tuple(panel.symbols[place] for place in order)
    other = Panel(panel.instants, panel.opens_at, symbols, *columns, actions)
    return with_forecasts(other, panel, lambda part: part[:, order])


def scaled(panel: Panel, powers: list[int]) -> Panel:
    """Each symbol's prices and dividends in another unit."""
    factors = 2.0 ** np.array(powers)
    opened, high, low, close, volume = panel.columns()
    actions = panel.actions.copy()
    dividends = actions["kind"] == 2
    actions["value"][dividends] *= factors[actions["asset"][dividends]]
    changed = (opened * factors, high * factors, low * factors, close * factors, volume / factors)
    other = Panel(panel.instants, panel.opens_at, panel.symbols, *changed, actions)
    return with_forecasts(other, panel, lambda part: part)
