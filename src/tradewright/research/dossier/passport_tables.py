"""The data's passport: where the prices came from, what was found wrong with them and what was waived."""

from tradewright.research.dossier.content import Passport, WaiverLine
from tradewright.research.dossier.markup import Html, escape, tag
from tradewright.research.dossier.tables import Column, missing, quantities, table
from tradewright.research.dossier.wording import NOT_EVALUATED
from tradewright.values.findings import Finding, Level

MOST_FINDINGS = 200
MOST_SYMBOLS = 40
LEVELS = {Level.ERROR: "\u2717 error", Level.WARNING: "! warning", Level.NOTE: "\u00b7 note"}
ORDER = (Level.ERROR, Level.WARNING, Level.NOTE)


def passport_facts(passport: Passport) -> Html:
    """Origin, licence, extent and the exact snapshot."""
    survivors = {None: NOT_EVALUATED, True: "yes: names that died are missing", False: "no"}
    return quantities(
        (
            ("Dataset", passport.dataset),
            ("Snapshot", tag("code", passport.snapshot_id)),
            ("Origin", passport.origin),
            ("Vendor", passport.vendor),
            ("Licence", passport.licence),
            ("Calendar", passport.calendar),
            ("Extent", tag("span", f"{passport.first} to {passport.last}", class_="dates")),
            ("Rows", f"{passport.rows:,}"),
            ("Instruments", f"{len(passport.symbols):,}: {some_of(passport.symbols)}"),
            ("Survivors only", survivors[passport.survivors_only]),
        )
    )


def some_of(names: tuple[str, ...]) -> str:
    """A list of names, its end counted where it is long."""
    rest = len(names) - MOST_SYMBOLS
    return ", ".join(names[:MOST_SYMBOLS]) + (f" and {rest:,} more" if rest > 0 else "")


def findings_table(passport: Passport) -> Html:
    """What the quality report found, errors first, each with the waiver that lets it pass."""
    if passport.findings is None:
        return missing("The data were not inspected: their quality is not evaluated.")
    if not passport.findings:
        return missing("The quality report found nothing.")
    # A waiver covers every finding of its code, whichever instrument it concerns.
    waived = {waiver.code: waiver for waiver in passport.waivers}
    ordered = sorted(passport.findings, key=lambda finding: ORDER.index(finding.level))
    columns = (
        Column("Level"), Column("Code"), Column("Instrument"), Column("Finding"), Column("Times", True),
        Column("First seen"),
    )  # fmt: skip
    rows = [_finding_cells(finding, waived) for finding in ordered[:MOST_FINDINGS]]
    rest = len(ordered) - len(rows)
    note = f"{rest:,} more findings are in the quality report." if rest > 0 else ""
    body = table("Quality findings, errors first", columns, rows, "stack findings")
    return tag("div", body, tag("p", note, class_="note") if note else Html())


def _finding_cells(finding: Finding, waived: dict[str, WaiverLine]) -> tuple[str, ...]:
    """One finding as words and numbers."""
    level = tag("span", LEVELS[finding.level], class_=f"level {finding.level.value}")
    mark = tag("span", " (waived)", class_="quiet") if finding.code in waived else Html()
    return (
        level,
        tag("span", tag("code", finding.code), mark),
        finding.symbol or "whole dataset",
        finding.message,
        f"{finding.count:,}",
        finding.first or escape("\u2013"),
    )


def waivers_table(waivers: tuple[WaiverLine, ...]) -> Html:
    """What the study chose to accept, and why."""
    if not waivers:
        return missing("The study waives nothing.")
    rows = [(tag("code", waiver.code), waiver.reason) for waiver in waivers]
    return table("Waivers of this study", (Column("Code"), Column("Reason given")), rows)
