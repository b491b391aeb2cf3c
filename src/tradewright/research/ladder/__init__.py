"""The promotion ladder: stages, evidence, gates as data, and moves as pure functions of them."""
