"""Settings that fix a rule's failures, as found by trials (`remedy_trials`): the setting to change and its value."""

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

from bluelamp.core.problems import SettingsError
from bluelamp.core.source import Source, Steps
from bluelamp.origins.leaves import Leaf, leaves
from bluelamp.planning.refused_settings import source_of
from bluelamp.reports.findings import Finding

FILE: Final = Path(__file__).with_name("remedies.json")


@dataclass(frozen=True)
class Remedy:
    """With `setting: value` a resource of `type` passes `rule`. `[*]` in a setting's path is any item of a list."""

    rule: str
    setting: str
    value: Any
    type: str

    def as_dict(self) -> dict[str, Any]:
        """The remedy as a row of the file."""
        return asdict(self)


@cache
def remedies() -> Mapping[str, Sequence[Remedy]]:
    """The known remedies of each rule."""
    found: dict[str, list[Remedy]] = defaultdict(list)
    for row in json.loads(FILE.read_text(encoding="utf-8")):
        found[row["rule"]].append(Remedy(**row))
    return dict(found)


def written_as(path: str) -> str:
    """A setting's path with `[*]` for list items, without `bluelamp:`."""
    return re.sub(r"\[\d+\]", "[*]", path.removeprefix("bluelamp:"))


@dataclass(frozen=True)
class Chosen:
    """A remedy for one failure of a force: `text` is the line to write, `location` the file and line for it."""

    text: str
    location: tuple[str, int]


class Remedies:
    """The remedies for the failures of one force. Its settings are read on first use."""

    def __init__(self, force: str, root: Path) -> None:
        self._force, self._root = force, root

    @cached_property
    def _leaves(self) -> Sequence[Leaf]:
        from bluelamp.infra.force import load_settings

        try:
            return leaves(load_settings(self._force, self._root), self._root)
        except SettingsError:
            return ()

    @cached_property
    def _source(self) -> Source:
        return source_of(self._force, self._root)

    def of(self, finding: Finding) -> Chosen | None:
        """The setting that fixes a failure; None if none is known, or if the force has that value already.

        Of a list's items only the one whose name occurs in the resource's name counts.
        """
        for remedy in remedies().get(finding.rule.id, ()):
            if remedy.type != finding.type:
                continue
            for leaf in self._leaves:
                if written_as(leaf.path) != remedy.setting or leaf.value == remedy.value:
                    continue
                if "[*]" in remedy.setting and not self._is_of(leaf, finding):
                    continue
                return Chosen(self._text(leaf, remedy.value), self._location(leaf))
        return None

    def _text(self, leaf: Leaf, value: Any) -> str:
        """The line to write. An environment merges list items by name, so its own file has no index for the item."""
        from bluelamp.infra.settings.register import read_register

        list_, index, rest = leaf.path.partition("[")
        name = self._name(leaf) if index and leaf.path.count("[") == 1 else None
        if name is None or not read_register(self._root).entry(self._force).environment:
            return f"{leaf.path}: {_yaml(value)}"
        inner = _yaml(value)
        *sections, last = rest.partition("]")[2].strip(".").split(".")
        inner = f"{last}: {inner}"
        for step in reversed(sections):
            inner = f"{step}: {{{inner}}}"
        return f"{list_}: [{{name: {name}, {inner}}}]"

    def _name(self, leaf: Leaf) -> str | None:
        entry = leaf.path[: leaf.path.rindex("]") + 1]
        name = next((each.value for each in self._leaves if each.path == f"{entry}.name"), None)
        return name if isinstance(name, str) else None

    def _is_of(self, leaf: Leaf, finding: Finding) -> bool:
        name = self._name(leaf)
        return name is not None and name in finding.name

    def _location(self, leaf: Leaf) -> tuple[str, int]:
        """Where the setting is written; for a default, the nearest section, or else the first line."""
        if leaf.written:
            return leaf.file, leaf.line
        steps: Steps = ("config", *_steps(leaf.path))
        while len(steps) > 1:
            steps = steps[:-1]
            if steps in self._source.keys or steps in self._source.places:
                return self._source.file, self._source.at(steps, key=True)[0]
        return self._source.file, 1


def _steps(path: str) -> Steps:
    """The steps of a path such as `bluelamp:azure.landingZones[0].name`."""
    parts = re.findall(r"[^.\[\]]+", path)
    return tuple(int(part) if part.isdigit() else part for part in parts)


def _yaml(value: Any) -> str:
    """A scalar as YAML. Words that YAML 1.1 reads as booleans are quoted."""
    return json.dumps(value) if not isinstance(value, str) or value in ("on", "off", "yes", "no") else value
