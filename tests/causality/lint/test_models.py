"""What is fitted on which rows, and applied to which: scalers, splits, folds, labels, thresholds, second models."""

# ruff: noqa: E501 - a snippet stands on one line
import pytest
from snippets import found, rules

SKLEARN = """
from sklearn.linear_model import Ridge, LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.model_selection import KFold, TimeSeriesSplit, cross_val_predict, train_test_split
from sklearn.metrics import f1_score
from sklearn.decomposition import PCA
"""
SETUP = "X = np.column_stack([bars['close'].pct_change(k) for k in (1, 5)])\ny = (bars['close'].shift(-3) / bars['close'] - 1).to_numpy()\n"


def broken(lines: str, **options: str) -> set[str]:
    return rules(SETUP + lines, before=SKLEARN, **options)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("return StandardScaler().fit_transform(X)", {"fit-whole"}),
        ("return StandardScaler().fit(X).transform(X)", {"fit-whole"}),
        ("return PCA(1).fit_transform(X)[:, 0]", {"fit-whole"}),
        ("s = StandardScaler()\ns.fit(X[:700])\nreturn s.transform(X[700:])", set()),
        ("s = StandardScaler()\ns.fit(X)\nreturn s.transform(X[700:])", {"fit-whole"}),
        ("return Ridge().fit(X[:697], y[:697]).predict(X[700:])", set()),
        ("return Ridge().fit(X[:700], y[:700]).predict(X[700:])", {"label-overlap"}),
        ("return Ridge().fit(X, y).predict(X[700:])", {"fit-whole"}),
        ("n = int(len(X) * 0.7)\nreturn Ridge().fit(X[: n - 3], y[: n - 3]).predict(X[n:])", set()),
        ("n = int(len(X) * 0.7)\nreturn Ridge().fit(X[:n], y[:n]).predict(X[n:])", {"label-overlap"}),
        (
            "n = int(len(X) * 0.7)\nm = Ridge().fit(X[: n - 3], y[: n - 3])\nreturn m.predict(X[n - 50 :])",
            {"fit-whole", "label-overlap"},
        ),
    ],
)
def test_fitting_must_end_before_the_rows_it_is_applied_to(lines, expected):
    assert broken(lines) == expected


def test_the_finding_stands_at_the_call_that_fitted():
    (one,) = found(SETUP + "z = StandardScaler().fit_transform(X)\nreturn z * 2", before=SKLEARN)
    assert (one.rule, one.stage, one.operator) == ("fit-whole", "model", "fit_transform(X)")
    assert one.line == 14


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("a, b, c, d = train_test_split(X, y)\nreturn Ridge().fit(a, c).predict(b)", {"shuffled-split"}),
        (
            "a, b, c, d = train_test_split(X, y, random_state=0)\nreturn Ridge().fit(a, c).predict(b)",
            {"shuffled-split"},
        ),
        ("a, b, c, d = train_test_split(X, X, shuffle=False)\nreturn Ridge().fit(a, c).predict(b)", set()),
        (
            "a, b, c, d = train_test_split(X, y, shuffle=False)\nreturn Ridge().fit(a, c).predict(b)",
            {"label-overlap"},
        ),
        ("return cross_val_predict(Ridge(), X, y, cv=5)", {"shuffled-split"}),
        ("return cross_val_predict(Ridge(), X, y, cv=TimeSeriesSplit())", set()),
        (
            "out = np.zeros(len(X))\nfor a, b in KFold(5).split(X):\n    out[b] = Ridge().fit(X[a], y[a]).predict(X[b])\nreturn out",
            {"shuffled-split"},
        ),
        (
            "out = np.zeros(len(X))\nfor a, b in TimeSeriesSplit(gap=5).split(X):\n    out[b] = Ridge().fit(X[a], y[a]).predict(X[b])\nreturn out",
            set(),
        ),
        (
            "out = np.zeros(len(X))\nfor a, b in TimeSeriesSplit().split(X):\n    out[b] = Ridge().fit(X[a], y[a]).predict(X[b])\nreturn out",
            {"label-overlap"},
        ),
    ],
)
def test_splits_must_go_forward_in_time(lines, expected):
    assert broken(lines) == expected


@pytest.mark.parametrize("horizon", [1, 5, 20])
@pytest.mark.parametrize("gap", [0, 1, 5, 20])
def test_a_walk_forward_trains_on_realised_labels_only(horizon, gap):
    lines = f"""
    y = (bars['close'].shift(-{horizon}) / bars['close'] - 1).to_numpy()
    X = bars[['close', 'volume']].to_numpy()
    out = np.full(len(X), np.nan)
    for t in range(100, len(X)):
        model = Ridge().fit(X[: t - {gap}], y[: t - {gap}])
        out[t] = model.predict(X[t : t + 1])[0]
    return out
    """
    # The last training row is t - gap - 1; its label is known horizon rows later, at t at the latest.
    assert rules(lines, before=SKLEARN) == ({"label-overlap"} if horizon - gap - 1 > 0 else set())


def test_dates_cut_as_well_as_numbers():
    lines = """
    X, y = bars[['close']], bars['close'].shift(-1)
    model = Ridge().fit(X.loc[:'2018-12-31'], y.loc[:'2018-12-31'])
    return model.predict(X.loc['2020-01-01':])
    """
    assert rules(lines, before=SKLEARN) == set()
    assert rules(
        lines.replace("fit(X.loc[:'2018-12-31']", "fit(X").replace("y.loc[:'2018-12-31']", "y"),
        before=SKLEARN,
    )


def test_masks_cut_as_well_as_slices():
    lines = """
    X = bars[['close']]
    early = bars.index < '2018-01-01'
    scaler = StandardScaler().fit(X[early])
    return scaler.transform(X[bars.index >= '2019-01-01'])
    """
    assert rules(lines, before=SKLEARN) == set()
    assert rules(lines.replace("fit(X[early])", "fit(X)"), before=SKLEARN) == {"fit-whole"}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            "m = LogisticRegression().fit(X[:600], y[:600])\np = m.predict_proba(X[700:])[:, 1]\nbest = max((0.4, 0.5, 0.6), key=lambda c: f1_score(y[700:], p > c))\nreturn p > best",
            {"chosen-on-test"},
        ),
        (
            "m = LogisticRegression().fit(X[:600], y[:600])\np = m.predict_proba(X)[:, 1]\nbest = max((0.4, 0.5, 0.6), key=lambda c: f1_score(y[610:690], p[610:690] > c))\nreturn p[700:] > best",
            set(),
        ),
        (
            "m = Ridge().fit(X[:600], y[:600], eval_set=[(X[700:], y[700:])])\nreturn m.predict(X[700:])",
            {"chosen-on-test"},
        ),
        (
            "m = Ridge().fit(X[:600], y[:600], eval_set=[(X[610:690], y[610:690])])\nreturn m.predict(X[700:])",
            set(),
        ),
    ],
)
def test_what_is_chosen_on_the_test_is_told_from_what_is_chosen_before(lines, expected):
    assert broken(lines) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            "base = Ridge().fit(X[:600], y[:600])\nmeta = Ridge().fit(base.predict(X[:600]), y[:600])\nreturn meta.predict(base.predict(X[700:]))",
            {"in-fold"},
        ),
        (
            "base = Ridge().fit(X[:300], y[:300])\nmeta = Ridge().fit(base.predict(X[310:600]), y[310:600])\nreturn meta.predict(base.predict(X[700:]))",
            set(),
        ),
        (
            "s = StandardScaler().fit(X[:600])\nm = Ridge().fit(s.transform(X[:600]), y[:600])\nreturn m.predict(s.transform(X[700:]))",
            set(),
        ),
    ],
)
def test_a_second_model_learns_from_predictions_made_forward(lines, expected):
    assert broken(lines) == expected


def test_rows_added_before_the_split_are_found_and_after_it_are_fine():
    before = "more = np.vstack([X, X + 0.01])\nlabels = np.concatenate([y, y])\na, b, c, d = train_test_split(more, labels)\nreturn Ridge().fit(a, c).predict(X[700:])"
    assert broken(before) & {"resampled-before-split", "shuffled-split"}
    after = "train, label = X[:600], y[:600]\nmore = np.vstack([train, train + 0.01])\nreturn Ridge().fit(more, np.concatenate([label, label])).predict(X[700:])"
    assert broken(after) == set()


def test_a_model_of_ones_own_is_read_through():
    model = """
    class Mean:
        def fit(self, X, y):
            self.mean_ = X.mean(axis=0)
            return self

        def predict(self, X):
            return X - self.mean_
    """
    lines = "X = bars.to_numpy()\nm = Mean()\nm.fit(X, None)\nreturn m.predict(X)"
    assert rules(lines, before=model) == {"whole-sample"}
    assert (
        rules(
            lines.replace("m.fit(X, None)", "m.fit(X[:500], None)").replace("predict(X)", "predict(X[500:])"),
            before=model,
        )
        == set()
    )


def test_smoothed_states_are_told_from_filtered_ones():
    before = "from statsmodels.tsa.regime_switching.markov_regression import MarkovRegression"
    lines = "fitted = MarkovRegression(bars['close'].pct_change(), k_regimes=2).fit()\nreturn fitted.smoothed_marginal_probabilities[0]"
    assert "smoothed-states" in rules(lines, before=before)
    hmm = "from hmmlearn.hmm import GaussianHMM"
    lines = "r = bars[['close']].pct_change().to_numpy()\nm = GaussianHMM(2).fit(r[:600])\nreturn m.predict_proba(r[700:])"
    assert rules(lines, before=hmm) == {"smoothed-states"}


def test_a_shuffle_of_what_has_no_order_cannot_fail():
    lines = "r = bars['close'].pct_change().to_numpy()\nrng = np.random.default_rng(0)\nabove = 0\nfor _ in range(100):\n    above += rng.permutation(r).mean() >= r.mean()\nreturn above / 100"
    assert rules(lines) == {"cannot-fail"}
    honest = lines.replace("rng.permutation(r).mean()", "(rng.permutation(np.sign(r)) * r).mean()")
    assert rules(honest) == set()
