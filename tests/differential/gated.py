"""Limits, markets, random streams and drivers for orders behind the gate."""

from dataclasses import replace

from hypothesis import strategies as st
from markets import WAYS, Traits, account, kept_by, market, profile
from order_drivers import order_differences
from order_streams import draw_orders

from tradewright.execution.limits.contract import FREE
from tradewright.execution.limits.registry import find, simulated
from tradewright.execution.profiles.registry import PROFILES
from tradewright.kernel.batch import traded
from tradewright.kernel.inputs import terms_of
from tradewright.kernel.reference_orders import simulate_said
from tradewright.runs.gate.compiled import CompiledGate
from tradewright.runs.gate.plain import PlainGate, decision_of
from tradewright.values.decisions import no_decisions
from tradewright.values.instructions import instructions_of
from tradewright.values.order import Order, OrderType, TimeInForce
from tradewright.values.profile import AccountOptions
from tradewright.values.reading import Reading

NOTHING = simulated(find("research"))[0]
LIVE = [simulated(find(name))[0] for name in ("conservative", "balanced", "aggressive")]
# Limits that random orders on random accounts meet and miss about equally often.
WIDE = replace(
    LIVE[2], max_order_share=2.0, max_position_share=2.0, max_gross=4.0, max_net=3.0, max_leverage=3.0,
    max_working_share=4.0, buying_power_haircut=FREE, max_volume_share=FREE, max_drawdown=0.6,
    max_day_loss=0.5, max_rolling_loss=0.6, max_session_drawdown=0.5,
)  # fmt: skip
# Losses that most of these accounts reach while orders still work.
EARLY = replace(WIDE, max_drawdown=0.03, max_day_loss=0.02, max_rolling_loss=0.03, max_session_drawdown=0.02)
RICH = account(capital_usd=1e6)
FLAT = market([100.0] * 8)
SLOW = profile(latency_low_ms=100.0, latency_high_ms=100.0)

streams = st.builds(
    draw_orders,
    st.integers(0, 2**32 - 1),
    st.builds(
        Traits,
        bars=st.integers(2, 40),
        assets=st.integers(1, 3),
        gaps=st.sampled_from([0.0, 0.05, 0.3]),
        acts=st.integers(0, 5),
        closes_alone=st.booleans(),
        pace=st.integers(1, 10),
        volume=st.sampled_from([1e3, 1e9]),
        abroad=st.booleans(),
    ),
    st.builds(
        kept_by,
        st.builds(
            AccountOptions,
            capital_usd=st.sampled_from([10_000.0, 1_000_000.0]),
            max_gross=st.sampled_from([1.0, 4.0]),
            fractional=st.booleans(),
            liquidate_at_end=st.booleans(),
        ),
        st.sampled_from(WAYS),
    ),
    st.sampled_from([*PROFILES.values(), profile(), profile(latency_bars=2)]),
)


def both(panel, decisions, terms, costs, limits, reading=Reading.BASE):
    """The outcome of both kernels behind the gate, and the compiled gate's record."""
    gate, plain = CompiledGate(limits), PlainGate(limits)
    words = instructions_of(panel, decisions.said)
    fast = traded(panel, decisions, words, terms_of(panel, terms, costs, reading), gate)
    slow = simulate_said(panel, decisions, terms, costs, plain, reading)
    assert order_differences(slow, fast) == []
    record = gate.record()
    assert len(record.log) == len(plain.decisions)
    for line, (row, decision) in zip(record.log, plain.decisions, strict=True):
        again = decision_of(line, record, panel)
        assert (line["row"], again.verdict, again.rule) == (row, decision.verdict, decision.rule)
        assert again.qty == decision.qty == line["admitted"]
    return fast, record


def said(*words, limits=NOTHING, panel=FLAT, terms=RICH):
    """Words on one instrument of a flat market, through a gate."""
    decisions = replace(no_decisions(len(panel.symbols)), said=words)
    return both(panel, decisions, terms, profile(), limits)


# The kill switch trips at the close of row 3: an eighth of the equity is gone.

FALL = market([[100.0, 50.0]] * 3 + [[75.0, 50.0]] * 4)
KILLED = replace(NOTHING, needs_kill_switch=1, max_day_loss=0.05)
LONG = (0, Order.market("A", 5_000.0))


def waiting(symbol: str, qty: float, price: float, **more) -> Order:
    """A limit order that no price of these markets meets."""
    return Order(symbol, qty, OrderType.LIMIT, price, time_in_force=TimeInForce.GTC, **more)


def stop(qty: float, price: float, **more) -> Order:
    """A stop on what fell."""
    return Order("A", qty, OrderType.STOP, stop_usd=price, time_in_force=TimeInForce.GTC, **more)


def after_the_fall(*words, costs=None, limits=KILLED):
    """States of what was said beside the position that loses, and what was refused."""
    decisions = replace(no_decisions(2), said=(LONG, *((1, word) for word in words)))
    outcome, record = both(FALL, decisions, RICH, profile() if costs is None else costs, limits)
    assert (record.kill_row, record.kill_rule) == (3, "loss since the session began")
    return outcome.orders["state"].tolist()[1:], outcome
