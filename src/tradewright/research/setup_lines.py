"""What a study stands on, as its report prints it: data, terms, parameters, benchmark."""

from typing import Any

from tradewright.research.dossier.content import Passport, Quantity, Setup, WaiverLine
from tradewright.research.notes import benchmark_words, margins_of
from tradewright.research.plan import Plan
from tradewright.values.balances import CONVERTED
from tradewright.values.instant import date_of
from tradewright.values.parameters import bounds_of
from tradewright.values.profile import AccountOptions


def passport_lines(plan: Plan) -> Passport:
    """Where the data come from, and what is known against them."""
    snapshot, provenance = plan.snapshot, plan.snapshot.provenance
    return Passport(
        snapshot_id=snapshot.id,
        dataset=snapshot.dataset,
        origin=provenance.origin.value,
        vendor=provenance.vendor,
        licence=provenance.licence,
        calendar=snapshot.calendar,
        first=snapshot.first,
        last=snapshot.last,
        rows=snapshot.rows,
        symbols=snapshot.symbols,
        survivors_only=provenance.survivors_only,
        caveats=provenance.caveats,
        findings=plan.findings,
        waivers=tuple(WaiverLine(one.code, one.reason) for one in plan.options.waivers),
    )


def setup_lines(plan: Plan) -> Setup:
    """Period, universe, strategy, terms of trade and account."""
    strategy, account, instants = plan.headline.strategy, plan.options.account, plan.panel.instants
    units = {one.name: bounds_of(one) for one in strategy.declared()}
    about = (type(strategy).__doc__ or "").strip().splitlines()
    return Setup(
        period_first=date_of(int(instants[0])),
        period_last=date_of(int(instants[-1])),
        universe=plan.panel.symbols,
        strategy=plan.options.strategy.name,
        parameters=tuple(
            Quantity(name, value if isinstance(value, int | float) else str(value), _unit(units[name]))
            for name, value in strategy.parameters().items()
        ),
        benchmark=benchmark_words(plan),
        profile=plan.profile.name,
        profile_numbers=(
            *(Quantity(name, value) for name, value in plan.profile.numbers().items()),
            Quantity("commission_tiers", len(plan.profile.commission_tiers), "steps"),
            Quantity("fee_schedule", len(plan.profile.fee_schedule), "dated steps"),
        ),
        capital_usd=account.capital_usd,
        account=(
            Quantity("type", account.type),
            Quantity("max_gross", account.max_gross, "times equity"),
            *(Quantity(name, getattr(account, name), "of value") for name in margins_of(plan)),
            *balance_lines(account),
            Quantity("fractional shares", account.fractional),
            Quantity("liquidated at the end", account.liquidate_at_end),
        ),
        strategy_about=about[0] if about else "",
    )


def balance_lines(account: AccountOptions) -> tuple[Quantity, ...]:
    """How balances are kept, changed and paid interest on; nothing where all money is changed at once."""
    if account.balances == CONVERTED:
        return ()
    interest = {
        f"interest {word} on {code}": share
        for code, pair in sorted(account.interest.items())
        for word, share in zip(("earned", "owed"), pair, strict=True)
    }
    return (
        Quantity("balances", account.balances),
        Quantity("exchange", account.exchanges),
        *(Quantity(name, share, "a year") for name, share in interest.items()),
    )


def _unit(bounds: Any) -> str:
    """A parameter's unit as its strategy declares it; a switch has none."""
    return "" if bounds is None or bounds.unit == "yes or no" else str(bounds.unit)
