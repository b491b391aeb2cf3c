"""The ensemble is worth more than its sources, and weighs them by forecasts of rows they had not seen."""

import numpy as np
import pytest
from made_sources import EDGE, NAMES, Memory, Noise, Quiet, Slow, market

from tradewright.models import extra, registry
from tradewright.models.contract import FittedModel
from tradewright.models.forecasts import Abstention
from tradewright.models.members.ensemble import Ensemble
from tradewright.models.skill import skills
from tradewright.models.table import FeatureRows, Targets
from tradewright.values.errors import Blocked, InvalidOption, UnknownName
from tradewright.values.parameters import UnknownParameter

KNOWN = registry.members()
MADE = {"noise": Noise, "memory": Memory, "quiet": Quiet, "slow": Slow}
ROWS, TARGETS = market(2_000, seed=1)
LATER = market(4_000, seed=2)
HALVES = "momentum column=a; momentum column=b"


@pytest.fixture(scope="module", autouse=True)
def made_sources():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "members", lambda: {**KNOWN, **MADE})
        yield


def fitted(sources: str, rows: FeatureRows = ROWS, targets: Targets = TARGETS, **given) -> FittedModel:
    return Ensemble(sources=sources, **given).fit(rows, targets, seed=3)


@pytest.fixture(scope="module")
def crowd(made_sources) -> FittedModel:
    return fitted(f"{HALVES}; noise; memory")


@pytest.fixture(scope="module")
def quiet(made_sources) -> FittedModel:
    return fitted("quiet column=a silent=c; quiet column=b silent=regime; momentum column=a")


def weight_of(model: FittedModel, label: str) -> float:
    return model.story["sources"][label]["weight"][0]


def error_of(model: FittedModel) -> float:
    return float(np.mean((model.predict(LATER[0]).mean - LATER[1].values) ** 2))


def test_it_is_better_than_its_mean_source_and_not_worse_than_the_best(crowd):
    (joint,) = skills(crowd.predict(LATER[0]), LATER[1])
    heard = crowd.model.heard(crowd)
    alone = {label: skills(one.predict(LATER[0]), LATER[1])[0].coefficient for label, one in heard.items()}
    assert joint.coefficient > np.mean(list(alone.values())) + 5.0 * joint.error
    assert joint.coefficient > max(alone.values()) - joint.error
    assert error_of(crowd) < min(error_of(one) for one in heard.values())
    # What an oracle that knows a and b would reach.
    best = np.sqrt(2) * EDGE / np.sqrt(1.0 + 2.0 * EDGE**2)
    assert joint.coefficient > 0.9 * best - 2.0 * joint.error


def test_noise_weighs_next_to_nothing(crowd):
    assert weight_of(crowd, "noise") < 0.05
    assert min(weight_of(crowd, "momentum"), weight_of(crowd, "momentum.2")) > 0.6


def test_what_knows_only_the_rows_that_taught_it_is_not_trusted(crowd):
    # On rows that taught it, it is right every time; none of those say how far it is trusted.
    taught = crowd.model.heard(crowd)["memory"].predict(ROWS)
    assert np.array_equal(taught.mean[:-1], TARGETS.values[:-1])
    assert crowd.story["sources"]["memory"]["trust"][0] < 0.9
    assert weight_of(crowd, "memory") < 0.05


def test_its_deviation_and_its_chances_are_true_of_rows_it_never_saw(crowd):
    said, came = crowd.predict(LATER[0]), LATER[1].values
    assert said.deviation.mean() == pytest.approx(np.sqrt(error_of(crowd)), rel=0.05)
    for inside in (said.rise < np.quantile(said.rise, 0.2), said.rise > np.quantile(said.rise, 0.8)):
        assert abs(said.rise[inside].mean() - (came[inside] > 0.0).mean()) < 0.05


def test_a_silent_source_is_on_record_and_the_others_weigh_as_without_it(quiet):
    said, heard = quiet.predict(LATER[0]), quiet.model.heard(quiet)
    one, other = heard["quiet"].predict(LATER[0]), heard["quiet.2"].predict(LATER[0])
    assert one.counts()["missing_input"] == np.count_nonzero(LATER[0].values[2] > 0.0)
    both, neither = one.abstained & other.abstained, ~one.abstained & ~other.abstained
    assert (said.reasons[both] == Abstention.SOURCE_SILENT).all() and np.isnan(said.mean[both]).all()
    assert (said.reasons[~both] == Abstention.SPOKE).all() and neither.any()
    # One of three is silent: the weights are those of the set that speaks.
    weights = quiet.learned["weights"]
    assert weights[0b110, 0, 0, 0] == 0.0 and weights[0b110, 0, 0, 2] > 0.5
    assert weights[0b111, 0, 0, 0] > 0.05, "two that say the same share what either would have alone"
    assert quiet.story["sources"]["quiet"]["spoke"] < quiet.story["forecast_unseen"]


def test_a_source_that_is_refused_for_another_reason_than_a_library_is_not_taken_for_silent(
    quiet, monkeypatch
):
    def barred(self, learned, windows):
        raise Blocked("The licence of this model ended.")

    monkeypatch.setattr(Quiet, "_answer", barred)
    for ask in (quiet.predict, lambda rows: quiet.model.record(quiet, rows)):
        with pytest.raises(Blocked, match="licence of this model ended"):
            ask(LATER[0])


def test_a_source_whose_library_is_gone_is_an_abstention_on_record(monkeypatch):
    pytest.importorskip("skops")
    model = fitted(f"{HALVES}; estimator learner=sklearn.linear_model.Lasso settings='{{\"alpha\": 0.02}}'")
    assert model.model.libraries == ("sklearn", "skops")
    assert Ensemble(sources="naive; momentum").libraries == ()
    monkeypatch.setattr(extra, "find_spec", lambda name: None)
    said, record = model.predict(LATER[0]), model.model.record(model, LATER[0])
    assert record["estimator"] == {"library_missing": 8_000} and record["momentum"]["spoke"] == 8_000
    assert not said.abstained.any()
    one, other = (model.model.heard(model)[label].predict(LATER[0]) for label in ("momentum", "momentum.2"))
    weights, centres = model.learned["weights"][0b011, 0, 0], model.learned["centres"][0]
    parts = [weights[n] * (each.mean - centres[n]) for n, each in enumerate((one, other))]
    joint = model.learned["offset"] + sum(parts)
    agrees = np.sign(parts[0]) == np.sign(parts[1])
    assert np.corrcoef(joint[agrees], said.mean[agrees])[0, 1] > 0.99


def test_weights_follow_the_regime_where_one_is_named():
    rows, targets = market(2_000, seed=3, by_regime=True)
    later = market(4_000, seed=4, by_regime=True)
    plain, told = (fitted(HALVES, rows, targets, regime=name) for name in ("", "regime"))
    one, other = (skills(each.predict(later[0]), later[1])[0] for each in (plain, told))
    assert other.coefficient > one.coefficient + 2.0 * one.error
    weights = told.learned["weights"][0b11, :, 0]
    assert weights[1, 0] > weights[1, 1] + 0.4 and weights[3, 1] > weights[3, 0] + 0.4


def test_disagreement_draws_a_forecast_to_the_mean():
    plain, drawn = (fitted(HALVES, disagreement=penalty) for penalty in (0.0, 2.0))
    offset = plain.learned["offset"][0]
    one, other = (np.abs(each.predict(LATER[0]).mean - offset) for each in (plain, drawn))
    assert (other <= one).all()
    opposed = LATER[0].values[0] * LATER[0].values[1] < 0.0
    kept = (other / one)[..., 0]
    assert np.median(kept[opposed]) < 0.5 * np.median(kept[~opposed])


def test_a_dead_band_silences_small_forecasts_and_no_others():
    model = fitted(HALVES, dead_band=0.2)
    said, loud = model.predict(LATER[0]), fitted(HALVES).predict(LATER[0])
    small = (np.abs(loud.mean) < 0.2 * loud.deviation)[..., 0]
    assert np.array_equal(said.reasons == Abstention.IN_DEAD_BAND, small) and 0.1 < small.mean() < 0.9
    assert np.array_equal(said.mean[~small], loud.mean[~small])


def test_sources_may_look_back_differently_far():
    model = fitted("slow; momentum column=a")
    assert model.model.lookback_bars == 4
    said = model.predict(ROWS)
    assert (said.reasons[:3] == Abstention.TOO_FEW_ROWS).all() and not said.abstained[3:].any()


def test_a_source_takes_parameters_and_quotes_hold_a_value_together():
    pytest.importorskip("skops")
    lasso = """estimator learner=sklearn.linear_model.Lasso settings='{"alpha": 0.02}' judged_share=0.3"""
    model = fitted(f"{lasso}; ridge penalty=7")
    one, other = model.model.members()
    assert (one.recipe.settings, one.recipe.judged_share) == ('{"alpha": 0.02}', 0.3)
    assert (other.label, other.recipe.penalty) == ("ridge", 7.0)
    assert min(weight_of(model, label) for label in ("estimator", "ridge")) > 0.2


@pytest.mark.parametrize(
    ("sources", "kind", "told"),
    [
        ("ridge", InvalidOption, "are 1. Give 2 to 6"),
        ("; ".join(["naive"] * 7), InvalidOption, "are 7. Give 2 to 6"),
        ("ridge; ensemble", InvalidOption, "holds ensemble itself"),
        ("ridge; momentun", UnknownName, "Did you mean 'momentum'"),
        ("ridge penalti=3; naive", UnknownParameter, "Did you mean 'penalty'"),
        ("ridge penalty 3; naive", InvalidOption, "is no pair"),
        ("ridge penalty='3; naive", InvalidOption, "cannot be read"),
    ],
)
def test_sources_that_are_none_are_refused_with_the_way_out(sources, kind, told):
    with pytest.raises(kind, match=told):
        Ensemble(sources=sources)


def test_a_regime_that_is_no_feature_is_refused():
    with pytest.raises(UnknownName, match=f"Did you mean 'regime'.*{NAMES[0]}"):
        fitted(HALVES, regime="regimes")


def test_a_regime_of_other_values_is_refused():
    with pytest.raises(InvalidOption, match="regime = 'a' has other values than -1, 0 and 1"):
        fitted(HALVES, regime="a")


def test_a_horizon_that_nothing_judges_is_refused_by_name():
    values = np.array(TARGETS.values)
    values[700:] = np.nan
    held = Targets(np.concatenate([TARGETS.values, values], axis=2), np.repeat(TARGETS.ends, 2, axis=2),
                   TARGETS.weights, (1, 5))  # fmt: skip
    with pytest.raises(InvalidOption, match=r"in the blocks that judge it; of horizon 5 there are 0\."):
        Ensemble(sources="naive; momentum", folds=2).fit(ROWS, held, seed=0)


def test_a_source_that_has_too_few_rows_in_a_fold_is_named():
    with pytest.raises(InvalidOption, match="The source boosted_trees needs 50 outcomes of each horizon"):
        Ensemble(sources="ridge; boosted_trees").fit(ROWS.between(0, 60), market_part(60), seed=0)


def market_part(rows: int) -> Targets:
    return Targets(TARGETS.values[:rows], TARGETS.ends[:rows], TARGETS.weights[:rows], (1,))
