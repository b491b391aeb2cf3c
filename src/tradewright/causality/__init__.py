"""Finds dependence on the future in any pipeline, and says where it stands."""
