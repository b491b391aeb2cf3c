"""A run's summary for a terminal: its figures, each with interval and sample, and its gates."""

from collections.abc import Mapping
from typing import Any

from tradewright.cli import screen


def show(summary: Mapping[str, Any]) -> None:
    """Print headline, trials, figures, gates and notes, as far as the summary has them."""
    screen.say(f"\n{summary.get('headline', 'no verdict')}")
    trials = summary.get("trials")
    screen.say(f"Trials of hypothesis '{summary.get('hypothesis')}' so far: {screen.shown(trials)}\n")
    figures = [figure_row(one) for one in summary.get("figures", {}).values()]
    screen.table(("figure", "value", "interval", "unit", "sample"), figures)
    gates = [(gate["name"], gate["status"], gate["reason"]) for gate in summary.get("gates", ())]
    screen.say()
    screen.table(("gate", "answer", "reason"), gates)
    for words in summary.get("notes", ()):
        screen.say(f"note: {words}")


def figure_row(figure: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    """One measured number, or in its place why there is none."""
    interval = figure.get("interval")
    if figure["value"] is None:
        return (figure["name"], "not evaluated", figure.get("reason") or "", figure["unit"], _sample(figure))
    between = (
        "" if interval is None else f"{screen.shown(interval['low'])} to {screen.shown(interval['high'])}"
    )
    return (figure["name"], screen.shown(figure["value"]), between, figure["unit"], _sample(figure))


def _sample(figure: Mapping[str, Any]) -> str:
    return screen.shown(figure.get("sample"))
