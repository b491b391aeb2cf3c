"""How orders were executed, what the gateway said, and what gaps and shocks would do."""

from tradewright.research.dossier.content import ExecutionLines, GapLine, GatewayLines, StopLine
from tradewright.research.dossier.markup import Html, join, tag
from tradewright.research.dossier.tables import Column, missing, quantities, ratios_table, table
from tradewright.research.dossier.wording import between, counted, in_unit, per_cent, sentence

UNTOLD = "Execution was not analysed."


def execution_section(lines: ExecutionLines | None) -> Html:
    """Quality against its limits, then every measure with its interval."""
    if lines is None:
        return missing(UNTOLD)
    if not lines.quality and not lines.ratios:
        return missing("No order was placed, so there is no execution to measure.")
    columns = (Column("Measure"), Column("Found", True), Column("Interval", True), Column("Limit", True),
               Column("Standing"))  # fmt: skip
    rows = [
        (
            one.ratio.name,
            in_unit(one.ratio.value, one.ratio.unit),
            between(one.ratio.low, one.ratio.high, one.ratio.unit),
            one.limit,
            sentence(one.standing),
        )
        for one in lines.quality
    ]
    caption = "Execution quality: a measure stands where its whole interval stands, and there is no score"
    note = tag(
        "p",
        "Every order by itself: execution.parquet. Costs are in bps of what was to be traded at the price of "
        "the decision; positive is worse, but for markouts, where it means that the price went the trade's "
        "way. Bars know no VWAP: it is made of (high + low + close) / 3, weighted by volume.",
        class_="note",
    )
    measures = join(tag("h3", "Measures of execution"), ratios_table(lines.ratios))
    return join(table(caption, columns, rows, "stack quality"), measures, note)


def gateway_section(lines: ExecutionLines | None) -> Html:
    """What passed, what was refused and by which check."""
    gateway = lines.gateway if lines is not None else None
    if gateway is None:
        return missing("Nobody counted what the gateway did.")
    facts = quantities(
        (
            ("Risk profile", gateway.limits),
            ("Orders asked for", f"{gateway.asked:,}"),
            ("Passed", f"{gateway.passed:,}"),
            ("Scaled down by soft limits", f"{gateway.scaled:,}"),
            ("Refused", f"{gateway.refused:,}"),
            ("Kill switch", gateway.killed or "did not trip"),
        )
    )
    return join(facts, _refusals(gateway), _left_out(gateway))


def _refusals(gateway: GatewayLines) -> Html:
    if not gateway.refused_by:
        return missing("No order was refused.")
    columns = (Column("Refused by"), Column("Orders", True))
    rows = [(name, f"{count:,}") for name, count in gateway.refused_by]
    caption = "Refusals by check; gateway.parquet says for each what it met and the way out"
    return table(caption, columns, rows)


def _left_out(gateway: GatewayLines) -> Html:
    if not gateway.not_simulated:
        return Html()
    names = ", ".join(gateway.not_simulated)
    words = f"Limits of this profile that bars cannot tell, and that were not asked for: {names}."
    return tag("p", words, class_="note")


def stress_section(lines: ExecutionLines | None) -> Html:
    """Overnight gaps, the stops they jump, and shocks."""
    if lines is None:
        return missing(UNTOLD)
    return join(
        tag("h3", "Overnight gaps"), _gaps(lines.gaps),
        tag("h3", "Stops jumped"), _stops(lines.stops),
        tag("p", lines.own_stops) if lines.own_stops else Html(),
        tag("h3", "Stress"), _shocks(lines),
    )  # fmt: skip


def _gaps(gaps: tuple[GapLine, ...]) -> Html:
    if not any(one.nights for one in gaps):
        return missing("The series knows no opens, so its nights cannot be told from its days.")
    columns = (
        Column("Nights"), Column("Count", True), Column("At least 0.5 %", True), Column("Over 2 %", True),
        Column("Over 2 % against", True), Column("Mean gap", True), Column("Worst", True),
    )  # fmt: skip
    rows = [
        (
            sentence(one.nights_of).rstrip("."),
            f"{one.nights:,}",
            _of(one.gaps, one.nights),
            _of(one.large, one.nights),
            _of(one.large_against, one.nights),
            per_cent(one.mean_gap, 2),
            per_cent(one.worst, 2),
        )
        for one in gaps
    ]
    caption = (
        "From close to open, splits, dividends and spin-offs put back; the mean is of gaps of at least 0.5 %"
    )
    return table(caption, columns, rows)


def _of(count: int, nights: int) -> str:
    """A count and its share."""
    return f"{count:,} ({per_cent(count / nights, 1)})" if nights else f"{count:,}"


def _stops(stops: tuple[StopLine, ...]) -> Html:
    if not any(one.nights for one in stops):
        return missing("No position was held over a night with a known open.")
    columns = (
        Column("Stop below the last close", True), Column("Nights", True), Column("Jumped", True),
        Column("Mean cost beyond the stop", True), Column("Worst", True),
    )  # fmt: skip
    rows = [
        (
            per_cent(one.distance, 0),
            f"{one.nights:,}",
            _of(one.jumped, one.nights),
            per_cent(one.mean_cost, 2) if one.jumped else "none",
            per_cent(one.worst_cost, 2) if one.jumped else "none",
        )
        for one in stops
    ]
    return table("Had every position held over night carried a stop (above, for a short one)", columns, rows)


def _shocks(lines: ExecutionLines) -> Html:
    if not lines.shocks:
        return missing("No shock was tried.")
    columns = (
        Column("Shock"), Column("When"), Column("Source"), Column("Last positions", True),
        Column("Largest positions", True),
    )  # fmt: skip
    rows = [
        (one.name, one.when or "imagined", sentence(one.source), per_cent(-one.last), per_cent(-one.largest))
        for one in lines.shocks
    ]
    caption = (
        "What each shock would do to equity, positions as at the last close and as at the close with the "
        f"largest gross exposure; {counted(len(rows), 'shock')}, market moves times each position's beta"
    )
    return table(caption, columns, rows, "stack shocks")
