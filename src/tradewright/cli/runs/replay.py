"""`tradewright runs replay`"""

from pathlib import Path
from typing import Annotated

import typer

from tradewright.cli import screen, summaries
from tradewright.cli.asked import Json, RunId, workspace_of


def run(
    context: typer.Context,
    run_id: RunId,
    into: Annotated[Path | None, typer.Option(help="Write the files made anew into this folder.")] = None,
    json: Json = False,
) -> None:
    """Execute a run again, on the data it read, and print what comes out.

    No trial is counted: this one has been. --into keeps the files made anew, to
    look at where they differ.
    """
    from tradewright.assembly.again import replayed, write_into
    from tradewright.runs.manifest import sha256_of

    workspace = workspace_of(context)
    manifest = workspace.runs.complete(run_id)
    files = replayed(workspace, manifest)
    if into is not None:
        write_into(into, files)
    hashes = {name: sha256_of(content) for name, content in files.items()}
    if json:
        screen.as_json([{"id": manifest.run_id, "equal": hashes == manifest.files, "files": hashes}])
        return
    import msgspec

    screen.say(f"{manifest.name}, executed again")
    summaries.show(msgspec.json.decode(files["summary.json"]))
    differing = sorted(
        name for name in {*hashes, *manifest.files} if hashes.get(name) != manifest.files.get(name)
    )
    screen.say(
        f"\nDiffers from the run: {', '.join(differing)}" if differing else "\nEvery file came out equal."
    )
