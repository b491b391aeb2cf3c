"""Orders through a gate, in plain Python: reductions first, so that what opens sees what closes gone."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tradewright.kernel import reference as kernel
from tradewright.values import outcome as out

if TYPE_CHECKING:
    from tradewright.kernel.reference_orders import Desk
    from tradewright.kernel.reference_state import Intent, State


@dataclass(frozen=True)
class Wish:
    """An order that asks to work: signed shares, NaN for a price it has not, `row` of its decision."""

    asset: int
    shares: float
    row: int
    limit: float = math.nan
    stop: float = math.nan
    type: int = 0


class PlainGate(Protocol):
    """Whoever decides which orders reach the market; the compiled twin is `native.gate.Gate`."""

    def opened(self, state: "State") -> None:
        """The account before its first bar."""

    def closed(self, state: "State", row: int) -> None:
        """The account at a row's close."""

    def beside(self, desk: "Desk") -> None:
        """Single orders wait at this desk."""

    def admitted(self, state: "State", wish: Wish) -> tuple[float, int]:
        """The shares that may work, 0.0 for none, and the reason then."""


def admit(state: "State", intent: "Intent", spoken: list[tuple[int, float]]) -> None:
    """Turn targets into orders as `reference.admit` does, each of them through the gate."""
    assert state.gate is not None
    for asset, _ in spoken:
        if asset in state.working:
            kernel.close(state, state.working[asset], out.REPLACED, intent.row)
    for turn in range(2):
        for asset, target in spoken:
            shares, reason = kernel.wanted_shares(state, asset, target, intent.in_shares)
            held = state.qty[asset]
            if (shares * held < 0.0 and abs(shares) <= abs(held)) != (turn == 0):
                continue
            if reason:
                state.refusals.append((intent.row, asset, reason))
                reason = 0
            if shares != 0.0:
                shares, reason = state.gate.admitted(state, Wish(asset, shares, intent.row))
            answer(state, intent.row, asset, (shares, reason))


def answer(state: "State", row: int, asset: int, wish: tuple[float, int]) -> None:
    """A wish becomes an order, or a refusal, or nothing."""
    shares, reason = wish
    if reason:
        state.refusals.append((row, asset, reason))
    if shares != 0.0:
        kernel.place(state, row, asset, shares)
