"""Fees on sales and ticks as dated facts: known dates carry the rates that were announced for them."""

from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from tradewright.execution.profiles.registry import PROFILES
from tradewright.execution.profiles.us_fees import CENT, EIGHTH, SIXTEENTH, US_FEES
from tradewright.kernel.inputs import terms_of
from tradewright.values.panel import panel_of_closes
from tradewright.values.profile import AccountOptions, FeeStep


def step_on(day: str) -> FeeStep:
    """What holds on a day."""
    return [step for step in US_FEES if step.from_day <= day][-1]


@pytest.mark.parametrize(
    ("day", "dollars_a_million"),
    [
        # Announced by the SEC, NASD or FINRA: new rate, and the last day of the rate before.
        ("2001-12-27", 33.30),
        ("2002-01-02", 15.00),
        ("2002-04-01", 30.10),
        ("2003-03-21", 30.10),
        ("2003-03-31", 25.20),
        ("2003-12-01", 46.80),
        ("2004-02-22", 39.00),
        ("2004-04-01", 23.40),
        ("2005-01-06", 23.40),
        ("2005-01-07", 32.90),
        ("2005-04-01", 41.80),
        ("2006-11-17", 30.70),
        ("2007-05-07", 15.30),
        ("2008-03-31", 11.00),
        ("2008-04-01", 5.60),
        ("2009-10-02", 25.70),
        # The rate on either side of the day on which only FINRA's fee moved.
        ("2012-02-29", 18.00),
        ("2012-03-01", 18.00),
        ("2012-04-02", 22.40),
        ("2014-03-17", 17.40),
        ("2014-03-18", 22.10),
        ("2016-03-15", 21.80),
        ("2017-07-03", 21.80),
        ("2017-07-04", 23.10),
        ("2019-04-15", 13.00),
        ("2021-02-24", 22.10),
        ("2021-02-25", 5.10),
        ("2023-06-01", 8.00),
        ("2025-05-13", 27.80),
        ("2025-05-14", 0.00),
        ("2026-04-04", 20.60),
    ],
)
def test_the_sec_fee_of_a_day_is_the_announced_one(day, dollars_a_million):
    assert step_on(day).sec_share == pytest.approx(dollars_a_million * 1e-6)


@pytest.mark.parametrize(
    ("day", "a_share", "cap"),
    [
        ("2001-06-01", 0.0, 0.0),
        ("2003-09-02", 0.000100, 10.00),
        ("2004-11-01", 0.000075, 3.75),
        ("2011-06-30", 0.000075, 3.75),
        ("2011-07-01", 0.000090, 4.50),
        # Regulatory Notice 12-06: from the first of March, a month before the SEC's own rate moved.
        ("2012-02-29", 0.000090, 4.50),
        ("2012-03-01", 0.000095, 4.75),
        ("2012-06-29", 0.000095, 4.75),
        ("2012-07-02", 0.000119, 5.95),
        ("2013-01-02", 0.000119, 5.95),
        ("2021-12-31", 0.000119, 5.95),
        ("2022-01-03", 0.000130, 6.49),
        ("2023-01-03", 0.000145, 7.27),
        ("2024-01-02", 0.000166, 8.30),
        ("2026-01-02", 0.000195, 9.79),
    ],
)
def test_the_trading_activity_fee_of_a_day_is_the_announced_one(day, a_share, cap):
    step = step_on(day)
    assert (step.taf_per_share_usd, step.taf_most_usd) == (a_share, cap)


CAPPED = [step for step in US_FEES if step.taf_per_share_usd]


@pytest.mark.parametrize("step", CAPPED, ids=lambda step: step.from_day)
def test_the_cap_is_reached_at_a_hundred_thousand_shares_and_since_2004_at_fifty_thousand_or_a_little_more(
    step,
):
    shares = 50_000 if step.from_day >= "2004-11-01" else 100_000
    assert 0.998 * shares <= step.taf_most_usd / step.taf_per_share_usd <= 1.006 * shares


@pytest.mark.parametrize(
    ("day", "tick"),
    [
        ("1993-01-29", EIGHTH),
        ("1997-06-23", EIGHTH),
        ("1997-06-24", SIXTEENTH),
        ("2001-04-08", SIXTEENTH),
        ("2001-04-09", CENT),
        ("2020-01-02", CENT),
    ],
)
def test_the_tick_shrinks_from_eighths_to_cents(day, tick):
    assert step_on(day).tick_usd == tick


def test_days_are_days_and_rise():
    days = [date.fromisoformat(step.from_day) for step in US_FEES]
    assert all(earlier < later for earlier, later in pairwise(days))


def test_no_rate_is_absurd():
    for step in US_FEES:
        assert 0.0 <= step.sec_share < 1e-4
        assert 0.0 <= step.taf_per_share_usd < 1e-3


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_every_profile_charges_them(name):
    assert PROFILES[name].fee_schedule == US_FEES


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_the_kernel_reads_each_step_at_its_midnight(name):
    panel = panel_of_closes(np.arange(3), ("A",), np.ones((3, 1)))
    steps = terms_of(panel, AccountOptions(), PROFILES[name]).steps
    assert len(steps) == len(US_FEES)
    for row, step in zip(steps, US_FEES, strict=True):
        assert row[0] == np.datetime64(step.from_day, "ns").astype(np.int64)
        assert row[1:].tolist() == [
            step.sec_share,
            step.taf_per_share_usd,
            step.taf_most_usd,
            step.tick_usd,
        ]
