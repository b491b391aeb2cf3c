"""A plan at work on some symbols: it takes rows, gives columns, and keeps what it must remember in one place.

Handing it a whole period, one row, or any pieces in between gives the same bits.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradewright.features.expression import Operation
from tradewright.features.native import opcodes
from tradewright.features.native.opcodes import instruction_dtype
from tradewright.features.planner import INPUTS_AT_MOST, Plan, Stage
from tradewright.features.trailing import frozen
from tradewright.kernel.memory import fresh
from tradewright.values.errors import InvalidOption, unknown_name
from tradewright.values.panel import Floats, Ints


class MachineState(NamedTuple):
    """All that a machine remembers: the rows it has seen, and a flat memory for each of its parts."""

    rows_seen: int
    memories: tuple[Floats, ...]


class Machine:
    """One plan bound to symbols. Its state is explicit: it can be read, kept and put back."""

    def __init__(self, plan: Plan, symbols: tuple[str, ...]) -> None:
        """Bound to these symbols, with no row seen."""
        if not symbols:
            raise InvalidOption("Features of no symbol.", "Give one symbol or more.")
        self.plan = plan
        self._count = len(symbols)
        self._rows_seen = 0
        self._programs = [_Program(stage, symbols) for stage in plan.stages]
        self._calls = [
            [one.operation.call.begin(self._count) for one in stage.calls] for stage in plan.stages
        ]
        self._wanted = [one.key for one in plan.wanted]
        self._is_direct = len(plan.stages) == 1 and list(plan.stages[0].results) == self._wanted
        places = {key: place for place, key in enumerate(plan.stages[0].inputs)}
        row = self._programs[0].row
        self._given = [(name, row[places[key]]) for name, key in plan.names.items() if key in places]

    def push(self, columns: Mapping[str, Floats], instants: Ints) -> Floats:
        """Take the next rows and give their columns.

        Shape: each input rows x N, `instants` rows; the answer is columns x rows x N.
        Raises: UnknownName, InvalidOption for an input that is missing or of another shape.
        """
        rows = len(instants)
        known = {key: self._flat(name, columns, rows) for name, key in self.plan.names.items()}
        whole = frozen_ints(instants)
        for program, calls, stage in zip(self._programs, self._calls, self.plan.stages, strict=True):
            made = program.run([known[key] for key in stage.inputs], whole, self._rows_seen)
            if self._is_direct:
                self._rows_seen += rows
                return made.reshape(len(self._wanted), rows, self._count)
            made.flags.writeable = False
            each = made.reshape(len(stage.results), rows * self._count)
            known |= dict(zip(stage.results, each, strict=True))
            for one, call in zip(stage.calls, calls, strict=True):
                inputs = [known[inner.key].reshape(rows, self._count) for inner in one.of]
                known[one.key] = frozen(call.push(inputs)).reshape(-1)
        self._rows_seen += rows
        return np.stack([known[key] for key in self._wanted]).reshape(len(self._wanted), rows, self._count)

    def push_row(self, row: Mapping[str, Floats], instant: int) -> Floats:
        """`push` for one row: the same bits, with no work that is alike on every row.

        Shape: each input N; the answer is columns x N.
        Raises: as `push`.
        """
        if not self._is_direct:
            columns = {name: np.asarray(row[name])[None] for name in self.plan.inputs if name in row}
            return self.push(columns, np.array([instant]))[:, 0]
        program = self._programs[0]
        for name, into in self._given:
            if name not in row:
                raise unknown_name(name, "column of the data", row)
            if np.shape(row[name]) != (self._count,):
                # What is no array refuses by itself, with the better words.
                raise self._misshapen(name, (1, *np.asarray(row[name]).shape), 1)
            into[...] = row[name]
        made = program.run_row(instant, self._rows_seen)
        self._rows_seen += 1
        return made.reshape(len(self._wanted), self._count)

    def state(self) -> MachineState:
        """A copy of all that it remembers."""
        every = [program.memory for program in self._programs]
        every += [memory for calls in self._calls for call in calls for memory in call.memories()]
        return MachineState(self._rows_seen, tuple(memory.copy() for memory in every))

    def restore(self, state: MachineState) -> None:
        """Go on from a state that a machine of the same plan and the same number of symbols gave.

        Raises: InvalidOption for the state of another plan.
        """
        every = [program.memory for program in self._programs]
        every += [memory for calls in self._calls for call in calls for memory in call.memories()]
        if [one.shape for one in every] != [one.shape for one in state.memories]:
            raise InvalidOption("This state is of other features or symbols.", "Give one of the same plan.")
        for memory, kept in zip(every, state.memories, strict=True):
            memory[...] = kept
        self._rows_seen = state.rows_seen

    def _flat(self, name: str, columns: Mapping[str, Floats], rows: int) -> Floats:
        """An input, row after row, checked."""
        if name not in columns:
            raise unknown_name(name, "column of the data", columns)
        given = np.asarray(columns[name], dtype=np.float64)
        if given.shape != (rows, self._count):
            raise self._misshapen(name, given.shape, rows)
        return frozen(given).reshape(-1)

    def _misshapen(self, name: str, shape: tuple[int, ...], rows: int) -> InvalidOption:
        return InvalidOption(
            f"Column '{name}' has the shape {shape}.", f"Give {rows} rows x {self._count} symbols."
        )


class _Program:
    """A stage as instructions, with its memory and its scratch columns."""

    def __init__(self, stage: Stage, symbols: tuple[str, ...]) -> None:
        from tradewright.features.native.program import BLOCK, entry

        self._entry = entry()
        self._count, self._results = len(symbols), len(stage.results)
        # A block has as many whole rows as fit, and one at least.
        width = max(1, BLOCK // self._count) * self._count
        self._scratch = np.zeros(stage.scratch_columns * width)
        self._instructions = np.zeros(len(stage.steps), dtype=instruction_dtype)
        fills: list[Floats] = []
        offset = 0
        for row, step in zip(self._instructions, stage.steps, strict=True):
            row["code"], row["a"] = opcodes.LOAD, float(step.loads)
            places = [place * width if place >= 0 else place for place in (*step.reads, *step.writes)]
            _place(row, places[: len(step.reads)], places[len(step.reads) :])
            if step.operation is not None:
                memory = _number(row, step.operation, symbols)
                row["memory"], row["size"] = offset, len(memory)
                offset += len(memory)
                fills.append(memory)
        self.memory = np.concatenate([np.zeros(0), *fills])
        # A stream hands over its row in the same place each time.
        self.row = np.zeros((len(stage.inputs), self._count))
        self._instant = np.zeros(1, dtype=np.int64)
        self._row_given = self._padded([frozen(one) for one in self.row]), frozen_ints(self._instant)

    def _padded(self, inputs: list[Floats]) -> tuple[Floats, ...]:
        return (*inputs, *(_NOTHING for _ in range(INPUTS_AT_MOST - len(inputs))))

    def run_row(self, instant: int, first: int) -> Floats:
        """The results of the row that stands in `row`: one column after the other."""
        self._instant[0] = instant
        out = np.empty(self._results * self._count)
        kept = self.memory, self._scratch
        self._entry(self._instructions, *self._row_given, (first, self._count), kept, out)
        return out

    def run(self, inputs: list[Floats], instants: Ints, first: int) -> Floats:
        """The results of the next rows, flat: one column after the other, row after row."""
        out = fresh(self._results * len(instants) * self._count)
        kept = self.memory, self._scratch
        self._entry(self._instructions, self._padded(inputs), instants, (first, self._count), kept, out)
        return out


def _place(row: Any, reads: list[int], writes: list[int]) -> None:
    """Where an instruction reads and writes."""
    for name, place in zip("xyz", (*reads, *[0] * (3 - len(reads))), strict=True):
        row[name] = place
    row["out"] = [*writes, *[0] * (5 - len(writes))]


def _number(row: Any, one: Operation, symbols: tuple[str, ...]) -> Floats:
    """Fill an instruction's numbers; gives what its memory holds before the first row."""
    row["code"] = one.code
    row["a"], row["b"], row["c"] = (*one.numbers, *[0.0] * (3 - len(one.numbers)))
    if one.phase:
        row["c"] = float(one.phase)
    if one.code == opcodes.PICK:
        if one.call not in symbols:
            raise unknown_name(one.call, "symbol of this data", symbols)
        row["a"] = float(symbols.index(one.call))
    filled = [np.full(rows * len(symbols), value) for rows, value in one.memory]
    return np.concatenate([np.zeros(0), *filled])


def frozen_ints(instants: Ints) -> Ints:
    """A read-only view of instants in one piece."""
    seen = np.ascontiguousarray(instants, dtype=np.int64).view()
    seen.flags.writeable = False
    return seen


_NOTHING: NDArray[np.float64] = frozen(np.zeros((1, 1))).reshape(-1)
