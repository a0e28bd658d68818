"""Dependencies: cycles, an order, and the longest chain.

Each function takes a mapping from names to their dependencies. Dependencies that are not keys are ignored.
"""

from collections.abc import Mapping, Sequence

Dependencies = Mapping[str, Sequence[str]]


def cycle_through(name: str, dependencies: Dependencies) -> tuple[str, ...]:
    """A shortest cycle through `name`, which is at both ends; empty if there is none."""
    paths: list[tuple[str, ...]] = [(name,)]
    seen: set[str] = set()
    for path in paths:
        for before in dependencies.get(path[-1], ()):
            if before == name:
                return (*path, name)
            if before in dependencies and before not in seen:
                seen.add(before)
                paths.append((*path, before))
    return ()


def cycles(dependencies: Dependencies) -> list[tuple[str, ...]]:
    """One cycle for each group of mutually dependent names, in the order of the names."""
    found: list[tuple[str, ...]] = []
    reported: set[str] = set()
    for name in dependencies:
        if name not in reported and (cycle := cycle_through(name, dependencies)):
            found.append(cycle)
            reported |= set(cycle)
    return found


def ordered(dependencies: Dependencies) -> list[str]:
    """The names, each after all its dependencies. Raises ValueError for a cycle."""
    left = {name: {each for each in before if each in dependencies} for name, before in dependencies.items()}
    found: list[str] = []
    while left:
        ready = [name for name, before in left.items() if not before]
        if not ready:
            raise ValueError("a cycle: " + " -> ".join(cycles(dependencies)[0]))
        for name in ready:
            del left[name]
        for before in left.values():
            before.difference_update(ready)
        found += ready
    return found


def longest_chain(lengths: Mapping[str, int], dependencies: Dependencies) -> tuple[list[str], int]:
    """The chain of dependent names with the greatest sum of `lengths`, the first name first, and that sum.

    Only names in `lengths` count; among equally long chains, any one. Raises ValueError for a cycle.
    """
    inner = {name: [each for each in dependencies.get(name, ()) if each in lengths] for name in lengths}
    best: dict[str, tuple[int, str | None]] = {}
    for name in ordered(inner):
        before = max(inner[name], key=lambda each: best[each][0], default=None)
        best[name] = (lengths[name] + (best[before][0] if before is not None else 0), before)
    if not best:
        return [], 0
    last: str | None = max(best, key=lambda each: best[each][0])
    total = best[last][0] if last is not None else 0
    chain: list[str] = []
    while last is not None:
        chain.append(last)
        last = best[last][1]
    return chain[::-1], total
