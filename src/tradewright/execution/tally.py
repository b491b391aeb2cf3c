"""What was sent, cancelled and filled: the counts that the checks on pace, repeats and duplicates read."""

from bisect import bisect_right
from collections import defaultdict

from tradewright.execution.checks.contract import NS_PER_S, Request

Key = tuple[object, ...]


class Tally:
    """Counts over sliding windows that end at the instant of asking, and over the session.

    Instants must not fall; time is an argument.
    """

    def __init__(self, duplicate_window_s: float, repeat_window_s: float) -> None:
        """An empty tally."""
        self._duplicate_ns = int(duplicate_window_s * NS_PER_S)
        self._repeat_ns = int(repeat_window_s * NS_PER_S)
        self._orders: list[int] = []
        self._cancels: list[int] = []
        self._fills = 0
        self._intents: defaultdict[Key, list[int]] = defaultdict(list)
        self._executions: defaultdict[Key, list[int]] = defaultdict(list)

    def begin_session(self) -> None:
        """Counts of a session begin anew; what is windowed runs on its own clock and is forgotten too."""
        self.__init__(self._duplicate_ns / NS_PER_S, self._repeat_ns / NS_PER_S)  # type: ignore[misc]

    def sent(self, request: Request) -> None:
        """An order or a cancel has left."""
        if request.is_cancel:
            self._cancels.append(request.at)
            return
        self._orders.append(request.at)
        self._intents[_intent(request)].append(request.at)

    def filled(self, at: int, symbol: str, qty: float) -> None:
        """A fill came back."""
        self._fills += 1
        self._executions[symbol, qty].append(at)

    def counts(self, request: Request) -> dict[str, int]:
        """The fields of a `Book` that this tally knows, as of a request."""
        at = request.at
        return {
            "orders_1s": _since(self._orders, at - int(NS_PER_S)),
            "orders_30s": _since(self._orders, at - int(30 * NS_PER_S)),
            "orders_day": len(self._orders),
            "cancels_1s": _since(self._cancels, at - int(NS_PER_S)),
            "cancels_30s": _since(self._cancels, at - int(30 * NS_PER_S)),
            "cancels_day": len(self._cancels),
            "fills_day": self._fills,
            "duplicates": _since(self._intents.get(_intent(request), []), at - self._duplicate_ns),
            "repeats": _since(self._executions.get((request.symbol, request.qty), []), at - self._repeat_ns),
        }


def _since(instants: list[int], start: int) -> int:
    """How many instants lie after `start`."""
    return len(instants) - bisect_right(instants, start)


def _intent(request: Request) -> Key:
    """What makes two requests the same wish: everything but when it was wished."""
    limit = request.limit_usd if request.limit_usd == request.limit_usd else None
    stop = request.stop_usd if request.stop_usd == request.stop_usd else None
    return request.symbol, request.qty, request.type, limit, stop, request.time_in_force, request.reduce_only
