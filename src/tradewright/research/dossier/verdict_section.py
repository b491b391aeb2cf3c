"""The verdict as it opens the page: headline, caveats, the Sharpe ratio beside its trials, and the gates."""

import math

from tradewright.research.dossier.content import DossierContent, Luck, Ratio
from tradewright.research.dossier.ladder_section import climb_sentence
from tradewright.research.dossier.markup import Html, join, tag
from tradewright.research.dossier.svg import whisker
from tradewright.research.dossier.tables import badge, gates_table, quantities, quantity_pairs
from tradewright.research.dossier.wording import (
    between,
    counted,
    decimal,
    in_unit,
    likelihood,
    p_value,
    per_cent,
    sentence,
)


def verdict_section(content: DossierContent) -> Html:
    """Headline, caveats in words, the Sharpe ratio beside its trials, and the gates.

    The order is the point: nobody reaches a number before the words that limit it.
    """
    verdict = content.verdict
    counts = [
        f"{sum(gate.status == status for gate in verdict.gates):,} {words}"
        for status, words in (("PASS", "passed"), ("FAIL", "failed"), ("NOT EVALUATED", "not evaluated"))
    ]
    tally = f"{counted(len(verdict.gates), 'gate')}: {', '.join(counts)}. What nobody evaluated never passes."
    return join(
        tag("div", badge(verdict.status), tag("p", verdict.headline), class_="headline"),
        _caveats(content),
        _sharpe(content.sharpe, content.luck),
        *_expected(content),
        *_climb(content),
        tag("h3", "Gates"),
        gates_table(verdict.gates, tally),
        *(
            (tag("h3", "Audit for look-ahead"), quantities(quantity_pairs(content.audit)))
            if content.audit
            else ()
        ),
        _notes(content.notes),
    )


def _expected(content: DossierContent) -> tuple[Html, ...]:
    """What to expect live, in sentences."""
    told = [tag("p", words) for words in expected_sentences(content)]
    return (tag("h3", "What to expect live"), *told) if told else ()


def _climb(content: DossierContent) -> tuple[Html, ...]:
    """How far this evidence carries, in one sentence."""
    if not content.ladder:
        return ()
    link = tag("a", "every stage and what is in its way", href="#ladder")
    words = tag("p", climb_sentence(content.ladder), " See ", link, ".")
    return tag("h3", "How far up the ladder"), words


def expected_sentences(content: DossierContent) -> tuple[str, ...]:
    """The Sharpe ratio to expect and how long one would trade to know; nothing where nobody asked."""
    if not content.expected:
        return ()
    live, days = content.expected
    if not math.isfinite(live.value):
        return (f"{live.name}: not evaluated. {sentence(live.reason)}",)
    reach = f"{per_cent(live.level, 0)} interval {between(live.low, live.high, live.unit)}"
    told = f"{live.name}: {in_unit(live.value, live.unit)} ({reach}), after costs; {live.how}."
    if not math.isfinite(days.value):
        return (f"{told} {days.name}: {sentence(days.reason)}",)
    return (f"{told} {days.name}: {days.value:,.0f}, {days.how}.",)


def caveat_sentences(content: DossierContent) -> tuple[str, ...]:
    """What must be known before any number is believed; waivers belong here too."""
    passport = content.passport
    synthetic = ("These are synthetic prices: they show that the machine works, never that an idea does.",)
    waived = (sentence(f"Waived {waiver.code}: {waiver.reason}") for waiver in passport.waivers)
    is_real = passport.origin != "synthetic"
    return (*content.cautions, *(() if is_real else synthetic), *map(sentence, passport.caveats), *waived)


def _caveats(content: DossierContent) -> Html:
    """The caveats as a list, or that there is none."""
    listed = [tag("li", words) for words in caveat_sentences(content)]
    if not listed:
        return tag("p", "The data's provider states no caveat.", class_="note")
    return tag("div", tag("h3", "Read this first"), tag("ul", *listed), class_="caveats")


def _sharpe(sharpe: Ratio, luck: Luck) -> Html:
    """The Sharpe ratio with its interval, and beside it how many tries it took and what luck would show."""
    low_high = between(sharpe.low, sharpe.high, sharpe.unit)
    interval = tag("p", f"{per_cent(sharpe.level, 0)} interval: {low_high}")
    sample = f"{in_unit(sharpe.sample, sharpe.sample_of)}. {sentence(sharpe.how)}"
    why = [tag("p", sentence(sharpe.reason))] if sharpe.reason and not math.isfinite(sharpe.value) else []
    left = tag(
        "div",
        tag("h3", sharpe.name),
        tag("p", in_unit(sharpe.value, sharpe.unit), class_="figure"),
        *(why or [interval]),
        tag("p", sample, class_="note"),
    )
    trials = "not evaluated" if luck.trials is None else f"{luck.trials:,}"
    chance = f"Luck alone would show the best of them about {decimal(luck.sharpe)}."
    if not math.isfinite(luck.sharpe):
        chance = "What luck alone would show is not evaluated."
    right = tag(
        "div",
        tag("h3", "Trials of this hypothesis so far"),
        tag("p", trials, class_="figure"),
        tag("p", chance),
        tag("p", sentence(luck.how), class_="note"),
        tag("p", f"p with the search priced in: {p_value(luck.p)}"),
        *((tag("p", chance_sentence(luck.p)),) if math.isfinite(luck.p) else ()),
        tag("p", sentence(luck.p_how), class_="note"),
        tag("p", f"Deflated Sharpe ratio: {likelihood(luck.deflated)}"),
    )
    return tag("div", left, right, _whisker(sharpe, luck), class_="sharpe")


def chance_sentence(p: float) -> str:
    """What a p-value means, for whoever has never met one."""
    many = f"at most about {100.0 * p:.0f} of a hundred" if p >= 0.015 else "at most about one of a hundred"
    if p < 0.005:
        many = "fewer than one of two hundred"
    return (
        f"Of worthless ideas that were searched as hard as this one, {many} would look as good by luck alone."
    )


def _whisker(sharpe: Ratio, luck: Luck) -> Html:
    """Estimate, interval, zero and luck on one line."""
    if not math.isfinite(sharpe.value):
        return Html()
    hurdle = ((luck.sharpe, f"luck {decimal(luck.sharpe)}"),) if math.isfinite(luck.sharpe) else ()
    about = (
        f"{sharpe.name} {decimal(sharpe.value)}, interval {between(sharpe.low, sharpe.high, sharpe.unit)}, "
        f"best by luck {decimal(luck.sharpe)}"
    )
    words = "Dot: estimate. Bar: interval. Lines: zero, and the best that luck alone would show."
    picture = whisker(sharpe.value, sharpe.low, sharpe.high, hurdle, about)
    return tag("div", picture, tag("p", words, class_="note"), class_="whisker-box")


def _notes(notes: tuple[str, ...]) -> Html:
    """How the numbers came about."""
    if not notes:
        return Html()
    listed = [tag("li", sentence(words)) for words in notes]
    return join(tag("h3", "How these numbers came about"), tag("ul", *listed, class_="notes"))
