"""Fees on sales of US shares and the tick of their prices, as dated facts.

SEC: section 31 of the Securities Exchange Act, dollars a million of sales, from the SEC's fee rate
advisories (2001 to 2009: every annual and mid-year adjustment). Before December 2001 it was 1/300 of one
percent of what was sold; since when is not said there, so that rate stands for all earlier days. FINRA (NASD
until 2007): trading activity fee a share sold, with its cap a trade, from the notices on schedule A of its
by-laws (03-43, 04-84, 11-27, 12-06); none before it began in October 2002. For its first eleven months
sources differ, 0.00005 or 0.0001 dollars: the higher one stands. Two days are from lists of others, which
agree with the SEC's advisories wherever both speak: 2005-12-22 and 2007-03-17.
The amounts of November 2004 are those that notice 11-27 raised; no notice was found that changed them before
it. Tick: eighths until June 1997, sixteenths until decimal prices were complete in April 2001, cents since
(Regulation NMS, rule 612). The last step holds on: later changes must be added here.
"""

from tradewright.values.profile import FeeStep

EIGHTH, SIXTEENTH, CENT = 0.125, 0.0625, 0.01

# day, SEC dollars a million, FINRA dollars a share, FINRA's cap in dollars a trade, tick
_STEPS = (
    ("1970-01-01", 33.30, 0.0, 0.0, EIGHTH),
    ("1997-06-24", 33.30, 0.0, 0.0, SIXTEENTH),
    ("2001-04-09", 33.30, 0.0, 0.0, CENT),
    ("2001-12-28", 15.00, 0.0, 0.0, CENT),
    ("2002-04-01", 30.10, 0.0, 0.0, CENT),
    ("2002-10-01", 30.10, 0.000100, 10.00, CENT),
    ("2003-03-22", 25.20, 0.000100, 10.00, CENT),
    ("2003-04-01", 46.80, 0.000100, 10.00, CENT),
    ("2004-02-22", 39.00, 0.000100, 10.00, CENT),
    ("2004-04-01", 23.40, 0.000100, 10.00, CENT),
    ("2004-11-01", 23.40, 0.000075, 3.75, CENT),
    ("2005-01-07", 32.90, 0.000075, 3.75, CENT),
    ("2005-04-01", 41.80, 0.000075, 3.75, CENT),
    ("2005-12-22", 30.70, 0.000075, 3.75, CENT),
    ("2007-03-17", 15.30, 0.000075, 3.75, CENT),
    ("2008-01-25", 11.00, 0.000075, 3.75, CENT),
    ("2008-04-01", 5.60, 0.000075, 3.75, CENT),
    ("2009-04-10", 25.70, 0.000075, 3.75, CENT),
    ("2010-01-15", 12.70, 0.000075, 3.75, CENT),
    ("2010-04-01", 16.90, 0.000075, 3.75, CENT),
    ("2011-01-21", 19.20, 0.000075, 3.75, CENT),
    ("2011-07-01", 19.20, 0.000090, 4.50, CENT),
    ("2012-02-21", 18.00, 0.000090, 4.50, CENT),
    ("2012-03-01", 18.00, 0.000095, 4.75, CENT),
    ("2012-04-01", 22.40, 0.000095, 4.75, CENT),
    ("2012-07-01", 22.40, 0.000119, 5.95, CENT),
    ("2013-05-25", 17.40, 0.000119, 5.95, CENT),
    ("2014-03-18", 22.10, 0.000119, 5.95, CENT),
    ("2015-02-14", 18.40, 0.000119, 5.95, CENT),
    ("2016-02-16", 21.80, 0.000119, 5.95, CENT),
    ("2017-07-04", 23.10, 0.000119, 5.95, CENT),
    ("2018-05-22", 13.00, 0.000119, 5.95, CENT),
    ("2019-04-16", 20.70, 0.000119, 5.95, CENT),
    ("2020-02-18", 22.10, 0.000119, 5.95, CENT),
    ("2021-02-25", 5.10, 0.000119, 5.95, CENT),
    ("2022-01-01", 5.10, 0.000130, 6.49, CENT),
    ("2022-05-14", 22.90, 0.000130, 6.49, CENT),
    ("2023-01-01", 22.90, 0.000145, 7.27, CENT),
    ("2023-02-27", 8.00, 0.000145, 7.27, CENT),
    ("2024-01-01", 8.00, 0.000166, 8.30, CENT),
    ("2024-05-22", 27.80, 0.000166, 8.30, CENT),
    ("2025-05-14", 0.0, 0.000166, 8.30, CENT),
    ("2026-01-01", 0.0, 0.000195, 9.79, CENT),
    ("2026-04-04", 20.60, 0.000195, 9.79, CENT),
)

US_FEES = tuple(FeeStep(day, sec * 1e-6, taf, cap, tick) for day, sec, taf, cap, tick in _STEPS)
