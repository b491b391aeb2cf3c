"""Checks of when: order, duplicates, sessions, length and end of each series."""

import polars as pl

from tradewright.data.checks.codes import by_symbol, finding
from tradewright.data.checks.material import ENDINGS, Material
from tradewright.values.findings import Finding

FEWEST_ROWS = 100
# So many duplicates are no slip: several instruments stand under one name.
MANY_TWICE = 0.2
LONGEST_GAP_SESSIONS = 60
LATE_END_SESSIONS = 5
STILL_CLOSES = 10
OUTSIDE_SHARE = 0.02


def time_order(material: Material) -> list[Finding]:
    """Rows that begin before the row above them."""
    bad = material.raw.filter((pl.col("known_at").diff() < 0).over("symbol"))
    return by_symbol("not-time-ordered", bad, "rows stand after a later one")


def duplicates(material: Material) -> list[Finding]:
    """Bars that end when another one of the same instrument does."""
    bad = material.raw.filter(~pl.struct("symbol", "known_at").is_first_distinct())
    twice = bad.group_by("symbol").len().join(material.raw.group_by("symbol").len("of"), on="symbol")
    crowded = twice.filter(pl.col("len") > MANY_TWICE * pl.col("of"))["symbol"].to_list()
    words = "bars at an instant that has one already"
    mixed = f"several instruments may stand in it (--column symbol=NAME names their column); {words}"
    is_crowded = pl.col("symbol").is_in(crowded)
    return [
        *by_symbol("duplicate-instants", bad.filter(is_crowded), mixed),
        *by_symbol("duplicate-instants", bad.filter(~is_crowded), words),
    ]


def outside_hours(material: Material) -> list[Finding]:
    """Bars while the exchange was closed; so many that the calendar must be wrong."""
    bad = material.raw.filter("closed")
    findings = by_symbol("bars-outside-sessions", bad, "bars while the exchange was closed")
    share = len(bad) / len(material.raw)
    if share > OUTSIDE_SHARE:
        words = f"{share:.1%} of all bars lie outside the sessions of {material.content.calendar}"
        findings.append(finding("wrong-calendar", "", words, len(bad), str(bad["at"].min())))
    return findings


def gaps(material: Material) -> list[Finding]:
    """Sessions without a bar, and stretches of them so long that the ticker may have changed hands."""
    lost = missing_sessions(material).sort("symbol", "number")
    lost = lost.with_columns(pl.col("session").cast(pl.String).alias("at"))
    findings = by_symbol("missing-sessions", lost, "sessions without a bar")
    # Consecutive sessions share the difference between their number and their rank among the missing.
    run = (pl.col("number") - pl.int_range(pl.len()).over("symbol")).alias("run")
    runs = lost.with_columns(run).group_by("symbol", "run").agg(pl.len().alias("count"), pl.col("at").min())
    long = runs.filter(pl.col("count") >= LONGEST_GAP_SESSIONS).sort("symbol", "at")
    for symbol, count, first in long.select("symbol", "count", "at").iter_rows():
        words = f"no bar for {count:,} sessions in a row from {first}"
        findings.append(finding("long-gap", symbol, words, count, first))
    return findings


def missing_sessions(material: Material) -> pl.DataFrame:
    """Every session between a symbol's first and last bar on which it has none.

    Shape: columns symbol, session and `number` (the session's count in the calendar).
    """
    sessions = material.content.sessions.select("session").with_row_index("number")
    sessions = sessions.with_columns(pl.col("number").cast(pl.Int64))
    spans = material.own.group_by("symbol").agg(
        pl.col("day").min().alias("first"), pl.col("day").max().alias("last")
    )
    expected = spans.join(sessions, how="cross").filter(
        pl.col("session").is_between(pl.col("first"), pl.col("last"))
    )
    have = material.own.select("symbol", pl.col("day").alias("session")).unique()
    return expected.join(have, on=["symbol", "session"], how="anti").select("symbol", "session", "number")


def length(material: Material) -> list[Finding]:
    """Series too short to say anything."""
    counts = material.own.group_by("symbol").len().filter(pl.col("len") < FEWEST_ROWS).sort("symbol")
    return [
        finding(
            "few-rows", symbol, f"{count} bar{'' if count == 1 else 's'}, fewer than {FEWEST_ROWS}", count
        )
        for symbol, count in counts.iter_rows()
    ]


def end(material: Material) -> list[Finding]:
    """Series that stop while others go on, or whose last closes never move, with no delisting on file."""
    return [*_early_end(material), *_still_end(material)]


def _early_end(material: Material) -> list[Finding]:
    content = material.content
    known = pl.col("last_date").is_not_null().all().alias("known")
    ended = content.listings.group_by("symbol").agg(known).filter("known")
    delisted = content.actions.filter(pl.col("kind").is_in(ENDINGS))
    gone = {*ended["symbol"], *delisted["symbol"]}
    last = material.own.group_by("symbol").agg(pl.col("day").max()).sort("symbol")
    sessions = content.sessions["session"] if len(content.sessions) else material.own["day"].unique()
    final = last["day"].max()
    findings = []
    for symbol, day in last.iter_rows():
        late = int(((sessions > day) & (sessions <= final)).sum())
        if late > LATE_END_SESSIONS and symbol not in gone:
            words = f"the last bar is of {day}, {late} sessions before the dataset's end"
            findings.append(finding("stale-end", symbol, words, late, str(day)))
    return findings


def _still_end(material: Material) -> list[Finding]:
    changed = (pl.col("close") != pl.col("close").shift()).over("symbol").fill_null(True)
    runs = material.days.with_columns(changed.cum_sum().over("symbol").alias("run"))
    runs = runs.with_columns(pl.col("run").max().over("symbol").alias("final"))
    still = runs.filter(pl.col("run") == pl.col("final"), pl.col("final") > 1)
    tails = still.group_by("symbol").agg(pl.len().alias("count"), pl.col("at").min()).sort("symbol")
    return [
        finding("stale-end", symbol, f"the last {count:,} closes are the same, from {at}", count, at)
        for symbol, count, at in tails.filter(pl.col("count") >= STILL_CLOSES).iter_rows()
    ]
