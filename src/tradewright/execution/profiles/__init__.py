"""Named sets of assumptions about fills and costs, one a file."""
