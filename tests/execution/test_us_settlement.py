"""After how many sessions sales settle is a dated fact, and every profile knows it."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tradewright.execution.profiles.registry import PROFILES
from tradewright.execution.profiles.us_settlement import US_SETTLEMENT
from tradewright.kernel.inputs import terms_of
from tradewright.values.instant import NS_PER_DAY, instant_of
from tradewright.values.panel import panel_of_closes
from tradewright.values.profile import AccountOptions


def cycle_on(day: str, profile: str = "realistic") -> int:
    """The sessions between a sale on a day and its cash, in a market that trades on all days around it."""
    days = np.arange(-3, 12) * NS_PER_DAY + int(instant_of(day)) + NS_PER_DAY // 2
    panel = panel_of_closes(days, ("A",), np.full((15, 1), 10.0))
    rules = terms_of(panel.rows(3, 15), AccountOptions(type="cash"), PROFILES[profile]).rules
    return int(rules.settles[0] - rules.sessions[0])


@pytest.mark.parametrize("profile", sorted(PROFILES))
@pytest.mark.parametrize(
    ("day", "sessions"),
    [
        ("1980-03-03", 5),
        ("1995-06-06", 5),
        ("1995-06-07", 3),
        ("2017-09-01", 3),
        ("2017-09-05", 2),
        ("2024-05-24", 2),
        ("2024-05-28", 1),
        ("2026-01-05", 1),
    ],
)
def test_every_profile_settles_as_the_rule_of_the_day_was(profile, day, sessions):
    assert cycle_on(day, profile) == sessions


def test_the_facts_are_in_order_and_only_ever_shortened_the_cycle():
    days = [date.fromisoformat(day) for day, _ in US_SETTLEMENT]
    counts = [count for _, count in US_SETTLEMENT]
    assert days == sorted(set(days))
    assert counts == sorted(counts, reverse=True)


def test_a_profile_without_facts_settles_after_one_session(monkeypatch):
    bare = replace(PROFILES["realistic"], settlement_schedule=())
    monkeypatch.setitem(PROFILES, "realistic", bare)
    assert cycle_on("1980-03-03") == 1
