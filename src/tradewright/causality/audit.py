"""Asks a pipeline the same question again and again while what lies after the decision is changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tradewright.causality.answers import Answer
from tradewright.causality.certificate import Certificate, ChannelVerdict, Coverage
from tradewright.causality.compare import (
    PLAIN,
    PLAIN_STRUCTURAL,
    ROUNDING,
    Difference,
    differences,
)
from tradewright.causality.cuts import chosen_rows, warm_up_of, woven
from tradewright.causality.fingerprints import code_hash_of, data_hash_of
from tradewright.causality.frames import TIME, WHOLE, Table, table_of
from tradewright.causality.interventions import INTERVENTIONS, Change, Part, World
from tradewright.causality.known import Known, known_of
from tradewright.causality.options import AuditOptions, Target
from tradewright.causality.probe import Probe, Refused
from tradewright.causality.state import kept_state
from tradewright.causality.verdict import (
    AuditLevel,
    DependsOnFuture,
    NoDependenceObserved,
    NotAssessed,
    Verdict,
)

DOSES = (1e-3, 1e-2, 1e-1)
GROWTH = 5.0
SMALL_TABLE_ROWS = 4096
SLICE_AFTER_ROWS = 96


def audit(target: Target, table: Any, options: AuditOptions | None = None) -> Certificate:
    """Look for dependence on the future in anything that turns a table into rows of values or decisions.

    `table` is a pandas or Polars frame, a numpy array or a mapping of names to arrays; or a mapping of names
    to frames, which are handed to the target in that order. The answer's rows stand beside the first table's
    rows, or carry its index or its column of times.
    Raises: InvalidOption or UnknownName for a table that is none, or columns that are not there. What the
    target does wrong is a verdict and never raises.
    """
    options = options or AuditOptions()
    world = world_of(table, options)
    hearing = Hearing(target, world, options)
    return hearing.certificate()


def world_of(table: Any, options: AuditOptions) -> World:
    """The tables with the steps at which everything in them was known."""
    tables = _tables(table, options)
    knowns = known_of(tables, options)
    return tuple(_part(one, known, options) for one, known in zip(tables, knowns, strict=True))


def _tables(table: Any, options: AuditOptions) -> tuple[Table, ...]:
    is_several = isinstance(table, Mapping) and not all(isinstance(one, np.ndarray) for one in table.values())
    if is_several:
        return tuple(table_of(one, name, options.frame) for name, one in table.items())
    return (table_of(table, "table", options.frame),)


def _part(table: Table, known: Known, options: AuditOptions) -> Part:
    """A table with the columns that no change may touch: times, assets, what is known in advance."""
    named = {options.known_at} if isinstance(options.known_at, str) else set(options.known_at.values())
    named |= {*options.column_known_at.values(), *options.known_in_advance, options.asset}
    fixed = {place for place, name in enumerate(table.names) if name in named}
    fixed |= {place for place in table.places(WHOLE) if _counts_time(table, known, place)}
    fixed |= set(table.places(TIME))
    assets = table.values(table.names.index(options.asset)) if options.asset in table.names else None
    rows = np.arange(len(table), dtype=np.int64)
    return Part(table, known, rows, frozenset(fixed), assets)


def _counts_time(table: Table, known: Known, place: int) -> bool:
    """A whole number that rises with every instant is a time or a count of rows."""
    if len(table) < 3:
        return False
    order = np.argsort(known.rows, kind="stable")
    steps, column = np.diff(known.rows[order]), np.diff(table.values(place)[order].astype(np.float64))
    return bool((column[steps > 0] > 0).all() and (column[steps == 0] == 0).all())


@dataclass
class Seen:
    """A dependence that was observed, before it is told where it comes from."""

    difference: Difference
    change: Change
    world: World
    base: Answer


@dataclass
class Hearing:
    """One audit on its way from the first run to the certificate."""

    target: Target
    world: World
    options: AuditOptions
    probe: Probe = field(init=False)
    seen: dict[str, Seen] = field(default_factory=dict)
    noise: dict[str, float] = field(default_factory=dict)
    spread: set[str] = field(default_factory=set)
    not_assessed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Take note of the target's own state before its first call."""
        main = self.world[0]
        self.probe = Probe(
            self.target, kept_state(self.target), self.options.budget, len(main.table), self.options.clock
        )

    def certificate(self) -> Certificate:
        """Hear the target and write down what was found."""
        base, written = self.probe.writes_into(self.world)
        if isinstance(base, Refused):
            return self._closed(self._silent(base))
        repeated = self._repeats(base)
        if repeated is not None:
            return self._closed(self._silent(repeated))
        self._look(base)
        return self._closed(self._verdicts(base, written))

    def _silent(self, refused: Refused) -> tuple[ChannelVerdict, ...]:
        where = f" (line {refused.line})" if refused.line else ""
        return (ChannelVerdict("all", NotAssessed(f"{refused.reason}{where}")),)

    def _repeats(self, base: Answer) -> Refused | None:
        """Ask the same again: an answer that differs from itself tells nothing about the future."""
        again = self.probe.ask(tuple(part.untouched() for part in self.world))
        if isinstance(again, Refused):
            return Refused(f"asked again, {again.reason}", again.line)
        asked = self.world[0].untouched()
        for name, difference in differences(base, again, 2**62, asked, 0.0).items():
            if difference.size > PLAIN_STRUCTURAL:
                return Refused(
                    f"it is not repeatable: asked the same twice, '{name}' gave {difference.before:.6g} "
                    f"and then {difference.after:.6g}; give its random draws a seed"
                )
            self.noise[name] = max(self.noise.get(name, 0.0), 8 * difference.size)
        return None

    def _look(self, base: Answer) -> None:
        """All changes of the plan, until every channel has been seen to move or the budget is spent."""
        wanted = {channel.name for channel in base.channels} - set(self.options.labels)
        for change, world, own in self._plan(base):
            if not wanted - set(self.seen) or self.probe.is_spent:
                return
            self.try_one(change, world, own)

    def try_one(self, change: Change, world: World, base: Answer) -> None:
        """One change; what it moves is taken down once it is told from rounding."""
        found = self.probe.change(base, world, change, 0.0)
        if isinstance(found, Refused):
            return
        for name, difference in found.items():
            if name in self.seen or name in self.options.labels:
                continue
            if difference.spread and change.name == "missing":
                # A transform over the whole series turns one missing value into all: alone that is no use.
                self.spread.add(name)
            elif self._is_dependence(name, difference, change, world, base):
                self.seen[name] = Seen(difference, change, world, base)

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

    def _plan(self, base: Answer) -> Iterator[tuple[Change, World, Answer]]:
        """Changes in the order of what they are worth: the whole future first, then cut after cut."""
        seed = self.options.seed
        for name, cut in self._whole(base):
            yield Change(name, cut, seed), self.world, base
        kinds = chosen_rows(self.world[0], base, seed, self.options.splits)
        narrow = self._narrow()
        rotation = ("shock", "truncate", "permute", "missing", "shock_rows", "drop_rows", "sign_flip")
        for number, (_, row) in enumerate(woven(kinds)):
            world, own = self._near(row, base)
            if own is None:
                continue
            cut = int(self.world[0].known.decided[row])
            first = "truncate" if number % 2 else "shock"
            yield Change(first, cut, seed), world, own
            if number % 3 == 0:
                name = rotation[(number // 3) % len(rotation)]
                if name != first:
                    yield Change(name, cut, seed), world, own
            if number % 4 == 1 and narrow:
                columns, asset = narrow[(number // 4) % len(narrow)]
                yield Change("shock", cut, seed, columns=columns, asset=asset), world, own

    def _whole(self, base: Answer) -> Iterator[tuple[str, int]]:
        """Each kind of change once over all that lies after a cut past the middle."""
        steps = np.unique(self.world[0].known.decided)
        warm = warm_up_of(base) / max(len(base), 1)
        names = [name for name in INTERVENTIONS if name != "words" or self._has_words()]
        for number, name in enumerate(names):
            share = max(0.5, warm) + (0.9 - max(0.5, warm)) * ((number * 0.618) % 1.0)
            yield name, int(steps[min(int(share * len(steps)), len(steps) - 1)])
        yield "truncate", int(steps[min(int(0.1 * len(steps)), len(steps) - 1)])

    def _has_words(self) -> bool:
        return any(set(part.table.places("text")) - part.fixed for part in self.world)

    def _narrow(self) -> list[tuple[tuple[int, ...] | None, str | None]]:
        """One column, or one asset, at a time."""
        told: list[tuple[tuple[int, ...] | None, str | None]] = []
        first = 0
        for part in self.world:
            usable = [
                place for place in part.table.places("number", WHOLE, "flag") if place not in part.fixed
            ]
            told += [((first + place,), None) for place in usable]
            first += len(part.table.names)
        assets = self.world[0].assets
        if assets is not None:
            told += [(None, str(one)) for one in np.unique(assets.astype(str))]
        return told

    def _near(self, row: int, base: Answer) -> tuple[World, Answer | None]:
        """The world around a row: all of it where it is small, else a stretch that is cheap to run."""
        main = self.world[0]
        if len(main.table) <= SMALL_TABLE_ROWS:
            return self.world, base
        order = np.argsort(main.known.rows, kind="stable")
        at = int(np.searchsorted(main.known.rows[order], main.known.rows[row]))
        before = 2 * warm_up_of(base) + 512
        rows = np.sort(order[max(at - before, 0) : at + SLICE_AFTER_ROWS])
        world = (Part(main.table, main.known, rows, main.fixed, main.assets), *self.world[1:])
        answer = self.probe.ask(tuple(part.untouched() for part in world))
        return world, (None if isinstance(answer, Refused) else answer)

    def _verdicts(self, base: Answer, written: tuple[str, ...]) -> tuple[ChannelVerdict, ...]:
        told = []
        coverage = str(self.coverage())
        for channel in base.channels:
            verdict: Verdict
            if channel.name in self.options.labels:
                self.not_assessed.append(f"'{channel.name}' is declared a label, never read by inference")
                continue
            if channel.name in self.seen:
                verdict = self._dependence(channel.name)
            elif written:
                verdict = NotAssessed(
                    f"it writes into its table ({', '.join(written)}): who reads it next sees other data; "
                    "work on a copy"
                )
            elif not self.probe.done:
                verdict = NotAssessed(self._why_nothing())
            else:
                verdict = NoDependenceObserved(AuditLevel.C1, coverage)
            told.append(ChannelVerdict(channel.name, verdict))
        return tuple(told) or (ChannelVerdict("all", NotAssessed("every output is declared a label")),)

    def _why_nothing(self) -> str:
        if self.probe.refused:
            return f"it accepted no table with another future: {self.probe.refused.most_common(1)[0][0]}"
        return "there was no later row or cell to change"

    def _dependence(self, name: str) -> DependsOnFuture:
        seen = self.seen[name]
        place = int(seen.difference.places[-1])
        row = int(seen.base.rows[place])
        return DependsOnFuture(
            row,
            name,
            None,
            self.options.channel_stages.get(name, self.options.stage),
            intervention=INTERVENTIONS[seen.change.name].words,
            before=f"{seen.difference.before:.6g}",
            after=f"{seen.difference.after:.6g}",
        )

    def coverage(self) -> Coverage:
        """What was run so far."""
        probe = self.probe
        return Coverage(
            probe.calls, probe.rows, probe.rows_run, len(probe.cuts), tuple(sorted(probe.done.items()))
        )

    def _closed(self, channels: tuple[ChannelVerdict, ...]) -> Certificate:
        probe, options = self.probe, self.options
        refused = [f"{words} ({count} times)" for words, count in sorted(probe.refused.items())]
        spread = [
            f"'{name}': one missing value after the decision makes every row missing"
            for name in sorted(self.spread - set(self.seen))
        ]
        return Certificate(
            target=getattr(self.target, "__qualname__", type(self.target).__name__),
            channels=channels,
            level=AuditLevel.C1,
            coverage=self.coverage(),
            tolerance=ROUNDING,
            seeds=(options.seed,),
            stage=options.stage,
            code_hash=code_hash_of(self.target),
            data_hash=data_hash_of(self.world),
            not_assessed=tuple(self.not_assessed + refused),
            notes=tuple(self.notes + spread + [f"rows were known by {self.world[0].known.said}"]),
        )
