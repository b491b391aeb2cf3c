"""The law has teeth: each way to cheat is tried, and caught."""

import random

import law
import numpy as np
import pytest
from panels import panel_of

from tradewright.strategies.contract import Strategy
from tradewright.strategies.frame import Frame
from tradewright.strategies.view import View, Weights
from tradewright.values.decisions import Decisions

PANEL = panel_of("calm", 200)
ORDER = [1, 2, 3, 4, 0]


class Plain(Strategy):
    """Base of the cheats: speaks on every row of what its `wish` says."""

    @property
    def warm_up_bars(self) -> int:
        return 2

    def decide(self, view: View) -> Weights:
        return self.wish(view)

    def wish(self, view: View) -> Weights:
        return np.where(view.growth > view.mean(2), 0.1, 0.0)


class ReadsAheadBesideTheView(Plain):
    def wish(self, view: View) -> Weights:
        ahead = view._frame.close[min(view.row + 1, len(view._frame) - 1)]
        return np.where(ahead > view.close, 0.1, 0.0)


class KnowsTheLengthOfThePeriod(Plain):
    def wish(self, view: View) -> Weights:
        return np.full(5, 0.1 if view.row > len(view._frame) // 2 else 0.0)


class TargetsReadAhead(Plain):
    def targets(self, frame: Frame) -> Decisions:
        ahead = np.vstack([frame.close[1:], frame.close[-1:]])
        return Decisions(np.arange(1, len(frame)), np.where(ahead > frame.close, 0.1, 0.0)[1:])


class NormalisesOverTheWholePeriod(Plain):
    def targets(self, frame: Frame) -> Decisions:
        score = frame.growth / np.nanmean(frame.growth, axis=0)
        return Decisions(np.arange(1, len(frame)), np.where(score > 1, 0.1, 0.0)[1:])


class DrawsLots(Plain):
    def wish(self, view: View) -> Weights:
        return np.full(5, random.random() / 10)


class KeepsNotes(Plain):
    def wish(self, view: View) -> Weights:
        NOTES.append(view.row)
        return np.full(5, 0.1 if len(NOTES) < 300 else 0.0)


NOTES: list[int] = []


class PrefersTheFirstColumn(Plain):
    def wish(self, view: View) -> Weights:
        return np.array([0.1, 0.0, 0.0, 0.0, 0.0])


class LikesCheapNames(Plain):
    def wish(self, view: View) -> Weights:
        return np.where(view.close < 50.0, 0.1, 0.0)


class WantsTooMuch(Plain):
    def wish(self, view: View) -> Weights:
        return np.full(5, 0.21)


class AddsUpOverTime(Plain):
    def wish(self, view: View) -> Weights:
        return {view.symbols[view.row % 5]: 0.3}


class SpeaksTooEarly(Plain):
    @property
    def warm_up_bars(self) -> int:
        return 10

    def targets(self, frame: Frame) -> Decisions:
        return Decisions(np.array([3]), np.zeros((1, 5)))


CAUGHT_BY = [
    (ReadsAheadBesideTheView, lambda one: law.must_not_see_the_future(one, PANEL, 100)),
    (KnowsTheLengthOfThePeriod, lambda one: law.must_not_see_the_future(one, PANEL, 150)),
    (TargetsReadAhead, lambda one: law.must_not_see_the_future(one, PANEL, 100)),
    (TargetsReadAhead, lambda one: law.must_decide_alike_on_both_paths(one, PANEL)),
    (NormalisesOverTheWholePeriod, lambda one: law.must_not_see_the_future(one, PANEL, 100)),
    (DrawsLots, lambda one: law.must_be_pure(one, PANEL)),
    (KeepsNotes, lambda one: law.must_be_pure(one, PANEL)),
    (PrefersTheFirstColumn, lambda one: law.must_not_lean_on_the_order_of_symbols(one, PANEL, ORDER)),
    (LikesCheapNames, lambda one: law.must_not_lean_on_the_unit_of_prices(one, PANEL, [0, 1, -1, 3, -2])),
    (WantsTooMuch, lambda one: law.must_hold_what_an_account_can_hold(one, PANEL)),
    (AddsUpOverTime, lambda one: law.must_hold_what_an_account_can_hold(one, PANEL)),
    (SpeaksTooEarly, lambda one: law.must_be_silent_until_warm(one, PANEL)),
]


@pytest.mark.parametrize(("cheat", "check"), CAUGHT_BY)
def test_a_cheat_is_caught(cheat, check):
    with pytest.raises(AssertionError):
        check(cheat())


def test_an_honest_strategy_passes_every_check():
    honest = Plain()
    law.must_decide_alike_on_both_paths(honest, PANEL)
    law.must_not_see_the_future(honest, PANEL, 100)
    law.must_be_pure(honest, PANEL)
    law.must_not_lean_on_the_order_of_symbols(honest, PANEL, ORDER)
    law.must_not_lean_on_the_unit_of_prices(honest, PANEL, [0, 1, -1, 3, -2])
    law.must_hold_what_an_account_can_hold(honest, PANEL)
    law.must_be_silent_until_warm(honest, PANEL)
