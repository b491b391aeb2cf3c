"""Cross-checks on the page: what each asks, what was found, and how that is to be read."""

import math

from tradewright.research.dossier.content import CheckLine
from tradewright.research.dossier.markup import Html, join, tag
from tradewright.research.dossier.tables import missing
from tradewright.research.dossier.wording import between, counted, in_unit, per_cent, sentence

WHAT_THEY_ARE = (
    "Three more looks at the same result. They are reported and decide nothing: no gate hangs on them, "
    "because each can look good by luck, or bad for a good strategy."
)
NO_CHECKS = "No cross-checks were computed."


def checks_section(checks: tuple[CheckLine, ...]) -> Html:
    """Each check in words, with its number between question and reading."""
    if not checks:
        return missing(NO_CHECKS)
    return join(tag("p", WHAT_THEY_ARE), *(_check(one) for one in checks))


def _check(one: CheckLine) -> Html:
    """One check."""
    ratio = one.ratio
    if not math.isfinite(ratio.value):
        return join(
            tag("h3", ratio.name), tag("p", one.asks), missing(f"Not evaluated. {sentence(ratio.reason)}")
        )
    reach = ""
    if math.isfinite(ratio.low):
        reach = f" ({per_cent(ratio.level, 0)} interval {between(ratio.low, ratio.high, ratio.unit)})"
    number = (
        f"p = {in_unit(ratio.value, ratio.unit)}" if ratio.unit == "p" else in_unit(ratio.value, ratio.unit)
    )
    return join(
        tag("h3", ratio.name),
        tag("p", one.asks),
        tag("p", tag("strong", number), reach),
        tag("p", one.says),
        tag("p", f"{counted(ratio.sample, 'bar')}. {sentence(ratio.how)}", class_="note"),
    )
