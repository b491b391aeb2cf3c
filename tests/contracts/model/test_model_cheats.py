"""The law finds models that lie: each cheat breaks just the part of the law that is there for it."""

from itertools import count

import model_law as law
import numpy as np
import pytest
from model_rows import taught

from tradewright.models.contract import Lesson, Model
from tradewright.models.forecasts import Abstention, Answers

ROWS, TARGETS = taught()
COUNT = count()


class Honest(Model):
    """The mean of the last feature."""

    def _learn(self, examples, signature, how):
        return Lesson(
            {"mean": examples.present().mean(axis=0), "horizons": np.array(examples.targets.shape[2])}
        )

    def _answer(self, learned, windows):
        mean = np.repeat(windows[:, -1, :1] + learned["mean"][0], int(learned["horizons"]), axis=1)
        return Answers(mean, np.full_like(mean, 0.5), np.ones_like(mean))


class FollowsTheCrowd(Honest):
    """What it says of a row hangs on the others that are asked about with it."""

    def _answer(self, learned, windows):
        return super()._answer(learned, windows - windows.mean())


class Unseeded(Honest):
    """It learns something else each time."""

    def _learn(self, examples, signature, how):
        return Lesson({**super()._learn(examples, signature, how).arrays, "n": np.array(next(COUNT))})


class Writes(Honest):
    """It changes what it was given to learn from."""

    def _learn(self, examples, signature, how):
        examples.weights[:] = 0.0
        return super()._learn(examples, signature, how)


class TooSure(Honest):
    """A chance above one."""

    def _answer(self, learned, windows):
        found = super()._answer(learned, windows)
        return Answers(found.mean, found.rise + 1.0, found.deviation)


class Peeks(Honest):
    """It learns from all rows, those without an outcome too."""

    def _learn(self, examples, signature, how):
        lesson = super()._learn(examples, signature, how)
        return Lesson({**lesson.arrays, "seen": np.nansum(examples.features[:, -1])})


def fitted(kind: type[Model]):
    return kind().fit(ROWS, TARGETS, seed=1)


def test_an_honest_model_passes():
    law.must_refit_to_the_same(Honest(), fitted(Honest), ROWS, TARGETS)
    law.must_answer_row_by_row_as_at_once(fitted(Honest), ROWS, [20])
    law.must_not_see_beyond_its_rows(fitted(Honest), ROWS, 30)
    law.must_leave_its_input_alone(Honest(), ROWS, TARGETS)
    law.must_learn_only_what_it_may(Honest(), fitted(Honest), ROWS, TARGETS)


def test_one_that_leans_on_company_is_found():
    with pytest.raises(AssertionError, match="asked alone: mean differs"):
        law.must_answer_row_by_row_as_at_once(fitted(FollowsTheCrowd), ROWS, [20])
    with pytest.raises(AssertionError, match="later rows were left out"):
        law.must_not_see_beyond_its_rows(fitted(FollowsTheCrowd), ROWS, 30)


def test_one_without_a_seed_is_found():
    with pytest.raises(AssertionError, match="refitted with the same seed, n differs"):
        law.must_refit_to_the_same(Unseeded(), fitted(Unseeded), ROWS, TARGETS)


def test_one_that_writes_cannot_reach_its_input():
    law.must_leave_its_input_alone(Writes(), ROWS, TARGETS)


def test_one_that_is_too_sure_is_found():
    with pytest.raises(AssertionError):
        law.must_speak_in_units(fitted(TooSure), ROWS)


class NoNumber(Honest):
    """A chance that is no number."""

    def _answer(self, learned, windows):
        found = super()._answer(learned, windows)
        return Answers(found.mean, np.where(windows[:, -1, :1] > 1.0, np.nan, found.rise), found.deviation)


def test_one_whose_answer_is_no_number_is_silent_there():
    said, honest = fitted(NoNumber).predict(ROWS), fitted(Honest).predict(ROWS)
    silent = said.reasons == Abstention.NO_NUMBER
    assert silent.any() and np.isnan(said.mean[silent]).all() and (honest.reasons[silent] == 0).all()
    assert np.array_equal(said.reasons[~silent], honest.reasons[~silent])
    law.must_speak_in_units(fitted(NoNumber), ROWS)


def test_one_that_peeks_is_found():
    with pytest.raises(AssertionError, match="rows without outcomes moved seen"):
        law.must_learn_only_what_it_may(Peeks(), fitted(Peeks), ROWS, TARGETS)
