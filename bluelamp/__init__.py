"""Bluelamp: hybrid-cloud landing zones for policing, as code."""

from time import time as _time

__version__ = "0.1.0"

STARTED = _time()
"""When this process imported Bluelamp, in seconds since 1970: what it runs is no newer."""
