"""What an audit takes besides functions: features, strategies, saved pipelines, by name or from a file."""

import json
import os
import pickle
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator
from sklearn.linear_model import LinearRegression
from skops.io import dump

from tradewright.assembly.compiled_code import users_cache
from tradewright.causality.pipeline_stage import FittedOn
from tradewright.causality.verdict import AuditLevel, CausalByConstruction
from tradewright.features.contract import Feature
from tradewright.features.expression import CLOSE
from tradewright.features.families.oscillators import Rsi
from tradewright.features.feature_set import FeatureSet
from tradewright.features.operations import lag
from tradewright.runs.auditing.request import AuditRequest, TableSource, request_from, target_of
from tradewright.runs.auditing.subjects import audit_traded, named, panel_of, saved, traded
from tradewright.runs.auditing.tables import known_by_its_dates, tables_of
from tradewright.strategies.buy_and_hold import BuyAndHold
from tradewright.values.errors import BadInput, InvalidOption, NotFound, UnknownName

HEADER = "date,open,high,low,close,volume"


class Up(Feature):
    """The return over five bars."""

    def formula(self):
        return CLOSE / lag(CLOSE, 5) - 1.0


def bars_csv(path, days: int = 40):
    """Bars on weekdays; two of the forty are holidays in New York, on which no session was."""
    first, lines = date(2020, 1, 6), [HEADER]
    for number in range(days):
        day = first + timedelta(days=number + 2 * (number // 5))
        price = 50.0 + number % 7
        lines.append(f"{day},{price},{price + 1},{price - 1},{price},1000")
    path.write_text("\n".join(lines) + "\n")
    return path


def asked(path, **words) -> AuditRequest:
    kept = str(users_cache(os.environ))
    return AuditRequest("mine.py", "Up", (TableSource("table", str(path)),), compiled=kept, **words)


def test_a_feature_a_formula_and_a_set_become_a_set_and_a_strategy_stays_one():
    assert traded(Up, "Up", {}).names == ("up",)
    assert traded(Rsi, "Rsi", {"window": "7"}).names == ("rsi_7",)
    assert traded(CLOSE / lag(CLOSE, 3), "ratio", {}).names == ("ratio",)
    pair = FeatureSet([Rsi(7), Up()])
    assert traded(pair, "pair", {}) is pair
    assert traded(BuyAndHold, "BuyAndHold", {}) is BuyAndHold
    assert traded(len, "len", {}) is None and traded(3, "three", {}) is None
    with pytest.raises(InvalidOption, match="takes no parameters"):
        traded(pair, "pair", {"window": "7"})


def test_names_of_the_package_are_found_and_a_misspelt_one_gets_the_nearest():
    assert len(named("technical", "features", {})) == 26
    assert named("rsi", "features", {"window": "9"}).names == ("rsi_9",)
    assert named("buy_and_hold", "strategy", {}) is BuyAndHold
    with pytest.raises(UnknownName, match="Did you mean 'technical'"):
        named("tecnical", "features", {})


def test_features_over_a_file_are_causal_by_construction(tmp_path):
    found = audit_traded(traded(Up, "Up", {}), asked(bars_csv(tmp_path / "bars.csv")))
    assert found.target == "mine.py:Up" and found.level is AuditLevel.C4 and found.exit_code == 0
    (only,) = found.channels
    assert only.verdict == CausalByConstruction(6)
    assert str(found.coverage) == "asked row by row at all 38 rows"
    assert len(found.data_hash) == 64 and found.code_hash


def test_a_strategy_over_a_file_is_audited_with_its_fills(tmp_path):
    found = audit_traded(BuyAndHold, asked(bars_csv(tmp_path / "bars.csv")))
    assert found.exit_code == 0 and found.target == "BuyAndHold"
    assert {"weight of bars", "filled after its decision"} <= {one.channel for one in found.channels}


def test_columns_of_other_names_are_said_as_for_a_function(tmp_path):
    path = bars_csv(tmp_path / "bars.csv")
    path.write_text(path.read_text().replace(HEADER, "day" + HEADER[4:]))
    request = AuditRequest("mine.py", "Up", (TableSource("table", str(path), "day"),))
    assert panel_of(request).shape == (38, 1)


@pytest.mark.parametrize(
    ("words", "error", "says"),
    [
        ({"dataset": "small", "catalogue": "nowhere"}, NotFound, "small"),
        ({"tables": ()}, InvalidOption, "0 tables for features"),
        ({"tables": (TableSource("table", "nowhere.csv"),)}, BadInput, r"nowhere\.csv does not exist"),
    ],
)
def test_data_that_are_none_are_named(tmp_path, monkeypatch, words, error, says):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=says):
        panel_of(AuditRequest("mine.py", "Up", **{"tables": (), **words}))


class Foreign(BaseEstimator):
    """An estimator of somebody's own, whose code no file brings along."""

    def predict(self, rows):
        return np.zeros(len(rows))


def test_a_saved_pipeline_is_read_without_running_code_of_its_own(tmp_path):
    fitted = LinearRegression().fit(np.arange(6.0).reshape(3, 2), np.arange(3.0))
    dump(fitted, tmp_path / "model.skops")
    assert np.array_equal(saved(str(tmp_path / "model.skops")).coef_, fitted.coef_)
    assert target_of(str(tmp_path / "model.skops")) == (str(tmp_path / "model.skops"), "")
    dump(Foreign(), tmp_path / "foreign.skops")
    with pytest.raises(BadInput, match=r"not scikit-learn's own: .*Foreign.*file\.py:name"):
        saved(str(tmp_path / "foreign.skops"))
    (tmp_path / "odd.skops").write_text("no archive")
    with pytest.raises(BadInput, match=r"no pipeline saved with skops.*skops\.io\.dump"):
        saved(str(tmp_path / "odd.skops"))


@pytest.mark.parametrize("ending", ["pkl", "pickle", "joblib"])
def test_a_pickle_is_never_read(tmp_path, ending):
    path = tmp_path / f"model.{ending}"
    path.write_bytes(pickle.dumps([1]))
    with pytest.raises(InvalidOption, match=r"runs whatever code is in it.*skops\.io\.dump"):
        target_of(str(path))


def test_a_saved_pipeline_that_is_not_there_is_named():
    with pytest.raises(NotFound, match=r"nowhere\.skops"):
        target_of("nowhere.skops")


def test_a_request_with_all_its_words_survives_being_written_down():
    whole = AuditRequest(
        "mine.py", "model", (TableSource("table", "t.csv"),), dataset="d", catalogue="c",
        parameters={"window": "7"}, fitted_on=FittedOn("up", "2020-01-01", 5, ("a", "b")), as_text=("day",),
    )  # fmt: skip
    assert request_from(json.loads(json.dumps(whole.plain()))) == whole


def read_as(path, **words):
    (table,) = tables_of(asked(path, **words))
    return table


def test_iso_dates_are_times_for_pandas_and_other_words_stay_words(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(
        "date,at,month,day,half,close\n"
        "2020-01-02,2020-01-02 09:30:00,2020-01,2/1/2020,2020-01-02,1\n"
        "2020-01-03,2020-01-03T09:30:00,2020-02,3/1/2020,later,2\n"
    )
    table = read_as(path)
    kinds = {name: kind.kind for name, kind in table.dtypes.items()}
    assert kinds["date"] == kinds["at"] == "M" and kinds["close"] == "i"
    assert all(kinds[name] not in "Mif" for name in ("month", "day", "half"))
    assert table["at"][1] == pd.Timestamp("2020-01-03 09:30")


def test_a_missing_date_stays_missing_and_one_can_be_kept_as_text(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("date,filed,close\n2020-01-02,,1\n2020-01-03,2020-02-01,2\n")
    table = read_as(path)
    assert table["filed"].isna().tolist() == [True, False] and table["filed"].dtype.kind == "M"
    kept = read_as(path, as_text=("filed",))
    assert kept["filed"][1] == "2020-02-01" and kept["date"].dtype.kind == "M"
    with pytest.raises(UnknownName, match="Did you mean 'filed'"):
        read_as(path, as_text=("field",))


def test_a_day_that_is_none_leaves_the_column_text(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("date,close\n2020-02-30,1\n2020-03-01,2\n")
    assert read_as(path)["date"][0] == "2020-02-30"


def test_a_lone_column_of_dates_says_when_rows_were_known(tmp_path):
    path = bars_csv(tmp_path / "bars.csv")
    request = asked(path)
    assert known_by_its_dates(request, tables_of(request)).tables[0].known_at == "date"
    text = asked(path, as_text=("date",))
    assert known_by_its_dates(text, tables_of(text)) == text
    path.write_text("expiry,close\n2020-01-02,1\n2020-01-03,2\n")
    assert known_by_its_dates(request, tables_of(request)) == request
