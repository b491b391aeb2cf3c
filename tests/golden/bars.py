"""Real bars of ../shared/market as panels, read straight from the CSV files."""

from pathlib import Path

import numpy as np
import polars as pl

from tradewright.values.panel import DIVIDEND, SPLIT, Panel, action_dtype

KINDS = {"split": SPLIT, "dividend": DIVIDEND}


def frame_of(market_dir: Path, folder: str, symbol: str, first: str, last: str) -> pl.DataFrame:
    """Bars from `first` to `last`, both in, by the text of their time column."""
    frame = pl.read_csv(market_dir / folder / f"{symbol}.csv")
    moment = frame.columns[0]
    return frame.filter((pl.col(moment) >= first) & (pl.col(moment) <= last)).rename({moment: "moment"})


def panel_of(frame: pl.DataFrame, symbol: str, scale: float = 1.0, actions: list[tuple] = ()) -> Panel:
    """One instrument's bars as a panel, prices times `scale`; volumes as they are."""
    form = "%Y-%m-%d %H:%M" if " " in frame["moment"][0] else "%Y-%m-%d"
    moments = frame["moment"].str.to_datetime(form, time_unit="ns").to_numpy().astype(np.int64)
    columns = [
        np.ascontiguousarray(frame[name].to_numpy().astype(np.float64)[:, None] * scale)
        for name in ("open", "high", "low", "close")
    ]
    volume = np.ascontiguousarray(frame["volume"].to_numpy().astype(np.float64)[:, None])
    records = np.array(list(actions), dtype=action_dtype)
    return Panel(moments, moments.copy(), (symbol,), *columns, volume, records)


def actions_of(market_dir: Path, symbol: str, frame: pl.DataFrame) -> list[tuple]:
    """Corporate actions on file, each on the first row of its day or later, none before the first row."""
    days = frame["moment"].str.slice(0, 10).to_list()
    facts = pl.read_csv(market_dir / "corporate_actions.csv").filter(pl.col("symbol") == symbol)
    found = []
    for _, day, kind, value in facts.sort("ex_date").iter_rows():
        row = int(np.searchsorted(days, day))
        if 0 < row < len(days):
            found.append((row, 0, KINDS[kind], float(value)))
    return found


def row_of(frame: pl.DataFrame, moment: str) -> int:
    """The row of a bar that must exist."""
    return frame["moment"].to_list().index(moment)
