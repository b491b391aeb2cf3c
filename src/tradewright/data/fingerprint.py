"""A hash of what a dataset says, in whatever format it lies: the same content has the same name for ever."""

import hashlib
from typing import Any

import msgspec
import numpy as np
import polars as pl

from tradewright.data.content import ACTIONS, BARS, KEYS, LISTINGS, TERMS, DatasetContent
from tradewright.values.findings import Finding
from tradewright.values.provenance import Provenance

ID_LENGTH = 16

FINDINGS = pl.Schema(
    {
        "code": pl.String, "level": pl.String, "symbol": pl.String, "message": pl.String,
        "count": pl.Int64, "first": pl.String,
    }
)  # fmt: skip


def tables_of(content: DatasetContent, findings: list[Finding]) -> dict[str, pl.DataFrame]:
    """The dataset's tables in the order in which they are kept: by instrument, then time.

    Equal keys keep their order, so that of duplicate bars the last one stays the last.
    """
    rows = [(f.code, f.level.value, f.symbol, f.message, f.count, f.first) for f in findings]
    # A dataset without terms is what it was before there were any, its name included; so is one whose actions
    # need no number to be told apart.
    sorted_terms = content.terms.sort(TERMS.names())
    if not content.actions.select(KEYS).is_duplicated().any():
        sorted_terms = sorted_terms.drop("number")
    terms = {} if content.terms.is_empty() else {"terms": sorted_terms}
    return {
        **terms,
        "bars": content.bars.select(BARS.names()).sort("symbol", "known_at", maintain_order=True),
        "actions": content.actions.select(ACTIONS.names()).sort(ACTIONS.names()),
        "listings": content.listings.select(LISTINGS.names()).sort(LISTINGS.names()),
        "sessions": content.sessions.sort("session"),
        "findings": pl.DataFrame(rows, schema=FINDINGS, orient="row"),
    }


def content_id(head: bytes, tables: dict[str, pl.DataFrame]) -> str:
    """The snapshot's name: a SHA-256 of the head and of every value in every table, shortened."""
    digest = hashlib.sha256(head)
    for name in sorted(tables):
        digest.update(f"\x1d{name}\x1d{tables[name].height}".encode())
        for column in tables[name].iter_columns():
            digest.update(f"\x1e{column.name}\x1e{column.dtype}\x1e".encode())
            digest.update(_bytes_of(column))
    return digest.hexdigest()[:ID_LENGTH]


def head_of(
    name: str, provenance: Provenance, calendar: str, time_zone: str, truth: dict[str, Any] | None
) -> bytes:
    """Everything about a dataset that is not in its tables, as JSON with sorted keys."""
    return encoded([name, plain(provenance), calendar, time_zone, truth])


def encoded(value: Any) -> bytes:
    """JSON bytes with sorted keys, numpy numbers and arrays included. NaN becomes null."""
    return msgspec.json.encode(value, enc_hook=_plain_number, order="deterministic")


def plain(provenance: Provenance) -> dict[str, Any]:
    """Provenance as JSON holds it; `msgspec.convert(plain, Provenance)` reads it back."""
    built: dict[str, Any] = msgspec.to_builtins(provenance)
    return built


def _plain_number(value: Any) -> Any:
    """Numpy numbers and arrays, which the encoder does not know."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"a dataset's truth cannot hold {type(value).__name__}")


def _bytes_of(column: pl.Series) -> bytes:
    """A column's values as bytes that do not depend on how it lies in memory."""
    if column.dtype == pl.String:
        counted = [f"{len(text)}:{text}" if text is not None else "-" for text in column.to_list()]
        return ",".join(counted).encode()
    if column.dtype == pl.Float64:
        values = column.fill_null(float("nan")).to_numpy()
        return np.where(np.isnan(values), np.nan, values).astype("<f8").tobytes()
    missing = column.is_null().to_numpy().tobytes() if column.null_count() else b""
    return missing + column.cast(pl.Int64).fill_null(0).to_numpy().astype("<i8").tobytes()
