"""A market told in the currency of an account: prices, dividends and costs at the rate of the day.

A row has one rate a currency: the last one known at its close, of a day not longer ago than RATE_LASTS_DAYS.
It holds for all of the row; whoever decides sees it at the close, together with the prices. What is not known
is refused, never made up. Source: docs/decisions/0080-currencies.md.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tradewright.values.currency import USD, checked_currency
from tradewright.values.errors import InvalidOption
from tradewright.values.instant import NS_PER_DAY, date_of
from tradewright.values.panel import DIVIDEND, Floats, Ints, Panel
from tradewright.values.profile import ExecutionProfile

# A rate of Thursday still holds on the Tuesday after Easter; one that is older has stopped, not rested.
RATE_LASTS_DAYS = 7


def in_currency(panel: Panel, currency: str) -> Panel:
    """The same bars and actions with every amount in one currency, ready for an account kept in it.

    Shape: `rates` of the result is T x N, what one unit of an instrument's currency was worth on each row,
    NaN on rows before its first price or action on which none was known. A panel in this currency comes back
    as it is.
    Raises: UnknownName for a currency that is none; InvalidOption where a rate is missing, stale or not above
    zero, naming currency and day.
    """
    checked_currency(currency)
    own = panel.quotes.currencies or (panel.currency,) * len(panel.symbols)
    if len(panel.rates):
        if panel.currency == currency:
            return panel
        raise InvalidOption(
            f"a panel told in {panel.currency} already, asked for in {currency}.",
            "Convert the panel as read.",
        )
    if set(own) <= {currency}:
        return replace(panel, currency=currency)
    rates = np.ones(panel.shape)
    for asset, code in enumerate(own):
        if checked_currency(code) != currency:
            rates[:, asset] = _rates_of_asset(panel, asset, (code, currency))
    opened, high, low, close = (column * rates for column in panel.columns()[:4])
    actions = panel.actions.copy()
    inside = (actions["row"] >= 0) & (actions["row"] < len(rates))
    at = (actions["row"][inside], actions["asset"][inside])
    amounts = np.where(actions["kind"][inside] == DIVIDEND, rates[at], 1.0)
    actions["value"][inside] *= amounts
    actions["cash_usd"][inside] *= rates[at]
    quotes = replace(panel.quotes, currencies=own)
    return replace(
        panel, open=opened, high=high, low=low, close=close, actions=actions,
        currency=currency, quotes=quotes, rates=rates,
    )  # fmt: skip


def profile_in(profile: ExecutionProfile, panel: Panel) -> ExecutionProfile:
    """A profile whose dollars are told in the panel's currency, at the rate of the first row.

    Commissions, fees, the tick and the size of the stock that spreads are scaled from are amounts in dollars;
    shares of the price stay as they are.
    Raises: InvalidOption where the rate of the dollar is not known on the first row.
    """
    if panel.currency == USD or not len(panel.instants):
        return profile
    usd = float(_rates_at(panel, panel.instants[:1], (USD, panel.currency))[0])
    steps = tuple(
        replace(
            step,
            taf_per_share_usd=step.taf_per_share_usd * usd,
            taf_most_usd=step.taf_most_usd * usd,
            tick_usd=step.tick_usd * usd,
        )
        for step in profile.fee_schedule
    )
    return replace(
        profile,
        commission_per_share_usd=profile.commission_per_share_usd * usd,
        commission_minimum_usd=profile.commission_minimum_usd * usd,
        commission_tiers=tuple((shares, price * usd) for shares, price in profile.commission_tiers),
        fee_schedule=steps,
        # Half the spread falls with the cube root of the money traded, which is counted in this currency.
        spread_scale_bps=profile.spread_scale_bps * usd ** (1.0 / 3.0),
    )


def _rates_of_asset(panel: Panel, asset: int, pair: tuple[str, str]) -> Floats:
    """T: the rates of one instrument; before its first price or action NaN where none is known."""
    known = np.isfinite(panel.close[:, asset]) | np.isfinite(panel.open[:, asset])
    acts = panel.actions[(panel.actions["asset"] == asset) | (panel.actions["other"] == asset)]
    known[np.clip(acts["row"], 0, len(known) - 1)] = True
    first = int(np.argmax(known)) if known.any() else len(known)
    # Earlier ones are for orders said before the first print, whose prices stand in the other currency.
    early = _lasting_at(_facts_of(panel, pair), panel.instants[:first])
    return np.concatenate((early, _rates_at(panel, panel.instants[first:], pair)))


def _lasting_at(facts: tuple[Ints, Ints, Floats], instants: Ints) -> Floats:
    """The last rate known at each instant, NaN where there was none that lasted till then."""
    known_at, day_at, rate = facts
    if not len(rate):
        return np.full(len(instants), np.nan)
    place = np.searchsorted(known_at, instants, side="right") - 1
    return np.where((place >= 0) & _lasts(day_at[place], instants), rate[place], np.nan)


def _lasts(day_at: Ints, instants: Ints) -> NDArray[np.bool_]:
    """Whether rates of these days still hold at these instants.

    Days are counted, not hours: a close is later in its day than the midnight that a rate's day stands for.
    """
    return np.asarray(instants // NS_PER_DAY - day_at // NS_PER_DAY <= RATE_LASTS_DAYS)


def _rates_at(panel: Panel, instants: Ints, pair: tuple[str, str]) -> Floats:
    """What one unit of a currency was worth in another at these instants: the last rate known then.

    Rates on file the other way round are turned; there is no way by a third currency.
    """
    known_at, day_at, rate = _facts_of(panel, pair)
    place = np.searchsorted(known_at, instants, side="right") - 1
    for row in np.flatnonzero(place < 0)[:1]:
        raise _not_known(pair, int(instants[row]), "none was known by then")
    if not len(rate):
        return np.zeros(0)
    for row in np.flatnonzero(~_lasts(day_at[place], instants))[:1]:
        last = date_of(int(day_at[place[row]]))
        raise _not_known(pair, int(instants[row]), f"the last one known then is of {last}")
    return rate[place]


def _facts_of(panel: Panel, pair: tuple[str, str]) -> tuple[Ints, Ints, Floats]:
    """When each rate of a pair became known, of which day it is, and the rate, in the order of knowing."""
    facts, (of, priced_in) = panel.quotes.facts, pair
    straight = (facts["of"] == of) & (facts["priced_in"] == priced_in)
    turned = (facts["of"] == priced_in) & (facts["priced_in"] == of)
    chosen = facts[straight if straight.any() else turned]
    for fact in chosen[~((chosen["rate"] > 0.0) & (chosen["rate"] < np.inf))][:1]:
        raise InvalidOption(
            f"a rate of {fact['rate']:g} {fact['priced_in']} for one {fact['of']} on "
            f"{date_of(int(fact['day_at']))}.",
            "Give an amount above zero.",
        )
    chosen = chosen[np.lexsort((chosen["day_at"], chosen["known_at"]))]
    # Of a rate that came late, of a day before the last one known, nobody makes use.
    newest = np.maximum.accumulate(chosen["day_at"]) == chosen["day_at"] if len(chosen) else slice(None)
    chosen = chosen[newest]
    rate = chosen["rate"] if straight.any() else 1.0 / chosen["rate"]
    return chosen["known_at"], chosen["day_at"], rate


def _not_known(pair: tuple[str, str], instant: int, why: str) -> InvalidOption:
    """The refusal of a day whose rate nobody knew."""
    day = date_of(instant)
    return InvalidOption(
        f"no rate of {pair[0]} in {pair[1]} for {day}: {why}; a rate lasts {RATE_LASTS_DAYS} days.",
        f"Add lines '{pair[0]},rate,VALUE,DATE' with other = {pair[1]} to the file of actions and ingest "
        "again, or set the period to days whose rates are on file.",
    )
