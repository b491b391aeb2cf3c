"""The section [folds]: what it may say, in which words it refuses, and the folds it makes."""

import numpy as np
import pytest
from study_files import STUDY, changed

from tradewright.research.fold_options import MOST_FOLDS, PRESETS, FoldOptions, folds_of
from tradewright.research.study import parse, study_hash
from tradewright.values.errors import InvalidOption, UnknownName

DAY = 86_400_000_000_000


def asked(text: str, study: str = STUDY):
    return parse(f"{study}\n[folds]\n{text}\n", "study.toml").folds


def days(bars: int) -> np.ndarray:
    return np.arange(bars, dtype=np.int64) * DAY


# What a file may say


def test_without_the_section_a_study_has_no_folds():
    assert parse(STUDY, "study.toml").folds is None


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_understood(preset):
    assert asked(f'preset = "{preset}"').preset == preset


def test_lengths_of_its_own_step_by_the_test_where_nothing_else_is_said():
    assert asked("train_bars = 100\ntest_bars = 20").lengths == (100, 20, 20)
    assert asked("train_bars = 100\ntest_bars = 20\nstep_bars = 5").lengths == (100, 20, 5)
    assert asked('preset = "504/126/21"').lengths == (504, 126, 21)


def test_folds_are_part_of_what_names_a_study():
    with_folds = parse(f'{STUDY}\n[folds]\npreset = "252/21/21"\n', "study.toml")
    assert study_hash(with_folds) != study_hash(parse(STUDY, "study.toml"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('preset = "252/21/21"\ntest_bars = 30', "names a preset and lengths of its own"),
        ("test_bars = 30", 'lacks its lengths. Add preset = one of "252/21/21", "504/126/21", "5 x 70/30"'),
        ('preset = "5 x 70/30"\nwindow = "expanding"', "cannot expand"),
        ("train_bars = 100\ntest_bars = 2", "folds.test_bars = 2"),
        ("train_bars = 100\ntest_bars = 20\npurge_bars = 0", "folds.purge_bars = 0"),
        ("train_bars = 100\ntest_bars = 20\nembargo_bars = -1", "folds.embargo_bars = -1"),
        ('preset = "252/21/21"\nwindow = "growing"', "folds.window = 'growing'"),
    ],
)
def test_a_contradiction_is_refused_in_words(text, words):
    with pytest.raises(InvalidOption) as refused:
        asked(text)
    assert words in str(refused.value)


def test_a_misspelt_preset_gets_the_nearest_one():
    with pytest.raises(UnknownName, match="252/21/21"):
        asked('preset = "252/21/12"')


def test_a_misspelt_key_gets_the_nearest_one():
    with pytest.raises(UnknownName, match="embargo_bars"):
        asked('preset = "252/21/21"\nembargo = 5')


def test_folds_without_a_grid_have_nothing_to_pick_from():
    bare = changed(("[strategy.grid]\nlookback = [40, 60, 80]\ntop = [0.34, 0.5]\n", ""))
    with pytest.raises(InvalidOption, match="nothing to pick from"):
        asked('preset = "252/21/21"', bare)


def test_every_walk_says_itself_in_words():
    assert asked('preset = "252/21/21"').words == (
        "trained on 252 sessions, tested on the 21 that follow, picked anew every 21"
    )
    assert "all sessions before, at least 504" in asked('preset = "504/126/21"\nwindow = "expanding"').words
    assert "five neighbouring pieces" in asked('preset = "5 x 70/30"').words


# The folds they make


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize(("purge", "embargo"), [(1, 0), (5, 0), (1, 10), (5, 10)])
def test_nothing_that_is_learnt_from_reaches_the_test(preset, purge, embargo):
    instants = days(1_200)
    options = FoldOptions(preset=preset, purge_bars=purge, embargo_bars=embargo)
    folds = folds_of(options, instants, 81)
    assert len(folds) >= 5
    for fold in folds:
        # The return of row t is known at t + 1; with a longer label, at t + purge.
        assert fold.train[-1] + purge < fold.test[0]
        assert fold.train[-1] < fold.test[0] - embargo
        assert fold.train[0] >= 81
        # What is decided on the very last row earns nothing inside the period.
        assert fold.test[-1] <= len(instants) - 2


def test_five_pieces_share_no_session():
    folds = folds_of(FoldOptions(preset="5 x 70/30"), days(1_000), 0)
    rows = np.concatenate([np.concatenate([fold.train, fold.test]) for fold in folds])
    assert len(folds) == 5
    assert len(np.unique(rows)) == len(rows)


def test_an_expanding_walk_trains_on_all_of_the_past():
    folds = folds_of(FoldOptions(train_bars=100, test_bars=50, window="expanding"), days(400), 10)
    assert {int(fold.train[0]) for fold in folds} == {10}
    assert [len(fold.train) + fold.purged for fold in folds] == [100, 150, 200, 250, 300][: len(folds)]


def test_a_period_without_a_whole_fold_says_how_long_it_would_have_to_be():
    with pytest.raises(InvalidOption, match=r"after the warm-up: 179 instants hold no fold: .* 273 are"):
        folds_of(FoldOptions(preset="252/21/21"), days(200), 20)


def test_an_embargo_as_long_as_the_training_is_refused():
    with pytest.raises(InvalidOption, match="an embargo of that length"):
        folds_of(FoldOptions(train_bars=30, test_bars=10, embargo_bars=30), days(400), 0)


def test_a_purge_as_long_as_the_training_is_refused():
    with pytest.raises(InvalidOption, match="nothing is left to train on"):
        folds_of(FoldOptions(train_bars=30, test_bars=10, purge_bars=40), days(400), 0)


def test_more_folds_than_anybody_reads_are_refused_before_any_is_made():
    options = FoldOptions(train_bars=20, test_bars=5, step_bars=1)
    with pytest.raises(InvalidOption, match=f"at most {MOST_FOLDS:,} are walked"):
        folds_of(options, days(1_000_000), 0)
