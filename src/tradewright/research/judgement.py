"""From results to a verdict: the evidence in one value, with what only the ledger and the clock know."""

import math
from dataclasses import dataclass

import numpy as np

from tradewright.causality.certificate import Certificate
from tradewright.research.plan import Plan
from tradewright.research.result import StudyResult
from tradewright.validation.deflated import deflated_sharpe
from tradewright.validation.evidence import AuditRecord, Evidence
from tradewright.validation.figure import Figure, figure, not_evaluated
from tradewright.validation.gates import judge
from tradewright.validation.luck import expected_maximum_sharpe
from tradewright.validation.sharpe import moments
from tradewright.validation.verdict import Verdict


@dataclass(frozen=True)
class StudyContext:
    """What a report says that does not follow from seed, code, data and configuration.

    It is kept beside the run, so that a replay renders the same bytes. `trials` counts the configurations
    tried on the hypothesis when the study ended, None where no ledger was kept; `created_at` is an ISO time.
    `lost_trials` says in words what the ledger lacks of what earlier runs saw in it, `after_results` what of
    the study was chosen with results of its hypothesis in hand. Records of tries up to the ledger's row
    `earlier_until` were priced with the study's own; 0 where there were none. `open_trials` of the hypothesis
    never said how they ended. `models_before` says how many models were judged on the dataset outside of
    studies before one with a model began, `recipes_before` counts their recipes beside its own.
    """

    trials: int | None
    created_at: str
    is_replayed: bool | None = None
    lost_trials: str = ""
    after_results: str = ""
    earlier_until: int = 0
    open_trials: int = 0
    models_before: str = ""
    recipes_before: int = 0

    @property
    def priced(self) -> int | None:
        """All tries that a p-value pays for: those of the hypothesis, and recipes judged beforehand."""
        return None if self.trials is None else self.trials + self.recipes_before


def evidence_of(plan: Plan, result: StudyResult, context: StudyContext) -> Evidence:
    """Everything the gates are asked about."""
    provenance = plan.snapshot.provenance
    return Evidence(
        origin=provenance.stated_origin,
        survivors_only=provenance.survivors_only,
        caveats=provenance.caveats,
        findings=plan.findings,
        waivers=plan.options.waived(),
        sharpe=result.sharpe,
        minimum_track_bars=result.minimum_track_bars,
        round_trips=result.closed_trips,
        over_benchmark=result.over_benchmark,
        sharpe_over_benchmark=result.sharpe_over_benchmark,
        doubled_costs=result.doubled_costs,
        one_bar_later=result.one_bar_later,
        grid=result.grid,
        around=result.around,
        has_volume=bool(np.isfinite(plan.panel.volume).any()),
        participation=_participation(result),
        impact_is_charged=bool(np.nansum(np.abs(result.headline.outcome.fills["impact_usd"])) > 0.0),
        is_replayed=context.is_replayed,
        audit=audit_record(result.certificate),
        trials=context.priced,
        lost_trials=context.lost_trials,
        after_results=context.after_results,
        luck_sharpe=luck_sharpe(result, context),
        search=result.search,
        earlier=result.earlier,
        deflated_sharpe=deflated_figure(result, context),
        out_of_sample=None if result.walk is None else result.walk.found,
    )


def _participation(result: StudyResult) -> Figure:
    """The largest share of the volume of the bars it traded in that one order of the run was.

    One order whose bars hold no volume leaves it open: it may have been the largest.
    """
    costs = result.execution.costs
    shares = costs["participation"][costs["filled"] > 0.0]
    unknown = int(np.count_nonzero(~np.isfinite(shares)))
    name, unit = "Largest participation", "share of a bar's volume"
    if not len(shares):
        return not_evaluated(name, unit, 0, "no order was filled")
    if unknown:
        words = f"{unknown:,} of {len(shares):,} filled orders traded in bars that hold no volume"
        return not_evaluated(name, unit, len(shares), words)
    return figure(name, float(shares.max()), unit, len(shares))


def audit_record(certificate: Certificate) -> AuditRecord:
    """A certificate as far as gates look at it: the verdict that decides, and the weakest level."""
    verdict = certificate.verdict
    return AuditRecord(verdict.code, certificate.level.value, str(verdict), len(certificate.channels))


def luck_sharpe(result: StudyResult, context: StudyContext) -> Figure:
    """The Sharpe ratio that the best of as many worthless and unrelated configurations would show.

    All are taken to have the headline's standard error; a grid's points resemble each other and reach less.
    """
    name, unit, sample = "Best of as many worthless tries", "ratio a year", result.sharpe.sample
    if not context.priced:
        return not_evaluated(name, unit, sample, "no ledger of trials was kept")
    if not math.isfinite(result.error):
        return not_evaluated(name, unit, sample, "the Sharpe ratio has no standard error")
    return figure(name, expected_maximum_sharpe(context.priced, result.error), unit, sample)


def deflated_figure(result: StudyResult, context: StudyContext) -> Figure:
    """Probability that the true Sharpe ratio is above what luck gives the best of all tries on record.

    The tries' ratios are taken to spread by the headline's standard error, as for `luck_sharpe`.
    """
    name, unit, sample = "Deflated Sharpe ratio", "probability", result.sharpe.sample
    shape = moments(result.period.excess)
    if isinstance(shape, str):
        return not_evaluated(name, unit, sample, shape)
    if not context.priced:
        return not_evaluated(name, unit, sample, "no ledger of trials was kept")
    spread = result.error / math.sqrt(result.period.bars_per_year)
    return figure(name, deflated_sharpe(shape, context.priced, spread), unit, sample)


def verdict_on(plan: Plan, result: StudyResult, context: StudyContext) -> Verdict:
    """The verdict on a study."""
    return judge(evidence_of(plan, result, context))
