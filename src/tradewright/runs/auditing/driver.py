"""Starts the process of an audit, waits no longer than allowed, and says in words how it ended.

The user's code is never run in this process: it may hang, exit, crash the interpreter or fill the memory.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from tradewright.causality.as_json import certificate_from
from tradewright.causality.certificate import Certificate
from tradewright.runs.auditing.child import not_assessed
from tradewright.runs.auditing.request import AuditRequest
from tradewright.values import errors

START_UP_S = 30.0


def audit_file(request: AuditRequest) -> Certificate:
    """Audit a function of a file in a process of its own; whatever that process does, there is a certificate.

    Raises: what the request itself is guilty of: NotFound, UnknownName, BadInput, InvalidOption.
    """
    with tempfile.TemporaryDirectory(prefix="tradewright-audit-") as folder:
        asked, answered = Path(folder) / "request.json", Path(folder) / "certificate.json"
        asked.write_text(json.dumps(request.plain()), encoding="utf-8")
        command = [sys.executable, "-m", "tradewright.runs.auditing.child", str(asked), str(answered)]
        ended = _run(command, request.time_limit_s + START_UP_S)
        if answered.is_file():
            return _read(answered)
    return not_assessed(request, ended or "its process ended without a word")


def _read(path: Path) -> Certificate:
    told = json.loads(path.read_text(encoding="utf-8"))
    if "error" in told:
        kind = getattr(errors, told["error"], errors.Failure)
        raise kind(told["what"], told["mend"])
    return certificate_from(told)


def _run(command: list[str], limit_s: float) -> str:
    """Run a command and everything it starts, at most so long; gives in words how it ended badly."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONHASHSEED": "0"},
        start_new_session=True,
        text=True,
        errors="replace",
    )
    try:
        _, said = process.communicate(timeout=limit_s)
    except subprocess.TimeoutExpired:
        _end(process)
        return f"it did not come back within {limit_s - START_UP_S:,.0f} s (--time-limit)"
    except BaseException:
        _end(process)
        raise
    if process.returncode < 0:
        return f"its process was ended by {signal.Signals(-process.returncode).name}"
    last = said.strip().splitlines()[-1:] or ["it wrote nothing"]
    return f"its process ended with exit code {process.returncode}: {last[0][:200]}"


def _end(process: "subprocess.Popen[str]") -> None:
    """End a process with all it started: it leads a group of its own."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
