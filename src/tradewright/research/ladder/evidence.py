"""Evidence: typed, dated, hashed records of what was found, tied to code, data and configuration."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import msgspec

from tradewright.research.ladder.kinds import FieldType, kind_named
from tradewright.values.errors import BadInput, InvalidOption, unknown_name

Value = float | int | bool | str | None
# What an evidence file may weigh: a record is a dozen numbers.
LARGEST_FILE_BYTES = 1_000_000


@dataclass(frozen=True)
class Subject:
    """Exactly what is judged: hashes of code, data (a snapshot's id) and configuration."""

    code: str = ""
    data: str = ""
    config: str = ""


@dataclass(frozen=True)
class Record:
    """One piece of evidence of a kind, with its numbers by field.

    `source` says where it came from (`run:ID`, `holdout:NAME`, `file:NAME`); `origin` whose prices they were
    (real, synthetic or empty for unknown). `is_proven` is true where the project itself derived the values
    from a source that it has verified. `reasons` say why a value is missing. `hash` covers all the rest.

    Units: `made_at` ns UTC, when what it tells was found; values in the units of their kind's fields.
    """

    kind: str
    subject: Subject
    source: str
    origin: str
    made_at: int
    values: Mapping[str, Value]
    is_proven: bool = False
    reasons: Mapping[str, str] = field(default_factory=dict)
    hash: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether every byte is what it was when the record was made."""
        return self.hash == _hash_of(self)


def record_of(record: Record) -> Record:
    """The record with its hash, checked against its kind.

    Raises: UnknownName for a kind or field that does not exist, InvalidOption for a value of another type.
    """
    fields = kind_named(record.kind).fields
    for name, value in record.values.items():
        if name not in fields:
            raise unknown_name(name, f"field of the evidence '{record.kind}'", fields)
        if not _fits(value, fields[name]):
            raise InvalidOption(
                f"{record.kind}.{name} = {value!r} is not {fields[name].words}.", "Give one, or null."
            )
    return replace(record, hash=_hash_of(record))


def as_json(record: Record) -> str:
    """The record as the ledger and an evidence file hold it."""
    return json.dumps(asdict(record), sort_keys=True, ensure_ascii=False)


def from_json(text: str, source: str) -> Record:
    """A record from its text, as it stands there: whether it is whole is for the gates to say.

    Raises: BadInput where it is no record at all; `source` names it.
    """
    mend = "Write it again with: tradewright research record NAME RUN --out FILE"
    if len(text) > LARGEST_FILE_BYTES:
        raise BadInput(f"{source} is {len(text):,} characters long: that is no evidence record.", mend)
    try:
        # Python's reader takes NaN, which JSON has no word for: the gate shall refuse it by its name.
        return msgspec.convert(json.loads(text), Record)
    except (ValueError, RecursionError, msgspec.ValidationError) as error:
        raise BadInput(f"{source} is no evidence record: {' '.join(str(error).split())}.", mend) from None


def is_number(value: Value) -> bool:
    """Whether a value is a finite number; a flag is none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _fits(value: Value, wanted: FieldType) -> bool:
    if value is None:
        return True
    if wanted is FieldType.FLAG:
        return isinstance(value, bool)
    if wanted is FieldType.TEXT:
        return isinstance(value, str)
    # NaN is let in: it is what was found, and no gate passes it.
    is_plain = isinstance(value, int | float) and not isinstance(value, bool)
    return is_plain and (wanted is FieldType.NUMBER or isinstance(value, int))


def _hash_of(record: Record) -> str:
    content: dict[str, Any] = {**asdict(record), "hash": ""}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
