"""Kept decisions under the limits of the ladder's first stages with money."""

from kept_decision import Kept

STAGES = (
    Kept(limits="live-1", rule="all", qty=100.0),
    Kept(limits="live-2", rule="all", qty=100.0, book={"other_symbols": 2.0}),
    Kept(limits="live-3", rule="all", qty=100.0, book={"other_symbols": 6.0}),
    Kept(limits="live-1", rule="stage capital", qty=0.0, book={"other_symbols": 1.0}),
    Kept(limits="live-2", rule="stage capital", qty=0.0, book={"other_symbols": 3.0}),
    Kept(limits="live-3", rule="stage capital", qty=0.0, book={"other_symbols": 7.0}),
    Kept(limits="live-1", rule="stage capital", qty=0.0, lacked=True, book={"other_symbols": -1.0}),
    Kept(limits="live-1", rule="losses", qty=0.0, book={"day_start_usd": 1_011_000.0}),
)
