"""Doing the same for several forces at once."""
