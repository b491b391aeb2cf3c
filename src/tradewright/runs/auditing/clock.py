"""A clock that stands still, so that a target which asks for the present can be caught at it."""

import datetime
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

OTHER_STORY_DAYS = 400
NANOSECONDS = 1_000_000_000


class FrozenClock:
    """Stands in for the clocks of Python and pandas; notes who asked, and can be set to another day.

    A clock that ran on would make a target that asks for the time differ from itself, and hide what it does
    with the answer; one that stands still shows it when it is set forward once.
    """

    name = "the clock"

    def __init__(self, now_ns: int) -> None:
        """Standing at an instant, in ns UTC."""
        self.now_ns = now_ns
        self.is_watching = False
        self.asked = False
        self._classes = _frozen_classes(self._told)

    def install(self) -> None:
        """Replace the functions that tell the time, for what is imported from now on."""
        time.time = lambda: self._told() / NANOSECONDS
        time.time_ns = self._told
        _replace_timestamp(self._told)

    def adopt(self, module: ModuleType) -> None:
        """Give a module that has imported the real classes by name the frozen ones."""
        frozen = dict(zip((datetime.datetime, datetime.date), self._classes, strict=True))
        for name, value in list(vars(module).items()):
            if isinstance(value, type) and value in frozen:
                setattr(module, name, frozen[value])

    @contextmanager
    def standing(self) -> Iterator[None]:
        """While the target runs, `datetime` itself holds the frozen classes.

        Not longer: compiled libraries that are imported meanwhile expect the real ones.
        """
        real = datetime.datetime, datetime.date
        datetime.datetime, datetime.date = self._classes  # type: ignore[misc]
        self.is_watching = True
        try:
            yield
        finally:
            self.is_watching = False
            datetime.datetime, datetime.date = real  # type: ignore[misc]

    def was_used(self) -> bool:
        """Whether a watched target asked for the time."""
        return self.asked

    def refusal(self) -> str:
        """Nothing stands in the way of another day."""
        return ""

    @contextmanager
    def other(self) -> Iterator[None]:
        """Stand at a day more than a year later."""
        kept, self.now_ns = self.now_ns, self.now_ns + OTHER_STORY_DAYS * 86_400 * NANOSECONDS
        try:
            yield
        finally:
            self.now_ns = kept

    def _told(self) -> int:
        self.asked |= self.is_watching
        return self.now_ns


def _frozen_classes(told: Callable[[], int]) -> tuple[Any, Any]:
    """datetime and date whose now, utcnow and today are frozen; real values count as their instances."""
    real, real_date = datetime.datetime, datetime.date

    class Alike(type):
        def __instancecheck__(cls, one: Any) -> bool:
            return isinstance(one, real if cls is FrozenDatetime else real_date)

        def __subclasscheck__(cls, kind: type) -> bool:
            return issubclass(kind, real if cls is FrozenDatetime else real_date)

    class FrozenDatetime(real, metaclass=Alike):  # type: ignore[misc, valid-type]
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return real.fromtimestamp(told() / NANOSECONDS, tz)

        @classmethod
        def utcnow(cls) -> Any:
            return real.fromtimestamp(told() / NANOSECONDS, datetime.UTC).replace(tzinfo=None)

        @classmethod
        def today(cls) -> Any:
            return cls.now()

    class FrozenDate(real_date, metaclass=Alike):  # type: ignore[misc, valid-type]
        @classmethod
        def today(cls) -> Any:
            return real.fromtimestamp(told() / NANOSECONDS).date()

    return FrozenDatetime, FrozenDate


def _replace_timestamp(told: Callable[[], int]) -> None:
    """pandas reads the clock in compiled code."""
    import pandas as pd

    def now(cls: Any, tz: Any = None) -> Any:
        stamp = pd.Timestamp(told(), tz="UTC")
        return stamp.tz_convert(tz) if tz is not None else stamp.tz_localize(None)

    for name in ("now", "today"):
        setattr(pd.Timestamp, name, classmethod(now))
    pd.Timestamp.utcnow = classmethod(lambda cls: now(cls, "UTC"))
