"""Stopping Bluelamp at any moment, by a kill or a full disk: the next ordinary run repairs everything.

`python -m tests.resilience` tests hundreds of points; docs/resilience.md lists the assertions.
"""
