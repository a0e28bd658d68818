"""Reads and checks `stacks/<force>/roadmap.yaml`."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

from bluelamp.core.dependencies import cycles
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.reader import content_of, parse
from bluelamp.core.roadmap.model import Roadmap, read_from
from bluelamp.core.source import Source, Steps, show
from bluelamp.core.suggestions import did_you_mean
from bluelamp.core.validation import validate

FILE: Final = "stacks/{force}/roadmap.yaml"
"""The path of a force's roadmap in the project."""


def has_roadmap(root: Path, force: str) -> bool:
    """Whether `force` has a roadmap of its own."""
    return force.isascii() and "/" not in force and _exists(root / FILE.format(force=force))


def _exists(path: Path) -> bool:
    # A broken link is a mistake, not a missing file.
    return path.exists() or path.is_symlink()


def read_roadmap(path: Path, root: Path) -> Roadmap:
    """The roadmap in the file `path`; messages name it relative to `root`.

    Raises `SettingsError` with every mistake in it: values of the wrong type, duplicate ids, unknown milestones, an end
    before the start, a cycle of dependencies.
    """
    return parsed(*content_of(path, root))


@lru_cache(maxsize=64)
def parsed(content: bytes, file: str) -> Roadmap:
    """The roadmap in `content`, called `file` in messages. Raises `SettingsError` with every mistake in it."""
    source = parse(content, file)
    roadmap, problems = validate(Roadmap, source.values, source, lambda steps: steps)
    problems = [*source.problems, *problems]
    if roadmap is not None:
        problems += [*_milestones(roadmap, source), *_tactical(roadmap, source)]
    if roadmap is None or problems:
        raise SettingsError(problems)
    return read_from(roadmap, source)


def _milestones(roadmap: Roadmap, source: Source) -> Iterator[Problem]:
    zones: dict[str, str] = {}
    for index, milestone in enumerate(roadmap.milestones):
        for place, zone in enumerate(milestone.landing_zones):
            if zones.setdefault(zone, milestone.id) != milestone.id:
                yield source.problem(
                    ("milestones", index, "landingZones", place),
                    f"the landing zone {zone} carries the milestone {zones[zone]} already",
                    zone,
                    "",
                    "leave it with one milestone",
                )
    yield from _duplicate_ids("milestones", [each.id for each in roadmap.milestones], source)
    first = {each.id: index for index, each in reversed(list(enumerate(roadmap.milestones)))}
    broken = len(first) < len(roadmap.milestones)
    for index, milestone in enumerate(roadmap.milestones):
        here: Steps = ("milestones", index)
        if milestone.end < milestone.start:
            yield source.problem(
                (*here, "end"),
                f"{milestone.id} ends on {milestone.end}, before it starts on {milestone.start}",
                str(milestone.end),
                f"{milestone.start} or later",
                "correct one of the two dates",
            )
        for place, before in enumerate(milestone.depends_on):
            if before not in first:
                broken = True
                yield unknown_milestone(roadmap, source, (*here, "dependsOn", place), before)
    if broken:
        return
    for cycle in cycles(roadmap.dependencies):
        index = first[cycle[0]]
        place = roadmap.milestones[index].depends_on.index(cycle[1])
        yield source.problem(
            ("milestones", index, "dependsOn", place),
            f"the milestones depend on one another: {' -> '.join(cycle)}",
            cycle[1],
            "",
            "remove one of these dependencies",
        )


def _tactical(roadmap: Roadmap, source: Source) -> Iterator[Problem]:
    yield from _duplicate_ids("tactical", [each.id for each in roadmap.tactical], source)
    for index, spend in enumerate(roadmap.tactical):
        if spend.milestone not in roadmap.by_id:
            yield unknown_milestone(roadmap, source, ("tactical", index, "milestone"), spend.milestone)


def unknown_milestone(roadmap: Roadmap, source: Source, steps: Steps, name: str) -> Problem:
    """The problem for a name that is not a milestone of the roadmap."""
    return source.problem(
        steps,
        f"no milestone is called {show(name)}",
        show(name, quote=False),
        f"milestones: {', '.join(roadmap.by_id)}",
        did_you_mean(name, roadmap.by_id) or "correct the id, or add the milestone",
    )


def _duplicate_ids(key: str, ids: list[str], source: Source) -> Iterator[Problem]:
    for index, each in enumerate(ids):
        if each in ids[:index]:
            yield source.problem(
                (key, index, "id"), f"duplicate id {show(each)}", show(each, quote=False), "", "give each its own id"
            )
