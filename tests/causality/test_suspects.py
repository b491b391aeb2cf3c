"""The audit names the operator: what the lint suspects of this output, nearest above where two runs part."""

import pandas as pd
from bars_for_audits import bars

from tradewright.causality.audit import audit
from tradewright.causality.hearing import beside_the_table, place_among
from tradewright.causality.options import AuditOptions
from tradewright.causality.verdict import Suspect


def at(line, *channels, rule=""):
    return Suspect(line, f"line {line}", rule, channels=channels)


OUTPUTS = frozenset(("a", "b"))


def test_without_suspects_the_traced_line_stands():
    assert place_among((), at(5), "a", OUTPUTS) == at(5)


def test_without_a_trace_the_first_suspect_stands():
    assert place_among((at(3), at(4)), None, "a", OUTPUTS) == at(3)


def test_the_nearest_suspect_above_is_to_blame_where_an_expression_is_lazy():
    assert place_among((at(3), at(7), at(12)), at(9), "a", OUTPUTS) == at(7)


def test_a_suspect_below_is_taken_where_none_stands_above():
    assert place_among((at(12),), at(9), "a", OUTPUTS) == at(12)


def test_suspects_of_other_outputs_are_left_alone():
    assert place_among((at(3, "b"),), at(9), "a", OUTPUTS) == at(9)
    assert place_among((at(3, "a"), at(8, "b")), at(9), "a", OUTPUTS) == at(3, "a")


def test_suspects_that_name_no_output_of_this_answer_may_reach_any():
    assert place_among((at(3, "other"),), at(9), "a", OUTPUTS) == at(3, "other")


def test_what_stands_beside_the_table_comes_before_other_suspects():
    assert beside_the_table((at(3), at(8, rule="file"))) == at(8, rule="file")
    assert beside_the_table((at(3),)) == at(3)
    assert beside_the_table(()) is None


def two_leaks(frame):
    out = pd.DataFrame(index=frame.index)
    out["a"] = frame.close.rolling(5, center=True).mean()
    out["b"] = frame.close.shift(-2)
    return out


def test_each_output_gets_its_own_line():
    first = two_leaks.__code__.co_firstlineno
    suspects = (at(first + 2, "a"), at(first + 3, "b"))
    found = audit(two_leaks, bars(200), AuditOptions(suspects=suspects))
    assert {one.channel: one.verdict.place.line - first for one in found.channels} == {"a": 2, "b": 3}


def above_average(table):
    return (table["close"] > 0.0).astype(float)


def test_an_output_that_never_changes_is_told_to_show_nothing():
    certificate = audit(above_average, bars(120))
    assert certificate.exit_code == 0
    assert (
        "'close' says the same on every row: on these data it shows nothing either way" in certificate.notes
    )
