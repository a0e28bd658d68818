"""Mistakes that no single setting shows: those between settings, and between forces and their environments."""
