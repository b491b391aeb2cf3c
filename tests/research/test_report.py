"""What the dossier is handed: every number from the result, every missing one with its reason."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest
from study_files import STUDY, changed
from workspaces import START, Workspace

from tradewright.data.synthetic.make import make
from tradewright.data.synthetic.options import options_of
from tradewright.research.cautions import cautions_on
from tradewright.research.dossier.verdict_section import caveat_sentences
from tradewright.research.judgement import StudyContext, verdict_on
from tradewright.research.notes import notes_on
from tradewright.research.plan import prepare
from tradewright.research.report import content_of, identity_of
from tradewright.research.result import execute
from tradewright.research.study import parse
from tradewright.research.summary import summary_of
from tradewright.research.trying import Nobody
from tradewright.runs.artifacts import json_bytes
from tradewright.runs.backtest import backtest
from tradewright.strategies.buy_and_hold import BuyAndHold
from tradewright.values.currency import Quotes
from tradewright.values.instant import date_of
from tradewright.values.outcome import CASH_ACCOUNT, FORCED, UNSETTLED, call_dtype, refusal_dtype
from tradewright.values.panel import panel_of_closes
from tradewright.values.profile import AccountOptions

MADE = {"seed": 5, "names": 6, "sectors": 2, "first": "2015-01-01", "last": "2017-06-30"}
CONTEXT = StudyContext(trials=6, created_at="2024-01-01T00:00:00Z")
WAIVED = STUDY + '[[waivers]]\ncode = "nan-share"\nreason = "the name listed late"\n'


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    own = Workspace(tmp_path_factory.mktemp("workspace"))
    own.made = own.catalogue.commit(make(options_of({"name": "made", **MADE})), START)
    return own


def plan_of(workspace, text: str = WAIVED):
    return prepare(parse(text, "study.toml"), workspace.shelf(pins={"made": workspace.made.id}))


@pytest.fixture(scope="module")
def plan(workspace):
    return plan_of(workspace)


@pytest.fixture(scope="module")
def result(plan):
    return execute(plan, Nobody())


def content(plan, result, context=CONTEXT):
    identity = identity_of(plan, context, "0123456789abcdef", "c0de")
    return content_of(plan, result, verdict_on(plan, result, context), context, identity)


@pytest.fixture(scope="module")
def page(plan, result):
    return content(plan, result)


def test_identity_names_what_would_run_it_again(plan, page):
    identity = page.identity
    assert (identity.title, identity.seed) == ("A small study", 3)
    assert identity.study_hash == plan.study
    assert identity.created_at == CONTEXT.created_at


def test_the_passport_shows_origin_caveats_and_waivers(plan, page):
    passport = page.passport
    assert passport.snapshot_id == plan.snapshot.id
    assert passport.origin == "synthetic"
    assert passport.caveats == plan.snapshot.provenance.caveats
    assert passport.findings == plan.findings
    assert [(line.code, line.reason) for line in passport.waivers] == [("nan-share", "the name listed late")]


def test_the_setup_shows_every_parameter_with_its_unit(page):
    shown = {one.name: (one.value, one.unit) for one in page.setup.parameters}
    assert shown == {
        "lookback": (60, "bars"), "skip": (5, "bars"), "top": (0.5, "fraction"),
        "invested": (1.0, "fraction"),
    }  # fmt: skip
    assert page.setup.capital_usd == 100_000.0
    assert {one.name for one in page.setup.profile_numbers} >= {"half_spread_bps", "cash_rate"}


def test_the_verdict_is_handed_on_gate_by_gate(plan, result, page):
    verdict = verdict_on(plan, result, CONTEXT)
    assert page.verdict.headline == verdict.headline
    assert page.verdict.status == "FAIL"
    assert [line.status for line in page.verdict.gates] == [gate.status.value for gate in verdict.gates]


def test_ratios_keep_value_sample_interval_and_method(result, page):
    assert page.sharpe.value == result.sharpe.value
    assert (page.sharpe.low, page.sharpe.high) == (result.sharpe.interval.low, result.sharpe.interval.high)
    assert page.sharpe.sample == result.sharpe.sample
    assert "200 draws" in page.sharpe.how
    names = {ratio.name for ratio in page.ratios}
    assert names >= {
        "Maximum drawdown",
        "Turnover a year, one-sided",
        "Return above benchmark",
        "Alpha to the benchmark",
    }


def test_a_figure_that_was_not_evaluated_is_nan_with_its_reason(workspace):
    text = changed(("top = 0.5", "top = 0.0"), ("top = [0.34, 0.5]", "top = [0.0, 0.34]"))
    plan = plan_of(workspace, text)
    page = content(plan, execute(plan, Nobody()))
    assert np.isnan(page.sharpe.value)
    assert "do not vary" in page.sharpe.reason
    assert page.trades == ()


def test_luck_stands_with_its_count(page):
    assert page.luck.trials == 6
    assert page.luck.sharpe > 0.0


def test_the_page_tells_p_its_method_and_its_measured_size(page):
    assert 0.0 < page.luck.p <= 1.0
    assert 0.0 <= page.luck.deflated <= 1.0
    for words in ("the weaker of both", "studentised SPA", "draws", "of worthless searches"):
        assert words in page.luck.p_how


def test_luck_without_a_ledger_is_nan(plan, result):
    page = content(plan, result, replace(CONTEXT, trials=None))
    assert page.luck.trials is None
    assert np.isnan(page.luck.sharpe)


def test_series_have_one_value_a_bar(plan, result, page):
    bars = len(plan.panel.instants)
    series = page.series
    assert all(
        len(getattr(series, name)) == bars for name in ("equity_usd", "benchmark_usd", "drawdown", "gross")
    )
    assert np.isnan(series.benchmark_drawdown[: result.start_row]).all()
    assert np.nanmin(series.drawdown) < 0.0


def test_months_and_years_compound_to_the_account(result, page):
    grown = np.nanprod(1.0 + page.monthly.returns)
    assert grown == pytest.approx(np.prod(1.0 + result.period.returns))
    assert np.prod(1.0 + page.monthly.annual) == pytest.approx(grown)
    assert page.monthly.years == (2015, 2016, 2017)


def test_trades_name_their_symbol_side_and_dates(plan, result, page):
    assert len(page.trades) == len(result.trades)
    assert {trade.symbol for trade in page.trades} <= set(plan.panel.symbols)
    assert {trade.side for trade in page.trades} == {"long"}
    closed = [trade for trade in page.trades if trade.exit_at is not None]
    assert all(trade.exit_at > trade.entry_at and trade.holding_days > 0 for trade in closed)
    still_open = [trade for trade in page.trades if trade.exit_at is None]
    assert all(np.isfinite(trade.exit_price) for trade in still_open)


def test_costs_are_told_by_cause_with_income_negative(result, page):
    told = {line.cause: line.usd for line in page.costs}
    assert told["spread"] == result.costs.spread_usd
    assert told["interest earned on cash"] == -result.costs.interest_earned_usd
    assert all(np.isfinite(line.bps_a_year) for line in page.costs)


def test_the_grid_is_a_matrix_with_the_registered_point_marked(result, page):
    assert page.grid.names == ("lookback", "top")
    assert page.grid.metric.shape == (3, 2)
    assert page.grid.chosen == (1, 1)
    assert page.grid.metric[1, 1] == result.grid[0].sharpe.value
    assert np.isfinite(page.grid.metric).all()


def test_without_a_grid_there_is_no_matrix(workspace):
    text = changed(("[strategy.grid]\nlookback = [40, 60, 80]\ntop = [0.34, 0.5]\n", ""))
    plan = plan_of(workspace, text)
    assert content(plan, execute(plan, Nobody())).grid is None


def test_a_headline_off_the_grid_is_not_marked_on_it(workspace):
    plan = plan_of(workspace, changed(("lookback = 60\nskip", "lookback = 61\nskip")))
    grid = content(plan, execute(plan, Nobody())).grid
    assert grid.chosen == ()
    assert grid.trials == 7


def test_notes_say_in_sample_warm_up_and_cash_rate(plan, result):
    notes = " ".join(notes_on(plan, result))
    assert "All figures are in-sample" in notes
    assert f"{result.start_row} bars before it are warm-up" in notes
    assert "1 % in every year" in notes


def test_notes_say_that_a_close_only_series_fills_at_the_close(plan, result):
    closes = panel_of_closes(plan.panel.instants, plan.panel.symbols, plan.panel.close)
    assert "next session's close" in " ".join(notes_on(replace(plan, panel=closes), result))
    assert "next session's close" not in " ".join(notes_on(plan, result))


def test_caveats_of_the_benchmarks_data_are_told(plan, result):
    other = replace(plan, benchmark_snapshot=plan.snapshot)
    assert any(note.startswith("Benchmark data:") for note in notes_on(other, result))


def test_the_summary_is_plain_json(plan, result):
    summary = summary_of(plan, result, verdict_on(plan, result, CONTEXT), CONTEXT)
    text = json_bytes(summary).decode()
    assert '"NOT EVALUATED"' in text
    assert summary["figures"]["Sharpe ratio a year, costs doubled"]["value"] == result.doubled_costs.value
    assert summary["costs_usd"]["total_usd"] == result.costs.total_usd


def test_equal_results_make_equal_content(plan, result, page):
    again = content(plan, result)
    assert again.ratios == page.ratios
    assert again.notes == page.notes
    assert again.grid.metric.tobytes() == page.grid.metric.tobytes()


def test_a_ruined_account_says_so_first(plan, result):
    outcome = replace(result.headline.outcome, ruined_row=result.start_row)
    ruined = replace(result, headline=replace(result.headline, outcome=outcome))
    day = date_of(int(plan.panel.instants[result.start_row]))
    assert notes_on(plan, ruined)[0] == f"The account was ruined on {day}: its equity fell to zero or below."


def test_margin_calls_are_said_before_any_figure(plan, result):
    outcome, row = result.headline.outcome, result.start_row
    calls = np.array([(row, 100.0, 120.0), (row + 1, 90.0, 95.0)], dtype=call_dtype)
    orders = outcome.orders.copy()
    orders["ticket"][:1] = FORCED
    called = replace(outcome, margin_calls=calls, orders=orders)
    told = replace(result, headline=replace(result.headline, outcome=called))
    day = date_of(int(plan.panel.instants[row]))
    traded = sum(abs(one["qty"] * one["price"]) for one in outcome.fills[outcome.fills["order_id"] == 0])
    (words,) = content(plan, told).cautions
    assert words.startswith(f"2 margin calls, the first on {day}: the broker closed positions of ")
    assert f"of {traded:,.0f} $ at the opens" in words
    assert summary_of(plan, told, verdict_on(plan, told, CONTEXT), CONTEXT)["account"] == {
        "type": "unrestricted", "margin_calls": 2, "forced_orders": 1, "waits_for_settlement": 0,
    }  # fmt: skip


def test_orders_that_waited_for_their_cash_are_no_refusals(plan, result):
    refusals = np.array([(5, 0, UNSETTLED), (6, 0, UNSETTLED), (7, 1, CASH_ACCOUNT)], dtype=refusal_dtype)
    outcome = replace(result.headline.outcome, refusals=refusals)
    told = notes_on(plan, replace(result, headline=replace(result.headline, outcome=outcome)))
    assert any(words.startswith("2 times an order waited for cash that had not settled") for words in told)
    assert any(words.startswith("1 wish became no order") for words in told)


def test_the_dossier_names_the_accounts_type_and_its_margins(plan, result):
    options = msgspec.structs.replace(plan.options, account=AccountOptions(type="margin"))
    plain, margined = content(plan, result), content(replace(plan, options=options), result)
    assert plain.setup.account[0].value == "unrestricted"
    named = {one.name: one.value for one in margined.setup.account}
    assert (named["type"], named["initial_margin"], named["short_maintenance"]) == ("margin", 0.5, 0.3)
    assert "initial_margin" not in {one.name for one in plain.setup.account}


def test_kept_balances_are_told_in_setup_costs_and_summary_and_nowhere_else(plan, result):
    plain = content(plan, result)
    assert not [line for line in plain.costs if "money" in line.cause or "currencies" in line.cause]
    assert "balances" not in {one.name for one in plain.setup.account}
    kept = AccountOptions(balances="kept", exchange="all", interest={"EUR": (0.01, 0.07)})
    bars = len(plan.panel.instants)
    outcome = replace(
        result.headline.outcome, currencies=("USD", "EUR"), balances=np.tile([900.0, -50.0], (bars, 1)),
        exchange_gain_usd=np.linspace(0.0, 30.0, bars), exchange_cost_usd=np.linspace(0.0, 6.0, bars),
    )  # fmt: skip
    costs = replace(result.costs, exchange_usd=6.0, exchange_gain_usd=30.0)
    told = replace(result, headline=replace(result.headline, outcome=outcome), costs=costs)
    asked = replace(plan, options=msgspec.structs.replace(plan.options, account=kept))
    page = content(asked, told)
    named = {one.name: one.value for one in page.setup.account}
    assert (named["balances"], named["exchange"], named["interest owed on EUR"]) == ("kept", "all", 0.07)
    lines = {line.cause: (line.usd, line.is_income) for line in page.costs}
    assert lines["changing money"] == (6.0, False)
    assert lines["gain of balances in other currencies"] == (-30.0, True)
    lost = replace(told, costs=replace(costs, exchange_gain_usd=-30.0))
    assert {line.cause: line.usd for line in content(asked, lost).costs}[
        "loss of balances in other currencies"
    ] == 30.0
    summary = summary_of(asked, told, verdict_on(asked, told, CONTEXT), CONTEXT)
    assert summary["account"]["balances"] == {"USD": 900.0, "EUR": -50.0}
    assert (summary["costs_usd"]["exchange_usd"], summary["costs_usd"]["exchange_gain_usd"]) == (6.0, 30.0)


@pytest.mark.parametrize(
    ("exchange", "words"),
    [
        ("never", "money in another currency is never changed"),
        ("shortfalls", "what a balance lacks is changed at the close for 10 bp"),
        ("all", "every other balance is changed at the close for 10 bp"),
    ],
)
def test_names_from_abroad_are_cautioned_with_what_becomes_of_their_money(plan, result, exchange, words):
    own = ("EUR",) + ("USD",) * (len(plan.panel.symbols) - 1)
    abroad = replace(plan.panel, quotes=Quotes(own), rates=np.ones(plan.panel.shape))
    kept = AccountOptions(balances="kept", exchange=exchange)
    asked = replace(plan, panel=abroad, options=msgspec.structs.replace(plan.options, account=kept))
    (said,) = cautions_on(asked, result)
    assert f"balances are kept by currency, and {words}." in said


def leveraged(result, *gross):
    """The result with one decision for each gross weight, all of it in the first name."""
    weights = np.full((len(gross), result.headline.decisions.weights.shape[1]), np.nan)
    weights[:, 0] = gross
    decisions = replace(result.headline.decisions, rows=np.arange(100, 100 + len(gross)), weights=weights)
    return replace(result, headline=replace(result.headline, decisions=decisions))


def test_weights_above_the_gross_limit_are_said_before_any_figure(plan, result):
    told = leveraged(result, 0.5, -1.5, 1.2)
    (words,) = content(plan, told).cautions
    day = date_of(int(plan.panel.instants[101]))
    assert words.startswith(
        "2 decisions of 3 asked for more than the account may hold: up to 1.5 times equity"
    )
    assert f"first on {day}, where max_gross allows 1." in words
    assert notes_on(plan, told)[0] == words
    assert words not in content(plan, told).notes
    assert words in caveat_sentences(content(plan, told))


@pytest.mark.parametrize("gross", [(1.0, -1.0), (1.0 + 1e-12,), (np.nan,), ()])
def test_weights_within_the_gross_limit_are_not(plan, result, gross):
    assert content(plan, leveraged(result, *gross)).cautions == ()


@pytest.mark.parametrize("names", [1, 2])
def test_a_close_only_name_among_others_is_said_never_to_have_traded(plan, result, names):
    panel = plan.panel
    lacking = {}
    for field in ("open", "high", "low", "volume"):
        lacking[field] = getattr(panel, field).copy()
        lacking[field][:, :names] = np.nan
    mixed = replace(plan, panel=replace(panel, **lacking))
    strategy = BuyAndHold(weights=dict.fromkeys(panel.symbols, 1.0 / len(panel.symbols)))
    run = backtest(strategy, mixed.panel, plan.options.account, plan.profile)
    (words,) = cautions_on(mixed, replace(result, headline=run))
    whose = "1 name (SYN0000) never traded: it has" if names == 1 else "2 names (SYN0000, SYN0001) never"
    assert words.startswith(whose)
    whole = backtest(strategy, panel, plan.options.account, plan.profile)
    assert cautions_on(plan, replace(result, headline=whole)) == ()


def test_a_flat_spread_that_the_profile_does_not_listen_to_is_said(workspace, plan, result):
    flat = "[execution.override]\nhalf_spread_bps = 102.0\n"
    (words,) = cautions_on(plan_of(workspace, WAIVED + flat), result)
    assert words.startswith("half_spread_bps = 102 holds only for fills whose spread cannot be reckoned")
    assert "profile realistic reckons all others" in words
    assert cautions_on(plan_of(workspace, WAIVED + flat + "spread_scale_bps = 0.0\n"), result) == ()
    assert cautions_on(plan, result) == ()


def test_one_open_position_is_told_in_the_singular(plan, result):
    (trip, *_) = result.trades
    told = notes_on(plan, replace(result, trades=(replace(trip, is_open=True),)))
    assert "1 position is still open at the end, valued at the last close." in told


@pytest.mark.parametrize("names", [0, 1, 2])
def test_positions_closed_at_an_older_price_are_counted(plan, result, names):
    panel, account = plan.panel, replace(plan.options.account, liquidate_at_end=True)
    close = panel.close.copy()
    close[-2:, :names] = np.nan
    later = replace(plan, panel=replace(panel, close=close))
    strategy = BuyAndHold(weights=dict.fromkeys(panel.symbols, 0.5 / len(panel.symbols)))
    run = backtest(strategy, later.panel, account, plan.profile)
    told = [words for words in notes_on(later, replace(result, headline=run)) if "earlier bar" in words]
    expected = {0: [], 1: ["1 position was closed"], 2: ["2 positions were closed"]}[names]
    assert [words.partition(" at the end")[0] for words in told] == expected


def test_a_trade_in_the_page_adds_up(page):
    for trade in page.trades:
        moved = (trade.exit_price - trade.entry_price) * trade.qty
        assert moved + trade.dividends_usd - trade.commission_usd == pytest.approx(trade.pnl_usd, abs=1e-4)


def test_the_page_and_the_summary_tell_the_same_total_of_costs(plan, result, page):
    summary = summary_of(plan, result, verdict_on(plan, result, CONTEXT), CONTEXT)
    paid = sum(line.usd for line in page.costs if not line.is_income)
    assert paid == pytest.approx(summary["costs_usd"]["total_usd"])
    (income,) = [line for line in page.costs if line.is_income]
    assert income.usd == -summary["costs_usd"]["interest_earned_usd"]


def test_the_measured_turnover_is_that_of_the_chart(result, page):
    (measured,) = [ratio for ratio in page.ratios if ratio.name == "Turnover a year, one-sided"]
    assert measured.value == pytest.approx(page.series.turnover.sum() / result.period.years)
    assert measured.how == "a fact of this path, no interval"


def test_the_summary_holds_no_negative_zero(plan, result):
    costs = replace(result.costs, borrow_usd=-0.0)
    summary = summary_of(plan, replace(result, costs=costs), verdict_on(plan, result, CONTEXT), CONTEXT)
    assert "-0.0," not in json_bytes(summary).decode()
    assert str(summary["costs_usd"]["borrow_usd"]) == "0.0"


def test_notes_tell_how_intervals_were_drawn_and_what_turnover_means(plan, result):
    notes = " ".join(notes_on(plan, result))
    assert "200 draws" in notes
    assert "Turnover is one-sided" in notes


def test_notes_count_trips_through_a_split(plan, result):
    (trip, *_) = result.trades
    told = " ".join(notes_on(plan, replace(result, trades=(replace(trip, splits=7.0),))))
    assert "1 round trip lived through a split" in told
    assert "split" not in " ".join(notes_on(plan, replace(result, trades=(trip,))))


# Walked forward


@pytest.fixture(scope="module")
def walked(workspace):
    plan = plan_of(workspace, WAIVED + "[folds]\ntrain_bars = 120\ntest_bars = 60\nstep_bars = 40\n")
    return plan, execute(plan, Nobody())


def test_a_study_without_folds_says_that_it_has_none(plan, result, page):
    assert page.folds is None
    summary = summary_of(plan, result, verdict_on(plan, result, CONTEXT), CONTEXT)
    assert summary["out_of_sample"] == {"reason": "no folds were asked for"}


def test_every_fold_of_a_walk_is_told_with_its_dates_and_its_pick(walked):
    plan, result = walked
    told = content(plan, result).folds
    assert len(told.folds) == len(plan.folds)
    for line, one in zip(told.folds, result.walk.tested, strict=True):
        assert line.train_last < line.test_first <= line.test_last
        assert line.picked == ", ".join(f"{k} = {v:g}" for k, v in plan.points[one.pick].parameters)
        assert line.in_sample == one.in_sample
    assert told.how == (
        "trained on 120 sessions, tested on the 60 that follow, picked anew every 40; "
        "1 session before each test left out of its training"
    )


def test_a_walk_says_how_many_sessions_it_left_out(workspace):
    folds = "[folds]\ntrain_bars = 120\ntest_bars = 60\npurge_bars = 3\nembargo_bars = 5\n"
    plan = plan_of(workspace, WAIVED + folds)
    fold = plan.folds[0]
    assert fold.test[0] - fold.train[-1] - 1 == 5
    assert "5 sessions before each test left out" in content(plan, execute(plan, Nobody())).folds.how


def test_the_joined_account_is_told_bar_by_bar(walked):
    plan, result = walked
    told, walk = content(plan, result).folds, result.walk
    assert told.instants.tolist() == plan.panel.instants[walk.bars + 1].tolist()
    grown = plan.options.account.capital_usd * np.prod(1.0 + walk.returns[walk.bars])
    assert told.equity_usd[-1] == pytest.approx(grown)


def test_the_figures_of_a_walk_are_those_of_the_gate(walked):
    plan, result = walked
    names = [one.name for one in content(plan, result).folds.ratios]
    assert names[:3] == [
        "Sharpe ratio a year, out of sample", "Sharpe ratio a year, in sample", "Kept out of sample"
    ]  # fmt: skip
    assert names[3:] == ["Return above benchmark", "Sharpe ratio above benchmark"]
    summary = summary_of(plan, result, verdict_on(plan, result, CONTEXT), CONTEXT)["out_of_sample"]
    assert summary["folds"] == len(plan.folds) == sum(summary["picks"].values())
    after = summary["figures"]["Sharpe ratio a year, out of sample"]
    assert after["value"] == result.walk.found.out_of_sample.value
    assert json_bytes(summary)


def test_notes_say_which_figures_are_not_in_sample(walked):
    notes = " ".join(notes_on(*walked))
    assert "All figures but those of the walk through folds are in-sample" in notes
