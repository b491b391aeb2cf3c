"""The dossier: one self-contained page that reports a study honestly, and its short form for a terminal."""
