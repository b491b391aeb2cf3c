"""Causal features: the value at a row comes from that row and earlier ones, and from nothing else."""
