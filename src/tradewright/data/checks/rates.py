"""Checks of the rates between currencies, by which every price quoted abroad is told."""

from math import log

import polars as pl

from tradewright.data.as_of import Facts, with_terms
from tradewright.data.checks.codes import finding
from tradewright.data.checks.material import Material
from tradewright.data.placing import RATE
from tradewright.values.currency import USD
from tradewright.values.findings import Finding

# A tenth in a step is rare among traded currencies: a point that slipped, a pair turned round, or news.
LARGE_STEP = log(1.1)
# Over longer gaps currencies wander so far.
STEP_DAYS = 7


def in_doubt(material: Material) -> list[Finding]:
    """Two values of one pair for one day, known at the same close: which one counts would be chance.

    A later known_at is a correction and no doubt. The finding is about the whole dataset, so that it blocks
    every run: which of them change money is known to no symbol.
    """
    facts = _rates(material).group_by("pair", "ex_date", "known_at").agg(pl.col("value").n_unique())
    return _by_pair("rates-in-doubt", facts.filter(pl.col("value") > 1), "days with two values")


def steps(material: Material) -> list[Finding]:
    """Rates more than a tenth above or below the one before, of at most seven days ago."""
    dated = _rates(material).sort("pair", "ex_date", "known_at", maintain_order=True)
    last = dated.unique(["pair", "ex_date"], keep="last", maintain_order=True)
    step = (pl.col("value") / pl.col("value").shift().over("pair")).log().abs()
    gap = pl.col("ex_date").diff().over("pair").dt.total_days()
    large = last.filter((step > LARGE_STEP).fill_null(False), gap <= STEP_DAYS)
    return _by_pair("rate-step", large, "steps of more than a tenth")


def _rates(material: Material) -> pl.DataFrame:
    """Every rate on file with its pair, such as EUR/USD."""
    given = material.content
    facts = Facts(
        given.bars, given.actions, given.listings, given.sessions, given.time_zone, given.terms
    )  # fmt: skip
    rates = with_terms(facts).filter(pl.col("kind") == RATE)
    return rates.with_columns((pl.col("symbol") + "/" + pl.col("other").fill_null(USD)).alias("pair"))


def _by_pair(code: str, bad: pl.DataFrame, words: str) -> list[Finding]:
    """One finding a pair, about the whole dataset."""
    counted = bad.group_by("pair").agg(pl.len().alias("count"), pl.col("ex_date").min().alias("first"))
    return [
        finding(code, "", f"{pair}: {words}: {count:,}, first {first}", count, str(first))
        for pair, count, first in counted.sort("pair").iter_rows()
    ]
