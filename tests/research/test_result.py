"""What a study finds: every trial announced, fragility measured, equal plans equal to the bit."""

from dataclasses import replace

import numpy as np
import pytest
from study_files import STUDY, changed
from workspaces import START, Workspace

from tradewright.data.synthetic.make import make
from tradewright.data.synthetic.options import options_of
from tradewright.kernel.batch import simulate
from tradewright.research.judgement import StudyContext, evidence_of, luck_sharpe, verdict_on
from tradewright.research.plan import prepare
from tradewright.research.result import (
    HEADLINE,
    bootstrap_options,
    doubled_cost,
    doubled_terms,
    execute,
    minimum_track_bars,
    one_bar_later,
)
from tradewright.research.study import parse
from tradewright.research.trying import TRIALS_AT_ONCE, Nobody
from tradewright.runs.backtest import backtest
from tradewright.validation.bootstrap import resampling
from tradewright.validation.performance import Period, period_of, sharpe_figure
from tradewright.validation.search_price import price_search
from tradewright.validation.verdict import Status
from tradewright.values.decisions import Decisions
from tradewright.values.profile import AccountOptions, ExecutionProfile

MADE = {"seed": 5, "names": 6, "sectors": 2, "first": "2015-01-01", "last": "2017-06-30"}
CONTEXT = StudyContext(trials=6, created_at="2024-01-01T00:00:00Z")


class Heard(Nobody):
    """Writes down all that it is told."""

    def __init__(self):
        self.words = []

    def started(self, points):
        self.words.append(("started", len(points)))

    def finished(self, point, sharpe, earned):
        self.words.append(("finished", point.trial))

    def failed(self, point, reason):
        self.words.append(("failed", reason))

    def progress(self, stage, done, total):
        self.words.append((stage, done, total))


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    own = Workspace(tmp_path_factory.mktemp("workspace"))
    own.made = own.catalogue.commit(make(options_of({"name": "made", **MADE})), START)
    return own


def plan_of(workspace, text: str = STUDY):
    return prepare(parse(text, "study.toml"), workspace.shelf(pins={"made": workspace.made.id}))


@pytest.fixture(scope="module")
def plan(workspace):
    return plan_of(workspace)


@pytest.fixture(scope="module")
def result(plan):
    return execute(plan, Nobody())


# Trials


def test_every_configuration_is_announced_before_it_runs_and_reported_after(plan):
    heard = Heard()
    execute(plan, heard)
    told = [words for words in heard.words if words[0] in ("started", "finished")]
    assert told[0] == ("started", 6)
    assert [trial for _, trial in told[1:]] == [point.trial for point in plan.points]


def test_a_large_grid_is_announced_in_batches(workspace):
    many = ", ".join(str(value) for value in range(30, 30 + TRIALS_AT_ONCE))
    heard = Heard()
    execute(
        plan_of(workspace, changed(("[40, 60, 80]", f"[{many}]"), ("top = [0.34, 0.5]", "top = [0.5]"))),
        heard,
    )
    batches = [words[1] for words in heard.words if words[0] == "started"]
    # The headline with lookback 60 lies on this grid.
    assert sum(batches) == TRIALS_AT_ONCE
    assert max(batches) <= TRIALS_AT_ONCE


def test_progress_is_told_for_every_stage_to_its_end(plan):
    heard = Heard()
    execute(plan, heard)
    stages = [words for words in heard.words if len(words) == 3]
    assert [stage for stage, done, total in stages if done == total] == ["trials", "fragility", "intervals"]


def test_a_strategy_that_breaks_is_on_record_before_its_error_goes_on(plan):
    heard = Heard()

    class Breaking(type(plan.headline.strategy)):
        def targets(self, frame):
            raise ZeroDivisionError("nothing to divide by")

    broken = replace(plan.headline, strategy=Breaking(**plan.headline.strategy.parameters()))
    with pytest.raises(Exception, match="nothing to divide by"):
        execute(replace(plan, points=(broken, *plan.points[1:])), heard)
    assert heard.words[-1][0] == "failed"
    assert "nothing to divide by" in heard.words[-1][1]


def test_equal_plans_give_equal_results_to_the_bit(plan, result):
    again = execute(plan, Nobody())
    assert again.figures == result.figures
    assert again.against == result.against
    assert again.grid == result.grid
    assert (again.doubled_costs, again.one_bar_later) == (result.doubled_costs, result.one_bar_later)
    assert again.matched_usd.tobytes() == result.matched_usd.tobytes()


def test_another_seed_moves_intervals_and_what_is_drawn_of_fills_alone(workspace, result):
    """Latency is drawn by the study's seed; without it nothing but the intervals moves."""
    still = "[execution.override]\nlatency_low_ms = 0.0\nlatency_high_ms = 0.0\n"
    result = execute(plan_of(workspace, STUDY + still), Nobody())
    other = execute(plan_of(workspace, changed(("seed = 3", "seed = 4")) + still), Nobody())
    assert [one.value for one in other.figures] == [one.value for one in result.figures]
    assert other.sharpe.interval != result.sharpe.interval


# The headline


def test_the_best_grid_point_is_not_promoted(plan, result):
    (headline,) = [point for point in result.grid if point.is_headline]
    assert dict(headline.parameters) == {"lookback": 60, "top": 0.5}
    assert result.headline.strategy is plan.headline.strategy
    assert len(result.grid) == 6


def test_figures_begin_where_the_strategy_could_first_decide(plan, result):
    start = plan.headline.strategy.warm_up_bars - 1
    assert result.start_row == start
    assert result.sharpe.sample == len(plan.panel.instants) - 1 - start
    assert result.headline.decisions.rows[0] >= start


def test_the_grid_is_measured_on_one_stretch_for_all(plan, result):
    bars = len(plan.panel.instants) - 1 - plan.common_start
    assert {point.sharpe.sample for point in result.grid} == {bars}


def test_the_sharpe_ratio_is_that_of_the_account(plan, result):
    equity = result.headline.outcome.equity_usd[result.start_row :]
    period = period_of(plan.panel.instants[result.start_row :], equity, plan.profile.cash_rate)
    assert result.sharpe.value == sharpe_figure(period, None).value


def test_the_matched_benchmark_starts_with_the_accounts_money(result):
    equity = result.headline.outcome.equity_usd
    assert np.isnan(result.matched_usd[: result.start_row]).all()
    assert result.matched_usd[result.start_row] == equity[result.start_row]
    assert np.isfinite(result.matched_usd[result.start_row :]).all()


def test_trades_and_costs_are_those_of_the_headline(result):
    outcome = result.headline.outcome
    assert result.costs.spread_usd == pytest.approx(outcome.fills["spread_usd"].sum())
    assert result.closed_trips.value == sum(not trip.is_open for trip in result.trades)
    assert result.closed_trips.value > 10


# Fragility


def test_doubled_costs_double_every_cost_and_nothing_else():
    plain = ExecutionProfile("own", 2.0, 1.5, 1.0, 0.005, 1.0, 0.1, 1.2, 0.01, 0.06, 0.02)
    dear = doubled_cost(plain)
    assert (dear.slippage_multiple, dear.commission_bps, dear.borrow_rate, dear.margin_rate) == (
        3.0,
        2.0,
        0.04,
        0.12,
    )
    assert dear.fee_multiple == 2.0
    assert doubled_cost(replace(plain, conversion_bps=15.0)).conversion_bps == 30.0
    assert (dear.commission_per_share_usd, dear.commission_minimum_usd) == (0.01, 2.0)
    assert (dear.cash_rate, dear.participation, dear.half_spread_bps) == (0.01, 0.1, 2.0)
    assert dear.name == "own, costs doubled"


def test_doubled_costs_of_kept_balances_double_what_they_owe_and_changing_money():
    plain = ExecutionProfile(
        "own", 2.0, 1.5, 1.0, 0.005, 1.0, 0.1, 1.2, 0.01, 0.06, 0.02, conversion_bps=10.0
    )
    kept = AccountOptions(balances="kept", interest={"EUR": (0.02, 0.05), "GBP": (0.02, 4.0)})
    account, dear = doubled_terms(kept, plain)
    assert account.interest == {"EUR": (0.02, 0.1), "GBP": (0.02, 5.0)}
    assert (dear.conversion_bps, dear.margin_rate) == (20.0, 0.12)
    assert doubled_terms(AccountOptions(), plain) == (AccountOptions(), doubled_cost(plain))


def test_doubled_costs_leave_less(result):
    assert result.doubled_costs.value < result.sharpe.value


def test_doubled_costs_are_about_twice_the_costs(plan, result):
    dear = simulate(plan.panel, result.headline.decisions, plan.options.account, doubled_cost(plan.profile))
    assert dear.fills["spread_usd"].sum() == pytest.approx(2 * result.costs.spread_usd, rel=0.05)


def test_without_costs_nothing_is_doubled_and_no_gate_passes_on_it(workspace):
    free = (
        STUDY
        + "[execution.override]\n"
        + "\n".join(
            f"{name} = 0.0"
            for name in (
                "half_spread_bps",
                "spread_scale_bps",
                "impact_coefficient",
                "latency_low_ms",
                "latency_high_ms",
                "fee_multiple",
                "commission_bps",
                "commission_per_share_usd",
                "commission_minimum_usd",
            )
        )
    )
    plan = plan_of(workspace, free)
    found = execute(plan, Nobody())
    assert found.doubled_costs.value is None
    assert "nothing was charged" in found.doubled_costs.reason
    gates = {gate.code: gate for gate in verdict_on(plan, found, CONTEXT).gates}
    assert gates["doubled_costs"].status is Status.NOT_EVALUATED


def test_costs_leave_out_what_cash_earned_while_the_strategy_warmed_up(plan, result):
    interest = result.headline.outcome.interest_usd
    assert interest[result.start_row] > 0.0
    assert result.costs.interest_earned_usd == pytest.approx(interest[-1] - interest[result.start_row])


def test_runs_under_other_terms_are_resampled_in_the_headlines_blocks(plan, result):
    """The same stretches of history, other terms: a difference between intervals is never one of draws."""
    inside = [one.interval for one in (result.sharpe, result.doubled_costs, result.one_bar_later)]
    assert len({(one.block_bars, one.draws) for one in inside}) == 1
    assert inside[1].low < inside[0].low
    assert inside[1].high < inside[0].high


def test_the_same_run_under_the_same_terms_has_the_same_interval(plan, result):
    """Nothing is left to chance between two runs: costs twice nothing give the interval of costs once."""
    period = period_of(
        plan.panel.instants[result.start_row :],
        result.headline.outcome.equity_usd[result.start_row :],
        plan.profile.cash_rate,
    )
    options = replace(bootstrap_options(plan), block_bars=result.sharpe.interval.block_bars)
    again = sharpe_figure(period, resampling(period.excess, options, HEADLINE))
    assert again.interval == result.sharpe.interval


def test_one_bar_later_moves_each_decision_by_one_row():
    decisions = Decisions(np.array([3, 7, 9]), np.array([[0.1], [0.2], [0.3]]))
    later = one_bar_later(decisions, 10)
    assert later.rows.tolist() == [4, 8]
    assert later.weights.tolist() == [[0.1], [0.2]]


def test_one_bar_later_is_another_run(result):
    assert result.one_bar_later.is_evaluated
    assert result.one_bar_later.value != result.sharpe.value


# Minimum track record


def period(mean: float, bars: int = 1_000) -> Period:
    returns = np.where(np.arange(bars) % 2 == 0, 0.01, -0.01) + mean
    return Period(np.arange(bars + 1) * 86_400_000_000_000, returns, np.zeros(bars), 252.0)


def test_a_strong_record_still_needs_a_year():
    assert minimum_track_bars(period(0.009)).value == 252.0


def test_a_weak_record_needs_long():
    # Sharpe 0.05 a bar: about (1.645 / 0.05)^2 bars.
    needed = minimum_track_bars(period(0.0005)).value
    assert needed == pytest.approx(1083, rel=0.01)
    assert needed.is_integer()


def test_a_losing_record_has_no_length_that_would_do():
    found = minimum_track_bars(period(-0.001))
    assert found.value is None
    assert "not above zero" in found.reason


def test_an_idle_record_says_that_it_does_not_vary():
    idle = Period(np.arange(101), np.zeros(100), np.zeros(100), 252.0)
    assert "do not vary" in minimum_track_bars(idle).reason


# Judgement


def test_the_verdict_on_synthetic_data_is_never_established(plan, result):
    verdict = verdict_on(plan, result, CONTEXT)
    (gate,) = [gate for gate in verdict.gates if gate.code == "real_data"]
    assert (gate.status, gate.reason_code) == (Status.FAIL, "synthetic")
    assert verdict.headline.startswith("NOT ESTABLISHED")


def test_evidence_carries_what_the_study_found(plan, result):
    evidence = evidence_of(plan, result, CONTEXT)
    assert evidence.sharpe is result.sharpe
    assert evidence.grid is result.grid
    assert evidence.has_volume
    assert evidence.trials == 6
    assert evidence.is_replayed is None


def test_luck_grows_with_the_trials_on_record(result):
    few, many = (luck_sharpe(result, replace(CONTEXT, trials=count)).value for count in (2, 200))
    assert 0.0 < few < many


def test_every_configuration_is_priced_over_cash_and_over_the_benchmark(plan, result):
    assert [price.against for price in result.search] == ["cash", "the benchmark at matched exposure"]
    assert {price.candidates for price in result.search} == {len(plan.points)}


def test_the_price_of_the_search_is_that_of_the_configurations_own_curves(plan, result):
    curves = [backtest(p.strategy, plan.panel, plan.options.account, plan.profile) for p in plan.points]
    rows = slice(plan.common_start, None)
    excess = [
        period_of(plan.panel.instants[rows], run.outcome.equity_usd[rows], plan.profile.cash_rate).excess
        for run in curves
    ]
    again = price_search(np.stack(excess, axis=1), "cash", bootstrap_options(plan), "search")
    assert again == result.search[0]


def test_more_tries_on_record_than_curves_raise_the_p_value_that_the_gate_sees(plan, result):
    few, many = (verdict_on(plan, result, replace(CONTEXT, trials=count)) for count in (6, 5_000))
    values = [next(gate.value for gate in one.gates if gate.code == "luck") for one in (few, many)]
    assert values[0] < values[1]


def test_a_verdict_that_lost_tries_fails_luck_whatever_the_p_value(plan, result):
    verdict = verdict_on(plan, result, replace(CONTEXT, lost_trials="row 3 is gone"))
    assert next(gate for gate in verdict.gates if gate.code == "luck").reason_code == "trials_lost"


def test_without_a_ledger_luck_is_not_evaluated(result):
    assert "no ledger" in luck_sharpe(result, replace(CONTEXT, trials=None)).reason


def test_a_replay_in_the_context_reaches_its_gate(plan, result):
    verdict = verdict_on(plan, result, replace(CONTEXT, is_replayed=True))
    assert next(gate for gate in verdict.gates if gate.code == "replay").status is Status.PASS


def test_a_strategy_that_never_trades_is_judged_without_a_number(workspace):
    text = changed(("top = 0.5", "top = 0.0"), ("top = [0.34, 0.5]", "top = [0.0, 0.34]"))
    plan = plan_of(workspace, text)
    result = execute(plan, Nobody())
    verdict = verdict_on(plan, result, CONTEXT)
    assert result.sharpe.value is None
    assert not {gate.code for gate in verdict.gates if gate.status is Status.PASS} & {
        "sharpe_above_zero", "beats_benchmark", "doubled_costs", "one_bar_later", "parameter_stability",
        "sample_length", "round_trips",
    }  # fmt: skip


def test_one_filled_order_of_unknown_share_leaves_capacity_open(plan, result):
    costs = result.execution.costs.copy()
    filled = np.flatnonzero(costs["filled"] > 0.0)
    costs["participation"][filled[:1]] = np.nan
    told = replace(result, execution=replace(result.execution, costs=costs))
    found = evidence_of(plan, told, CONTEXT).participation
    assert found.value is None and found.reason.startswith(f"1 of {len(filled):,} filled orders")
    whole = evidence_of(plan, result, CONTEXT).participation
    assert whole.value == result.execution.costs["participation"][filled].max()
