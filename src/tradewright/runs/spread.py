"""Work cut into chunks and done here, on all cores, or on a cluster: one call, and the same answers.

Nothing that is done elsewhere writes anything: whoever asks gets results in order and puts them on record
himself. So a chunk that a dying worker began and another one finishes counts once.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tradewright.values.errors import Failure, InvalidOption, unknown_name

INLINE, PROCESSES, DASK = "inline", "processes", "dask"
BACK_ENDS = (INLINE, PROCESSES, DASK)
# Of each process's share, so that nobody waits long for another.
CHUNKS_A_WORKER = 4
# On a cluster, whose size may change meanwhile.
ITEMS_A_TASK = 8
CONNECT_SECONDS = 10
Item = TypeVar("Item")
Done = TypeVar("Done")


@dataclass(frozen=True)
class Workers:
    """Who does the work: this process, `count` processes of this machine, or a Dask cluster.

    `scheduler` is the cluster's address, such as tcp://10.0.0.5:8786; `code_folder` where compiled code lies,
    which processes elsewhere look into; empty for where it lies by default.
    Raises: UnknownName for a back end that is not there; InvalidOption for settings that do not fit.
    """

    back_end: str = INLINE
    count: int = 1
    scheduler: str = ""
    code_folder: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if self.back_end not in BACK_ENDS:
            raise unknown_name(self.back_end, "back end", BACK_ENDS)
        if self.count < 1:
            raise InvalidOption(f"workers = {self.count}.", "Give 1 or more.")
        if (self.back_end == DASK) != bool(self.scheduler):
            raise InvalidOption(
                f"back end '{self.back_end}' with scheduler '{self.scheduler}'.",
                "A Dask cluster needs its scheduler's address, and nothing else takes one.",
            )

    @property
    def is_elsewhere(self) -> bool:
        """Whether the work leaves this process."""
        return self.back_end != INLINE


HERE = Workers()


def spread(
    work: Callable[[Sequence[Item]], Sequence[Done]], items: Sequence[Item], workers: Workers = HERE
) -> Iterator[Done]:
    """What `work` makes of each item, in the items' order, whoever does it and whenever it is done.

    `work` gets some neighbouring items and gives one answer for each; elsewhere it must be picklable.
    Raises: what `work` raises; Failure without joblib or Dask, where the cluster is not reached, and where a
    process died at its work.
    """
    if not workers.is_elsewhere:
        for item in items:
            yield from work((item,))
        return
    pieces = CHUNKS_A_WORKER * workers.count
    chunks = chunked(items, -(-len(items) // ITEMS_A_TASK) if workers.back_end == DASK else pieces)
    with _cluster(workers) as back_end:
        parallel, delayed = _joblib()
        tasks = (delayed(at_home)(work, chunk, workers.code_folder) for chunk in chunks)
        with back_end:
            # One chunk is one task: joblib must not join what was cut with care.
            done = parallel(n_jobs=_jobs(workers), batch_size=1, return_as="generator")(tasks)
            yield from _alive(itertools.chain.from_iterable(done), workers)


def chunked(items: Sequence[Item], pieces: int) -> list[Sequence[Item]]:
    """Neighbouring items in so many chunks of nearly one size, or fewer; none is empty."""
    pieces = min(len(items), pieces)
    edges = [len(items) * piece // pieces for piece in range(pieces + 1)] if pieces else [0]
    return [items[first:last] for first, last in itertools.pairwise(edges)]


def at_home(
    work: Callable[[Sequence[Item]], Sequence[Done]], chunk: Sequence[Item], folder: str
) -> Sequence[Done]:
    """One chunk, in whatever process it came to; compiled code is looked for where the asker keeps it."""
    from tradewright.kernel.native import cache

    if folder and Path(folder).is_dir():
        cache.configure(Path(folder))
    return work(chunk)


def _alive(answers: Iterator[Done], workers: Workers) -> Iterator[Done]:
    """The answers, and in words that a process which should have given one is gone."""
    while True:
        try:
            one = next(answers)
        except StopIteration:
            return
        except _deaths(workers) as error:
            if workers.back_end == DASK:
                raise Failure(
                    f"workers of the cluster {workers.scheduler} died one after the other at the same work: "
                    "memory ran out, or they were killed.",
                    "Give them more memory; what was finished before is on record.",
                ) from error
            raise Failure(
                f"one of {workers.count} processes died at its work: memory ran out, or it was killed.",
                "Give fewer --workers, or more memory; what was finished before is on record.",
            ) from error
        yield one


def _deaths(workers: Workers) -> tuple[type[BaseException], ...]:
    """What is raised where whoever does the work is gone and nobody takes it over."""
    if workers.back_end != DASK:
        return (BrokenExecutor,)
    from distributed import KilledWorker
    from distributed.client import FutureCancelledError

    return (KilledWorker, FutureCancelledError)


def _jobs(workers: Workers) -> int:
    # joblib asks Dask itself how many workers there are.
    return workers.count if workers.back_end == PROCESSES else -1


def _joblib() -> tuple[Any, Any]:
    try:
        from joblib import Parallel, delayed
    except ImportError:
        raise _lacking("joblib") from None
    return Parallel, delayed


def _lacking(package: str) -> Failure:
    return Failure(
        f"spreading work needs {package}, which is not installed.",
        "Install the extra: pip install 'tradewright[research]'. One process needs none of it.",
    )


def _cluster(workers: Workers) -> Any:
    """The connection to a cluster, as a context that gives joblib's back end."""
    if workers.back_end == PROCESSES:
        _joblib()
        from joblib import parallel_config

        return nullcontext(parallel_config(backend="loky"))
    return _Connected(workers.scheduler)


class _Connected:
    """A Dask client for as long as the work takes."""

    def __init__(self, scheduler: str) -> None:
        self.scheduler = scheduler
        self.client: Any = None

    def __enter__(self) -> Any:
        _joblib()
        try:
            from distributed import Client
            from joblib import parallel_config
        except ImportError:
            raise _lacking("dask[distributed]") from None
        try:
            connect: Any = Client
            self.client = connect(self.scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise Failure(
                f"the Dask scheduler {self.scheduler} cannot be reached: {error}.",
                "Start one with `dask scheduler` and name its address.",
            ) from error
        return parallel_config(backend=_heeding_deaths(self.client))

    def __exit__(self, *error: object) -> None:
        self.client.close()


def _heeding_deaths(client: Any) -> Any:
    """joblib's Dask back end, told as well where the scheduler gives a task up.

    As it comes (1.6) it hears of results and of what work raised, and waits for ever for a task whose workers
    all died: the scheduler's own error sets the future and calls nobody.
    """
    from joblib._dask import DaskDistributedBackend

    class _Heeding(DaskDistributedBackend):  # type: ignore[misc]
        def submit(self, func: Any, callback: Any = None) -> Any:
            found = super().submit(func, callback)

            def heard(done: Any) -> None:
                if callback is not None and done.exception() is not None:
                    callback(_Death(done.exception()))

            found.add_done_callback(heard)
            return found

        def retrieve_result_callback(self, out: Any) -> Any:
            if isinstance(out, _Death):
                raise out.error
            return super().retrieve_result_callback(out)

    return _Heeding(client=client)


@dataclass(frozen=True, eq=False)
class _Death:
    """What the scheduler said when it gave a task up."""

    error: BaseException
