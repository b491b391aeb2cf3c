"""Audits of a user's own file, run in a process of their own: watched, limited in time, never trusted."""
