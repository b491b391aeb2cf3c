"""A plan: exact data and every configuration, checked before anything runs."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from study_files import STUDY, changed
from workspaces import START, Workspace

from tradewright.data.synthetic.make import make
from tradewright.data.synthetic.options import options_of
from tradewright.research.plan import aligned, prepare, profile_of
from tradewright.research.study import parse
from tradewright.values.errors import Blocked, InvalidOption, NotFound, UnknownName
from tradewright.values.findings import Finding, Level
from tradewright.values.instant import date_of

MADE = {"seed": 5, "names": 6, "sectors": 2, "first": "2015-01-01", "last": "2017-06-30"}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    own = Workspace(tmp_path_factory.mktemp("workspace"))
    own.made = own.catalogue.commit(make(options_of({"name": "made", **MADE})), START)
    return own


def plan_of(workspace, text: str = STUDY, **shelf):
    """The plan of a study; its market is not made anew unless a test says where data come from."""
    pinned = shelf or {"pins": {"made": workspace.made.id}}
    return prepare(parse(text, "study.toml"), workspace.shelf(**pinned))


# Data


def test_a_synthetic_market_is_made_once_and_kept(workspace):
    first, again = (plan_of(workspace, pins={"other": "x"}) for _ in range(2))
    assert first.snapshot.id == again.snapshot.id
    assert first.snapshot.dataset == "made"
    assert len(workspace.catalogue.snapshots("made")) == 1


def test_the_panel_holds_the_period_and_nothing_after_it(workspace):
    text = changed(("start = 2015-01-05", "start = 2015-03-02"), ("end = 2017-06-30", "end = 2016-11-30"))
    panel = plan_of(workspace, text).panel
    assert date_of(int(panel.instants[0])) == "2015-03-02"
    assert date_of(int(panel.instants[-1])) == "2016-11-30"


def test_without_a_period_the_data_decide(workspace):
    text = changed(("[period]\nstart = 2015-01-05\nend = 2017-06-30\n", ""))
    plan = plan_of(workspace, text)
    assert date_of(int(plan.panel.instants[-1])) == plan.snapshot.last


def test_a_listed_universe_is_what_is_read(workspace):
    text = STUDY + '[universe]\nsymbols = ["SYN0002", "SYN0001", "SYN0003"]\n'
    assert set(plan_of(workspace, text).panel.symbols) == {"SYN0001", "SYN0002", "SYN0003"}


def test_an_unknown_symbol_is_refused_with_the_nearest(workspace):
    with pytest.raises(UnknownName, match="SYN0001"):
        plan_of(workspace, STUDY + '[universe]\nsymbols = ["SYN001"]\n')


def test_a_dataset_that_is_not_there_is_not_found(workspace):
    text = changed(('dataset = "made"', 'dataset = "mode"')).replace("[data.synthetic]", "[extra]")
    options = parse(text.split("[extra]")[0] + "[period]" + text.split("[period]")[1], "study.toml")
    plan_of(workspace)
    with pytest.raises(NotFound, match="Did you mean 'made'"):
        prepare(options, workspace.shelf())


def test_a_packaged_dataset_is_read_where_it_is_missing(tmp_path):
    own = Workspace(tmp_path)
    asked = []

    def source():
        asked.append("made")
        return make(options_of({"name": "made", **MADE}))

    text = STUDY.split("[data.synthetic]")[0] + "[period]" + STUDY.split("[period]")[1]
    for _ in range(2):
        plan_of(own, text, sources={"made": source})
    assert asked == ["made"]


def test_a_pinned_name_reads_that_snapshot_whatever_came_later(tmp_path):
    own = Workspace(tmp_path)
    older = own.catalogue.commit(make(options_of({"name": "made", **MADE, "seed": 1})), START)
    own.catalogue.commit(make(options_of({"name": "made", **MADE, "seed": 2})), START + 1)
    assert plan_of(own, pins={"made": older.id}).snapshot.id == older.id


def test_a_pin_to_data_that_are_gone_is_not_mended_by_other_data(workspace):
    with pytest.raises(NotFound):
        plan_of(workspace, pins={"made": "0" * 16})


def test_a_period_outside_the_data_is_refused(workspace):
    text = changed(("start = 2015-01-05", "start = 2030-01-05"), ("end = 2017-06-30", "end = 2031-06-30"))
    with pytest.raises(InvalidOption, match="no session from 2030-01-05"):
        plan_of(workspace, text)


def test_a_period_shorter_than_the_warm_up_is_refused(workspace):
    with pytest.raises(InvalidOption, match="warm-up takes up to 81"):
        plan_of(workspace, changed(("end = 2017-06-30", "end = 2015-05-29")))


# Quality


class Catalogued:
    """A catalogue whose quality report says something else."""

    def __init__(self, catalogue, findings):
        self._catalogue, self._findings = catalogue, findings

    def findings(self, snapshot):
        return self._findings

    def __getattr__(self, name):
        return getattr(self._catalogue, name)


def with_findings(workspace, *findings):
    shelf = workspace.shelf(pins={"made": workspace.made.id})
    return replace(shelf, catalogue=Catalogued(workspace.catalogue, list(findings)))


ERROR = Finding("nan-share", Level.ERROR, "SYN0001", "many holes.")


def test_an_error_in_the_data_blocks_and_says_how_to_accept_it(workspace):
    with pytest.raises(Blocked) as caught:
        prepare(parse(STUDY, "study.toml"), with_findings(workspace, ERROR))
    assert "nan-share" in str(caught.value)
    assert "[[waivers]]" in str(caught.value)


def test_a_waived_error_does_not_block(workspace):
    text = STUDY + '[[waivers]]\ncode = "nan-share"\nreason = "the name listed late"\n'
    plan = prepare(parse(text, "study.toml"), with_findings(workspace, ERROR))
    assert plan.findings == (ERROR,)


def test_an_error_of_an_instrument_outside_the_universe_does_not_block(workspace):
    other = Finding("nan-share", Level.ERROR, "SOMETHING", "many holes.")
    plan = prepare(parse(STUDY, "study.toml"), with_findings(workspace, other))
    assert plan.findings == ()


def test_an_error_of_the_whole_dataset_blocks(workspace):
    with pytest.raises(Blocked, match="wrong-calendar"):
        whole = Finding("wrong-calendar", Level.ERROR, "", "bars at night.")
        prepare(parse(STUDY, "study.toml"), with_findings(workspace, whole))


def test_a_waiver_for_a_code_that_no_check_gives_is_refused(workspace):
    text = STUDY + '[[waivers]]\ncode = "nan_share"\nreason = "the name listed late"\n'
    with pytest.raises(UnknownName, match="Did you mean 'nan-share'"):
        plan_of(workspace, text)


# Configurations


def test_the_registered_parameters_lead_and_the_grid_follows(workspace):
    plan = plan_of(workspace)
    assert len(plan.points) == 6
    assert plan.headline.is_headline
    assert plan.headline.strategy.parameters() == {"lookback": 60, "skip": 5, "top": 0.5, "invested": 1.0}
    assert plan.headline.steps == (1, 1)
    assert sum(point.is_headline for point in plan.points) == 1
    assert len({point.trial for point in plan.points}) == 6


def test_parameters_off_the_grid_are_a_trial_of_their_own(workspace):
    plan = plan_of(workspace, changed(("lookback = 60\nskip", "lookback = 61\nskip")))
    assert len(plan.points) == 7
    assert plan.headline.steps == ()
    assert dict(plan.headline.parameters) == {"lookback": 61, "top": 0.5}


def test_without_a_grid_there_is_one_trial(workspace):
    text = changed(("[strategy.grid]\nlookback = [40, 60, 80]\ntop = [0.34, 0.5]\n", ""))
    plan = plan_of(workspace, text)
    assert len(plan.points) == 1
    assert dict(plan.headline.parameters) == {"lookback": 60, "skip": 5, "top": 0.5, "invested": 1.0}


def test_the_same_configuration_has_the_same_trial_in_another_study(workspace):
    plain = plan_of(workspace)
    other = plan_of(workspace, changed(("seed = 3", "seed = 4"), ('"A small study"', '"Another title"')))
    assert plain.study != other.study
    assert plain.headline.trial == other.headline.trial


@pytest.mark.parametrize(
    ("old", "new"),
    [("capital_usd = 100000.0", "capital_usd = 5000.0"), ("end = 2017-06-30", "end = 2017-05-31"),
     ("skip = 5", "skip = 6"), ("seed = 5", "seed = 6")],
    ids=["money", "period", "parameter", "data"],
)  # fmt: skip
def test_other_terms_or_data_are_another_trial(workspace, old, new):
    other = plan_of(workspace, changed((old, new)), pins={"other": "x"})
    assert plan_of(workspace).headline.trial != other.headline.trial


def test_a_misspelt_strategy_is_refused_with_the_nearest(workspace):
    with pytest.raises(UnknownName, match="Did you mean 'momentum'"):
        plan_of(workspace, changed(('name = "momentum"', 'name = "momentun"')))


@pytest.mark.parametrize(
    "where", ["lookback = 60\nskip", "lookback = [40, 60, 80]"], ids=["parameters", "grid"]
)
def test_a_misspelt_parameter_is_refused_wherever_it_stands(workspace, where):
    with pytest.raises(UnknownName, match="Did you mean 'lookback'"):
        plan_of(workspace, changed((where, where.replace("lookback", "lokback"))))


def test_a_grid_value_out_of_bounds_is_refused_before_anything_runs(workspace):
    with pytest.raises(InvalidOption, match="above its upper bound"):
        plan_of(workspace, changed(("[0.34, 0.5]", "[0.34, 1.5]")))


def test_a_refused_point_names_the_table_its_values_come_from(workspace):
    crossing = changed(
        ('name = "momentum"', 'name = "sma_cross"'),
        ("lookback = 60\nskip = 5\ntop = 0.5\n", "fast = 5\nslow = 30\n"),
        ("lookback = [40, 60, 80]\ntop = [0.34, 0.5]\n", "fast = [5, 20]\nslow = [10, 30]\n"),
    )
    said = r"^\[strategy.grid\] makes fast = 20, slow = 10: fast = 20 of SmaCross must be below slow = 10"
    with pytest.raises(InvalidOption, match=said) as caught:
        plan_of(workspace, crossing)
    assert "All combinations of the values listed there are run." in str(caught.value)
    with pytest.raises(UnknownName, match=r"^\[strategy.grid\]: 'lokback' is not a parameter"):
        plan_of(workspace, changed(("lookback = [40", "lokback = [40")))


def test_the_grid_is_compared_from_its_slowest_member_on(workspace):
    assert plan_of(workspace).common_start == 80


# Profile


def test_an_override_changes_the_number_and_the_name():
    text = STUDY + "[execution.override]\nhalf_spread_bps = 9.0\n"
    found = profile_of(parse(text, "study.toml"))
    assert found.half_spread_bps == 9.0
    assert found.name == "realistic with half_spread_bps = 9"


def test_without_an_override_the_profile_is_the_named_one():
    assert profile_of(parse(STUDY, "study.toml")).name == "realistic"


def test_an_override_of_what_no_profile_has_is_refused():
    with pytest.raises(UnknownName, match="Did you mean 'half_spread_bps'"):
        profile_of(parse(STUDY + "[execution.override]\nspread_bps = 9.0\n", "study.toml"))


def test_commission_tiers_are_given_as_pairs():
    text = STUDY + "[execution.override]\ncommission_tiers = [[0, 0.005], [300000, 0.002]]\n"
    found = profile_of(parse(text, "study.toml"))
    assert found.commission_tiers == ((0.0, 0.005), (300_000.0, 0.002))
    assert found.name.endswith("commission_tiers = 0.005 $ from 0 shares and 0.002 $ from 300,000 shares")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("commission_tiers = 0.005", "list of pairs"),
        ("commission_tiers = [[100, 0.005]]", "Begin at 0 shares"),
        ("commission_tiers = [[0, nan]]", "Give a number"),
        ("commission_tiers = [[0, inf]]", "Give a number"),
        ("commission_tiers = [[0, -0.1]]", "zero or more"),
        ("commission_tiers = [[0, 0.002], [100, 0.005]]", "let prices fall"),
        ("half_spread_bps = [[0, 0.002]]", "Give a number"),
    ],
)
def test_tiers_and_numbers_do_not_stand_for_each_other(given, words):
    with pytest.raises(InvalidOption, match=words):
        profile_of(parse(STUDY + f"[execution.override]\n{given}\n", "study.toml"))


def test_half_a_pair_is_refused_where_it_stands():
    with pytest.raises(InvalidOption, match=r"execution\.override"):
        parse(STUDY + "[execution.override]\ncommission_tiers = [[0, 0.005], [3]]\n", "study.toml")


def test_an_override_out_of_bounds_is_refused():
    with pytest.raises(InvalidOption, match="half_spread_bps"):
        profile_of(parse(STUDY + "[execution.override]\nhalf_spread_bps = -1.0\n", "study.toml"))


def test_an_unknown_profile_is_refused_with_the_nearest(workspace):
    with pytest.raises(UnknownName, match="Did you mean 'stressed'"):
        plan_of(workspace, STUDY + '[execution]\nprofile = "stresed"\n')


# Benchmark


def test_the_benchmark_has_a_return_for_each_bar(workspace):
    plan = plan_of(workspace)
    assert len(plan.market) == len(plan.panel.instants) - 1
    assert np.isfinite(plan.market).all()
    assert plan.benchmark_snapshot is None


def test_a_benchmark_dataset_is_read_and_remembered(workspace):
    other = {"name": "index", **MADE, "seed": 9}
    workspace.catalogue.commit(make(options_of(other)), START)
    text = STUDY + '[benchmark]\nkind = "dataset"\ndataset = "index"\nsymbol = "SYN0001"\n'
    plan = plan_of(workspace, text)
    assert plan.benchmark_snapshot.dataset == "index"
    assert plan.config["benchmark_snapshot"] == plan.benchmark_snapshot.id
    assert np.std(plan.market) > 0


def test_a_benchmark_of_many_instruments_asks_which(workspace):
    with pytest.raises(InvalidOption, match="Add symbol"):
        plan_of(workspace, STUDY + '[benchmark]\nkind = "dataset"\ndataset = "made"\n')


def test_a_benchmark_is_read_as_it_was_known_at_each_instant():
    values, known_at = np.array([1.0, 2.0, 3.0]), np.array([10, 20, 30])
    found = aligned(values, known_at, np.array([5, 10, 25, 30, 99]))
    assert np.isnan(found[0])
    assert found[1:].tolist() == [1.0, 2.0, 3.0, 3.0]


def test_a_strategy_without_warm_up_is_compared_from_the_first_row(workspace):
    plan = plan_of(workspace)
    idle = SimpleNamespace(warm_up_bars=0)
    assert replace(plan, points=tuple(replace(one, strategy=idle) for one in plan.points)).common_start == 0
