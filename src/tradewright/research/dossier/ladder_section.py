"""The ladder with its blockers: what this run's evidence opens, stage by stage, and what is in the way."""

from tradewright.research.dossier.climb import Blocker, Rung
from tradewright.research.dossier.markup import Html, join, tag
from tradewright.research.dossier.tables import Column, missing, table
from tradewright.research.dossier.wording import counted, sentence

WHAT_IT_IS = (
    "A strategy earns real money in stages, and each stage asks its own questions besides those of all "
    "stages below. Here is what this run alone answers. Evidence that is missing opens nothing."
)
WHAT_IT_IS_NOT = (
    "This is the view from this run when it was made. Where a candidate stands, with approvals and evidence "
    "made since, says: tradewright research blockers NAME."
)
NO_LADDER = "The stages were not asked: a quick look promises nothing."
# More blockers of one stage than this are counted, not listed.
MOST_NAMED = 6


def ladder_section(rungs: tuple[Rung, ...]) -> Html:
    """Where the climb ends with this evidence, in a sentence, then every stage."""
    if not rungs:
        return missing(NO_LADDER)
    columns = (Column("Stage"), Column("Gates passed", True), Column("What is in the way"))
    rows = [(one.stage, f"{one.passed:,} of {one.gates:,}", _blockers(one)) for one in rungs]
    return join(
        tag("p", WHAT_IT_IS),
        tag("p", tag("strong", climb_sentence(rungs))),
        table("What this run's evidence opens", columns, rows, "stack ladder"),
        tag("p", WHAT_IT_IS_NOT, class_="note"),
    )


def climb_sentence(rungs: tuple[Rung, ...]) -> str:
    """How far this evidence reaches, and what stops it there."""
    reached = "idea"
    for one in rungs:
        if one.blockers:
            first = one.blockers[0]
            more = len(one.blockers) - 1
            others = f", and {counted(more, 'more gate')}" if more else ""
            return f"This evidence reaches '{reached}'. On the way to '{one.stage}': {first.name}{others}."
        reached = one.stage
    return f"This evidence reaches '{reached}', as far as it was asked."


def _blockers(rung: Rung) -> Html:
    if not rung.blockers:
        people = "a named person" if rung.approvals == 1 else f"{rung.approvals} named people"
        return tag("p", f"Nothing but the yes of {people}.")
    listed = [_blocker(one) for one in rung.blockers[:MOST_NAMED]]
    rest = len(rung.blockers) - len(listed)
    if rest:
        listed.append(tag("li", f"and {counted(rest, 'more gate')}"))
    return tag("ul", *listed)


def _blocker(one: Blocker) -> Html:
    mend = tag("span", f" {sentence(one.way_out)}", class_="note") if one.way_out else Html()
    return tag("li", tag("strong", one.name), f": {sentence(one.reason)}", mend)
