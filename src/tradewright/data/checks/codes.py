"""What a quality report can say: each code with its level, its meaning and its mend."""

from dataclasses import dataclass

import polars as pl

from tradewright.values.findings import Finding, Level


@dataclass(frozen=True)
class Code:
    """One kind of finding: an error blocks a run unless the study waives it by this code."""

    code: str
    level: Level
    meaning: str
    mend: str


_TABLE = (
    # Errors: a simulation on such data would be wrong, and nobody can say by how much.
    Code("duplicate-instants", Level.ERROR, "two bars of one instrument end at the same instant",
         "Remove all but one; until then the last one stands."),
    Code("non-positive-price", Level.ERROR, "a price of zero or less", "Correct it or leave the cell empty."),
    Code("negative-volume", Level.ERROR, "a volume below zero", "Correct it or leave the cell empty."),
    Code("bounds-broken", Level.ERROR, "high below open or close, or low above them",
         "Correct the bar or leave it out."),
    Code("nan-share", Level.ERROR, "more than 5 % of what should be known is missing",
         "Complete the data, or study the part that is complete."),
    Code("zero-variance", Level.ERROR, "every close is the same", "Leave the instrument out."),
    Code("unexplained-jump", Level.ERROR, "a jump like a split's, with none on file",
         "Add the split to corporate_actions.csv, or correct the price."),
    Code("split-not-in-prices", Level.ERROR, "a split on file that the prices do not show: they are adjusted",
         "Ingest raw prices, or take the actions off."),
    Code("wrong-calendar", Level.ERROR, "more than 2 % of all bars lie outside the calendar's sessions",
         "Name the exchange's calendar or the time zone of the file."),
    Code("late-actions", Level.ERROR, "a corporate action known only after the bar on which it acts",
         "Correct its known_at: until then whoever decides on that bar would reckon with what nobody knew."),
    Code("rates-in-doubt", Level.ERROR, "two rates of one pair and day, known at the same time",
         "Keep one line for each pair and day, or give a correction a later known_at."),
    # Warnings: the data can be used, but somebody should have looked.
    Code("not-time-ordered", Level.WARNING, "rows were not in time order",
         "None needed: they are kept sorted."),
    Code("missing-sessions", Level.WARNING, "sessions without a bar between the first and the last",
         "Complete the data; until then nothing is traded on those days."),
    Code("long-gap", Level.WARNING, "60 or more sessions in a row without a bar",
         "If the ticker changed hands, say so in listings.csv."),
    Code("bars-outside-sessions", Level.WARNING, "bars while the exchange was closed",
         "Panels leave them out; if they are many, the calendar or the time zone is the wrong one."),
    Code("nan-values", Level.WARNING, "cells without a value, up to 5 % of a column",
         "Complete them, or leave them: nothing is filled in, and no order fills where nothing is known."),
    Code("zero-volume", Level.WARNING, "a bar on which no share traded",
         "None needed where that is so: no order fills on it. Leave the cell empty where it is not known."),
    Code("file-not-read", Level.WARNING, "a file in the folder that looks like facts beside the bars",
         "Give it to that option, or move it out of the folder."),
    Code("few-rows", Level.WARNING, "fewer than 100 bars", "Give more history."),
    Code("stale-end", Level.WARNING, "the series ends early or stands still, and no delisting is on file",
         "Complete the data, or add the delisting."),
    Code("large-move", Level.WARNING, "a move of more than 1.9 times in one session",
         "Look at it: is it real?"),
    Code("rate-step", Level.WARNING, "a rate more than a tenth from the one before",
         "Look at it: is the decimal point in its place, and the pair the right way round?"),
    Code("lone-spike", Level.WARNING, "a price far from those before and after it",
         "Look at it: is it real?"),
    Code("rows-before-listing", Level.WARNING, "rows from before the instrument had this ticker",
         "None needed: they belong to whatever traded under that ticker then, and panels leave them out."),
    Code("rows-after-listing", Level.WARNING, "rows from after the instrument's last day",
         "None needed: they belong to whatever traded under that ticker then, and panels leave them out."),
    Code("adjusted-looking-prices", Level.WARNING, "closes between the cents: they look adjusted",
         "Ingest raw prices; with adjusted ones costs and volumes of old years are wrong."),
    Code("unplaced-actions", Level.WARNING, "corporate actions outside the instrument's bars",
         "Check their dates; they do nothing."),
)  # fmt: skip

MOST_WARNINGS = 10
NAMED_SYMBOLS = 5

CODES: dict[str, Code] = {code.code: code for code in _TABLE}


def finding(code: str, symbol: str, words: str, count: int = 1, first: str = "") -> Finding:
    """A finding of a known code: what was found in words, then how to mend it."""
    known = CODES[code]
    return Finding(code, known.level, symbol, f"{words}. {known.mend}", count, first)


def by_symbol(code: str, bad: pl.DataFrame, words: str) -> list[Finding]:
    """One finding for each symbol that has bad rows; of a warning for very many symbols one for them all.

    An error always names its symbol, so that it blocks the runs that use it and no other.
    Shape: `bad` has columns symbol and `at` (text, when).
    """
    if bad.is_empty():
        return []
    counted = bad.group_by("symbol").agg(pl.len().alias("count"), pl.col("at").min().alias("first"))
    if len(counted) > MOST_WARNINGS and CODES[code].level is not Level.ERROR:
        return [for_many(code, bad, words)]
    return [
        finding(code, symbol, f"{words}: {count:,}, first {first}", count, first)
        for symbol, count, first in counted.sort("symbol").iter_rows()
    ]


def for_many(code: str, bad: pl.DataFrame, words: str) -> Finding:
    """One finding about the whole dataset that names the first few symbols.

    Shape: as for `by_symbol`.
    """
    symbols = bad["symbol"].unique().sort().to_list()
    named = ", ".join(symbols[:NAMED_SYMBOLS]) + (", ..." if len(symbols) > NAMED_SYMBOLS else "")
    first = str(bad["at"].min())
    found = f"{words} in {len(symbols)} instruments ({named}): {len(bad):,}, first {first}"
    return finding(code, "", found, len(bad), first)
