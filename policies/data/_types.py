"""Azure types that have a location, and those that have tags."""

from pathlib import Path
from typing import Final

_LINES: Final = [
    line.split()
    for line in Path(__file__).with_name("located.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]

LOCATED: Final = tuple(f"azure-native:{words[0]}" for words in _LINES)
"""The types with a `location`."""

TAGGED: Final = tuple(f"azure-native:{words[0]}" for words in _LINES if words[1:] == ["tags"])
"""The types with a `location` and `tags`: Azure's tracked resources."""
