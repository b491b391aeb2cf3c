"""A run's summary for a terminal: its figures, each with interval and sample, and its gates."""

from collections.abc import Mapping, Sequence
from typing import Any

from tradewright.cli import screen
from tradewright.values.errors import Blocked

FIRST = "Sharpe ratio a year"


def show(summary: Mapping[str, Any]) -> None:
    """Print headline, trials, figures, gates and notes, as far as the summary has them."""
    screen.say(f"\n{summary.get('headline', 'no verdict')}")
    trials = summary.get("trials")
    screen.say(f"Trials of hypothesis '{summary.get('hypothesis')}' so far: {screen.shown(trials)}\n")
    ordered = sorted(summary.get("figures", {}).values(), key=lambda one: (one["name"] != FIRST, one["name"]))
    figures = [figure_row(one) for one in ordered]
    screen.table(("figure", "value", "interval", "sample"), figures)
    gates = [(gate["name"], gate["status"], gate["reason"]) for gate in summary.get("gates", ())]
    screen.say()
    screen.table(("gate", "answer", "reason"), gates)
    show_execution(summary)
    for words in summary.get("notes", ()):
        screen.paragraph(f"note: {words}")


def show_execution(summary: Mapping[str, Any]) -> None:
    """Print how orders were executed and what the gateway did, as far as the summary has it."""
    executed, gateway = summary.get("execution", {}), summary.get("gateway")
    measured = [figure_row(one) for one in executed.get("figures", {}).values() if one["sample"]]
    if measured:
        screen.say()
        screen.table(("execution", "value", "interval", "orders"), measured)
    for one in executed.get("quality", ()) if measured else ():
        screen.say(f"{one['name']}: {one['standing']} ({one['side']} {one['limit']:g})")
    if gateway:
        screen.say(f"\n{gateway_line(gateway)}")


def gateway_line(gateway: Mapping[str, Any]) -> str:
    """What the gateway did, in a sentence or three."""
    from tradewright.research.dossier.wording import counted

    counts = ", ".join(f"{gateway[name]:,} {name}" for name in ("passed", "scaled", "refused"))
    words = f"Gateway ({gateway['limits']} limits): {gateway['asked']:,} orders asked for, {counts}."
    if gateway["refused_by"]:
        by = ", ".join(f"{name} {count:,}" for name, count in gateway["refused_by"].items())
        words += f" Refused by: {by}."
    if gateway["killed_at"]:
        words += f" The kill switch tripped at {gateway['killed_at']}: {gateway['killed_by']};"
        words += f" it cancelled {counted(gateway.get('stood_down', 0), 'working order')}, and"
        words += " nobody releases it in a simulation."
    return words


def figure_row(figure: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """One measured number, or in its place why there is none."""
    from tradewright.research.dossier.wording import between, in_unit

    interval, unit = figure.get("interval"), figure["unit"]
    sample = screen.shown(figure.get("sample"))
    if figure["value"] is None:
        return figure["name"], "not evaluated", figure.get("reason") or "", sample
    inside = "" if interval is None else between(interval["low"], interval["high"], unit)
    return figure["name"], in_unit(figure["value"], unit), inside, sample


def show_laws(laws: Sequence[Mapping[str, str]]) -> None:
    """Print the answer to every law, where any was asked."""
    if laws:
        screen.say()
        screen.table(("law", "answer", "where"), [(one["name"], one["status"], one["words"]) for one in laws])


def fail_on(laws: Sequence[Mapping[str, str]]) -> None:
    """End as a failure where a law is broken.

    Raises: Blocked naming the laws.
    """
    broken = [one["name"] for one in laws if one["status"] == "BROKEN"]
    if broken:
        raise Blocked(f"Broken: {'; '.join(broken)}.", "Mend the strategy; the run is kept as it is.")
