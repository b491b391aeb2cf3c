"""A gate's answer: a pure function of the evidence. What is missing, stale, NaN or edited is never a pass."""

from collections.abc import Sequence
from dataclasses import dataclass

from tradewright.research.ladder.evidence import Record, Subject, Value, is_number
from tradewright.research.ladder.gates import Asked, GateOptions, Gates
from tradewright.research.ladder.kinds import KINDS
from tradewright.research.ladder.stages import Stage
from tradewright.validation.verdict import Gate, Status

NS_PER_HOUR = 3_600_000_000_000
# Clocks of two machines may differ by this much before evidence counts as coming from the future.
CLOCK_SLACK_NS = 5 * 60 * 1_000_000_000
AGAIN = "Freeze what is judged anew (tradewright research snapshot NAME) and record its evidence again."


@dataclass(frozen=True)
class Facts:
    """What gates know besides evidence.

    `subject` is the candidate's latest snapshot, None before the first; `running_code` the hash of the code
    that asks. `trials` counts every try on the hypothesis and its ancestors; `ledger_code` and
    `ledger_words` say what is wrong with the ledger of trials, empty where nothing is.
    Units: `now` ns UTC.
    """

    now: int
    subject: Subject | None
    running_code: str
    trials: int
    ledger_code: str = ""
    ledger_words: str = ""


@dataclass(frozen=True)
class Answer:
    """What one gate says, for which stage, and what to do about it where it is no pass.

    `is_refuted` is true where sound evidence says no; anything else that is no pass is merely not shown.
    """

    gate: Gate
    stage: Stage
    way_out: str = ""
    is_refuted: bool = False
    is_warning: bool = False

    @property
    def passes(self) -> bool:
        """True for a pass alone."""
        return self.gate.status is Status.PASS


def answers_for(stage: Stage, gates: Gates, records: Sequence[Record], facts: Facts) -> tuple[Answer, ...]:
    """What every gate up to a stage says, the ground first: ledger, snapshot, running code.

    Equal evidence, gates and facts give equal answers, whoever asks.
    """
    asked = gates.up_to(stage)
    return (*_ground(stage, facts), *(answer(one, gates.freshness_hours, records, facts) for one in asked))


def answer(asked: Asked, freshness_hours: float, records: Sequence[Record], facts: Facts) -> Answer:
    """What one gate says.

    The newest record about the candidate's present snapshot decides, whatever older ones said. A record
    that was edited spoils its whole kind: nobody can say what else was.
    """
    of_kind = [one for one in records if one.kind == asked.options.kind]
    edited = next((one for one in of_kind if not one.is_whole), None)
    if edited is not None:
        words = f"its evidence from {edited.source} was edited after it was recorded"
        return _open(asked, "edited", words, "Restore the ledger from a backup.")
    fitting = [one for one in of_kind if one.subject == facts.subject]
    if not fitting:
        return _foreign(asked, of_kind[-1], facts) if of_kind else _missing(asked)
    found = fitting[-1]
    return _unsound(asked, found, freshness_hours, facts) or _compared(asked, found)


def _ground(stage: Stage, facts: Facts) -> tuple[Answer, ...]:
    """What no file of gates can take away."""
    return (
        _plain(stage, "ledger", "Ledger of trials is whole", facts.ledger_code, facts.ledger_words,
               "Restore it from a backup, or run the study again where trials never ended."),
        _plain(stage, "snapshot", "Code, data and configuration are frozen",
               "" if facts.subject else "missing", "nothing was frozen yet",
               "tradewright research snapshot NAME"),
        _plain(stage, "running_code", "The code that runs is the code that was judged",
               "" if facts.subject is None or facts.subject.code == facts.running_code else "wrong_code",
               "the package or the strategy has changed since the snapshot", AGAIN),
    )  # fmt: skip


def _plain(stage: Stage, code: str, title: str, problem: str, words: str, way_out: str) -> Answer:
    status = Status.NOT_EVALUATED if problem else Status.PASS
    return Answer(Gate(code, title, status, problem or "met", words if problem else "yes"), stage, way_out)


def _missing(asked: Asked) -> Answer:
    kind = KINDS[asked.options.kind]
    words = f"there is no evidence of {kind.about}"
    return _open(asked, "missing", words, f"It is made by: {kind.made_by}.")


def _foreign(asked: Asked, found: Record, facts: Facts) -> Answer:
    """Evidence there is, about something else."""
    wanted = facts.subject or Subject()
    for part, words in (("code", "other code"), ("data", "other data"), ("config", "another configuration")):
        if getattr(found.subject, part) != getattr(wanted, part):
            told = f"the evidence from {found.source} is about {words} than the snapshot's"
            return _open(asked, f"wrong_{part}", told, AGAIN)
    raise AssertionError("a record of the same subject is not foreign")


def _unsound(asked: Asked, found: Record, freshness_hours: float, facts: Facts) -> Answer | None:
    """Why a record that is about the right thing still decides nothing."""
    again = f"Make it afresh: {KINDS[found.kind].made_by}."
    age_ns = facts.now - found.made_at
    if not found.is_proven:
        words = f"nobody has derived the evidence from {found.source} from a run that is here"
        return _open(asked, "unproven", words, again)
    if found.origin != "real" and not (found.origin == "synthetic" and asked.practice):
        return _not_real(asked, found)
    if age_ns < -CLOCK_SLACK_NS:
        words = f"the evidence from {found.source} is dated in the future"
        return _open(asked, "from_the_future", words, "Set the clock right, and record it again.")
    if not asked.options.keeps and age_ns > freshness_hours * NS_PER_HOUR:
        words = f"it is {age_ns / NS_PER_HOUR:,.0f} hours old; at most {freshness_hours:,.0f} are allowed"
        return _open(asked, "stale", words, again)
    counted = found.values.get("trials")
    if asked.options.counts_trials and (not is_number(counted) or counted < facts.trials):  # type: ignore[operator]
        words = f"{facts.trials:,} configurations are on record now; it counted {counted or 0:,}"
        return _open(asked, "tried_since", words, "Run the study again, and record that run.")
    return None


def _not_real(asked: Asked, found: Record) -> Answer:
    if found.origin == "synthetic":
        words = "the prices were made up: what they show is practice, which ends at paper"
        return _open(asked, "synthetic", words, "Give it a study on prices of a real market.")
    words = f"nobody has said whose prices the evidence from {found.source} rests on"
    return _open(asked, "origin_unknown", words, "Ingest the data with: data ingest --vendor NAME.")


def _compared(asked: Asked, found: Record) -> Answer:
    """The value held against the limit."""
    options, value = asked.options, found.values.get(asked.options.field)
    if value is None:
        reason = found.reasons.get(options.field, "the evidence does not say")
        return _open(asked, "missing", reason, f"It is made by: {KINDS[found.kind].made_by}.")
    if options.is_ is not None:
        words = f"{options.field.replace('_', ' ')}: {'yes' if value else 'no'}"
        return _closed(asked, value is options.is_, "differs", words)
    if not is_number(value):
        return _open(asked, "not_a_number", f"{options.ask} is {value}", f"Look at {found.source}.")
    return _held_against(asked, float(value))


def _held_against(asked: Asked, value: float) -> Answer:
    options = asked.options
    if options.reported:
        return _closed(asked, True, "", f"{value:.3g}", value)
    is_met, word, code = _met(options, value)
    answered = _closed(asked, is_met, code, f"{value:.3g}; {word} {options.limit:g} is asked for", value)
    if is_met and options.warn_above is not None and value > options.warn_above:
        words = f"{answered.gate.reason}; a warning above {options.warn_above:g}"
        gate = Gate(asked.code, options.title, Status.PASS, "warning", words, value, options.warn_above)
        return Answer(gate, asked.stage, is_warning=True)
    return answered


def _met(options: GateOptions, value: float) -> tuple[bool, str, str]:
    """Whether the limit is met, how it is called, and the code of a no."""
    if options.at_least is not None:
        return value >= options.at_least, "at least", "below_limit"
    if options.at_most is not None:
        return value <= options.at_most, "at most", "above_limit"
    assert options.above is not None  # the file's check leaves no fourth case
    return value > options.above, "more than", "below_limit"


def _open(asked: Asked, code: str, words: str, way_out: str) -> Answer:
    gate = Gate(asked.code, asked.options.title, Status.NOT_EVALUATED, code, words)
    return Answer(gate, asked.stage, way_out)


def _closed(asked: Asked, is_met: bool, code: str, words: str, value: Value = None) -> Answer:
    status, number = Status.PASS if is_met else Status.FAIL, float(value) if is_number(value) else None  # type: ignore[arg-type]
    gate = Gate(
        asked.code, asked.options.title, status, "met" if is_met else code, words, number, asked.options.limit
    )
    out = "" if is_met else "Sound evidence says no: change the idea and register it as a fork."
    return Answer(gate, asked.stage, out, is_refuted=not is_met)
