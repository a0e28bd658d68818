"""Notes of programs, without duplicates. Notes that differ only in numbers count as duplicates."""

import re
from collections.abc import Iterable, Iterator


class Notes:
    """The notes already shown."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def fresh(self, notes: Iterable[str]) -> tuple[str, ...]:
        """The entries of `notes` that are new."""
        return tuple(note for note in notes if self._is_fresh(note))

    def _is_fresh(self, note: str) -> bool:
        shape = _shape(note)
        fresh = shape not in self._seen
        self._seen.add(shape)
        return fresh


def gathered(notes: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Notes by force as lines; duplicates become one line with the number of other forces."""
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
