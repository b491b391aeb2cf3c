"""The model and the fill stage: what a fit learned from, rows on both sides, fills nobody could have had."""

import numpy as np
import pandas as pd
from signals import features_and_label, fit, fit_mended

from tradewright.causality.fill_stage import AuditedBar, AuditedFill, audit_fills
from tradewright.causality.model_stage import Lineage, Split, audit_fit, audit_split

table = features_and_label(pd.read_csv("bars.csv"))
split = Split(train=np.arange(500), test=np.arange(500, len(table)))
for one in (fit, fit_mended):
    for channel in audit_fit(one, table, split).channels:
        print(f"{one.__name__}: {channel.verdict}")

rows = np.arange(len(table))
lineage = Lineage(instants=rows, label_ends=rows + 5, features_begin=rows - 20)
for train in (np.arange(500), np.arange(495)):
    for channel in audit_split(lineage, Split(train=train, test=np.arange(500, len(table)))):
        print(f"{channel.channel}: {channel.verdict}")

bar = AuditedBar(opens_at=100, closes_at=200, open=50.0, high=55.0, low=45.0, close=52.0, volume=1_000.0)
at_the_close = AuditedFill(
    "a1", 1, "market", decided_at=200, filled_at=200, quantity=10, price_usd=52.0, bar=0
)
through_a_gap = AuditedFill("b2", -1, "stop", 90, 100, quantity=10, price_usd=51.0, bar=0, stop_usd=51.0)
for channel in audit_fills([at_the_close, through_a_gap], [bar]):
    print(f"{channel.channel}: {channel.verdict}")
