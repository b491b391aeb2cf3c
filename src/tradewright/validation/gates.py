"""The gates: each is one question put to the evidence. What is missing, NaN or synthetic never passes."""

from collections.abc import Callable
from dataclasses import replace

from tradewright.validation.evidence import Evidence
from tradewright.validation.figure import Figure
from tradewright.validation.luck import chance_in_words, p_in_words
from tradewright.validation.question import Question
from tradewright.validation.search_price import SearchPrice, dearest
from tradewright.validation.stability import in_words, parameter_stability
from tradewright.validation.verdict import Gate, Status, Verdict, verdict_of
from tradewright.values.findings import Level
from tradewright.values.provenance import Origin

LEAST_ROUND_TRIPS = 50
# Of the Sharpe ratio that picks had in sample, this share must be left out of sample.
LEAST_KEPT_SHARE = 0.5
LEAST_FOLDS = 3
# A search's p-value must not be above this.
ALPHA = 0.05
# No order may have been a larger share of the volume of the bars it traded in.
LARGEST_PARTICIPATION = 0.10
# What an audit may answer, and how thoroughly, for the gate to pass.
CAUSAL_CODES = ("NO_DEPENDENCE_OBSERVED", "CAUSAL_BY_CONSTRUCTION")
EXHAUSTIVE_LEVELS = ("C2", "C4")


def judge(evidence: Evidence) -> Verdict:
    """Put every gate to the evidence, in the order of their printing.

    A gate looks at the evidence alone: equal evidence, equal verdict, whoever asks and whenever.
    """
    return verdict_of(tuple(gate(evidence) for gate in GATES))


def data_quality(evidence: Evidence) -> Gate:
    """No error in the quality report that the study has not waived."""
    ask = Question("data_quality", "Data quality")
    if evidence.findings is None:
        return ask.unanswered("missing", "nobody has inspected the data")
    waived = {waiver.code for waiver in evidence.waivers}
    errors = {finding.code for finding in evidence.findings if finding.level is Level.ERROR}
    barred = sorted(errors - waived)
    if barred:
        return ask.fail("unwaived_errors", f"errors that the study does not waive: {', '.join(barred)}")
    used = sorted(errors & waived)
    total = len(evidence.findings)
    count = f"{total:,} {'finding' if total == 1 else 'findings'}"
    accepted = f"; errors waived: {', '.join(used)}" if used else ""
    return ask.passed("clean", f"no unwaived error in {count}{accepted}")


def real_data(evidence: Evidence) -> Gate:
    """Made-up prices can show that the machine works, never that an idea does."""
    ask = Question("real_data", "Real data")
    if evidence.origin is None:
        return ask.unanswered("missing", "nobody has said whose prices these are (data ingest --vendor)")
    if evidence.origin is not Origin.REAL:
        return ask.fail("synthetic", "the data are synthetic: they can never establish an edge")
    return ask.passed("real", "prices of a real market")


def survivors(evidence: Evidence) -> Gate:
    """The universe was not picked by who survived.

    A universe of today's names leaves out every bankruptcy of the past; no statistic repairs that later.
    """
    ask = Question("survivorship", "Free of survivorship")
    # A caveat in words counts even where nobody set the flag: prose may block, it can never pass.
    warned = any("surviv" in caveat.lower() for caveat in evidence.caveats)
    if evidence.survivors_only or (warned and evidence.survivors_only is None):
        words = "the universe holds only names that survived: its past looks better than it was"
        return ask.fail("survivors_only", words)
    if evidence.survivors_only is None:
        return ask.unanswered("missing", "nobody has said whether names that died are in the universe")
    return ask.passed("complete", "the provider declares that names which died are in the universe")


def sample_length(evidence: Evidence) -> Gate:
    """The record is long enough for a Sharpe ratio of this size to be told from zero.

    A ratio that is not above zero fails: no length of record would show it to be.
    """
    ask = Question("sample_length", "Sample length", unit="bars")
    limit = evidence.minimum_track_bars
    if evidence.sharpe is None or limit is None:
        return ask.unanswered("missing", "no Sharpe ratio to derive a minimum track record from")
    if limit.value is None:
        return ask.fail("no_length_suffices", limit.reason)
    words = f"{evidence.sharpe.sample:,} returns; {limit.value:,.0f} are needed at 95 %"
    return ask.at_least(float(evidence.sharpe.sample), limit.value, words)


def round_trip_count(evidence: Evidence) -> Gate:
    """Enough finished trades to speak of a habit rather than of a few bets.

    Positions still open at the end do not count: their outcome is not known.
    """
    ask = Question("round_trips", "Round trips", unit="trades")
    found = evidence.round_trips
    if found is None or found.value is None:
        return ask.without(found, "trades were not counted")
    trips = "round trip" if found.value == 1 else "round trips"
    words = f"{found.value:,.0f} finished {trips}; at least {LEAST_ROUND_TRIPS} are asked for"
    return ask.at_least(found.value, float(LEAST_ROUND_TRIPS), words)


def sharpe_above_zero(evidence: Evidence) -> Gate:
    """Even the low end of the Sharpe ratio's interval is above zero."""
    ask = Question("sharpe_above_zero", "Sharpe ratio above zero", unit="ratio a year")
    return ask.low_end_above_zero(evidence.sharpe, "Sharpe ratio a year")


def beats_benchmark(evidence: Evidence) -> Gate:
    """Even the low end of the return above the benchmark at matched exposure is above zero.

    Riskier names earn more at the same exposure: where nothing is left per unit of risk, the answer says so.
    """
    ask = Question("beats_benchmark", "Beats the benchmark at matched exposure", unit="share a year")
    answer = ask.low_end_above_zero(evidence.over_benchmark, "return a year above the benchmark")
    per_risk = evidence.sharpe_over_benchmark
    if answer.status is not Status.PASS or per_risk is None or per_risk.interval is None:
        return answer
    low, high = per_risk.interval.low, per_risk.interval.high
    if low > 0.0:
        return answer
    caution = (
        f"but not per unit of risk: Sharpe ratio above it {per_risk.value:.2f} ({low:.2f} to {high:.2f})"
    )
    return replace(answer, reason=f"{answer.reason}; {caution}")


def doubled_costs(evidence: Evidence) -> Gate:
    """The Sharpe ratio stays positive when every cost is twice what was assumed."""
    ask = Question("doubled_costs", "Survives doubled costs", unit="ratio a year")
    return ask.above_zero(evidence.doubled_costs, "Sharpe ratio a year with all costs doubled")


def one_bar_later(evidence: Evidence) -> Gate:
    """The Sharpe ratio stays positive when every decision is carried out one bar later."""
    ask = Question("one_bar_later", "Survives one bar of delay", unit="ratio a year")
    return ask.above_zero(evidence.one_bar_later, "Sharpe ratio a year with decisions one bar later")


def replayed(evidence: Evidence) -> Gate:
    """A second process computed the same bytes."""
    ask = Question("replay", "Replay verified")
    if evidence.is_replayed is None:
        return ask.unanswered(
            "not_run", "not replayed yet: type `tradewright runs verify` with this run's id"
        )
    if not evidence.is_replayed:
        return ask.fail("differs", "a replay of this run gave other bytes")
    return ask.passed("equal", "a replay in a new process gave the same bytes")


def out_of_sample(evidence: Evidence) -> Gate:
    """What was picked on the past earned afterwards too, and kept a good part of what it had promised.

    Half of a ratio may be kept by luck, and a small ratio may be kept whole: so the low end of the interval
    out of sample must lie above zero besides.
    """
    ask = Question("out_of_sample", "Out of sample", unit="share kept")
    found = evidence.out_of_sample
    if found is None:
        return ask.unanswered(
            "no_walk_forward", "all figures are in-sample: add [folds] to the study to walk it forward"
        )
    if found.folds < LEAST_FOLDS:
        folds = "one fold says" if found.folds == 1 else f"{found.folds} folds say"
        return ask.unanswered("too_few_folds", f"{folds} too little; at least {LEAST_FOLDS} are asked for")
    per_risk = Question(ask.code, ask.name, unit="ratio a year")
    positive = per_risk.low_end_above_zero(found.out_of_sample, "Sharpe ratio a year out of sample")
    if positive.status is Status.NOT_EVALUATED:
        return positive
    words = f"{positive.reason}; picked anew in {found.folds:,} folds among {found.candidates:,}"
    if found.kept.value is None:
        return ask.fail("nothing_in_sample", f"{words}; {found.kept.reason}")
    words += f"; in sample the picks had {in_words(found.in_sample)}, of which {_share_kept(found.kept)}"
    words += _above_benchmark(found.over_benchmark)
    met = found.kept.value >= LEAST_KEPT_SHARE
    status, code = (positive.status, positive.reason_code) if met else (Status.FAIL, "below_limit")
    return ask.compared(status, code, words, (found.kept.value, LEAST_KEPT_SHARE))


def luck(evidence: Evidence) -> Gate:
    """The result stands out from what as many worthless tries would show, over cash and over the benchmark.

    The larger of both p-values decides. Expected maximum and deflated Sharpe ratio stand beside it and decide
    nothing: they take all tries to be unrelated.
    """
    ask = Question("luck", "Luck priced over trials", unit="p")
    if evidence.trials is None:
        return ask.unanswered("missing", "no ledger of trials was kept")
    if evidence.lost_trials:
        return ask.fail("trials_lost", f"{evidence.lost_trials}; tries are missing from the count")
    tried = f"{evidence.trials:,} {'configuration' if evidence.trials == 1 else 'configurations'} tried"
    if not evidence.search or isinstance(evidence.search, str):
        reason = evidence.search or "a p-value adjusted for that was not computed"
        return ask.unanswered("no_adjusted_p", f"{tried}{_by_luck(evidence)}; {reason}")
    dear = dearest(evidence.search, evidence.trials)
    p = dear.p(evidence.trials)
    met = p <= ALPHA
    counted = f"{tried}{_kept(evidence)}{_missing(dear, evidence.trials)}"
    words = f"{_p_values(evidence.search, evidence.trials)}; {counted}"
    status, code = (Status.PASS, "met") if met else (Status.FAIL, "above_limit")
    return ask.compared(status, code, f"{words}{_by_luck(evidence)}", (p, ALPHA))


def leak_audit(evidence: Evidence) -> Gate:
    """An audit at level C2 or better looked for dependence on the future in all channels and found none.

    Sampling alone (C1) does not pass: a leak under a rare condition is a leak at some row it did not try. A
    choice made with results in hand is look-ahead too, by way of whoever chose.
    """
    ask = Question("leak_audit", "No look-ahead, audited")
    found = evidence.audit
    if found is None or not found.channels:
        return ask.unanswered("not_run", "the strategy has not been audited for use of the future")
    if found.code == "DEPENDS_ON_FUTURE":
        return ask.fail("depends_on_future", found.words)
    if evidence.after_results:
        return ask.fail("chosen_after_results", evidence.after_results)
    if found.code not in CAUSAL_CODES:
        return ask.unanswered("not_assessed", found.words)
    if found.level not in EXHAUSTIVE_LEVELS:
        return ask.unanswered("sampled_only", f"level {found.level} samples; level C2 or better is asked for")
    channels = "channel" if found.channels == 1 else "channels"
    return ask.passed(
        "causal", f"{found.channels} {channels} at level {found.level} or better: {found.words}"
    )


def capacity(evidence: Evidence) -> Gate:
    """The money still fits the market's volume, and moving the price was paid for."""
    ask = Question("capacity", "Capacity and impact", unit="share of a bar's volume")
    if not evidence.has_volume:
        return ask.unanswered(
            "no_volume", "the data hold no volume: fills were not capped, impact is unknown"
        )
    largest = evidence.participation
    if largest is None or largest.value is None:
        return ask.without(largest, "no order traded a known share of a bar's volume")
    if not evidence.impact_is_charged:
        return ask.unanswered("no_impact", "the execution profile charges no market impact")
    room = f"; about {LARGEST_PARTICIPATION / largest.value:,.1f} times the capital would reach that"
    met = largest.value <= LARGEST_PARTICIPATION
    words = (
        f"the largest of {largest.sample:,} orders was {largest.value:.2%} of its bars' volume, with its "
        f"impact charged; at most {LARGEST_PARTICIPATION:.0%} is asked for{room if met else ''}"
    )
    status, code = (Status.PASS, "met") if met else (Status.FAIL, "above_limit")
    return ask.compared(status, code, words, (largest.value, LARGEST_PARTICIPATION))


GATES: tuple[Callable[[Evidence], Gate], ...] = (
    data_quality,
    real_data,
    survivors,
    sample_length,
    round_trip_count,
    sharpe_above_zero,
    beats_benchmark,
    doubled_costs,
    one_bar_later,
    parameter_stability,
    replayed,
    out_of_sample,
    luck,
    leak_audit,
    capacity,
)


def _share_kept(kept: Figure) -> str:
    """How much of a ratio is left, in words."""
    inside = kept.interval
    reach = "" if inside is None else f" ({inside.low:.0%} to {inside.high:.0%})"
    return f"{kept.value or 0.0:.0%}{reach} was kept; at least {LEAST_KEPT_SHARE:.0%} is asked for"


def _above_benchmark(found: Figure | None) -> str:
    """What the picks earned above the benchmark; it decides nothing here and must not be overlooked."""
    if found is None or found.value is None or found.interval is None:
        return ""
    reach = f"{100 * found.interval.low:.1f} % to {100 * found.interval.high:.1f} %"
    return f"; a year above the benchmark at matched exposure {100 * found.value:.1f} % ({reach})"


def _p_values(prices: tuple[SearchPrice, ...], trials: int) -> str:
    told = (f"{p_in_words(price.p(trials))} over {price.against}" for price in prices)
    return f"with the search priced in, p is {' and '.join(told)}; at most {ALPHA:g} is asked for"


def _kept(evidence: Evidence) -> str:
    """Tries of other studies whose records were priced with this one's."""
    if not evidence.earlier:
        return ""
    return f", {evidence.earlier:,} of them in earlier studies and held against this one by their records"


def _missing(price: SearchPrice, trials: int) -> str:
    """Tries without a record in this study, and how they were counted."""
    missing = price.missing(trials)
    if not missing:
        return ""
    return f", {missing:,} of them without a record here and priced as unrelated worthless ones"


def _by_luck(evidence: Evidence) -> str:
    """What chance alone would show, and the deflated Sharpe ratio, where they are known."""
    best, deflated = evidence.luck_sharpe, evidence.deflated_sharpe
    told = ""
    if best is not None and best.value is not None:
        told += f"; the best of as many worthless ones would show a Sharpe ratio of about {best.value:.2f}"
    if deflated is not None and deflated.value is not None:
        told += f"; deflated Sharpe ratio {chance_in_words(deflated.value)}"
    return told
