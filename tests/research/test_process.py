"""Choices made after results, as the ledger tells them; the zoo's histories judge the rules as a whole."""

import json
from datetime import date

import msgspec
import pytest
from study_files import STUDY

from tradewright.research.ladder.holdout import after_day
from tradewright.research.process import in_words, process_leaks
from tradewright.research.study import choices, parse, study_hash
from tradewright.research.trials import Event, Kind, TrialLedger
from tradewright.values.instant import Instant, instant_of

NOW = instant_of("2024-01-01")
SMALL = parse(STUDY, "small.toml")
CHEAP = msgspec.structs.replace(
    SMALL, execution=msgspec.structs.replace(SMALL.execution, profile="idealistic")
)


@pytest.fixture
def ledger(tmp_path):
    return TrialLedger(tmp_path / "ledger.sqlite")


def ran(ledger, options, *trials, about=None):
    """Register and run a study whose trials all ended."""
    study, idea = study_hash(options), options.hypothesis.id
    said = {"dataset": options.data.dataset, "until": after_day(date(2017, 6, 30)) - 1}
    said = {**said, "choices": choices(options)} if about is None else about
    ledger.register(idea, "", study, NOW)
    ledger.start(idea, study, trials, NOW, said)
    ledger.end([Event(NOW, Kind.FINISHED, idea, study, one) for one in trials])


def test_an_empty_ledger_accuses_nobody(ledger):
    assert process_leaks(ledger, SMALL) == () and in_words(()) == ""


def test_a_finding_names_its_channel_its_row_and_how_many_tries_had_shown_results(ledger):
    ran(ledger, SMALL, "a", "b")
    (leak,) = process_leaks(ledger, CHEAP)
    assert (leak.channel, leak.row, leak.at) == ("costs", 2, NOW)
    assert leak.words == (
        "the costs were chosen after 2 tries had shown results with others, first on 2024-01-01"
    )


def test_what_was_registered_before_the_results_stays_good_afterwards(ledger):
    ledger.register(CHEAP.hypothesis.id, "", study_hash(CHEAP), NOW)
    ran(ledger, SMALL, "a")
    assert process_leaks(ledger, CHEAP) == ()
    assert process_leaks(ledger, SMALL) == ()


def test_all_that_was_chosen_late_is_told_in_one_line(ledger):
    ran(ledger, SMALL, "a")
    period = msgspec.structs.replace(SMALL.period, start=date(2016, 1, 4), end=date(2016, 12, 30))
    late = process_leaks(ledger, msgspec.structs.replace(CHEAP, period=period))
    assert [leak.channel for leak in late] == ["window", "costs", "holdout"]
    assert in_words(late).count(";") == 2 and "1 try read on to 2017-06-30" in in_words(late)


def test_another_dataset_and_another_hypothesis_are_other_histories(ledger):
    elsewhere = msgspec.structs.replace(SMALL.data, dataset="elsewhere")
    ran(ledger, msgspec.structs.replace(SMALL, data=elsewhere), "a")
    other = msgspec.structs.replace(SMALL.hypothesis, id="other")
    ran(ledger, msgspec.structs.replace(SMALL, hypothesis=other), "b")
    assert process_leaks(ledger, CHEAP) == ()


def test_rows_of_a_version_that_kept_no_choices_accuse_nobody(ledger):
    ran(ledger, SMALL, "a", about={"dataset": "made", "until": int(NOW)})
    ran(ledger, SMALL, "b", about={})
    assert process_leaks(ledger, CHEAP) == ()


def test_the_costs_are_the_profile_and_its_overrides_and_not_the_limits():
    limits = msgspec.structs.replace(SMALL.execution, limits="conservative")
    dearer = msgspec.structs.replace(SMALL.execution, override={"commission_bps": 5.0})
    assert choices(msgspec.structs.replace(SMALL, execution=limits)) == choices(SMALL)
    assert choices(msgspec.structs.replace(SMALL, execution=dearer)) != choices(SMALL)
    assert json.loads(json.dumps(choices(SMALL))) == choices(SMALL)


def test_rows_of_several_hypotheses_come_in_the_order_in_which_they_were_written(ledger):
    ran(ledger, SMALL, "a")
    other = msgspec.structs.replace(SMALL.hypothesis, id="another")
    ran(ledger, msgspec.structs.replace(SMALL, hypothesis=other), "b")
    ran(ledger, SMALL, "c")
    rows = ledger.rows_of(("small", "another"))
    assert [row for row, _ in rows] == list(range(1, len(rows) + 1))
    assert {event.hypothesis for _, event in rows} == {"small", "another"}
    assert all(isinstance(Instant(event.at), int) for _, event in rows)
