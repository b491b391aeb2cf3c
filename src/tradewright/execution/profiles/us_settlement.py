"""After how many sessions a sale of US shares settles, as dated facts.

SEC rule 15c6-1 and its amendments: five business days before, three from June 1995, two from September 2017,
one since May 2024. The last step holds on: later changes must be added here.
"""

US_SETTLEMENT = (("1900-01-01", 5), ("1995-06-07", 3), ("2017-09-05", 2), ("2024-05-28", 1))
