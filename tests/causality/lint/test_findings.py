"""A finding says where, what, why and how to mend it; it can be excused; labels and plots are none."""

# ruff: noqa: E501 - a snippet stands on one line

import ast
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from snippets import found, function, rules

from tradewright.causality.lint.check import lint, suspects
from tradewright.causality.lint.findings import RULES
from tradewright.causality.verdict import Stage
from tradewright.values.errors import BadInput, UnknownName


def test_it_reads_as_a_compiler_does():
    (one,) = found("return bars['close'].shift(-1)")
    assert str(one).startswith("f.py:6:26 shift-ahead (certain): shift(-1). ")
    assert one.why in str(one) and one.mend in str(one)


def test_a_chain_over_lines_is_named_at_its_operator():
    lines = "return (\n    bars['close']\n    .rolling(5)\n    .mean()\n    .shift(-3)\n)"
    (one,) = found(lines)
    assert (one.line, one.column, one.operator) == (10, 9, "shift(-3)")


def test_each_of_two_places_is_named_once():
    lines = "a = bars['close'].shift(-1)\nb = bars['open'].shift(-1)\nreturn a + b + a"
    assert [one.line for one in found(lines)] == [6, 7]


def test_what_never_reaches_the_answer_is_not_named():
    assert rules("unused = bars['close'].shift(-1)\nreturn bars['close']") == set()


def test_every_rule_has_words_and_a_stage_of_the_audit():
    for name, rule in RULES.items():
        assert name == name.lower() and " " not in name
        assert rule.why.endswith(".") and rule.mend.endswith(".")
        assert Stage(rule.stage)


def test_findings_go_to_the_audit_as_suspects():
    (one,) = suspects(found("return bars['close'].shift(-1)"))
    assert (one.line, one.operator, one.rule, one.file) == (6, "shift(-1)", "shift-ahead", "f.py")


def test_a_comment_with_a_reason_excuses_its_line():
    (one,) = found("return bars['close'].shift(-1)  # causal: shift-ahead - it is known before")
    assert one.suppressed == "it is known before"
    assert suspects([one]) == ()


def test_a_comment_for_every_rule_excuses_its_line():
    (one,) = found("return bars['close'].shift(-1)  # causal: - known before")
    assert one.suppressed == "known before"


@pytest.mark.parametrize(
    "comment",
    [
        "# causal: shift-ahead",
        "# causal: shift-ahead -",
        "# causal: whole-sample - a reason",
        "# causal",
        "# noqa",
    ],
)
def test_a_comment_without_a_reason_or_for_another_rule_excuses_nothing(comment):
    (one,) = found(f"return bars['close'].shift(-1)  {comment}")
    assert one.suppressed == ""


def test_a_comment_in_a_string_excuses_nothing():
    (one,) = found("note = '# causal: shift-ahead - no'; return bars['close'].shift(-1)")
    assert one.suppressed == ""


def test_text_that_is_no_python_is_said_so():
    with pytest.raises(BadInput, match=r"bad\.py is no Python"):
        lint("def f(:\n", "bad.py")


def test_a_function_that_is_not_there_gets_the_nearest_name():
    with pytest.raises(UnknownName, match="Did you mean 'momentum'"):
        lint("def momentum(bars):\n    return bars\n", function="momentun")


def test_a_whole_file_is_read_function_by_function():
    source = (
        function("return bars['close'].shift(-1)") + "\ndef g(bars):\n    return bars['close'].shift(-2)\n"
    )
    assert [(one.function, one.rows_ahead) for one in lint(source)] == [("f", 1), ("g", 2)]


def test_a_method_can_be_asked_for():
    source = "class Momentum:\n    def targets(self, frame):\n        return frame['close'].shift(-1)\n"
    assert [one.line for one in lint(source, function="Momentum")] == [3]
    assert [one.line for one in lint(source, function="Momentum.targets")] == [3]
    assert [one.function for one in lint(source)] == ["Momentum.targets"]


def test_an_empty_file_has_no_findings():
    assert lint("") == []


LABELS = [
    "bars['target'] = bars['close'].shift(-5)\nreturn bars[['close', 'volume']]",
    "table = bars.assign(y=bars['close'].shift(-1))\nreturn table.drop(columns='y')['close']",
    "label = bars['close'].shift(-1)\nfeatures = bars['close'].diff()\nreturn features, label",
    "return {'momentum': bars['close'].diff(), 'label': bars['close'].shift(-1)}",
    "bars['target'] = bars['close'].shift(-5)\nreturn bars",
    "bars['fwd_return'] = bars['close'].pct_change(-1)\nkept = [c for c in bars.columns if c != 'fwd_return']\nreturn bars[kept]",
    "bars['y'] = bars['close'].shift(-1)\ndel bars['y']\nreturn bars",
]


@pytest.mark.parametrize("lines", LABELS)
def test_a_label_that_nothing_reads_is_fine(lines):
    assert rules(lines) == set()


@pytest.mark.parametrize(
    "lines",
    [
        "bars['target'] = bars['close'].shift(-5)\nbars['x'] = bars['target'] * 2\nreturn bars['x']",
        "label = bars['close'].shift(-1)\nreturn bars['close'].where(label > 0)",
        "bars['signal'] = bars['close'].shift(-1)\nreturn bars",
        "label = bars['close'].shift(-1)\nreturn label, label * 2",
    ],
)
def test_a_label_that_something_reads_is_found(lines):
    assert rules(lines) == {"shift-ahead"}


def test_a_function_that_makes_labels_is_left_alone_unless_asked_for():
    source = "def make_labels(bars):\n    return bars['close'].shift(-1)\n"
    assert lint(source) == []
    assert len(lint(source, function="make_labels")) == 1


PLOTS = [
    ("import matplotlib.pyplot as plt", "plt.plot(smooth)"),
    ("import matplotlib.pyplot as plt", "fig, ax = plt.subplots()\nax.plot(smooth)"),
    ("import plotly.graph_objects as go", "go.Figure().add_trace(go.Scatter(y=smooth)).show()"),
    ("", "smooth.plot()"),
    ("", "smooth.hist()"),
]


@pytest.mark.parametrize(("before", "plot"), PLOTS)
def test_what_is_only_drawn_is_fine(before, plot):
    lines = f"smooth = bars['close'].rolling(9, center=True).mean()\n{plot}\nreturn bars['close'].diff()"
    assert rules(lines, before=before) == set()


def test_comments_and_layout_change_nothing():
    lines = "x = bars['close'].shift(-1)  # leaks here\nreturn x"
    assert [one.rule for one in found(lines)] == [
        one.rule for one in found(lines.replace("  # leaks here", ""))
    ]


PIECES = [
    "x = bars['close']",
    "x = x.rolling(5).mean()",
    "for t in range(len(x)):\n    y = t",
    "while False:\n    x = 1",
    "try:\n    x = x + 1\nexcept ValueError:\n    x = None",
    "with open('f') as handle:\n    text = handle.read()",
    "x = [i for i in range(3)]",
    "x, *rest = 1, 2, 3",
    "def g(*a, b=1, **k):\n    return a",
    "x = g(1, *[2], **{})",
    "class C:\n    a = 1\n    def m(self):\n        return self.a",
    "x = C().m()",
    "x = lambda q: q",
    "x = {**{}, 'a': 1}",
    "x = f'{x}' if x else None",
    "assert x, 'no'",
    "global G\nG = 3",
    "x = (yield x)",
    "del x",
    "x = bars[:, None]",
    "x = x[1:2, ::-1, ...]",
    "import os.path as p",
    "match x:\n    case 1:\n        x = 2",
    "x: int = 3",
    "x += 1",
    "x @ x",
    "x = not -x",
    "return x",
    "raise ValueError",
    "bars.loc[0, 'a'] = x",
    "x.y.z = 1",
    "bars['a']['b'] = 2",
    "x = list(bars)",
    "x = bars[()]",
    "bars[()] = 1",
    "x = sorted(bars, key=lambda q: q)",
    "g = bars.groupby('day')\nx = g + g",
    "x = max(bars, default=0)",
    "x = dict(zip(bars, bars))",
]


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 10**6), count=st.integers(1, 12))
def test_any_python_is_read_to_its_end(seed, count):
    pieces = random.Random(seed).choices(PIECES, k=count)
    source = function("\n".join(pieces))
    try:
        ast.parse(source)
    except SyntaxError:
        return
    for one in lint(source):
        assert one.rule in RULES and one.line >= 1


def test_labels_count_where_an_audit_wants_them_explained():
    source = function("bars['target'] = bars['close'].shift(-5)\nreturn bars")
    assert lint(source) == []
    assert [one.rule for one in lint(source, function="f", with_labels=True)] == ["shift-ahead"]


def test_a_finding_says_which_outputs_it_reaches():
    lines = "out = pd.DataFrame(index=bars.index)\nout['a'] = bars['close'].shift(-1)\nout['b'] = bars['close'] / bars['close'].max()\nout['c'] = out['a'] + out['b']\nreturn out"
    assert {one.rule: one.channels for one in found(lines)} == {
        "shift-ahead": ("a", "c"),
        "whole-sample": ("b", "c"),
    }
    assert found("return bars['close'].shift(-1)")[0].channels == ()
