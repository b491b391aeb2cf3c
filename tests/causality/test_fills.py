"""Fills that nobody could have had: too early, too good, too large."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.causality.fill_stage import RULES, AuditedBar, AuditedFill, FillRules, audit_fills
from tradewright.causality.verdict import DependsOnFuture, NoDependenceObserved, NotAssessed, Stage

BAR = AuditedBar(opens_at=100, closes_at=200, open=50.0, high=55.0, low=45.0, close=52.0, volume=1_000.0)
MARKET = AuditedFill("m", 1, "market", 90, 100, 10.0, 50.0, 0)
BUY_LIMIT = replace(MARKET, kind="limit", limit_usd=48.0, price_usd=48.0)
SELL_STOP = replace(MARKET, side=-1, kind="stop", stop_usd=47.0, price_usd=47.0)
TARGET = replace(MARKET, side=-1, kind="limit", limit_usd=54.0, price_usd=54.0, other_stop_usd=44.0)


def broken(fill, bar=BAR, **rules):
    found = audit_fills([fill], [bar], FillRules(**rules))
    return {one.channel for one in found if isinstance(one.verdict, DependsOnFuture)}


@pytest.mark.parametrize("fill", [MARKET, BUY_LIMIT, SELL_STOP, TARGET])
def test_fair_fills_break_no_rule(fill):
    assert broken(fill) == set()


@pytest.mark.parametrize(
    ("fill", "rule"),
    [
        (replace(MARKET, decided_at=200, filled_at=200), "filled after its decision"),
        (replace(MARKET, decided_at=150, filled_at=140), "filled after its decision"),
        (replace(MARKET, price_usd=44.0), "priced inside its bar"),
        (replace(MARKET, side=-1, price_usd=56.0), "priced inside its bar"),
        (replace(MARKET, filled_at=201), "priced inside its bar"),
        (replace(BUY_LIMIT, price_usd=47.0), "no better than its limit"),
        (replace(TARGET, price_usd=54.5), "no better than its limit"),
        (replace(SELL_STOP, stop_usd=51.0, price_usd=51.0), "no better than a gap"),
        (replace(MARKET, kind="stop", stop_usd=49.0, price_usd=49.0), "no better than a gap"),
        (replace(MARKET, quantity=1_001.0), "within the bar's volume"),
        (replace(TARGET, other_stop_usd=46.0), "stop and target in one bar"),
    ],
)
def test_each_unfair_fill_breaks_its_rule(fill, rule):
    assert broken(fill) == {rule}


def test_latency_and_participation_are_part_of_the_rules():
    assert broken(MARKET, latency_ns=11) == {"filled after its decision"}
    assert broken(MARKET, latency_ns=10) == set()
    assert broken(replace(MARKET, quantity=101.0), participation=0.1) == {"within the bar's volume"}


def test_a_gap_in_the_orders_favour_may_be_taken():
    assert broken(replace(BUY_LIMIT, limit_usd=51.0, price_usd=50.0)) == set()
    assert broken(replace(TARGET, limit_usd=49.0, price_usd=50.0, other_stop_usd=46.0)) == set()


def test_the_verdict_names_the_order_the_stage_and_the_bar():
    found = audit_fills([MARKET, replace(MARKET, order_id="x", quantity=2_000.0)], [BAR])
    verdict = next(one.verdict for one in found if one.channel == "within the bar's volume")
    assert verdict.source == "order x" and verdict.stage is Stage.FILLS and verdict.row == 0


def test_a_rule_about_nothing_there_is_not_assessed_and_never_passes():
    found = {one.channel: one.verdict for one in audit_fills([MARKET], [replace(BAR, volume=float("nan"))])}
    assert isinstance(found["within the bar's volume"], NotAssessed)
    assert isinstance(found["no better than its limit"], NotAssessed)
    assert isinstance(found["filled after its decision"], NoDependenceObserved)
    assert all(isinstance(one.verdict, NotAssessed) for one in audit_fills([], []))
    assert {one.channel for one in audit_fills([], [])} == set(RULES)


@given(st.sampled_from([1, -1]), st.floats(45, 55), st.floats(45, 55), st.sampled_from(["limit", "stop"]))
def test_a_price_at_the_fair_one_or_worse_is_never_flagged(side, trigger, worse, kind):
    fair = {
        ("limit", 1): min(trigger, BAR.open),
        ("limit", -1): max(trigger, BAR.open),
        ("stop", 1): max(trigger, BAR.open),
        ("stop", -1): min(trigger, BAR.open),
    }[kind, side]
    price = max(fair, worse) if side > 0 else min(fair, worse)
    fill = replace(MARKET, side=side, kind=kind, price_usd=price, **{f"{kind}_usd": trigger})
    assert broken(fill) == set()
