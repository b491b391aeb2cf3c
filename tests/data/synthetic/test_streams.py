"""Named streams: what one draws never moves another."""

from itertools import product

import numpy as np

from tradewright.data.synthetic.streams import PURPOSES, stream


def test_the_same_name_gives_the_same_draws():
    assert np.array_equal(stream(7, "market").random(50), stream(7, "market").random(50))


def test_every_purpose_and_number_draws_its_own():
    firsts = {
        stream(seed, purpose, number).random()
        for seed, purpose, number in product((0, 1), PURPOSES, (0, 1, 2))
    }
    assert len(firsts) == 2 * len(PURPOSES) * 3


def test_no_two_purposes_share_a_number():
    assert len(set(PURPOSES.values())) == len(PURPOSES)


def test_streams_are_not_correlated_with_each_other():
    drawn = np.array([stream(1, "idiosyncratic", number).standard_normal(4000) for number in range(12)])
    apart = np.corrcoef(drawn)[np.triu_indices(12, 1)]
    assert np.abs(apart).max() < 4.5 / np.sqrt(4000)


def test_a_seed_draws_the_same_numbers_as_on_the_day_it_was_first_used():
    assert stream(0, "market").integers(0, 1000, 5).tolist() == [109, 265, 685, 101, 160]
    assert stream(3, "idiosyncratic", 4).integers(0, 1000, 5).tolist() == [61, 244, 198, 516, 818]
