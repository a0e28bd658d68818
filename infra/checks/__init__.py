"""Checks across several settings, and across forces and their environments."""
