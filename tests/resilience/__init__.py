"""Stopping Bluelamp at any moment: killed, or with the disk full, the next ordinary run puts everything right.

`python -m tests.resilience` tries it at hundreds of points; docs/resilience.md says what is asserted.
"""
