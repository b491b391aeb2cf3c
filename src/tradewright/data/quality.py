"""The quality report: what is wrong with a dataset or worth a look, before anybody trusts its numbers."""

from collections.abc import Callable

from tradewright.data.checks import corporate, prices, rates, times
from tradewright.data.checks.material import Material
from tradewright.data.content import DatasetContent
from tradewright.values.findings import Finding, Level

Check = Callable[[Material], list[Finding]]

CHECKS: tuple[Check, ...] = (
    times.time_order,
    times.duplicates,
    times.outside_hours,
    times.gaps,
    times.length,
    times.end,
    prices.positive_prices,
    prices.volumes,
    prices.bounds,
    prices.holes,
    prices.variance,
    prices.spikes,
    corporate.jumps,
    corporate.splits_seen,
    corporate.looks_adjusted,
    corporate.listed,
    corporate.late,
    corporate.placed,
    rates.in_doubt,
    rates.steps,
)

_RANK = {Level.ERROR: 0, Level.WARNING: 1, Level.NOTE: 2}


def inspect(content: DatasetContent) -> list[Finding]:
    """Everything the checks find in a dataset, errors first, then by code and symbol.

    The codes, their levels and their mends stand in checks/codes.py.
    """
    if content.bars.is_empty():
        return []
    material = Material(content)
    found = [finding for check in CHECKS for finding in check(material)]
    return sorted(found, key=lambda f: (_RANK[f.level], f.code, f.symbol))
