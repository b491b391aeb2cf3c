"""The same verdict for a terminal: headline, caveats, the Sharpe ratio beside its trials, and the gates."""

import math
from typing import TYPE_CHECKING

from tradewright.research.dossier.content import DossierContent, GateLine
from tradewright.research.dossier.markup import printable
from tradewright.research.dossier.tables import ORDER
from tradewright.research.dossier.verdict_section import caveat_sentences, expected_sentences
from tradewright.research.dossier.wording import (
    NOT_EVALUATED,
    SYMBOLS,
    between,
    counted,
    decimal,
    in_unit,
    p_value,
    per_cent,
    sentence,
)

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

COLOURS = {"PASS": "green", "FAIL": "red", "NOT EVALUATED": "yellow"}


def verdict_table(content: DossierContent) -> "Group":
    """What a study found, ready for a rich console; words from outside are text, never markup."""
    from rich.console import Group
    from rich.padding import Padding
    from rich.panel import Panel

    verdict = content.verdict
    title = printable(content.identity.title)
    box = Panel(_text(verdict.headline, "bold"), title=_text(title), border_style=COLOURS[verdict.status])
    lines = [_text(f"! {words}", "yellow") for words in caveat_sentences(content)]
    lines += [_sharpe_line(content), _luck_line(content), _search_line(content), *_fold_lines(content)]
    lines += _forecast_lines(content)
    lines += [_text(words) for words in expected_sentences(content)]
    # Long caveats wrap under themselves, two columns in.
    return Group(box, *(Padding(line, (0, 2)) for line in lines), _gates(verdict.gates))


def _text(words: str, style: str = "") -> "Text":
    """Words exactly as they are, control characters aside."""
    from rich.text import Text

    return Text(printable(words), style=style)


def _sharpe_line(content: DossierContent) -> "Text":
    """The estimate with its interval and sample."""
    sharpe = content.sharpe
    if not math.isfinite(sharpe.value):
        return _text(f"{sharpe.name}: {NOT_EVALUATED}. {sentence(sharpe.reason)}")
    interval = f"{per_cent(sharpe.level, 0)} interval {between(sharpe.low, sharpe.high, sharpe.unit)}"
    sample = in_unit(sharpe.sample, sharpe.sample_of)
    return _text(f"{sharpe.name}: {in_unit(sharpe.value, sharpe.unit)} ({interval}; {sample})")


def _luck_line(content: DossierContent) -> "Text":
    """How many tries it took, and what luck alone would show."""
    luck = content.luck
    trials = NOT_EVALUATED if luck.trials is None else f"{luck.trials:,}"
    best = f"the best of them by luck alone: {decimal(luck.sharpe)}"
    return _text(f"Trials of this hypothesis so far: {trials}; {best}")


def _search_line(content: DossierContent) -> "Text":
    """The p-value that prices the search, and how it was found."""
    return _text(
        f"p with the search priced in: {p_value(content.luck.p)}. {sentence(content.luck.p_how)}".strip()
    )


def _fold_lines(content: DossierContent) -> list["Text"]:
    """What was left where no choice had been made, for a study with folds."""
    if content.folds is None:
        return []
    after, before, kept = content.folds.ratios[:3]
    reach = f"{per_cent(after.level, 0)} interval {between(after.low, after.high, after.unit)}"
    folds = counted(len(content.folds.folds), "fold")
    left = f"{in_unit(kept.value, 'share')} of the picks' {in_unit(before.value, before.unit)} in sample"
    return [_text(f"{after.name}: {in_unit(after.value, after.unit)} ({reach}; {folds}); {left}")]


def _forecast_lines(content: DossierContent) -> list["Text"]:
    """What the model's forecasts were worth, a sentence or two for each horizon."""
    told = content.forecasts
    if told is None:
        return []
    fits = (
        f"Forecasts by {told.model}, {counted(len(told.refits), 'fit')}, each from what was known before it."
    )
    return [_text(fits), *(_text(words) for one in told.horizons for words in one.says)]


def _gates(gates: tuple[GateLine, ...]) -> "Table":
    """Gates, failures first."""
    from rich.table import Table

    table = Table(box=None, pad_edge=True, header_style="dim")
    table.add_column("Answer", no_wrap=True)
    table.add_column("Gate")
    table.add_column("Reason")
    for gate in sorted(gates, key=lambda gate: ORDER[gate.status]):
        answer = _text(f"{SYMBOLS[gate.status]} {gate.status}", COLOURS[gate.status])
        table.add_row(answer, _text(gate.name), _text(sentence(gate.reason)))
    return table
