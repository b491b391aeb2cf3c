"""A calibrated chance comes true as often as it says, on rows that did not calibrate it."""

import numpy as np
import pytest

from tradewright.models.calibration import Calibration


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
    assert 0.0 < found < 1.0 and (found > 0.8) == bool(came[0])


def test_few_rows_move_a_chance_little():
    line = Calibration.of(np.array([0.7, 0.6]), np.array([True, False]))
    assert line.slope == pytest.approx(1.0, abs=0.15) and abs(line.offset) < 0.4
