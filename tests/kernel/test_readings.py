"""Three readings of one bar: where it cannot tell, they differ; where it can, they agree."""

from dataclasses import dataclass, replace

import pytest
from order_drivers import FREE, RICH, bars, filled, flat, states

from tradewright.values.order import Bracket, Order, OrderType, TimeInForce
from tradewright.values.panel import Panel
from tradewright.values.reading import Reading

GTC = TimeInForce.GTC
PESSIMISTIC, BASE, OPTIMISTIC = Reading
MARKET = Order.market("A", 10)


@dataclass(frozen=True)
class Question:
    """What is said at row 0, the bars from row 1 on, and the prices of the fills in each reading."""

    name: str
    said: Order | Bracket
    bars: tuple[tuple[float, ...], ...]
    pessimistic: tuple[float, ...]
    base: tuple[float, ...]
    optimistic: tuple[float, ...]


def bracket(entry: Order = MARKET, target: float = 110.0, stop: float = 95.0) -> Bracket:
    """A bracket around 100."""
    return Bracket.around(entry, target, stop)


TRAIL = Order("A", -10, OrderType.TRAILING_STOP, trail_usd=3.0, time_in_force=GTC)

QUESTIONS = [
    Question(
        "stop and target in one bar: which came first?",
        bracket(),
        (flat(), (100, 112, 91, 105)),
        (100.0, 93.0),
        (100.0, 95.0),
        (100.0, 110.0),
    ),
    Question(
        "a limit met, not passed: was its queue reached?",
        Order.limit("A", 10, 99.0),
        ((100, 101, 99, 100),),
        (),
        (),
        (99.0,),
    ),
    Question(
        "a stop met inside: at which price was there a buyer?",
        Order.stop("A", -10, 95.0),
        ((100, 101, 91, 99),),
        (93.0,),
        (95.0,),
        (95.0,),
    ),
    Question(
        "a trail that only the bar's own high raised: did the high come first?",
        TRAIL,
        ((100, 105, 99, 103),),
        (99.0,),  # the high came first and was 102: its stop lies at the low
        (102.0,),
        (),
    ),
    Question(
        "a trail met at its old and at its new price: which one?",
        TRAIL,
        ((100, 105, 95, 96),),
        (96.0,),
        (97.0,),
        (102.0,),
    ),
    Question(
        "an entry inside the bar: did its trail see the bar's best price?",
        Bracket(Order.stop("A", 10, 104.0), None, TRAIL),
        ((100, 110, 99, 105.5),),
        (107.0, 101.5),
        (104.0, 101.0),
        (104.0, 107.0),
    ),
    Question(
        "a trail behind which the bar closed, whose entry was at its open",
        Bracket(MARKET, None, TRAIL),
        ((100, 105, 98, 101),),
        (100.0, 98.0),
        (100.0, 102.0),
        (100.0, 102.0),
    ),
    Question(
        "an entry inside the bar: was its stop's price met after it?",
        bracket(Order.stop("A", 10, 104.0)),
        ((100, 106, 93, 105),),
        (105.0, 94.0),
        (104.0, 95.0),
        (104.0,),
    ),
    Question(
        "an entry inside the bar: was its target's price met after it?",
        bracket(Order.limit("A", 10, 98.0)),
        ((100, 112, 97, 105),),
        (98.0,),
        (98.0,),
        (98.0, 110.0),
    ),
    Question(
        "a stop-limit whose limit lies below it: did price come back?",
        Order("A", 10, OrderType.STOP_LIMIT, 101.0, 103.0),
        ((100, 104, 99, 103.5),),
        (),
        (),
        (101.0,),
    ),
    Question(
        "a volume that nobody knows: was there any?",
        MARKET,
        ((100, 101, 99, 100, float("nan")),),
        (),
        (),
        (100.0,),
    ),
]

CERTAIN = [
    ("a market order", MARKET, (100, 112, 91, 105)),
    ("a limit traded through", Order.limit("A", 10, 95.0), (100, 112, 91, 105)),
    ("a limit jumped", Order.limit("A", 10, 105.0), (100, 112, 91, 105)),
    ("a stop jumped by a gap", Order.stop("A", -10, 105.0), (100, 112, 91, 105)),
    ("the closing auction", Order.at_close("A", 10), (100, 112, 91, 105)),
    ("the opening auction", Order.at_open("A", 10), (100, 112, 91, 105)),
    ("an order that nothing met", Order.limit("A", 10, 90.0), (100, 112, 91, 105)),
    ("a bar whose volume was none", MARKET, (100, 112, 91, 105, 0.0)),
]


def told(trade_orders, question: Question, reading: Reading) -> tuple[float, ...]:
    """The printed price of every fill."""
    panel = bars([flat(), *question.bars])
    outcome = trade_orders(panel, [(0, question.said)], RICH, FREE, None, reading)
    return tuple(price for _, _, price in filled(outcome))


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_the_base_reading_is_against_the_strategy(trade_orders, question):
    assert told(trade_orders, question, BASE) == question.base


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_the_optimistic_reading_is_for_it(trade_orders, question):
    assert told(trade_orders, question, OPTIMISTIC) == question.optimistic


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_the_pessimistic_reading_adds_slippage_to_what_is_against_it(trade_orders, question):
    assert told(trade_orders, question, PESSIMISTIC) == question.pessimistic


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_every_question_has_two_answers_at_least(question):
    assert len({question.pessimistic, question.base, question.optimistic}) >= 2


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
@pytest.mark.parametrize("reading", Reading)
def test_every_answer_is_a_price_of_its_bar(trade_orders, question, reading):
    rows = [flat(), *question.bars]
    outcome = trade_orders(bars(rows), [(0, question.said)], RICH, FREE, None, reading)
    for row, _, price in filled(outcome):
        assert rows[row][2] <= price <= rows[row][1]


@pytest.mark.parametrize(("name", "order", "bar"), CERTAIN, ids=[name for name, _, _ in CERTAIN])
def test_where_a_bar_can_tell_all_readings_agree(trade_orders, name, order, bar):
    panel = bars([flat(), bar])
    fills = [filled(trade_orders(panel, [(0, order)], RICH, FREE, None, reading)) for reading in Reading]
    assert fills[0] == fills[1] == fills[2]


def touching(share: float, volume: float = 100.0) -> tuple[Panel, object]:
    """A limit that is met and not passed, and a profile whose queue lets a share through."""
    return bars([flat(), (100, 101, 99, 100, volume)]), replace(FREE, touch_fill_share=share)


@pytest.mark.parametrize(("share", "shares"), [(0.0, []), (0.05, [5.0]), (0.5, [10.0]), (1.0, [10.0])])
def test_a_touch_fills_the_profiles_share_of_the_bar(trade_orders, share, shares):
    panel, rules = touching(share)
    outcome = trade_orders(panel, [(0, Order.limit("A", 10, 99.0))], RICH, rules)
    assert outcome.fills["qty"].tolist() == shares


def test_a_touch_fills_parts_where_the_queue_is_long(trade_orders):
    panel, rules = touching(0.04)
    outcome = trade_orders(panel, [(0, Order.limit("A", 10, 99.0, GTC))], RICH, rules)
    assert states(outcome) == ["partially filled"]


def test_an_unknown_volume_has_no_cap_in_the_optimistic_reading(trade_orders):
    panel = bars([flat(), (100, 101, 99, 100, float("nan"))])
    capped = replace(FREE, participation=0.01)
    outcome = trade_orders(panel, [(0, Order.market("A", 500))], RICH, capped, None, OPTIMISTIC)
    assert outcome.fills["qty"].tolist() == [500.0]


def test_target_weights_too_fill_on_unknown_volume_in_the_optimistic_reading(trade_orders):
    from markets import wishes

    panel = bars([flat(), (100, 101, 99, 100, float("nan")), flat()])
    shares = [
        trade_orders(panel, [], RICH, FREE, wishes({0: 0.5}), reading).fills["row"].tolist()
        for reading in Reading
    ]
    assert shares == [[2], [2], [1]]


@pytest.mark.parametrize("low", [99.0, 95.0, 90.0])
def test_a_pessimistic_stop_slips_half_the_way_to_the_worst_price(trade_orders, low):
    panel = bars([flat(), (100, 101, low, 100)])
    outcome = trade_orders(panel, [(0, Order.stop("A", -10, 99.5))], RICH, FREE, None, PESSIMISTIC)
    assert filled(outcome) == [(1, -10.0, 99.5 + 0.5 * (low - 99.5))]


def test_a_pessimistic_stop_limit_slips_no_further_than_its_limit(trade_orders):
    panel = bars([flat(), (100, 101, 90, 100)])
    order = Order("A", -10, OrderType.STOP_LIMIT, 98.0, 99.0)
    outcome = trade_orders(panel, [(0, order)], RICH, FREE, None, PESSIMISTIC)
    assert filled(outcome) == [(1, -10.0, 98.0)]
