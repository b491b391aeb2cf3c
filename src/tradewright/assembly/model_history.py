"""Where kept models stand in the lines of a workspace, and what is on record of each."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tradewright.assembly.workspace import Workspace
from tradewright.values.errors import StorageFailure
from tradewright.values.instant import date_of

if TYPE_CHECKING:
    from tradewright.research.trials import Event

# Of a model that stands in several lines the list shows the highest stage.
HEIGHTS = ("candidate", "retired", "shadow", "champion")


def stages(workspace: Workspace) -> dict[str, str]:
    """The highest stage of each model that is on record; no ledger is made by asking.

    None is shown, and why is said, where the ledger cannot be read: the models can.
    """
    from tradewright.assembly.model_lines import registry_of

    found: dict[str, str] = {}
    if not workspace.ledger_is_there:
        return found
    try:
        registry = registry_of(workspace)
        in_lines = (event.trial for event in registry.ledger.models() if event.study)
        found = dict.fromkeys(in_lines, HEIGHTS[0])
        for name in registry.names():
            for version, stage in registry.line(name).stages.items():
                found[version] = max(found.get(version, stage.value), stage.value, key=HEIGHTS.index)
    except StorageFailure as failure:
        workspace.say(f"No stages are shown: {failure.what}")
        return {}
    return found


def history_of(workspace: Workspace, version: str) -> tuple[dict[str, str] | None, list[dict[str, Any]]]:
    """The stage of a model in each line that knows it, and its rows, oldest first.

    None for the stages, and why is said, where the ledger cannot be read.
    """
    from tradewright.assembly.model_lines import registry_of

    if not workspace.ledger_is_there:
        return {}, []
    try:
        registry = registry_of(workspace)
        rows = registry.rows_of(version)
        lines = dict.fromkeys(event.study for event in rows if event.study)
        standing = {name: registry.line(name).stage_of(version).value for name in lines}
    except StorageFailure as failure:
        workspace.say(f"No stages are shown: {failure.what}")
        return None, []
    return standing, [_row(event) for event in rows]


def _row(event: "Event") -> dict[str, Any]:
    """A row for a program, and in words."""
    body = json.loads(event.body)
    return {
        "at": event.at,
        "line": event.study,
        "what": event.kind.value,
        "words": _words(event, body),
        "body": body,
    }


def _words(event: "Event", body: Mapping[str, Any]) -> str:
    """A row in words."""
    from tradewright.research.trials import Kind

    if event.kind is Kind.MODEL_TRAINED:
        return f"on {body['dataset']}, in {body['seconds']:.1f} s"
    if event.kind is Kind.MODEL_COMPARED:
        return f"{'better than' if body['is_better'] else 'not shown better than'} {body['champion']}"
    if event.kind is Kind.MODEL_CHECKED:
        return f"drifted: {', '.join(body['drifted']) or 'none'}"
    if event.kind is Kind.MODEL_RETIRED:
        spoke = [("drifted", body["drifted"]), ("beaten by", body["beaten_by"])]
        against = "".join(f"; {what}: {', '.join(who)}" for what, who in spoke if who)
        return f"by {body['by']}, as {body['was']}: {body['reason']}{against}"
    if event.kind is Kind.MODEL_CHOSEN:
        return f"among {len(body['runs'])} runs on {body['dataset']}, {body['horizon_bars']} bars ahead"
    if event.kind is Kind.MODEL_REVIEWED:
        return f"skill on {body['dataset']} told up to {date_of(body['until'])}"
    before = f", in the place of {body['before']}" if body["before"] else ""
    reason = f": {body['reason']}" if body.get("reason") else ""
    return f"by {body['by']}{before}{reason}"
