"""Options priced for a person: words in, rows out."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradewright.assembly.workspace import Workspace
from tradewright.values.errors import InvalidOption
from tradewright.values.instant import DAYS_PER_YEAR, date_of, instant_of
from tradewright.values.option import OptionContract, Right

if TYPE_CHECKING:
    from tradewright.models.option_pricing.contract import Terms

Row = dict[str, Any]
# Prices are told for what a person thinks in: points of volatility and interest, days.
PER_POINT = 0.01


@dataclass(frozen=True)
class OptionRequest:
    """What somebody typed. Units: years of 365 days; `rate` and `dividend_yield` a year, continuous.

    `pricer` is the folder of a pricer that was trained; the closed form where none is named.
    """

    right: str
    spot: float
    strikes: tuple[float, ...]
    years: float | None = None
    expiry: str = ""
    as_of: str = ""
    rate: float = 0.0
    dividend_yield: float = 0.0
    pricer: Path | None = None


def years_of(workspace: Workspace, years: float | None, expiry: str, as_of: str) -> float:
    """Years to expiry, given as a number or as two days.

    Raises: InvalidOption for both or neither, a day that is none, or an expiry that has passed.
    """
    if (years is None) == (not expiry):
        raise InvalidOption("Give --years or --expiry, one of them.", "Such as --years 0.5.")
    if years is not None:
        return years
    now = _day(as_of, "--as-of") if as_of else _day(date_of(workspace.clock()), "today")
    return OptionContract("", Right.CALL, 1.0, _day(expiry, "--expiry")).years_at(now)


def prices(workspace: Workspace, request: OptionRequest, volatility: float) -> list[Row]:
    """The price of each option, and the bounds it must keep."""
    from tradewright.models.option_pricing import black_scholes

    _known(volatility=volatility)
    terms = _terms(workspace, request)
    found = _by(request).price(terms, volatility)
    low, high = black_scholes.bounds_of(terms)
    columns = {"price": found, "lower_bound": low, "upper_bound": high}
    return [
        {"id": name, **{key: float(column[row]) for key, column in columns.items()}}
        for row, name in enumerate(_names(request))
    ]


def sensitivities(workspace: Workspace, request: OptionRequest, volatility: float | None) -> list[Row]:
    """Price and Greeks of each option, per dollar, point and day."""
    from tradewright.models.option_pricing import black_scholes

    if volatility is None:
        raise InvalidOption("No volatility.", "Give --volatility, such as 0.2, or --book FILE.")
    _known(volatility=volatility)
    each = _by(request).greeks(_terms(workspace, request), volatility)
    columns = {name: getattr(each, name) for name in ("price", *black_scholes.GREEKS)}
    return [
        _told(name, {greek: float(column[row]) for greek, column in columns.items()})
        for row, name in enumerate(_names(request))
    ]


def implied(workspace: Workspace, request: OptionRequest, given: tuple[float, ...]) -> list[Row]:
    """The volatility that each price implies.

    Raises: InvalidOption where a price allows none, or where there is not one price a strike.
    """
    from tradewright.models.option_pricing import black_scholes

    if len(given) != len(request.strikes):
        raise InvalidOption(
            f"{len(request.strikes)} strikes and {len(given)} prices.", "Give --price once for each --strike."
        )
    found = black_scholes.implied_volatility(_terms(workspace, request), given)
    return [
        {"id": name, "price": given[row], "implied_volatility": float(found[row])}
        for row, name in enumerate(_names(request))
    ]


def book(workspace: Workspace, request: OptionRequest, file: Path, shares: float) -> list[Row]:
    """Greeks of each position of a book, and of all of it with the shares beside it in the last row.

    Raises: BadInput for a file that is no book, InvalidOption for a row that is no option.
    """
    from tradewright.models.option_pricing.contract import Terms
    from tradewright.models.option_pricing.portfolio import Book, book_greeks
    from tradewright.runs.option_book import read_book

    if request.strikes:
        raise InvalidOption("--book and --strike.", "Give one of them: the book holds its strikes.")
    prepare_compiled(workspace)
    rows, by = [], _by(request)
    positions = read_book(file)
    for one in positions:
        one["years"] = years_of(workspace, one["years"], one["expiry"] or request.expiry, request.as_of)

    def told(chosen: list[Row], beside: float) -> Row:
        """The Greeks of some positions together."""
        held = {name: [one[name] for one in chosen] for name in chosen[0]}
        market = request.rate, request.dividend_yield
        terms = Terms(held["right"], request.spot, held["strike"], held["years"], *market)
        positions = Book(terms, held["volatility"], held["contracts"], held["multiplier"], beside)
        return asdict(book_greeks(positions, by.greeks))

    for number, one in enumerate(positions):
        name = f"{number}: {one['contracts']:+g} {one['right']} {one['strike']:g}"
        rows.append(_told(name, told([one], 0.0)))
    return [*rows, _told("book", told(positions, shares))]


def _by(request: OptionRequest) -> Any:
    """What prices and gives Greeks: the closed form, or the pricer that was named.

    Raises: Blocked without the extra [ml]; NotFound, BadInput for a folder that holds no sound pricer.
    """
    if request.pricer is None:
        from tradewright.models.option_pricing import black_scholes

        return black_scholes
    from tradewright.runs.option_models import load_pricer

    return load_pricer(request.pricer)


def _terms(workspace: Workspace, request: OptionRequest) -> "Terms":
    """The options that were asked about."""
    from tradewright.models.option_pricing.contract import Terms

    prepare_compiled(workspace)
    years = years_of(workspace, request.years, request.expiry, request.as_of)
    if not request.strikes:
        raise InvalidOption("No strike.", "Give --strike, such as --strike 100.")
    market = request.rate, request.dividend_yield
    _known(spot=request.spot, years=years, rate=request.rate, dividend_yield=request.dividend_yield)
    for strike in request.strikes:
        _known(strike=strike)
    return Terms(request.right, request.spot, request.strikes, years, *market)


def _known(**typed: float) -> None:
    """A column may have gaps; what somebody types may not."""
    for name, number in typed.items():
        if math.isnan(number):
            raise InvalidOption(f"{name} = nan.", f"Give a number for --{name.replace('_', '-')}.")


def prepare_compiled(workspace: Workspace) -> None:
    """Keep the compiled formulas where all compiled code is kept."""
    from tradewright.kernel.native import cache
    from tradewright.models.option_pricing.compiled import keep_with

    def keep(make: Any, function: Any) -> Any:
        """Say so only where something is compiled: most mistakes are told before."""
        workspace.prepare_pricing(function.__name__)
        return cache.compile_kept(make, function)

    keep_with(keep)


def _names(request: OptionRequest) -> list[str]:
    """What each row is called."""
    when = request.expiry or f"{request.years:g}y"
    return [f"{Right.of(request.right).name.lower()} {strike:g} {when}" for strike in request.strikes]


def _told(name: str, values: Mapping[str, float]) -> Row:
    """A row of Greeks per point and day."""
    scale = {"vega": PER_POINT, "rho": PER_POINT, "theta": 1.0 / DAYS_PER_YEAR}
    unit = {"vega": "vega_per_point", "rho": "rho_per_point", "theta": "theta_per_day"}
    return {"id": name, **{unit.get(key, key): value * scale.get(key, 1.0) for key, value in values.items()}}


def _day(text: str, option: str) -> Any:
    """The instant at which a day begins."""
    try:
        return instant_of(text)
    except ValueError:
        raise InvalidOption(f"{option} {text} is no day.", "Give one such as 2026-01-16.") from None
