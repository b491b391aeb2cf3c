"""The order of the phases, compiled, and the loop over bars that every driver shares."""

import numpy as np

from tradewright.kernel.native.apart import CANCEL_ALL, HEAR, RESTATE, STAND_DOWN, WORK, orders_phase
from tradewright.kernel.native.balances import open_balances
from tradewright.kernel.native.corporate import act
from tradewright.kernel.native.gate import admit_gated, ask, stand_down
from tradewright.kernel.native.glide import glide
from tradewright.kernel.native.matching import liquidate, trade
from tradewright.kernel.native.phases import accrue, admit, guard, mark, write
from tradewright.kernel.native.prefetch import look_ahead
from tradewright.kernel.native.records import (
    Intents,
    Journal,
    Market,
    Path,
    Record,
    Records,
    called,
    compiled,
)
from tradewright.kernel.native.rules_apart import (
    ACCRUE,
    FORCE,
    LEARN,
    PUT_OFF,
    RESTATE_MARKS,
    SETTLE,
    WATCH,
    rules_phase,
)
from tradewright.kernel.native.wires import first_stir, is_still
from tradewright.values.panel import Floats, Ints

DONE, JOURNAL_FULL = 0, 1


@compiled
def run(
    account: Record, assets: Records, market: Market, intents: Intents, journal: Journal, path: Path
) -> int:
    """Run the account from its next row until its `stop`; JOURNAL_FULL asks for more room, then goes on."""
    stop = account["stop"]
    while account["row"] < stop:
        busy = next_busy_row(account, market, intents, stop)
        if busy > account["row"]:
            ruined = account["ruined_row"]
            glide(account, assets, market, path, busy)  # maybe not all the way: the loop comes back
            if account["ruined_row"] != ruined and account["busy"] > 0:
                world = (account, assets, market, journal, intents[2])
                orders_phase(world, account["ruined_row"], CANCEL_ALL)
            continue
        if is_full(account, assets, intents, journal):
            return JOURNAL_FULL  # nothing of this row was done yet
        step(account, assets, market, intents, journal)
        write(account, path, account["row"])
        account["row"] += 1
        if account["follows"] and account["working"] + account["busy"] > 0:
            show_close(account, assets, market, intents, journal)
    if account["liquidates"] and not account["liquidated"] and stop > 0:
        if is_full(account, assets, intents, journal):
            return JOURNAL_FULL
        if account["busy"] > 0:
            orders_phase((account, assets, market, journal, intents[2]), stop - 1, CANCEL_ALL)
        liquidate(account, assets, market, journal, stop - 1)
        account["liquidated"] = 1
        if account["keeps"]:
            rules_phase((account, assets, market, journal, intents[2]), stop - 1, SETTLE)
            account["equity"] = account["cash"] + account["receivable"]
        write(account, path, stop - 1)
        if account["journals"]:
            path[3][stop - 1] = 0.0  # what was short before
    return DONE


@compiled
def step(account: Record, assets: Records, market: Market, intents: Intents, journal: Journal) -> None:
    """One bar: the phases in their order. Intents were decided at the close of an earlier row."""
    row = account["row"]
    desk = intents[2]
    world = (account, assets, market, journal, desk)
    if account["accrues"] and row > 0:
        if account["by_name"] or account["keeps"]:
            rules_phase(world, row, ACCRUE)
        else:
            accrue(account, market[0], row)
    if account["fact"] < len(market[11]) and market[11][account["fact"]]["row"] <= row:
        rules_phase(world, row, LEARN)
    # Asked here rather than inside: a call that does nothing costs more than the question.
    if account["word"] < len(desk[0]) and desk[0][account["word"]]["row"] + account["latency_bars"] < row:
        orders_phase(world, row, HEAR)
    if account["action"] < len(market[4]) and market[4][account["action"]]["row"] == row:
        if len(desk[3]) > 0:
            orders_phase(world, row, RESTATE)
        act(account, assets, market, journal, row)
    if account["decision"] < len(intents[0]) and intents[0][account["decision"]] < row:
        look_ahead(
            market, intents, account["decision"] + 1
        )  # in time: a trade and a quiet stretch lie between
        if account["gate"] != 0:
            admit_gated(account, assets, market, intents, journal)
        else:
            admit(account, assets, market, intents, journal)
    if account["keeps"]:
        rules_phase(world, row, RESTATE_MARKS)
    if account["forced"] > 0.0:
        rules_phase(world, row, FORCE)
    if account["working"] > 0:
        trade(world, row)
    has_orders = account["busy"] > 0 or account["travelling"] < account["word"]
    if has_orders and not is_still(account, market, desk, row):
        orders_phase(world, row, WORK)
    if account["sold"] > 0.0:
        rules_phase(world, row, PUT_OFF)
    if account["keeps"]:
        rules_phase(world, row, SETTLE)
    mark(account, assets, market[2], row)
    guard(account, assets, journal[0], row)
    if account["busy"] > 0 and account["ruined_row"] == row:
        orders_phase(world, row, CANCEL_ALL)
    if account["margins"] and account["held"] > 0:
        rules_phase(world, row, WATCH)


@called
def show_close(account: Record, assets: Records, market: Market, intents: Intents, journal: Journal) -> None:
    """Let the gate look at the last close; where it has shut for good, what could open a position ends."""
    row = account["row"] - 1
    if ask(account, -1, 0.0, row) <= 0.0:
        return
    stand_down(account, assets, journal, row)
    if account["busy"] > 0:
        orders_phase((account, assets, market, journal, intents[2]), row, STAND_DOWN)


@compiled
def next_busy_row(account: Record, market: Market, intents: Intents, stop: int) -> int:
    """The first row on which anything but interest and marks can happen."""
    if account["working"] > 0 or account["keeps"]:  # an order may fill on any row, a rate may move
        return int(account["row"])
    if account["busy"] > 0 and (account["follows"] or not account["wired"]):
        return int(account["row"])
    if account["watches"] and account["held"] > 0:  # the broker looks at every close
        return int(account["row"])
    busy, words = stop, intents[2][0]
    if account["word"] < len(words):
        busy = min(busy, words[account["word"]]["row"] + account["latency_bars"] + 1)
    if account["decision"] < len(intents[0]):
        busy = min(busy, intents[0][account["decision"]] + 1)
    if account["action"] < len(market[4]):
        busy = min(busy, market[4][account["action"]]["row"])
    return int(first_stir(account, market, intents[2], busy) if account["busy"] > 0 else busy)


@compiled
def is_full(account: Record, assets: Records, intents: Intents, journal: Journal) -> bool:
    """True where one more row could overflow the journal.

    At most one entry comes of an instrument's targets and of each submitted order on a row, more where the
    broker has a say (`entries`), and four changes of an order's state.
    """
    if not account["journals"]:
        return False
    room = min(len(journal[0]) - account["orders"], len(journal[1]) - account["fills"])
    room = min(room, len(journal[3]) - account["refusals"])
    words, events = intents[2][0], intents[2][4]
    submitted = account["live"] + len(words) - account["word"]
    entries = account["entries"] * (len(assets) + submitted)
    return bool(room < entries or len(events) - account["events"] < 4 * submitted)


@compiled
def sweep(
    blank: tuple[Record, Records],
    market: Market,
    intents: Intents,
    starts: Ints,
    journal: Journal,
    equity: Floats,
) -> int:
    """Run one candidate after another; number k owns decisions starts[k] to starts[k + 1]."""
    account, assets = blank
    for candidate in range(len(equity)):
        start, end = starts[candidate], starts[candidate + 1]
        row = equity[candidate]  # handed out for every column: without a journal only equity is written
        reset(account, assets)
        open_balances(account, market[16])
        market[14][:] = 0.0
        chosen = (intents[0][start:end], intents[1][start:end], intents[2])
        run(account, assets, market, chosen, journal, (row, row, row, row, row, row))
    return DONE


@compiled
def reset(account: Record, assets: Records) -> None:
    """Back to cash alone, before the first row."""
    account["cash"] = account["equity"] = account["capital"]
    account["long"] = account["short"] = account["interest"] = account["borrow_fee"] = 0.0
    account["row"] = account["decision"] = account["action"] = account["held"] = account["working"] = 0
    account["orders"] = account["fills"] = account["flows"] = account["refusals"] = 0
    account["ruined_row"], account["liquidated"] = -1, 0
    account["forced"] = account["sold"] = 0.0
    account["fact"] = 0
    account["fee_step"] = account["month"] = 0
    account["month_shares"] = account["receivable"] = 0.0
    account["claims"] = 0
    for number in range(len(assets)):
        asset = assets[number]
        asset["qty"], asset["mark"], asset["delisted"] = 0.0, np.nan, 0
        asset["seen_row"] = asset["order"] = -1
        asset["barred"], asset["borrow_fee"] = 0, account["borrow_rate"]
        asset["restated_row"], asset["restated_ratio"], asset["since_row"] = 0, 1.0, 0
