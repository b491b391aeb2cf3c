"""What happened to a candidate, each row of its history in words."""

import json
from collections.abc import Mapping
from typing import Any

from tradewright.research.ladder.registry import Candidate
from tradewright.research.trials import Event, Kind


def history_of(candidate: Candidate) -> list[dict[str, Any]]:
    """Every row, newest first: `id`, `at` (ns UTC), `what`, `words`, and the row's own `body`."""
    told = []
    for number, event in enumerate(candidate.rows, start=1):
        body = json.loads(event.body)
        told.append(
            {
                "id": f"{candidate.name}-{number}",
                "at": event.at,
                "what": event.kind.value,
                "words": _words(event, body),
                "body": body,
            }
        )
    return told[::-1]


def _words(event: Event, body: Mapping[str, Any]) -> str:
    """One row in words."""
    if event.kind is Kind.CREATED:
        parent = f", forked from {body['parent']}" if body["parent"] else ""
        return f"{body['study']['title']}{parent}"
    if event.kind is Kind.FROZEN:
        return f"run {body.get('run', '')}"
    if event.kind is Kind.RECORDED:
        return f"{body['kind']} from {body['source']}"
    if event.kind is Kind.APPROVED:
        return f"{body['to']} by {body['by']}{': ' + body['reason'] if body['reason'] else ''}"
    if event.kind in (Kind.PROMOTED, Kind.DEMOTED):
        by = f", {', '.join(body['by'])}" if body["by"] else ""
        return f"{body['before']} -> {body['after']}{by}: {body['reason']}"
    if event.kind is Kind.HOLDOUT_OPENED:
        return f"attempt {body['attempt']} on {body['dataset']}, may spend {body['alpha']:.4g}"
    if "values" in body:
        return ", ".join(f"{name} {value:.4g}" for name, value in body["values"].items())
    return str(body.get("failed", ""))
