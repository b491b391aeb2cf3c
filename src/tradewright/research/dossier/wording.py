"""How numbers are written for people: one place, so that a page and a terminal never disagree."""

import math

from tradewright.validation.luck import chance_in_words, p_in_words
from tradewright.values.instant import date_of, iso_of

NOT_EVALUATED = "not evaluated"
MINUS = "\u2212"
# A number and its per cent sign stay on one line.
NBSP = "\u00a0"
SYMBOLS = {"PASS": "\u2713", "FAIL": "\u2717", "NOT EVALUATED": "\u25cb"}


def decimal(value: float, digits: int = 2) -> str:
    """A number with thousands separators and a true minus sign; what is no number is not evaluated."""
    if not math.isfinite(value):
        return NOT_EVALUATED
    text = f"{abs(value):,.{digits}f}"
    # What rounds to zero has no sign: "-0.00" would read as a loss.
    is_zero = not text.strip("0.,")
    return text if value >= 0 or is_zero else f"{MINUS}{text}"


def per_cent(share: float, digits: int = 1) -> str:
    """A share as per cent."""
    return f"{decimal(100.0 * share, digits)}{NBSP}%" if math.isfinite(share) else NOT_EVALUATED


def p_value(p: float) -> str:
    """A p-value: three digits, and never 0."""
    return p_in_words(p) if math.isfinite(p) else NOT_EVALUATED


def likelihood(probability: float) -> str:
    """A probability: three digits, never 0 and never certain."""
    return chance_in_words(probability) if math.isfinite(probability) else NOT_EVALUATED


def dollars(amount_usd: float, digits: int = 0) -> str:
    """An amount of dollars, the sign before the currency."""
    text = decimal(amount_usd, digits)
    if text == NOT_EVALUATED:
        return text
    return f"{MINUS}${text[1:]}" if text.startswith(MINUS) else f"${text}"


def in_unit(value: float | None, unit: str) -> str:
    """A number in its unit: shares as per cent, dollars with their sign, ratios bare, counts whole.

    Units: `unit` begins with "share", "usd", "ratio", "correlation" or "p", or is the noun of a count
    ("bars", "times a year").
    """
    if value is None or not math.isfinite(value):
        return NOT_EVALUATED
    number, after = _in_parts(value, unit)
    return f"{number}{after}"


def _in_parts(value: float, unit: str) -> tuple[str, str]:
    """A number and what follows it, apart."""
    kind, _, rest = unit.partition(" ")
    # "share of equity" is plain per cent; "share a year" keeps its "a year".
    tail = f" {rest}" if rest and not rest.startswith("of ") else ""
    if kind == "share":
        return decimal(100.0 * value, 1), f"{NBSP}%{tail}"
    if kind in ("usd", "dollars"):
        return dollars(value), tail
    if kind == "correlation":
        return decimal(value, 3), ""
    if kind in ("ratio", ""):
        return decimal(value), ""
    if kind == "p":
        return p_value(value), ""
    noun = _singular(unit) if value == 1 else unit
    return decimal(value, 0 if float(value).is_integer() else 1), f" {noun}"


def _singular(unit: str) -> str:
    """The noun of a count of one: bars become bar, times a year time a year."""
    noun, space, rest = unit.partition(" ")
    # Basis points are bps, one or many.
    return f"{noun[:-1] if noun.endswith('s') and noun != 'bps' else noun}{space}{rest}"


def between(low: float, high: float, unit: str) -> str:
    """An interval in its unit, which is named once, or that there is none."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return NOT_EVALUATED
    return f"{_in_parts(low, unit)[0]} to {in_unit(high, unit)}"


def setting(value: float | int | str | bool) -> str:
    """A parameter's value as its owner would type it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if not math.isfinite(value):
        return NOT_EVALUATED
    # Twelve digits print 0.1 as typed; separators begin where a reader would need them.
    text = f"{value:,.12g}" if abs(value) >= 10_000 else f"{value:.12g}"
    return text.replace("-", MINUS)


def moment(instant: int, with_time: bool = False) -> str:
    """A date, or a date and time to the minute, ISO and UTC."""
    return f"{iso_of(instant)[:16].replace('T', ' ')}" if with_time else date_of(instant)


def sentence(text: str) -> str:
    """Words with a capital and a full stop, as a page wants them."""
    whole = text.strip()
    stop = "" if not whole or whole.endswith((".", "!", "?", "\u2026")) else "."
    return whole[:1].upper() + whole[1:] + stop


def counted(count: int, one: str, many: str = "") -> str:
    """A count and its noun: 1 trial, 1,200 trials."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
