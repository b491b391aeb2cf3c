"""vectorbt as a black box: the same decisions and costs through its documented fast path.

Signals are known at the close and filled at the next open: they are moved one bar down and `price` is the
open. Inputs become pandas objects before the clock starts; averages, decisions, orders and the value of every
bar are inside. Comparisons are made on plain arrays, which is faster than its indicator methods.
"""

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

import numba
import numpy as np
import pandas as pd
import vectorbt as vbt
from protocol import Inputs, Task, serve
from vectorbt.portfolio import nb
from vectorbt.portfolio.enums import Direction, SizeType


def _next_bar(at_close: np.ndarray) -> np.ndarray:
    moved = np.zeros_like(at_close)
    moved[1:] = at_close[:-1]
    return moved


def _trade(close: object, opened: object, above: np.ndarray, known: np.ndarray, options: dict) -> object:
    portfolio = vbt.Portfolio.from_signals(
        close,
        entries=_next_bar(above),
        exits=_next_bar(known & ~above),
        price=opened,
        fees=options["fee_bps"] * 1e-4,
        init_cash=options["capital_usd"],
        engine=options["engine"],
    )
    return portfolio, portfolio.value(engine=options["engine"])


def sma(inputs: Inputs, options: dict) -> Task:
    """One instrument, one pair of averages, all in and out."""
    close, opened = pd.Series(inputs["close"][:, 0]), pd.Series(inputs["open"][:, 0])
    fast_bars, slow_bars, engine = options["fast"], options["slow"], options["engine"]

    def run() -> object:
        fast = vbt.MA.run(close, fast_bars, engine=engine).ma.to_numpy()
        slow = vbt.MA.run(close, slow_bars, engine=engine).ma.to_numpy()
        return _trade(close, opened, fast > slow, ~np.isnan(slow), options)

    return Task(run, lambda result: result[1].to_numpy(), lambda result: len(result[0].orders.values))


def sma_grid(inputs: Inputs, options: dict) -> Task:
    """One instrument, a thousand pairs: each distinct average once, then all pairs as columns."""
    close, opened = pd.Series(inputs["close"][:, 0]), pd.Series(inputs["open"][:, 0])
    fast_bars, slow_bars = inputs["fast"], inputs["slow"]
    windows = np.unique(np.concatenate([fast_bars, slow_bars]))
    fast_at, slow_at = np.searchsorted(windows, fast_bars), np.searchsorted(windows, slow_bars)

    def run() -> object:
        averages = vbt.MA.run(close, windows.tolist(), engine=options["engine"]).ma.to_numpy()
        fast, slow = averages[:, fast_at], averages[:, slow_at]
        return _trade(close, opened, fast > slow, ~np.isnan(slow), options)

    return Task(run, lambda result: result[1].to_numpy().T, lambda result: len(result[0].orders.values))


def _weights(inputs: Inputs, options: dict) -> np.ndarray:
    """Equal weights in the names with the strongest past return, for the bar after each month's last."""
    prices, rows, top = inputs["close"], inputs["rows"], options["top"]
    past = prices[rows - options["skip"]] / prices[rows - options["lookback"]] - 1.0
    chosen = np.argpartition(-past, top - 1, axis=1)[:, :top]
    wanted = np.zeros(past.shape)
    np.put_along_axis(wanted, chosen, options["gross"] / top, axis=1)
    weights = np.full(prices.shape, np.nan)
    weights[rows + 1] = wanted
    return weights


def top_decile(inputs: Inputs, options: dict) -> Task:
    """Many instruments, monthly, the strongest of the past year: the documented way to rebalance."""
    close, opened = pd.DataFrame(inputs["close"]), pd.DataFrame(inputs["open"])
    engine = options["engine"]

    def run() -> object:
        portfolio = vbt.Portfolio.from_orders(
            close,
            size=_weights(inputs, options),
            size_type="targetpercent",
            price=opened,
            fees=options["fee_bps"] * 1e-4,
            init_cash=options["capital_usd"],
            group_by=True,
            cash_sharing=True,
            call_seq="auto",
            engine=engine,
        )
        return portfolio, portfolio.value(engine=engine)

    return Task(run, lambda result: result[1].to_numpy(), lambda result: len(result[0].orders.values))


# Columns at a time: 200,000 of them would not fit any memory, and more at once are no faster.
VARIANTS_AT_ONCE = 20


def _variant(inputs: Inputs, months: np.ndarray, number: int) -> np.ndarray:
    """The weights of one variant of momentum."""
    lookback, skip, held = (int(inputs[name][number]) for name in ("lookback", "skip", "held"))
    chosen = {"rows": months[months >= lookback], "close": inputs["close"]}
    return _weights(chosen, {"lookback": lookback, "skip": skip, "top": held, "gross": 1.0})


def _some_variants(inputs: Inputs, options: dict, span: tuple[int, int]) -> np.ndarray:
    """The equity of neighbouring variants, each a group of columns that share their cash; in one process."""
    months = _month_starts(inputs["instants"])
    curves = []
    for first in range(span[0], span[1], VARIANTS_AT_ONCE):
        numbers = range(first, min(first + VARIANTS_AT_ONCE, span[1]))
        count, names = len(numbers), inputs["close"].shape[1]
        portfolio = vbt.Portfolio.from_orders(
            pd.DataFrame(np.tile(inputs["close"], count)),
            size=np.concatenate([_variant(inputs, months, number) for number in numbers], axis=1),
            size_type="targetpercent",
            price=np.tile(inputs["open"], count),
            fees=options["fee_bps"] * 1e-4,
            init_cash=options["capital_usd"],
            group_by=np.repeat(np.arange(count), names),
            cash_sharing=True,
            call_seq="auto",
            engine=options["engine"],
        )
        curves.append(portfolio.value(engine=options["engine"]).to_numpy().T)
    return np.concatenate(curves)


def _month_starts(instants: np.ndarray) -> np.ndarray:
    months = instants.astype("datetime64[ns]").astype("datetime64[M]")
    starts = np.flatnonzero(months[1:] != months[:-1]) + 1
    return starts[starts < len(instants) - 1]


def momentum_sweep(inputs: Inputs, options: dict) -> Task:
    """Many variants of momentum, half of them in each of two processes that stand ready."""
    count = options["variants"] or len(inputs["held"])
    halves = [(0, count // 2), (count // 2, count)]
    pool = ProcessPoolExecutor(2, mp_context=get_context("fork"))
    work = partial(_some_variants, inputs, options)
    list(pool.map(work, [(0, 1), (1, 2)]))

    def run() -> object:
        return np.concatenate(list(pool.map(work, halves)))

    return Task(run, lambda result: result, lambda result: -1)


@numba.njit
def _nothing_before(context: object) -> tuple:
    return ()


@numba.njit
def _sells_first(context: object, weights: object, price: object, kind: object, direction: object) -> tuple:
    for column in range(context.from_col, context.to_col):
        context.last_val_price[column] = nb.get_col_elem_nb(context, column, price)
    value = np.empty(context.group_len)
    nb.sort_call_seq_nb(context, weights, kind, direction, value)
    return ()


@numba.njit
def _to_weight(context: object, weights: object, price: object, fees: object) -> object:
    return nb.order_nb(
        size=nb.get_elem_nb(context, weights),
        price=nb.get_elem_nb(context, price),
        size_type=SizeType.TargetPercent,
        fees=fees,
    )


def top_decile_masked(inputs: Inputs, options: dict) -> Task:
    """The same by an expert: compiled order functions by hand, asleep on all days but the first of a month.

    The simulation exists in numba only; the value of every bar comes from the engine asked for.
    """
    close, opened, rows = pd.DataFrame(inputs["close"]), inputs["open"], inputs["rows"]
    kind, direction = np.array([[SizeType.TargetPercent]]), np.array([[Direction.Both]])

    def run() -> object:
        weights = _weights(inputs, options)
        awake = np.zeros((len(weights), 1), dtype=np.bool_)
        awake[rows + 1] = True
        portfolio = vbt.Portfolio.from_order_func(
            close,
            _to_weight,
            weights,
            opened,
            options["fee_bps"] * 1e-4,
            segment_mask=awake,
            pre_segment_func_nb=_sells_first,
            pre_segment_args=(weights, opened, kind, direction),
            init_cash=options["capital_usd"],
            group_by=True,
            cash_sharing=True,
            fill_pos_record=False,
            ffill_val_price=False,
            max_orders=len(rows) * weights.shape[1],
        )
        return portfolio, portfolio.value(engine=options["engine"])

    return Task(run, lambda result: result[1].to_numpy(), lambda result: len(result[0].orders.values))


def versions() -> dict[str, str]:
    """What runs inside this environment."""
    known = {"vectorbt": vbt.__version__, "numba": numba.__version__}
    try:
        import vectorbt_rust

        known["vectorbt-rust"] = str(vectorbt_rust.__version__)
    except ImportError:
        known["vectorbt-rust"] = "absent"
    return {**known, "numpy": np.__version__, "pandas": pd.__version__}


if __name__ == "__main__":
    many = {"top_decile": top_decile, "top_decile_masked": top_decile_masked}
    serve({"sma": sma, "sma_grid": sma_grid, "momentum_sweep": momentum_sweep, **many}, versions())
