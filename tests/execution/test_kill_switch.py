"""The kill switch: on by default, trips on a loss, latches, and a person releases it after the cool-down."""

import math
from dataclasses import replace

import pytest
from gate_cases import BOOK, BUY, LIMITS, NOW, SECOND
from hypothesis import given
from hypothesis import strategies as st

from tradewright.execution.checks.contract import NO, YES
from tradewright.execution.checks.losses import has_lost, losses, lost_share
from tradewright.execution.kill_switch import NEVER, KillSwitch
from tradewright.execution.limits.contract import FREE
from tradewright.execution.limits.registry import find
from tradewright.values.errors import Blocked, InvalidOption

MINUTE = 60 * SECOND
TRIPPED = KillSwitch().trip(NOW, "a test")
FREE_OF_LOSSES = replace(
    LIMITS,
    max_day_loss=FREE,
    max_rolling_loss=FREE,
    max_session_drawdown=FREE,
    max_drawdown=FREE,
)


def test_a_new_switch_is_at_rest():
    switch = KillSwitch()
    assert not switch.is_latched
    assert switch.state == NO
    assert switch.tripped_at == NEVER


def test_a_tripped_switch_is_latched_with_time_and_reason():
    assert TRIPPED.is_latched
    assert TRIPPED.state == YES
    assert TRIPPED.tripped_at == NOW
    assert TRIPPED.reason == "a test"


def test_a_latched_switch_keeps_its_first_reason():
    assert TRIPPED.trip(NOW + 5, "another") == TRIPPED


def test_gains_do_not_unlatch():
    richer = replace(BOOK, equity_usd=2e6)
    assert TRIPPED.watch(NOW + MINUTE, richer, LIMITS) == TRIPPED


def test_a_sound_account_does_not_trip():
    assert KillSwitch().watch(NOW, BOOK, LIMITS) == KillSwitch()


@pytest.mark.parametrize(
    ("start", "limit", "words"),
    [
        ("day_start_usd", "max_day_loss", "loss since the session began"),
        ("rolling_start_usd", "max_rolling_loss", "loss of the rolling sessions"),
        ("session_peak_usd", "max_session_drawdown", "fall from the session's peak"),
        ("peak_usd", "max_drawdown", "drawdown"),
    ],
)
@pytest.mark.parametrize("profile", ["conservative", "balanced", "aggressive"])
def test_each_loss_trips_at_its_limit_and_not_before(start, limit, words, profile):
    allowed = getattr(find(profile), limit)
    alone = replace(FREE_OF_LOSSES, **{limit: allowed})
    before = replace(BOOK, **{start: 1e6 / (1.0 - allowed + 1e-6)})
    beyond = replace(BOOK, **{start: 1e6 / (1.0 - allowed - 1e-6)})
    assert not KillSwitch().watch(NOW, before, alone).is_latched
    tripped = KillSwitch().watch(NOW, beyond, alone)
    assert tripped.is_latched
    assert words in tripped.reason
    assert f"{allowed:.2%}" in tripped.reason


@pytest.mark.parametrize("start", ["day_start_usd", "rolling_start_usd", "session_peak_usd", "peak_usd"])
def test_an_unknown_loss_does_not_trip(start):
    # It refuses every order instead, for as long as it is unknown.
    assert not KillSwitch().watch(NOW, replace(BOOK, **{start: math.nan}), LIMITS).is_latched


def test_equity_that_is_gone_trips_every_switch_that_measures():
    for limit in ("max_day_loss", "max_rolling_loss", "max_session_drawdown", "max_drawdown"):
        alone = replace(FREE_OF_LOSSES, **{limit: 1.0})
        assert KillSwitch().watch(NOW, replace(BOOK, equity_usd=-5.0), alone).is_latched


def test_without_loss_limits_nothing_trips():
    ruined = replace(BOOK, equity_usd=1.0)
    assert not KillSwitch().watch(NOW, ruined, FREE_OF_LOSSES).is_latched


@pytest.mark.parametrize(
    ("profile", "minutes"),
    [
        ("conservative", 60),
        ("balanced", 90),
        ("aggressive", 120),
    ],
)
def test_nobody_releases_before_the_cool_down_is_over(profile, minutes):
    limits = find(profile)
    with pytest.raises(Blocked, match=f"cool-down of {minutes} min"):
        TRIPPED.release(NOW + minutes * MINUTE - 1, "Ada", "looked at it", limits)
    assert TRIPPED.release(NOW + minutes * MINUTE, "Ada", "looked at it", limits) == KillSwitch()


def test_a_release_that_is_too_early_says_when_and_why_it_tripped():
    with pytest.raises(
        Blocked, match=r"tripped at 2024-03-05T15:00:00Z: a test.*ends at 2024-03-05T16:00:00Z"
    ):
        TRIPPED.release(NOW + MINUTE, "Ada", "looked at it", LIMITS)


@pytest.mark.parametrize(
    ("by", "why"),
    [
        ("", "looked at it"),
        ("Ada", ""),
        ("  ", "looked at it"),
        ("Ada", " "),
    ],
)
def test_a_release_has_a_name_and_a_reason(by, why):
    with pytest.raises(InvalidOption, match="who releases it, and why"):
        TRIPPED.release(NOW + 1_000 * MINUTE, by, why, LIMITS)


def test_a_switch_at_rest_may_be_released_and_stays_at_rest():
    assert KillSwitch().release(NOW, "Ada", "to be sure", LIMITS) == KillSwitch()


def test_a_released_switch_trips_again():
    released = TRIPPED.release(NOW + 60 * MINUTE, "Ada", "looked at it", LIMITS)
    again = released.watch(NOW + 61 * MINUTE, replace(BOOK, equity_usd=0.5e6), LIMITS)
    assert again.is_latched
    assert again.tripped_at == NOW + 61 * MINUTE


# A book at its top asks no further.


@pytest.mark.parametrize("start", ["day_start_usd", "rolling_start_usd", "session_peak_usd", "peak_usd"])
@pytest.mark.parametrize(
    ("value", "lost"),
    [
        (1e6, False),
        (0.9e6, False),
        (1e6 + 0.01, True),
        (math.nan, True),
        (0.0, True),
        (-5.0, True),
    ],
)
def test_a_book_has_lost_unless_it_is_known_to_stand_at_its_top(start, value, lost):
    assert has_lost(replace(BOOK, **{start: value})) is lost


def test_an_unknown_equity_may_have_lost_anything():
    assert has_lost(replace(BOOK, equity_usd=math.nan))


@given(
    equity=st.floats(0.8e6, 1.2e6),
    starts=st.tuples(*[st.one_of(st.just(math.nan), st.floats(0.9e6, 1.1e6)) for _ in range(4)]),
)
def test_looking_at_the_top_first_changes_no_answer(equity, starts):
    names = ("day_start_usd", "rolling_start_usd", "session_peak_usd", "peak_usd")
    book = replace(BOOK, equity_usd=equity, **dict(zip(names, starts, strict=True)))
    lost = [lost_share(equity, start) for start in starts]
    limits = (LIMITS.max_day_loss, LIMITS.max_rolling_loss, LIMITS.max_session_drawdown, LIMITS.max_drawdown)
    unknown_or_beyond = any(
        share != share or share >= limit for share, limit in zip(lost, limits, strict=True)
    )
    assert (losses(BUY, book, LIMITS) is not None) is unknown_or_beyond
