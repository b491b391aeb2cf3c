"""Memory for long histories: it starts on a large page, and what nobody wrote in it is never read."""

import numpy as np
import pytest
from drivers import DRIVERS
from hypothesis import given
from hypothesis import strategies as some
from markets import account, market, profile, wishes

from tradewright.kernel.memory import fresh
from tradewright.kernel.native.books import new_path
from tradewright.kernel.session import Session

LARGE_PAGE = 1 << 21
LONG = 1 << 20


def address(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]


@given(rows=some.integers(0, 5), columns=some.integers(0, 300_000))
def test_it_has_the_shape_that_was_asked_for_and_can_be_written_everywhere(rows, columns):
    block = fresh(rows, columns)
    block[:] = 7.0
    assert block.shape == (rows, columns)
    assert block.dtype == np.float64
    assert block.flags.c_contiguous
    assert (block == 7.0).all()


@pytest.mark.parametrize("shape", [(LONG,), (3, LONG), (1_000, 5_000)])
def test_large_blocks_start_on_a_large_page(shape):
    assert address(fresh(*shape)) % LARGE_PAGE == 0


def test_two_blocks_never_share_memory():
    blocks = [fresh(LONG) for _ in range(4)]
    for number, block in enumerate(blocks):
        block[:] = number
    assert [float(block.min()) for block in blocks] == [float(block.max()) for block in blocks]


def test_a_block_lives_as_long_as_a_row_of_it():
    row = fresh(4, LONG)[2]
    row[:] = 3.0
    others = [fresh(4, LONG) for _ in range(3)]
    for other in others:
        other[:] = -1.0
    assert (row == 3.0).all()


def test_without_rates_one_zero_stands_for_all_accruals():
    *_, interest, borrow_fee = new_path(1_000, accrues=False)
    assert interest.strides == borrow_fee.strides == (0,)
    assert not interest.any()


def test_with_rates_accruals_have_columns_of_their_own():
    *_, interest, borrow_fee = new_path(1_000, accrues=True)
    interest[:], borrow_fee[:] = 1.0, 2.0
    assert (interest.max(), borrow_fee.min()) == (1.0, 2.0)


def dirty() -> None:
    """Leave numbers behind in memory that is given back, as a long process does."""
    for size in (6, 64, 1_000, LONG):
        held = [np.full(size, 123.456) for _ in range(8)]
        del held


FLAT, ENDS = [100.0] * 8, [100.0, 100.0, 90.0, 90.0, 110.0, 110.0, 110.0, 110.0]


@pytest.mark.parametrize("driver", DRIVERS)
def test_rows_on_which_nothing_is_short_say_zero(driver):
    dirty()
    panel = market(FLAT)
    done = DRIVERS[driver](panel, wishes({1: -0.5, 3: 0.5, 5: 0.0}), account(), profile())
    assert done.short_usd.tolist() == [0.0, 0.0, 500.0, 500.0, 0.0, 0.0, 0.0, 0.0]
    assert done.long_usd.tolist() == [0.0, 0.0, 0.0, 0.0, 500.0, 500.0, 0.0, 0.0]


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_short_position_that_is_liquidated_owes_nothing_at_the_end(driver):
    dirty()
    options = account(liquidate_at_end=True)
    done = DRIVERS[driver](market(ENDS), wishes({0: -0.5}), options, profile())
    assert done.short_usd[1] == 500.0
    assert done.short_usd[-2] == 550.0
    assert done.short_usd[-1] == 0.0
    assert done.equity_usd[-1] == done.cash_usd[-1] == 950.0


@pytest.mark.parametrize("driver", DRIVERS)
def test_several_names_of_which_one_is_short_for_a_while(driver):
    dirty()
    closes = [[100.0, 50.0]] * 8
    plan = wishes({0: [0.5, -0.25], 3: [0.5, 0.0], 5: [-0.5, 0.0]})
    done = DRIVERS[driver](market(closes), plan, account(), profile())
    assert done.short_usd.tolist() == [0.0, 250.0, 250.0, 250.0, 0.0, 0.0, 500.0, 500.0]
    assert np.allclose(done.equity_usd, done.cash_usd + done.long_usd - done.short_usd, rtol=1e-12)


def test_a_session_looked_at_on_every_row_leaves_the_same_column():
    dirty()
    session = Session(market(FLAT), account(), profile())
    for row, weight in enumerate([-0.5, None, 0.0, None, -0.25, None, None, None]):
        session.advance(row)
        _ = session.equity_usd
        if weight is not None:
            session.intend(np.array([weight]))
    assert session.finish().short_usd.tolist() == [0.0, 500.0, 500.0, 0.0, 0.0, 200.0, 200.0, 200.0]
