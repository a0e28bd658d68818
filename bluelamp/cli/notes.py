"""Notes of programs, each shown once: the same note on many forces differs in its numbers only."""

import re
from collections.abc import Iterable, Iterator


class Notes:
    """The notes that were shown."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def fresh(self, notes: Iterable[str]) -> tuple[str, ...]:
        """Those of `notes` that say what none before them said."""
        return tuple(note for note in notes if self._is_fresh(note))

    def _is_fresh(self, note: str) -> bool:
        shape = _shape(note)
        fresh = shape not in self._seen
        self._seen.add(shape)
        return fresh


def gathered(notes: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Notes by force as lines: of several alike the first, with the number of the other forces."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for force, note in notes:
        groups.setdefault(_shape(note), []).append((force, note))
    for group in groups.values():
        force, note = group[0]
        others = len({each for each, _ in group}) - 1
        more = f" ({others} more force{'' if others == 1 else 's'} alike)" if others else ""
        yield f"{force}: {note}{more}"


def _shape(note: str) -> str:
    return re.sub(r"[\d,]*\d", "0", note)
