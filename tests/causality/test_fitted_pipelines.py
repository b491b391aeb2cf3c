"""A pipeline that has been fitted: what it says, and whether it learned from its training rows alone."""

import numpy as np
import pandas as pd
import pytest
from bars_for_audits import bars
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tradewright.causality.options import AuditOptions, Budget
from tradewright.causality.pipeline_stage import FittedOn, Saying, audit_pipeline, is_pipeline, unfitted
from tradewright.causality.verdict import (
    AuditLevel,
    DependsOnFuture,
    NoDependenceObserved,
    NotAssessed,
    Stage,
)
from tradewright.values.errors import InvalidOption, UnknownName

ROWS, UNTIL, AHEAD = 240, "2015-07-31", 5
INPUTS = ["ret", "vol"]
OPTIONS = AuditOptions(known_at="date", budget=Budget(calls=24))
ON = FittedOn("gain", UNTIL)


def made() -> pd.DataFrame:
    """Two features, and the gain of the next rows as the answer; missing at both ends."""
    table = bars(ROWS).rename_axis("date").reset_index()
    table["ret"] = table.close.pct_change()
    table["vol"] = table.ret.rolling(10).std()
    table["gain"] = table.close.shift(-AHEAD) / table.close - 1.0
    return table


TABLE = made()
WHOLE = TABLE.dropna()
TRAIN = WHOLE[WHOLE.date <= UNTIL]


def linear():
    return make_pipeline(StandardScaler(), LinearRegression())


def forest(seed=1):
    return RandomForestClassifier(8, max_depth=4, random_state=seed)


def verdicts(fitted, on=ON, table=TABLE, options=OPTIONS):
    certificate = audit_pipeline(fitted, table, on, options)
    return {one.channel: one.verdict for one in certificate.channels}


def test_a_fit_on_its_training_rows_is_repeated_and_found_the_same():
    certificate = audit_pipeline(linear().fit(TRAIN[INPUTS], TRAIN.gain), TABLE, ON, OPTIONS)
    found = {one.channel: one.verdict for one in certificate.channels}
    assert set(found) == {"prediction", "fit"} and certificate.exit_code == 0, found
    assert found["fit"].level is AuditLevel.C2
    assert f"{len(TRAIN):,} training rows alone" in found["fit"].coverage
    assert certificate.stage is Stage.MODEL and certificate.target == "Pipeline"
    assert any("refuses missing inputs" in note for note in certificate.notes)


def test_a_scaler_that_saw_all_rows_is_named_though_the_model_did_not():
    scaler = StandardScaler().fit(WHOLE[INPUTS])
    fitted = linear().fit(TRAIN[INPUTS], TRAIN.gain)
    fitted.steps[0] = ("standardscaler", scaler)
    found = verdicts(fitted)["fit: standardscaler.mean_"]
    assert isinstance(found, DependsOnFuture) and found.stage is Stage.MODEL
    assert str(found) == f"fit: standardscaler.mean_ depends on rows after {UNTIL}"
    assert found.row == int((TABLE.date <= UNTIL).sum())
    assert float(found.before) == pytest.approx(scaler.mean_[0], rel=1e-4)


def test_trees_show_nothing_but_their_answers_and_these_are_compared():
    up, train = WHOLE.gain > 0, TRAIN.gain > 0
    table = TABLE.assign(gain=(TABLE.gain > 0).where(TABLE.gain.notna()).astype(float))
    leaky = verdicts(forest().fit(WHOLE[INPUTS], up.astype(float)), table=table)
    assert isinstance(leaky["fit: its answers"], DependsOnFuture), leaky
    honest = verdicts(forest().fit(TRAIN[INPUTS], train.astype(float)), table=table)
    assert isinstance(honest["fit"], NoDependenceObserved), honest
    assert {"prediction", "probability 0", "probability 1"} < set(honest)
    loose = verdicts(forest(None).fit(TRAIN[INPUTS], train.astype(float)), table=table)["fit"]
    assert isinstance(loose, NotAssessed) and "random_state" in loose.reason


def test_labels_that_were_known_only_after_the_last_training_day_are_found():
    on = FittedOn("gain", UNTIL, answer_after_rows=AHEAD)
    leaky = verdicts(linear().fit(TRAIN[INPUTS], TRAIN.gain), on)["fit: linearregression.coef_"]
    assert isinstance(leaky, DependsOnFuture)
    assert f"{AHEAD} rows whose answer was known only after {UNTIL}" in str(leaky)
    purged = linear().fit(TRAIN[INPUTS][:-AHEAD], TRAIN.gain[:-AHEAD])
    assert isinstance(verdicts(purged, on)["fit"], NoDependenceObserved)


def test_a_fit_on_no_such_rows_is_not_assessed_and_says_what_differs():
    found = verdicts(linear().fit(TRAIN[INPUTS][40:], TRAIN.gain[40:]))["fit"]
    assert isinstance(found, NotAssessed)
    assert "standardscaler.mean_" in found.reason and "nor what all rows do" in found.reason


class RankOfAll(BaseEstimator, TransformerMixin):
    """Ranks each row among all rows it is asked about: the table it is asked with decides."""

    def fit(self, rows, answer=None):
        self.names_ = list(rows.columns)
        return self

    def transform(self, rows):
        return rows.rank(pct=True).to_numpy()


def test_a_transformer_that_looks_at_all_rows_it_is_given_is_found_when_it_is_asked():
    found = verdicts(RankOfAll().fit(TRAIN[INPUTS]), FittedOn("", UNTIL, columns=("ret", "vol")))
    assert isinstance(found["output 0"], DependsOnFuture) and found["output 0"].source in ("ret", "ret, vol")
    assert isinstance(found["fit"], NoDependenceObserved)


def test_what_nobody_said_is_no_pass():
    found = audit_pipeline(linear().fit(TRAIN[INPUTS], TRAIN.gain), TABLE.drop(columns="gain"), FittedOn(),
                           OPTIONS)  # fmt: skip
    (fit,) = [one.verdict for one in found.channels if one.channel == "fit"]
    assert isinstance(fit, NotAssessed) and "--trained-until" in fit.reason and found.exit_code == 3
    bare = verdicts(linear(), FittedOn("gain", UNTIL, columns=("ret", "vol")))
    assert all(isinstance(one, NotAssessed) for one in bare.values())
    assert "fit it first" in bare["fit"].reason


def test_an_answer_that_is_missing_is_said_by_the_fit_itself():
    found = verdicts(linear().fit(TRAIN[INPUTS], TRAIN.gain), FittedOn("", UNTIL))["fit"]
    assert isinstance(found, NotAssessed) and "y to be passed" in found.reason


def test_arrays_without_names_are_handed_over_in_the_order_given():
    train = TRAIN[INPUTS].to_numpy()
    fitted = linear().fit(train, TRAIN.gain)
    with pytest.raises(InvalidOption, match="fitted on 2 columns without names"):
        audit_pipeline(fitted, TABLE, ON, OPTIONS)
    found = verdicts(fitted, FittedOn("gain", UNTIL, columns=("ret", "vol")))
    assert isinstance(found["fit"], NoDependenceObserved), found
    turned = verdicts(fitted, FittedOn("gain", UNTIL, columns=("vol", "ret")))
    assert isinstance(turned["fit"], NotAssessed)


@pytest.mark.parametrize(
    ("on", "error", "says"),
    [
        (FittedOn("gian", UNTIL), UnknownName, "Did you mean 'gain'"),
        (FittedOn("gain", "someday"), InvalidOption, "is no time"),
        (FittedOn("gain", "2030-01-01"), InvalidOption, "leaves no row after it"),
        (FittedOn("gain", "1999-01-01"), InvalidOption, "leaves no training row"),
    ],
)
def test_words_that_do_not_hold_are_refused(on, error, says):
    with pytest.raises(error, match=says):
        audit_pipeline(linear().fit(TRAIN[INPUTS], TRAIN.gain), TABLE, on, OPTIONS)


def test_rows_without_times_are_counted():
    table = TABLE.drop(columns="date")
    count = int((TABLE.date <= UNTIL).sum())
    options = AuditOptions(budget=Budget(calls=24))
    fitted = linear().fit(TRAIN[INPUTS], TRAIN.gain)
    found = verdicts(fitted, FittedOn("gain", str(count)), table, options)
    assert isinstance(found["fit"], NoDependenceObserved)
    with pytest.raises(InvalidOption, match="--known-at"):
        audit_pipeline(fitted, table, ON, options)


def test_a_column_it_was_fitted_on_and_is_not_there_is_named():
    fitted = linear().fit(TRAIN[INPUTS], TRAIN.gain)
    with pytest.raises(UnknownName, match="vol"):
        audit_pipeline(fitted, TABLE.drop(columns="vol"), ON, OPTIONS)


class Counting:
    """As estimators are, but nobody's subclass."""

    def fit(self, rows, answer):
        self.mean_ = float(np.mean(answer))
        return self

    def predict(self, rows):
        return np.full(len(rows), self.mean_)


def test_a_pipeline_is_known_by_what_it_can_do():
    assert is_pipeline(linear()) and is_pipeline(Counting())
    assert not is_pipeline(Counting) and not is_pipeline(len) and not is_pipeline(3)
    fitted = Counting().fit(TRAIN[INPUTS], TRAIN.gain)
    assert unfitted(fitted) is not fitted
    found = verdicts(fitted, FittedOn("gain", UNTIL, columns=("ret", "vol")))
    assert isinstance(found["fit"], NoDependenceObserved)
    spoiled = Counting().fit(WHOLE[INPUTS], WHOLE.gain)
    found = verdicts(spoiled, FittedOn("gain", UNTIL, columns=("ret", "vol")))
    assert isinstance(found["fit: mean_"], DependsOnFuture)


def test_words_count_by_what_they_say_and_rows_with_nothing_get_no_answer():
    words = np.where(TRAIN.gain > 0, "up", "down")
    saying = Saying(forest().fit(TRAIN[INPUTS], words), ("ret", "vol"))
    told = saying(TABLE)
    assert len(np.unique(told["prediction"])) == 2
    saying = Saying(linear().fit(TRAIN[INPUTS], TRAIN.gain), ("ret", "vol"))
    saying.prepare(TABLE)
    assert np.isnan(saying(TABLE[:5])["prediction"]).all()
    assert np.isfinite(saying(TABLE)["prediction"][20:]).all()
