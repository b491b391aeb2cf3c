"""Drift: how often an alarm is false on dependent rows, what is found, and what cannot be told."""

import numpy as np
import pytest
from scipy.stats import ks_2samp

from tradewright.validation.drift import drifts, reference_of, worth_of_a_value

NAMES = ("quick", "slow", "together", "flag")
TAUGHT, NOW, SYMBOLS = 1_500, 250, 3


def features(seed: int, rows: int = TAUGHT + NOW) -> np.ndarray:
    """F x T x N: independent rows, 20-bar averages, symbols that move as one, and a flag that lasts."""
    draws = np.random.default_rng([seed, 21])
    noise = draws.standard_normal((3, rows + 19, SYMBOLS))
    slow = np.lib.stride_tricks.sliding_window_view(noise[1], 20, axis=0).mean(axis=-1) * np.sqrt(20.0)
    together = 0.95 * noise[2][19:, :1] + 0.3 * noise[2][19:]
    flag = (np.lib.stride_tricks.sliding_window_view(noise[0], 10, axis=0).sum(axis=-1) > 2.0)[-rows:]
    return np.stack([noise[0][19:], slow, together, flag.astype(float)])


def held_against(found: np.ndarray):
    return drifts(reference_of(NAMES, found[:, :TAUGHT]), found[:, TAUGHT:])


def test_false_alarms_over_all_features_are_as_rare_as_said_where_naive_tests_shout(record_property):
    alarms, naive = [], []
    for seed in range(60):
        found = features(seed)
        told = held_against(found)
        alarms.append(min(one.p for one in told) <= 0.05)
        assert not any(one.why_not for one in told)
        slow = ks_2samp(found[1, :TAUGHT].ravel(), found[1, TAUGHT:].ravel()).pvalue
        naive.append(slow <= 0.05)
    record_property("false alarms", float(np.mean(alarms)))
    record_property("false alarms of the test that takes rows for independent", float(np.mean(naive)))
    # 60 markets: a nominal 5 % shows more than 10 % once in thirty.
    assert np.mean(alarms) <= 0.10
    assert np.mean(naive) >= 0.3


def test_a_shift_is_found_where_it_is_and_nowhere_else():
    found = features(3)
    found[0, TAUGHT:] += 0.6
    found[2, TAUGHT:] *= 2.5
    told = {one.name: one.has_drifted(0.05) for one in held_against(found)}
    assert told == {"quick": True, "slow": False, "together": True, "flag": False}


def test_a_shift_that_does_not_matter_is_no_drift_however_sure_it_is():
    found = features(4, rows=TAUGHT + 6_000)
    found[0, TAUGHT:] += 0.12
    quick = held_against(found)[0]
    assert quick.p < 0.01 and quick.psi < 0.1 and not quick.has_drifted(0.05)


def test_what_a_value_is_worth_is_what_theory_says():
    draws = np.random.default_rng(5)
    rows = draws.standard_normal((20_000, 1))
    quantiles = reference_of(("x",), rows[None]).quantiles[0]
    assert worth_of_a_value(rows, quantiles) == pytest.approx(1.0, abs=0.15)
    # Each value stands for four rows.
    assert worth_of_a_value(np.repeat(rows[:5_000], 4, axis=0), quantiles) == pytest.approx(0.25, 0.15)
    # Three copies of a symbol are one.
    assert worth_of_a_value(np.repeat(rows, 3, axis=1), quantiles) == pytest.approx(1.0 / 3.0, rel=0.15)


def test_what_cannot_be_told_says_why_and_is_no_drift():
    found = features(6)
    found[0, TAUGHT:] = np.nan
    quick, slow, *_ = drifts(reference_of(NAMES, found[:, :TAUGHT]), found[:, TAUGHT : TAUGHT + 40])
    assert quick.why_not.startswith("0.0 independent values now; 10 are needed")
    assert quick.missing == 1.0 and quick.missed_before == 0.0
    assert "independent values now" in slow.why_not
    assert quick.has_vanished and quick.has_drifted(0.05), "a feed that died is the worst drift"
    assert not slow.has_drifted(0.05)


def test_fewer_symbols_are_fewer_values():
    draws = np.random.default_rng(9)
    rows = draws.standard_normal((1, 700, 20))
    reference = reference_of(("x",), rows[:, :600])
    rows[:, 600:, 1:] = np.nan
    (found,) = drifts(reference, rows[:, 600:])
    assert found.values <= 100.0


def test_a_feature_that_was_never_there_is_said():
    found = features(7)
    found[3, :TAUGHT] = np.nan
    *_, flag = held_against(found)
    assert "independent values" in flag.why_not and flag.missed_before == 1.0


def test_a_value_that_appears_in_a_constant_feature_is_seen():
    found = features(8)
    found[3, :TAUGHT], found[3, TAUGHT:] = 1.0, 2.0
    assert held_against(found)[3].has_drifted(0.05)
