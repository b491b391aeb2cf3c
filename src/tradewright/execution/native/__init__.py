"""The compiled twin of the checks: the same 23 questions over records, for loops that ask a million times."""
