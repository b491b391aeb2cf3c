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
    for words in summary.get("notes", ()):
        screen.paragraph(f"note: {words}")


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
