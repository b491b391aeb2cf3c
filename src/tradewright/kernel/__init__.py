"""The kernel: decisions go in, fills, cash and equity come out, bar by bar."""
