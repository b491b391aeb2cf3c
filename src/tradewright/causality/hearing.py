"""One audit on its way from the first run to the certificate.

Its order is that of a careful person: does it answer at all, does it answer the same twice, does it remember
what it should not, does it follow the future, and only then where that comes from.
"""

from dataclasses import dataclass, field, replace

from tradewright.causality.answers import Answer
from tradewright.causality.certificate import Certificate, ChannelVerdict, Coverage
from tradewright.causality.compare import (
    PLAIN,
    PLAIN_STRUCTURAL,
    ROUNDING,
    Difference,
    differences,
)
from tradewright.causality.dependence import lags_of, triangles_of
from tradewright.causality.fingerprints import code_hash_of, data_hash_of
from tradewright.causality.frames import instant_of
from tradewright.causality.hidden import hidden_tables, moved_by_hidden, moved_by_memory
from tradewright.causality.interventions import INTERVENTIONS, Change, World, changed
from tradewright.causality.localise import Scene, origin_of
from tradewright.causality.options import AuditOptions, SideChannel, Target
from tradewright.causality.plan import is_small, near_row, plan
from tradewright.causality.prefixes import MOST_PREFIXES, every_prefix, steps_of
from tradewright.causality.probe import Probe, Refused
from tradewright.causality.state import kept_state
from tradewright.causality.trace import TwoRuns, line_reading, place_of
from tradewright.causality.verdict import (
    AuditLevel,
    DependsOnFuture,
    NoDependenceObserved,
    NotAssessed,
    Stage,
    Suspect,
    Verdict,
)

DOSES = (1e-3, 1e-2, 1e-1)
GROWTH = 5.0
LEAST_CHANGES = 5
ALWAYS = 2**62


@dataclass
class Seen:
    """A dependence that was observed, before it is told where it comes from.

    `source` is set where it is known at once: a global, the clock, what the target remembers.
    """

    difference: Difference
    change: Change
    world: World
    base: Answer
    source: str = ""


@dataclass
class Hearing:
    """The target, its world, and what has been seen so far."""

    target: Target
    world: World
    options: AuditOptions
    probe: Probe = field(init=False)
    seen: dict[str, Seen] = field(default_factory=dict)
    noise: dict[str, float] = field(default_factory=dict)
    spread: set[str] = field(default_factory=set)
    left_out: list[str] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    level: AuditLevel = AuditLevel.C1

    def __post_init__(self) -> None:
        """Take note of the target's own state before its first call."""
        kept, options = kept_state(self.target), self.options
        rows = len(self.world[0].table)
        self.probe = Probe(self.target, kept, options.budget, rows, options.clock, options.watching)

    def certificate(self) -> Certificate:
        """Hear the target and write down what was found."""
        probe = self.probe
        probe.started = probe.clock() if probe.clock else 0.0
        base, written = probe.writes_into(self.world)
        probe.seconds_of_one = probe.clock() - probe.started if probe.clock else 0.0
        if isinstance(base, Refused):
            return self._closed(_silent(base))
        if len(steps_of(self.world)) < 2:
            return self._closed(
                _silent(Refused("the table has no two instants, hence no past and no future"))
            )
        repeated = self._repeats(base)
        if repeated is not None:
            return self._closed(_silent(repeated))
        self.left_out += base.left_out
        self.remarks += [
            f"'{one.name}' says the same on every row: on these data it shows nothing either way"
            for one in base.channels
            if one.is_constant and one.name not in self.options.labels
        ]
        steps = steps_of(self.world)
        early = int(steps[len(steps) // (4 if is_small(self.world) else 10)])
        memory = Change("truncate", early, self.options.seed)
        self._take(moved_by_memory(self.probe, memory, self.world), memory, base, "what it kept from a call")
        self._look(base)
        self._look_beside(base)
        if self.options.level is AuditLevel.C2 and self._wanted(base):
            self._look_at_every_prefix(base)
        verdicts = self._verdicts(base, written)
        return (
            self._with_map(self._closed(verdicts), base) if self.options.draws_map else self._closed(verdicts)
        )

    def _with_map(self, certificate: Certificate, base: Answer) -> Certificate:
        """The certificate with its dependence map, drawn around the first dependence or the middle."""
        main = self.world[0]
        found = [one.verdict.row for one in certificate.channels if isinstance(one.verdict, DependsOnFuture)]
        row = found[0] if found else int(main.known.order[len(main.table) * 2 // 3])
        near = near_row(self.world, base, row, self.probe)
        if near is None:
            return certificate
        maps = lags_of(self.probe, *near, row), triangles_of(self.probe, *near, row)
        return replace(certificate, dependence=maps[0], triangles=maps[1])

    def _repeats(self, base: Answer) -> Refused | None:
        """Ask the same again: an answer that differs from itself tells nothing about the future."""
        world: World = self.world
        first: Answer | Refused = base
        if not is_small(self.world):
            # A stretch tells as much as the whole, for less.
            rows = self.world[0].rows[-len(base) // 8 :]
            world = (replace(self.world[0], rows=rows), *self.world[1:])
            first = self.probe.ask(tuple(part.untouched() for part in world))
        again = self.probe.ask(tuple(part.untouched() for part in world))
        if isinstance(first, Refused):
            return Refused(f"asked again, {first.reason}", first.line)
        if isinstance(again, Refused):
            return Refused(f"asked again, {again.reason}", again.line)
        for name, difference in differences(first, again, ALWAYS, world[0].untouched(), 0.0).items():
            if difference.size > PLAIN_STRUCTURAL:
                return Refused(
                    f"it is not repeatable: asked the same twice, '{name}' gave {difference.before:.6g} "
                    f"and then {difference.after:.6g}; give its random draws a seed"
                )
            self.noise[name] = max(self.noise.get(name, 0.0), 8 * difference.size)
        return None

    def _wanted(self, base: Answer) -> set[str]:
        """Channels of which nothing has been seen yet."""
        return {channel.name for channel in base.channels} - set(self.options.labels) - set(self.seen)

    def _look(self, base: Answer) -> None:
        """All changes of the plan, until every channel has been seen to move or the budget is spent."""
        for change, world, own in plan(self.world, base, self.options, self.probe):
            if not self._wanted(base) or self.probe.is_spent:
                return
            self.try_one(change, world, own)

    def _look_at_every_prefix(self, base: Answer) -> None:
        """Level C2, granted only where every prefix that can be asked was."""
        steps = steps_of(self.world)
        if len(steps) > MOST_PREFIXES:
            self.left_out.append(f"level C2: {len(steps):,} prefixes are more than {MOST_PREFIXES:,}")
            return

        def tried(change: Change, world: World, own: Answer) -> bool | None:
            if not self._wanted(base) or self.probe.is_late:
                return None
            return self.try_one(change, world, own)

        found = every_prefix(self.world, base, self.options.seed, tried)
        if found.is_exhaustive(tuple(steps.tolist())) and found.answered + len(found.refused) == found.total:
            self.level = AuditLevel.C2
        elif self._wanted(base):
            asked = f"{found.answered:,} of {found.total:,} prefixes answered"
            self.left_out.append(f"level C2: {asked}")

    def try_one(self, change: Change, world: World, base: Answer) -> bool:
        """One change; what it moves is taken down once it is told from rounding. False: it was refused."""
        found = self.probe.change(base, world, change, 0.0)
        if isinstance(found, Refused):
            return False
        for name, difference in found.items():
            if name in self.seen or name in self.options.labels:
                continue
            if difference.spread and change.name == "missing":
                # A transform over the whole series turns one missing value into all: alone it is no use.
                self.spread.add(name)
            elif self._is_dependence(name, difference, change, world, base):
                self.seen[name] = Seen(difference, change, world, base)
        return True

    def _is_dependence(
        self, name: str, difference: Difference, change: Change, world: World, base: Answer
    ) -> bool:
        """Tell dependence from rounding: only the former grows with the size of the shock."""
        if difference.size <= max(self.noise.get(name, 0.0), ROUNDING):
            return False
        plain = PLAIN_STRUCTURAL if INTERVENTIONS[change.name].is_structural else PLAIN
        if difference.size > plain:
            return True
        responses = []
        for dose in DOSES:
            found = self.probe.change(base, world, Change("shock", change.cut, change.seed, dose), 0.0)
            moved = {} if isinstance(found, Refused) else found
            responses.append(moved[name].size if name in moved else 0.0)
        floor = max(self.noise.get(name, 0.0), ROUNDING, GROWTH * responses[0])
        return responses[-1] > floor

    def _look_beside(self, base: Answer) -> None:
        """What does not come through the table: hidden tables, memory from call to call, side channels."""
        steps = steps_of(self.world)
        everything = Change("shock", -1, self.options.seed)
        changes = tuple(
            Change(name, int(steps[int(share * (len(steps) - 1))]), self.options.seed)
            for name, share in (("shock", 0.5), ("truncate", 0.5), ("shock", 0.2), ("shock", 0.8))
        )
        for hidden in hidden_tables(self.probe.kept, self.world):
            found = moved_by_hidden(self.probe, self.world, base, hidden, changes)
            if found is not None:
                self._take(found[0], found[1], base, hidden.name)
            elif moved_by_hidden(self.probe, self.world, base, hidden, (everything,), ALWAYS) is not None:
                # Its rows may hold anything: a column made of later rows is known by none of its places.
                self.blocked.append(f"it reads the {hidden.name}, and nothing says when its rows were known")
        for channel in self.options.side_channels() if self.options.side_channels else ():
            if channel.was_used():
                self._look_through(channel, base)

    def _look_through(self, channel: SideChannel, base: Answer) -> None:
        """Let a side channel tell another story about now: no decided row may follow it."""
        if channel.refusal():
            self.blocked.append(channel.refusal())
            return
        untouched = tuple(part.untouched() for part in self.world)
        with channel.other():
            answer = self.probe.ask(untouched)
        if isinstance(answer, Refused):
            self.blocked.append(f"it hangs on {channel.name}: with another one, {answer.reason}")
            return
        found = differences(base, answer, ALWAYS, untouched[0])
        self._take(
            found, Change("shock", int(steps_of(self.world)[0]), self.options.seed), base, channel.name
        )
        if not found:
            self.remarks.append(f"it reads {channel.name}; another one moved nothing")

    def _take(self, found: dict[str, Difference], change: Change, base: Answer, source: str) -> None:
        for name, difference in found.items():
            if name not in self.seen and name not in self.options.labels:
                self.seen[name] = Seen(difference, change, self.world, base, source)

    def _verdicts(self, base: Answer, written: tuple[str, ...]) -> tuple[ChannelVerdict, ...]:
        told = []
        for channel in base.channels:
            if channel.name in self.options.labels:
                self.left_out.append(f"'{channel.name}' is declared a label, never read by inference")
            else:
                told.append(ChannelVerdict(channel.name, self._verdict(channel.name, written)))
        return tuple(told) or (ChannelVerdict("all", NotAssessed("every output is declared a label")),)

    def _verdict(self, name: str, written: tuple[str, ...]) -> Verdict:
        if name in self.seen:
            return self._dependence(name)
        if written:
            columns = ", ".join(written)
            return NotAssessed(
                f"it writes into its table ({columns}): who reads it next sees other data; work on a copy"
            )
        if self.blocked:
            return NotAssessed("; ".join(self.blocked))
        if self.probe.done.total() < LEAST_CHANGES:
            return NotAssessed(self._why_nothing())
        return NoDependenceObserved(self.level, str(self.coverage()))

    def _why_nothing(self) -> str:
        if self.probe.refused:
            words = self.probe.refused.most_common(1)[0][0]
            return f"it accepted no table with another future; {words}: {self.probe.examples[words]}"
        return "there was no later row or cell to change, or too few of them"

    def _dependence(self, name: str) -> DependsOnFuture:
        """Say where a dependence that was seen comes from."""
        seen = self.seen[name]
        told = seen.difference
        if seen.source:
            source, row, horizon = seen.source, int(seen.base.rows[told.places[-1]]), None
            place = line_reading(self.target, source.split("'")[1]) if "'" in source else None
            place = place or beside_the_table(self.options.suspects)
        else:
            scene = Scene(self.probe, seen.world, seen.base, name)
            origin = origin_of(scene, seen.change, int(told.places[-1]))
            source, row, horizon = origin.source, origin.row, origin.horizon
            place = self._place(seen, origin.change, name)
        stage = self.options.channel_stages.get(name, self.options.stage)
        return DependsOnFuture(
            row,
            name,
            horizon,
            Stage.SIDE_CHANNEL if seen.source else stage,
            instant=instant_of(self.world[0].table, row, self.options.known_at),
            source=source,
            intervention=INTERVENTIONS[seen.change.name].words,
            before=f"{told.before:.6g}",
            after=f"{told.after:.6g}",
            place=place,
        )

    def _place(self, seen: Seen, change: Change, channel: str) -> Suspect | None:
        """The statement at fault: where two runs part, else what a lint suspected."""
        worlds = (tuple(part.untouched() for part in seen.world), changed(seen.world, change))
        runs = TwoRuns(self.target, worlds, change.cut, self.probe.kept.restore)
        traced = place_of(runs, channel)
        self.probe.kept.restore()
        outputs = frozenset(one.name for one in seen.base.channels)
        return place_among(self.options.suspects, traced, channel, outputs)

    def coverage(self) -> Coverage:
        """What was run so far."""
        probe = self.probe
        done = tuple(sorted(probe.done.items()))
        spent = probe.clock() - probe.started if probe.clock else 0.0
        ratio = spent / probe.seconds_of_one if probe.clock and probe.seconds_of_one > 0 else None
        return Coverage(probe.calls, probe.rows, probe.rows_run, len(probe.cuts), done, ratio)

    def _closed(self, channels: tuple[ChannelVerdict, ...]) -> Certificate:
        probe, options = self.probe, self.options
        refused = [
            f"{words} ({count} {'time' if count == 1 else 'times'}): {probe.examples[words]}"
            for words, count in sorted(probe.refused.items())
        ]
        spread = [
            f"'{name}': one missing value after the decision makes every row missing"
            for name in sorted(self.spread - set(self.seen))
        ]
        known = f"rows were known by {self.world[0].known.said}"
        return Certificate(
            target=getattr(self.target, "__qualname__", type(self.target).__name__),
            channels=channels,
            level=self.level,
            coverage=self.coverage(),
            tolerance=ROUNDING,
            seeds=(options.seed,),
            stage=options.stage,
            code_hash=code_hash_of(self.target),
            data_hash=data_hash_of(self.world),
            not_assessed=tuple(self.left_out + refused),
            notes=(*self.remarks, *spread, known),
        )


def place_among(
    suspects: tuple[Suspect, ...], traced: Suspect | None, channel: str, outputs: frozenset[str]
) -> Suspect | None:
    """What a lint suspects at or nearest above the statement at which two runs part.

    A lazy expression (Polars) parts only where it is collected, below the operator that is to blame. Suspects
    that are known to reach this channel come first; those that reach others alone do not come at all.
    """
    named = tuple(one for one in suspects if channel in one.channels)
    suspects = named or tuple(one for one in suspects if not outputs.intersection(one.channels))
    if traced is None or not suspects:
        return suspects[0] if suspects else traced
    above = [one for one in suspects if one.line <= traced.line]
    nearest = max(above, key=lambda one: one.line, default=suspects[0])
    # The trace says of what: df['close'].mean() rather than mean().
    is_same = nearest.line == traced.line and traced.operator.endswith(nearest.operator)
    return replace(nearest, operator=traced.operator) if is_same else nearest


def beside_the_table(suspects: tuple[Suspect, ...]) -> Suspect | None:
    """What a lint suspects of reading something beside the table, else the first that it suspects."""
    outside = [one for one in suspects if one.rule in ("global", "file", "clock", "network")]
    return next(iter([*outside, *suspects]), None)


def _silent(refused: Refused) -> tuple[ChannelVerdict, ...]:
    where = f" (line {refused.line})" if refused.line else ""
    return (ChannelVerdict("all", NotAssessed(f"{refused.reason}{where}")),)
