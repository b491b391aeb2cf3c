"""The compiled twin of the reference kernel."""
