"""Bluelamp: hybrid-cloud landing zones for policing, as code."""

__version__ = "0.1.0"
