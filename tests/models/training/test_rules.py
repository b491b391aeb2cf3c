"""The rules of training: pure steps from one standing to the next."""

import json
import math

import pytest

from tradewright.models.training.rules import (
    LossIsNoNumber,
    OutOfMemory,
    Rules,
    Standing,
    after_bad_loss,
    after_epoch,
    after_no_memory,
    is_over,
)

RULES = Rules(epochs=10, patience=4, plateau=2, restarts=2)


def after_losses(*losses: float) -> Standing:
    now = Standing.first(RULES)
    for loss in losses:
        now = after_epoch(now, RULES, loss, loss)
    return now


def test_the_best_epoch_is_the_one_with_the_lowest_validation_loss():
    now = after_losses(3.0, 1.0, 2.0)
    assert (now.epoch, now.best_epoch, now.best_loss, now.is_best) == (3, 1, 1.0, False)
    assert after_losses(3.0, 2.0).is_best


def test_a_plateau_slows_the_rate_and_begins_to_count_anew():
    assert after_losses(1.0, 2.0).rate == 1.0
    assert after_losses(1.0, 2.0, 2.0).rate == 0.5
    assert after_losses(1.0, 2.0, 2.0, 2.0).rate == 0.5
    assert after_losses(1.0, 2.0, 2.0, 2.0, 2.0).rate == 0.25


def test_training_ends_early_after_its_patience_and_says_so():
    assert not is_over(after_losses(1.0, 2.0, 2.0, 2.0), RULES)
    ended = after_losses(1.0, 2.0, 2.0, 2.0, 2.0)
    assert is_over(ended, RULES) and ended.stopped_early


def test_training_that_ran_its_epochs_did_not_stop_early():
    now = after_losses(*[1.0 / (epoch + 1) for epoch in range(10)])
    assert is_over(now, RULES) and not now.stopped_early


def test_memory_that_ends_halves_the_part_down_to_eight():
    now = Standing.first(RULES)
    for part in (16, 8):
        now = after_no_memory(now, RULES)
        assert now.part == part
    assert (now.attempts, now.batch_sizes) == (3, (32, 16, 8))
    assert now.reasons == ("out of memory with 32 sequences", "out of memory with 16 sequences")
    with pytest.raises(OutOfMemory, match="Not even 8 sequences fit into memory"):
        after_no_memory(now, RULES)


def test_a_bad_loss_halves_the_rate_and_ends_after_its_restarts():
    now = Standing.first(RULES)
    for rate in (0.5, 0.25):
        now = after_bad_loss(now, RULES, "rows 3 to 5")
        assert now.rate == rate
    with pytest.raises(LossIsNoNumber, match="no number after 2 restarts: rows 7 to 9"):
        after_bad_loss(now, RULES, "rows 7 to 9")


def test_a_standing_comes_back_from_json():
    now = after_no_memory(after_losses(3.0, 1.0), RULES)
    assert Standing.from_json(json.loads(json.dumps(now.as_json()))) == now
    first = Standing.first(RULES)
    assert math.isinf(Standing.from_json(json.loads(json.dumps(first.as_json()))).best_loss)
