"""No gate passes on silence: missing, NaN, synthetic and unknown evidence fails or stays open."""

from dataclasses import fields, replace

import pytest

from tradewright.validation import gates, stability
from tradewright.validation.evidence import Evidence, GridPoint, Waiver
from tradewright.validation.figure import Figure, Interval, not_evaluated
from tradewright.validation.gates import GATES, judge
from tradewright.validation.out_of_sample import OutOfSample
from tradewright.validation.search_price import SearchPrice
from tradewright.validation.verdict import Gate, Status, Verdict, verdict_of
from tradewright.values.findings import Finding, Level
from tradewright.values.provenance import Origin


def number(value: float, low: float | None = None, high: float | None = None, sample: int = 2_000) -> Figure:
    inside = None if low is None else Interval(low, high, 0.95, "by hand", 5.0, 1_000)
    return Figure("x", value, "ratio a year", sample, inside)


def grid_of(sharpes: dict[tuple[int, int], float | None], headline=(1, 1)) -> tuple[GridPoint, ...]:
    return tuple(
        GridPoint(
            (("lookback", at[0]), ("top", at[1])),
            at,
            not_evaluated("x", "ratio", 0, "no trades") if value is None else number(value),
            at == headline,
        )
        for at, value in sharpes.items()
    )


def even_grid(value: float = 1.0) -> dict[tuple[int, int], float | None]:
    return {(row, column): value for row in range(3) for column in range(3)}


def price(against: str, family_p: float, candidates: int = 9) -> SearchPrice:
    return SearchPrice(against, family_p, 4.0, 100, candidates, 0, 11, 1_000)


GOOD = Evidence(
    origin=Origin.REAL,
    survivors_only=False,
    findings=(),
    sharpe=number(1.0, 0.4, 1.6),
    minimum_track_bars=Figure("x", 700.0, "bars", 2_000),
    round_trips=Figure("x", 120.0, "trades", 120),
    over_benchmark=number(0.05, 0.01, 0.09),
    doubled_costs=number(0.8),
    one_bar_later=number(0.9),
    grid=grid_of(even_grid()),
    has_volume=True,
    is_replayed=True,
    trials=9,
    luck_sharpe=number(0.5),
    search=(price("cash", 0.01), price("the benchmark", 0.03)),
    deflated_sharpe=number(0.97),
)
ANSWERED = {"data_quality", "real_data", "survivorship", "sample_length", "round_trips", "sharpe_above_zero",
            "beats_benchmark", "doubled_costs", "one_bar_later", "parameter_stability", "replay",
            "luck"}  # fmt: skip


def gate_of(code: str, **changes) -> Gate:
    verdict = judge(replace(GOOD, **changes))
    return next(gate for gate in verdict.gates if gate.code == code)


# The whole


def test_good_evidence_passes_all_that_can_be_answered_and_still_establishes_nothing():
    verdict = judge(GOOD)
    assert {gate.code for gate in verdict.gates if gate.status is Status.PASS} == ANSWERED
    assert not verdict.is_established
    assert verdict.headline == "NOT ESTABLISHED: 3 not evaluated"


def test_empty_evidence_passes_no_gate():
    verdict = judge(Evidence())
    assert verdict.count(Status.PASS) == 0
    assert verdict.count(Status.NOT_EVALUATED) == len(GATES)


@pytest.mark.parametrize("missing", [field.name for field in fields(Evidence)])
def test_taking_any_evidence_away_never_makes_a_gate_pass(missing):
    before = {gate.code for gate in judge(GOOD).gates if gate.status is Status.PASS}
    kept = replace(GOOD, **{missing: getattr(Evidence(), missing)})
    assert {gate.code for gate in judge(kept).gates if gate.status is Status.PASS} <= before


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("findings", "data_quality"),
        ("origin", "real_data"),
        ("survivors_only", "survivorship"),
        ("sharpe", "sharpe_above_zero"),
        ("sharpe", "sample_length"),
        ("minimum_track_bars", "sample_length"),
        ("round_trips", "round_trips"),
        ("over_benchmark", "beats_benchmark"),
        ("doubled_costs", "doubled_costs"),
        ("one_bar_later", "one_bar_later"),
        ("grid", "parameter_stability"),
        ("is_replayed", "replay"),
    ],
)
def test_missing_evidence_leaves_its_gate_open_with_a_code(field, code):
    gate = gate_of(code, **{field: None})
    assert gate.status is Status.NOT_EVALUATED
    assert gate.reason_code in ("missing", "not_run")
    assert gate.reason


@pytest.mark.parametrize(
    ("field", "code"),
    [("sharpe", "sharpe_above_zero"), ("over_benchmark", "beats_benchmark"),
     ("doubled_costs", "doubled_costs"), ("one_bar_later", "one_bar_later"), ("round_trips", "round_trips")],
)  # fmt: skip
def test_a_figure_that_was_not_evaluated_hands_its_reason_to_the_gate(field, code):
    gate = gate_of(code, **{field: not_evaluated("x", "ratio", 3, "only three returns")})
    assert gate.status is Status.NOT_EVALUATED
    assert gate.reason == "only three returns"


def test_every_gate_has_its_own_code_and_says_something():
    answers = judge(GOOD).gates
    assert len({gate.code for gate in answers}) == len(GATES)
    assert all(gate.name and gate.reason and gate.reason_code for gate in answers)


# Data


def test_an_unwaived_error_fails_and_is_named():
    gate = gate_of("data_quality", findings=(Finding("nan-share", Level.ERROR, "AAPL", "many holes"),))
    assert gate.status is Status.FAIL
    assert "nan-share" in gate.reason


def test_a_waived_error_passes_and_stays_visible():
    found = (Finding("nan-share", Level.ERROR, "AAPL", "many holes"),)
    gate = gate_of("data_quality", findings=found, waivers=(Waiver("nan-share", "the name listed late"),))
    assert gate.status is Status.PASS
    assert "waived: nan-share" in gate.reason


def test_a_waiver_covers_its_own_code_alone():
    found = (Finding("nan-share", Level.ERROR, "A", "x"), Finding("zero-variance", Level.ERROR, "B", "y"))
    gate = gate_of("data_quality", findings=found, waivers=(Waiver("nan-share", "the name listed late"),))
    assert (gate.status, gate.reason_code) == (Status.FAIL, "unwaived_errors")
    assert "nan-share" not in gate.reason


def test_warnings_do_not_fail_a_study():
    assert (
        gate_of("data_quality", findings=(Finding("few-rows", Level.WARNING, "A", "x"),)).status
        is Status.PASS
    )


def test_synthetic_data_never_pass():
    gate = gate_of("real_data", origin=Origin.SYNTHETIC)
    assert (gate.status, gate.reason_code) == (Status.FAIL, "synthetic")


def test_a_survivors_universe_fails():
    assert gate_of("survivorship", survivors_only=True).reason_code == "survivors_only"
    assert gate_of("survivorship", survivors_only=True).status is Status.FAIL


def test_a_caveat_in_words_fails_where_nobody_set_the_flag():
    gate = gate_of("survivorship", survivors_only=None, caveats=("Survivors only: chosen in 2022.",))
    assert gate.status is Status.FAIL


def test_words_cannot_make_the_survivorship_gate_pass():
    gate = gate_of("survivorship", survivors_only=None, caveats=("All names that ever listed.",))
    assert gate.status is Status.NOT_EVALUATED


# Sample


def test_a_record_shorter_than_the_minimum_fails():
    gate = gate_of("sample_length", sharpe=number(1.0, 0.1, 2.0, sample=699))
    assert (gate.status, gate.value, gate.limit) == (Status.FAIL, 699.0, 700.0)


def test_a_record_for_which_no_length_suffices_fails_with_the_reason():
    gate = gate_of("sample_length", minimum_track_bars=not_evaluated("x", "bars", 10, "not above zero"))
    assert (gate.status, gate.reason_code) == (Status.FAIL, "no_length_suffices")


@pytest.mark.parametrize(("trips", "status"), [(49.0, Status.FAIL), (50.0, Status.PASS), (0.0, Status.FAIL)])
def test_fifty_round_trips_are_the_least(trips, status):
    assert gate_of("round_trips", round_trips=Figure("x", trips, "trades", int(trips))).status is status


# Edge


@pytest.mark.parametrize(("low", "status"), [(0.01, Status.PASS), (0.0, Status.FAIL), (-0.2, Status.FAIL)])
@pytest.mark.parametrize(
    ("field", "code"), [("sharpe", "sharpe_above_zero"), ("over_benchmark", "beats_benchmark")]
)
def test_the_low_end_of_an_interval_decides(field, code, low, status):
    gate = gate_of(code, **{field: number(1.0, low, 2.0)})
    assert (gate.status, gate.value, gate.limit) == (status, low, 0.0)


@pytest.mark.parametrize(
    ("field", "code"), [("sharpe", "sharpe_above_zero"), ("over_benchmark", "beats_benchmark")]
)
def test_a_value_without_an_interval_stays_open(field, code):
    assert gate_of(code, **{field: number(5.0)}).reason_code == "no_interval"
    assert gate_of(code, **{field: number(5.0)}).status is Status.NOT_EVALUATED


@pytest.mark.parametrize("code", ["doubled_costs", "one_bar_later"])
@pytest.mark.parametrize(("value", "status"), [(0.1, Status.PASS), (0.0, Status.FAIL), (-0.1, Status.FAIL)])
def test_fragility_asks_for_a_positive_ratio(code, value, status):
    assert gate_of(code, **{code: number(value)}).status is status


def test_more_return_for_more_risk_is_told_beside_the_pass():
    gate = gate_of("beats_benchmark", sharpe_over_benchmark=number(0.04, -0.2, 0.23))
    assert gate.status is Status.PASS
    assert "not per unit of risk: Sharpe ratio above it 0.04 (-0.20 to 0.23)" in gate.reason


def test_no_caution_is_told_where_risk_is_paid_for_or_the_gate_fails():
    paid = gate_of("beats_benchmark", sharpe_over_benchmark=number(0.4, 0.1, 0.7))
    assert "per unit of risk" not in paid.reason
    failed = gate_of(
        "beats_benchmark",
        over_benchmark=number(0.1, -0.1, 0.3),
        sharpe_over_benchmark=number(0.0, -1.0, 1.0),
    )
    assert "per unit of risk" not in failed.reason


def test_shares_are_told_in_per_cent():
    assert "5.0 %, 95% interval 1.0 % to 9.0 %" in gate_of("beats_benchmark").reason


# Grid


def test_a_grid_that_is_mostly_negative_fails():
    sharpes = even_grid(-0.5) | {(1, 1): 2.0, (0, 0): 1.0}
    gate = gate_of("parameter_stability", grid=grid_of(sharpes))
    assert (gate.status, gate.reason_code) == (Status.FAIL, "below_limit")
    assert gate.value == pytest.approx(2 / 9)


def test_a_cliff_beside_the_headline_fails_and_is_named():
    gate = gate_of("parameter_stability", grid=grid_of(even_grid() | {(2, 1): 0.3}))
    assert (gate.status, gate.reason_code) == (Status.FAIL, "cliff")
    assert "lookback = 2 gives 0.30" in gate.reason


def test_a_weak_point_far_from_the_headline_is_no_cliff():
    assert gate_of("parameter_stability", grid=grid_of(even_grid() | {(2, 2): 0.3})).status is Status.PASS


def test_a_neighbour_that_gave_nothing_is_a_cliff():
    gate = gate_of("parameter_stability", grid=grid_of(even_grid() | {(1, 2): None}))
    assert (gate.status, gate.reason_code) == (Status.FAIL, "cliff")
    assert "gives nothing" in gate.reason


def test_a_headline_off_the_grid_leaves_its_neighbourhood_unknown():
    gate = gate_of("parameter_stability", grid=grid_of(even_grid(), headline=(9, 9)))
    assert (gate.status, gate.reason_code) == (Status.NOT_EVALUATED, "headline_off_grid")


def test_a_headline_without_a_ratio_leaves_stability_open():
    gate = gate_of("parameter_stability", grid=grid_of(even_grid() | {(1, 1): None}))
    assert gate.status is Status.NOT_EVALUATED


@pytest.mark.parametrize("grid", [(), grid_of({(1, 1): 1.0})], ids=["none", "one point"])
def test_one_point_is_no_grid(grid):
    assert gate_of("parameter_stability", grid=grid).status is Status.NOT_EVALUATED


# Execution again


def test_a_replay_that_differed_fails():
    assert gate_of("replay", is_replayed=False).status is Status.FAIL


# Out of sample


def walked(
    after=(0.9, 0.3, 1.5), before: float | None = 1.2, folds: int = 40, level: float = 0.95
) -> OutOfSample:
    """The record of a walk; its kept share follows from both ratios, as it does in a study."""
    value, low, high = after
    found = Figure("x", value, "ratio a year", 900, Interval(low, high, level, "by hand", 5.0, 1_000))
    promised = (
        not_evaluated("y", "ratio", folds, "nobody") if before is None else Figure("y", before, "ratio", 1)
    )
    kept = not_evaluated("z", "share", 900, "nothing was positive in sample that could be kept")
    if before is not None and before > 0:
        inside = Interval(low / before, high / before, level, "by hand", 5.0, 1_000)
        kept = Figure("z", value / before, "share", 900, inside)
    return OutOfSample(folds, 9, promised, found, kept)


def test_a_walk_that_kept_its_promise_passes_and_says_how_much():
    gate = gate_of("out_of_sample", out_of_sample=walked())
    assert (gate.status, gate.reason_code, gate.limit) == (Status.PASS, "met", 0.5)
    assert gate.value == pytest.approx(0.75)
    assert "out of sample: 0.90, 95% interval 0.30 to 1.50" in gate.reason
    assert "picked anew in 40 folds among 9" in gate.reason
    assert "the picks had 1.20, of which 75% (25% to 125%) was kept; at least 50% is asked for" in gate.reason


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (walked(after=(0.5, 0.2, 0.8)), "below_limit"),
        (walked(after=(0.9, -0.1, 1.9)), "interval_holds_zero"),
        (walked(after=(0.9, 0.0, 1.8)), "interval_holds_zero"),
        (walked(after=(-0.4, -0.9, 0.1)), "below_limit"),
        (walked(before=-0.3), "nothing_in_sample"),
        (walked(before=0.0), "nothing_in_sample"),
    ],
)
def test_what_was_lost_out_of_sample_fails_the_gate(record, code):
    gate = gate_of("out_of_sample", out_of_sample=record)
    assert (gate.status, gate.reason_code) == (Status.FAIL, code)


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (None, "no_walk_forward"),
        (walked(folds=2), "too_few_folds"),
        (walked(level=0.9), "narrow_interval"),
        (replace(walked(), out_of_sample=not_evaluated("x", "ratio", 0, "too short")), "missing"),
        (replace(walked(), out_of_sample=Figure("x", 0.9, "ratio", 900)), "no_interval"),
    ],
)
def test_a_walk_that_says_too_little_leaves_the_gate_open(record, code):
    gate = gate_of("out_of_sample", out_of_sample=record)
    assert (gate.status, gate.reason_code) == (Status.NOT_EVALUATED, code)


def test_the_benchmark_of_the_same_sessions_is_told_beside_it():
    beside = Figure("b", 0.01, "share a year", 900, Interval(-0.02, 0.04, 0.95, "by hand", 5.0, 1_000))
    gate = gate_of("out_of_sample", out_of_sample=replace(walked(), over_benchmark=beside))
    assert "a year above the benchmark at matched exposure 1.0 % (-2.0 % to 4.0 %)" in gate.reason
    assert gate.status is Status.PASS


def test_luck_tells_the_trials_and_what_chance_would_show():
    assert "9 configurations tried" in gate_of("luck").reason
    assert "about 0.50" in gate_of("luck").reason


def test_the_weaker_of_both_p_values_decides_luck():
    assert (gate_of("luck").status, gate_of("luck").value) == (Status.PASS, 0.03)
    gate = gate_of("luck", search=(price("cash", 0.01), price("the benchmark", 0.06)))
    assert (gate.status, gate.reason_code, gate.value, gate.limit) == (Status.FAIL, "above_limit", 0.06, 0.05)
    assert "p is 0.010 over cash and 0.060 over the benchmark; at most 0.05 is asked for" in gate.reason


def test_tries_without_a_record_are_priced_and_told():
    # Student's tail beyond 4 with 100 degrees is 6e-5: a thousand such tries cost 0.06.
    gate = gate_of("luck", trials=1_009)
    assert gate.status is Status.FAIL
    assert gate.value == pytest.approx(0.03 + 1_000 * 6.1e-5, abs=2e-3)
    assert "1,000 of them without a record here and priced as unrelated" in gate.reason
    assert "without a record" not in gate_of("luck").reason


def test_the_deflated_ratio_is_told_beside_the_p_value_and_decides_nothing():
    assert "deflated Sharpe ratio 0.970" in gate_of("luck").reason
    assert gate_of("luck", deflated_sharpe=number(0.01)).status is Status.PASS


@pytest.mark.parametrize("search", [None, (), "the account was ruined"])
def test_luck_without_a_price_stays_open_and_says_why(search):
    gate = gate_of("luck", search=search)
    assert (gate.status, gate.reason_code) == (Status.NOT_EVALUATED, "no_adjusted_p")
    assert (search or "was not computed") in gate.reason


def test_luck_cannot_be_priced_over_a_ledger_that_lost_tries():
    gate = gate_of("luck", lost_trials="the ledger of trials was cut")
    assert gate.status is Status.FAIL
    assert gate.reason == "the ledger of trials was cut; tries are missing from the count"


def test_luck_without_a_ledger_says_so():
    assert "no ledger" in gate_of("luck", trials=None).reason


def test_capacity_without_volume_says_that_nothing_was_capped():
    assert gate_of("capacity", has_volume=False).reason_code == "no_volume"


@pytest.mark.parametrize(
    ("share", "charged", "status", "code"),
    [
        (0.004, True, Status.PASS, "met"),
        (0.1, True, Status.PASS, "met"),
        (0.11, True, Status.FAIL, "above_limit"),
        (0.004, False, Status.NOT_EVALUATED, "no_impact"),
        (0.004, None, Status.NOT_EVALUATED, "no_impact"),
        (None, True, Status.NOT_EVALUATED, "missing"),
    ],
)
def test_capacity_is_the_largest_share_of_volume_with_impact_paid(share, charged, status, code):
    largest = Figure("x", share, "share", 40) if share else not_evaluated("x", "share", 0, "no order traded")
    gate = gate_of("capacity", participation=largest, impact_is_charged=charged)
    assert (gate.status, gate.reason_code) == (status, code)
    assert ("25.0 times the capital" in gate.reason) == (share == 0.004 and status is Status.PASS)


def test_an_unknown_share_of_volume_does_not_pass():
    gate = gate_of("capacity", participation=None, impact_is_charged=True)
    assert (gate.status, gate.reason_code) == (Status.NOT_EVALUATED, "missing")


# Adding up


def gate(status: Status) -> Gate:
    return Gate("x", "X", status, "code", "reason")


def test_the_headline_counts_failures_and_open_gates():
    found = verdict_of((gate(Status.FAIL), gate(Status.FAIL), gate(Status.NOT_EVALUATED), gate(Status.PASS)))
    assert found.headline == "NOT ESTABLISHED: 2 gates failed, 1 not evaluated"


def test_one_failure_is_one_gate():
    assert verdict_of((gate(Status.FAIL),)).headline == "NOT ESTABLISHED: 1 gate failed"


def test_only_a_full_row_of_passes_establishes():
    assert verdict_of((gate(Status.PASS),) * 3).headline == "ESTABLISHED: all 3 gates passed"


def test_no_gates_establish_nothing():
    found = verdict_of(())
    assert not found.is_established
    assert found.headline == "NOT ESTABLISHED: no gate was asked"


def test_a_verdict_counts_by_status():
    found = Verdict((gate(Status.PASS), gate(Status.FAIL), gate(Status.PASS)), "")
    assert (found.count(Status.PASS), found.count(Status.FAIL)) == (2, 1)


def test_the_limits_are_those_of_the_design():
    assert (gates.LEAST_ROUND_TRIPS, stability.LEAST_POSITIVE_SHARE) == (50, 0.75)


@pytest.mark.parametrize(
    ("field", "code"), [("sharpe", "sharpe_above_zero"), ("over_benchmark", "beats_benchmark")]
)
def test_an_interval_narrower_than_gates_ask_for_decides_nothing(field, code):
    found = number(1.0, 0.5, 1.5)
    gate = gate_of(code, **{field: replace(found, interval=replace(found.interval, level=0.5))})
    assert (gate.status, gate.reason_code) == (Status.NOT_EVALUATED, "narrow_interval")
    assert "covers 50%; a gate asks for 95%" in gate.reason


def test_reported_parameters_that_lose_are_not_stable_however_good_the_others_are():
    gate = gate_of("parameter_stability", grid=grid_of(even_grid() | {(1, 1): -0.2}))
    assert (gate.status, gate.reason_code) == (Status.FAIL, "headline_not_positive")
    assert "that of the reported parameters is -0.20" in gate.reason


@pytest.mark.parametrize(("found", "words"), [(1, "in 1 finding"), (2, "in 2 findings")])
def test_findings_are_counted_in_their_number(found, words):
    noted = tuple(Finding("few-rows", Level.WARNING, f"S{k}", "x") for k in range(found))
    assert gate_of("data_quality", findings=noted).reason.endswith(words)


def test_one_round_trip_is_told_in_the_singular():
    gate = gate_of("round_trips", round_trips=Figure("x", 1.0, "trades", 1))
    assert gate.reason.startswith("1 finished round trip;")
