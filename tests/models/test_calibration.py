"""A calibrated chance comes true as often as it says, on rows that did not calibrate it."""

import numpy as np
import pytest

from tradewright.models.calibration import Calibration, held_share, own_parts


def drawn(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """True chances, and what came of them."""
    draws = np.random.default_rng(seed)
    chance = draws.uniform(0.2, 0.8, count)
    return chance, draws.uniform(size=count) < chance


def too_sure(chance: np.ndarray) -> np.ndarray:
    odds = (chance / (1.0 - chance)) ** 3 * 1.5
    return odds / (1.0 + odds)


def test_chances_that_are_too_sure_come_true_once_calibrated():
    chance, came = drawn(4_000, 1)
    line = Calibration.of(too_sure(chance), came)
    assert line.slope == pytest.approx(1 / 3, abs=0.04)
    fresh, later = drawn(4_000, 2)
    found = line.calibrated(too_sure(fresh))
    assert np.max(np.abs(found - fresh)) < 0.03
    assert np.mean((found - later) ** 2) < np.mean((too_sure(fresh) - later) ** 2) - 0.02


def test_chances_that_say_nothing_become_the_usual_share():
    _, came = drawn(3_000, 3)
    stated = np.random.default_rng(4).uniform(0.1, 0.9, 3_000)
    found = Calibration.of(stated, came).calibrated(stated)
    assert np.ptp(found) < 0.1 and found.mean() == pytest.approx(came.mean(), abs=0.01)


def test_chances_that_are_upside_down_are_not_turned_round():
    chance, came = drawn(2_000, 5)
    line = Calibration.of(1.0 - chance, came)
    assert line.slope == 0.0
    assert line.calibrated(chance) == pytest.approx(np.full(2_000, came.mean()), abs=0.01)


@pytest.mark.parametrize("came", [np.ones(30, dtype=bool), np.zeros(30, dtype=bool)])
def test_one_side_alone_never_makes_a_chance_of_nought_or_one(came):
    line = Calibration.of(np.full(30, 0.5), came)
    (found,) = line.calibrated(np.array([0.5]))
    assert 0.0 < found < 1.0 and (found > 0.6) == bool(came[0])


def test_outcomes_that_overlap_are_one_and_so_are_symbols_of_an_instant():
    instants = np.repeat(np.arange(100), 4)
    parts = own_parts(instants, np.ones(400), 20)
    assert parts.sum() == pytest.approx(5.0) and held_share(parts) == pytest.approx(40.0 / 45.0)
    assert own_parts(np.arange(7), np.ones(7), 1) == pytest.approx(np.ones(7))
    # Five months that rose are five outcomes: a coin stays nearly a coin.
    rose = np.ones(400, dtype=bool)
    assert Calibration.of(np.full(400, 0.5), rose, parts).calibrated(np.array([0.5]))[0] < 0.56
    assert Calibration.of(np.full(400, 0.5), rose).calibrated(np.array([0.5]))[0] > 0.85


@pytest.mark.parametrize("errors", [0.0, 1.0])
def test_the_lower_end_of_a_chance_is_as_seldom_above_the_truth_as_it_says(errors):
    above = []
    for seed in range(200):
        chance, came = drawn(60, 50 + seed)
        above.append(Calibration.of(chance, came).calibrated(np.array([0.7]), errors)[0] > 0.7)
    assert np.mean(above) == pytest.approx(0.5, abs=0.15) if errors == 0.0 else np.mean(above) < 0.2


def test_few_rows_move_a_chance_little():
    line = Calibration.of(np.array([0.7, 0.6]), np.array([True, False]))
    assert line.slope == pytest.approx(1.0, abs=0.15) and abs(line.offset) < 0.4
