"""The model that was taught: its fits on a time line, and how good its forecasts were."""

import numpy as np

from tradewright.research.dossier.content import ForecastLines, HorizonLine, RefitLine
from tradewright.research.dossier.markup import Html, join, tag
from tradewright.research.dossier.svg import Frame, staircase
from tradewright.research.dossier.tables import Column, quantities, quantity_pairs, ratios_table, table
from tradewright.research.dossier.wording import counted, moment, per_cent, sentence

WHAT_IT_IS = (
    "The forecasts were made as time went by: each fit learnt only from outcomes that were known before the "
    "first row it serves, and its forecasts are facts of the rows at which they were said. So every figure "
    "here is out of sample. Blocks of rows are resampled with all of their names, since names move together "
    "and outcomes overlap. Intervals of coefficients hold for all horizons together; other recipes that were "
    "tried on the hypothesis are not priced in them, and the verdict counts each."
)


def forecasts_section(lines: ForecastLines) -> Html:
    """The recipe, the time line, what was said and what was not, and every horizon."""
    listed = tag("details", tag("summary", "Every fit"), _refits_table(lines.refits))
    recipe = (
        ("Model", join(lines.model, ". ", lines.about)),
        ("Features", counted(lines.features, "column")),
        ("Schedule", sentence(lines.how)),
        ("Abstained", _silence(lines)),
        *quantity_pairs(lines.recipe),
    )
    horizons = (_horizon(one) for one in lines.horizons)
    return join(tag("p", WHAT_IT_IS), quantities(recipe), _time_line(lines.refits), *horizons, listed)


def _silence(lines: ForecastLines) -> str:
    """How often the model said nothing, and why."""
    silent = sum(count for _, count in lines.silent)
    if not silent:
        return f"never, asked {counted(lines.asked, 'time')}"
    why = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in lines.silent)
    return f"{silent:,} of {counted(lines.asked, 'time')} ({per_cent(silent / lines.asked)}): {why}"


def _time_line(refits: tuple[RefitLine, ...]) -> Html:
    """One row a fit: thin what it learnt from, thick what it served."""
    learnt = [np.array([getattr(one, name) for one in refits]) for name in ("learnt_first", "learnt_last")]
    serves = [np.array([getattr(one, name) for one in refits]) for name in ("serves_first", "serves_last")]
    span = np.array([learnt[0].min(), serves[1].max()], dtype=np.int64)
    day = [moment(int(one)) for one in (learnt[0][0], serves[0][0], serves[1][-1])]
    words = (
        f"From the top down {counted(len(refits), 'fit')}. The first learns from {day[0]} on and serves from "
        f"{day[1]} on; the last serves until {day[2]}."
    )
    kinds = (("learnt from", "train", learnt[0], learnt[1]), ("forecast", "test", serves[0], serves[1]))
    frame = Frame(words, 50 + min(300, 14 * len(refits)), str)
    heading = tag("figcaption", tag("h3", "Fits on a time line"), tag("p", words))
    return tag("figure", heading, staircase(span, kinds, frame))


def _horizon(one: HorizonLine) -> Html:
    """A horizon's verdict in words, its figures, and how its chances held."""
    columns = (Column("Chance of a rise, as said"), Column("Rose", True), Column("Forecasts", True))
    rows = [(per_cent(bin.said), per_cent(bin.came), f"{bin.count:,}") for bin in one.calibration]
    return join(
        tag("h3", f"Over {counted(one.horizon_bars, 'bar')}"),
        *(tag("p", words) for words in one.says),
        ratios_table(one.ratios),
        table(f"Direction: {counted(one.places, 'forecast')} in bins of equal size", columns, rows),
    )


def _refits_table(refits: tuple[RefitLine, ...]) -> Html:
    """Each fit with its dates and the version of the model that it gave."""
    columns = (
        Column("Fit"), Column("Outcomes known until"), Column("Served"), Column("Outcomes", True),
        Column("Version"), Column("Training"),
    )  # fmt: skip
    rows = [
        (
            str(number),
            moment(one.learnt_last),
            f"{moment(one.serves_first)} to {moment(one.serves_last)}",
            f"{one.outcomes:,}",
            one.version,
            one.story or "at once",
        )
        for number, one in enumerate(refits, start=1)
    ]
    return table("All of it, with hashes of what each fit was given, stands in models.json", columns, rows)
