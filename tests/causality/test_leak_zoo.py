"""The audit finds every leak of the zoo and names its line, and flags nothing that only looks like one."""

import pytest
from leak_zoo.clean import CLEAN
from leak_zoo.corpus import of_patterns, specimens
from leak_zoo.judge import ABSTAINED, FOUND, judged, library_of, text_of
from leak_zoo.judge import CLEAN as NOT_FLAGGED
from leak_zoo.labels import MARK, fault_lines
from leak_zoo.mutants import as_specimen

from tradewright.causality.lint.check import lint
from tradewright.causality.verdict import Stage

LEAKS = [one for one in specimens() if one.is_leak]
# Fills and splits are made of plain numbers: no operator in them looks ahead, what they say does.
LINTED = [one for one in LEAKS if one.shape in ("rows", "research")]
LOOK_ALIKES = [one for one in specimens() if not one.is_leak]


def names(some):
    return [one.name for one in some]


@pytest.mark.parametrize("specimen", LEAKS, ids=names(LEAKS))
def test_a_leak_is_found_and_its_line_named(specimen):
    said = judged(specimen)
    assert said.outcome == FOUND, said.said
    assert said.is_named, f"{specimen.lines}: {said.said}"


@pytest.mark.parametrize("specimen", LINTED, ids=names(LINTED))
def test_the_lint_alone_sees_the_line_of_a_leak(specimen):
    source = text_of(specimen.file)
    found = lint(
        source, specimen.file, specimen.function.__name__, specimen.options.get("decide_at", "close")
    )
    assert {one.line for one in found} & set(specimen.lines), [str(one) for one in found]


@pytest.mark.parametrize("specimen", LOOK_ALIKES, ids=names(LOOK_ALIKES))
def test_a_look_alike_is_flagged_by_neither(specimen):
    said = judged(specimen)
    wanted = ABSTAINED if specimen.shape == "not repeatable" else NOT_FLAGGED
    assert said.outcome == wanted, said.said
    assert [str(one) for one in said.linted] == []


@pytest.mark.parametrize("clean", CLEAN, ids=[one.name for one in CLEAN])
def test_a_clean_feature_is_flagged_by_neither(clean):
    said = judged(as_specimen(clean))
    assert said.outcome == NOT_FLAGGED, said.said
    assert [str(one) for one in said.linted] == []


def test_every_line_of_the_list_has_a_specimen():
    assert len(of_patterns(True)) == 45


def test_the_common_leaks_are_there_in_three_libraries():
    for pattern, some in of_patterns(True).items():
        libraries = {library_of(one.function) for one in some}
        if some[0].stage == "features" and len(some) > 3:
            assert len(libraries) == 3 or pattern.startswith(("FFT", "missing")), pattern


def test_every_label_names_a_stage_of_the_audit_and_lines_of_its_file():
    for one in specimens():
        assert Stage(one.stage)
        assert bool(one.lines) == one.is_leak
        text = text_of(one.file).splitlines()
        assert all(line <= len(text) for line in one.lines)


def test_the_lint_does_not_read_the_marks():
    for one in LEAKS[::5]:
        source = text_of(one.file)
        bare = source.replace(MARK, "")
        name, at = one.function.__name__, one.options.get("decide_at", "close")
        assert lint(source, "f", name, at) == lint(bare, "f", name, at)


def test_a_mark_stands_for_its_whole_statement_and_for_the_head_of_a_loop():
    source = f"a = f(\n    1,\n    2,\n)  {MARK}\nfor t in x:  {MARK}\n    b = t\n"
    assert fault_lines(source) == (1, 2, 3, 4, 5)
