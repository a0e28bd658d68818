"""A Pulumi project to rehearse, of any author, read as the engine reads it."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from os.path import lexists
from pathlib import Path
from typing import Any, Final

from bluelamp.core.wire import ORGANIZATION
from bluelamp.errors import UsageError
from bluelamp.rehearsal import hosts, settings
from bluelamp.rehearsal.words import Words

_NAME: Final = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9_.][A-Za-z0-9_.-]{0,99}")
"""What Pulumi takes for the name of a project or a stack, but for a hyphen in front: that would be an option."""
_DESCRIPTIONS: Final = {"providers": "PulumiPlugin.yaml", "analyzers": "PulumiPolicy.yaml"}
_FILES: Final = ("Pulumi.yaml", "Pulumi.yml")


def project_file(start: Path) -> Path | None:
    """The `Pulumi.yaml` in or above the folder `start`, whatever it contains; None where there is none."""
    places = (folder / name for folder in (start, *start.parents) for name in _FILES)
    return next((place for place in places if place.is_file()), None)


@dataclass(frozen=True)
class Project:
    """The project whose `Pulumi.yaml` is `file`, with that file's content."""

    file: Path
    content: Mapping[str, Any]

    @classmethod
    def at(cls, start: Path) -> "Project | None":
        """The project at or above the folder `start`, None where there is none.

        Raises `UsageError` where its `Pulumi.yaml` cannot be read or names no project.
        """
        file = project_file(start)
        if file is None:
            return None
        content = settings.load(file)
        if not isinstance(content.get("name"), str):
            raise UsageError(f"{file} does not name a project")
        found = cls(file, content)
        checked("project", found.name, f"correct `name` in {file}")
        return found

    @property
    def root(self) -> Path:
        """The project's folder."""
        return self.file.parent

    @property
    def name(self) -> str:
        """The project's name."""
        return str(self.content["name"])

    @property
    def runtime(self) -> str:
        """The language of its program."""
        return hosts.runtime_of(self.content)

    @property
    def program(self) -> Path:
        """The folder of the program."""
        main = self.root / str(self.content.get("main") or "")
        return main if main.is_dir() else main.parent

    @property
    def is_ours(self) -> bool:
        """Whether the project is one of Bluelamp's, in which each stack is a force's."""
        return lexists(self.root / "stacks" / "forces.yaml")

    def settings(self, stack: str) -> Path:
        """The settings file of a stack."""
        folder = self.root / str(self.content.get("stackConfigDir") or "")
        yml = folder / f"Pulumi.{stack}.yml"
        return yml if yml.is_file() else folder / f"Pulumi.{stack}.yaml"

    def only_stack(self) -> str | None:
        """The stack that the project has a settings file of, where it is only one."""
        found = sorted(self.settings("x").parent.glob("Pulumi.*.yaml"))
        return found[0].name.removeprefix("Pulumi.").removesuffix(".yaml") if len(found) == 1 else None

    def stack_of(self, named: str) -> str:
        """The stack of this project that `[ORGANISATION/[PROJECT/]]STACK` names."""
        return named.rpartition("/")[2]

    def local(self, words: Words) -> Words:
        """The words with each stack named as the rehearsal's backend knows it, which has one organisation."""
        for named in dict.fromkeys(filter(None, (words.stack, words.operand if words.verb == "stack rm" else None))):
            _, *more = parts = named.split("/")
            other = len(parts) == 3 and parts[1] != self.name
            words = words.replaced(named, "/".join([ORGANIZATION, *more]) if other else parts[-1])
        return words

    @property
    def own_packages(self) -> frozenset[str]:
        """The packages that the project has in source code, by name."""
        plugins, packages = self.content.get("plugins"), self.content.get("packages")
        listed = plugins.get("providers") if isinstance(plugins, Mapping) else None
        given = [
            (str(one.get("name")), str(one.get("path") or ""))
            for one in (listed if isinstance(listed, list) else ())
            if isinstance(one, Mapping)
        ]
        for name, one in packages.items() if isinstance(packages, Mapping) else ():
            given.append((str(name), str(one.get("source") if isinstance(one, Mapping) else one or "")))
        return frozenset(name for name, folder in given if self._in_source(folder, _DESCRIPTIONS["providers"]))

    def check_plugins(self, served: Collection[str]) -> None:
        """Raises `UsageError` where the project names a program of its own as a provider that is not `served`.

        A component package in source code is no such program: the language host runs it, as it runs the project.
        """
        found = [*self._plugins(served), *self._packages(served)]
        if found:
            raise UsageError(
                f"{self.file}: {'; '.join(found)}: in a rehearsal only Bluelamp's own providers are started",
                next_step="install the package's Python SDK, by whose types it is then served, or leave it out",
            )

    def _plugins(self, served: Collection[str]) -> Iterator[str]:
        plugins = self.content.get("plugins")
        for kind in ("providers", "analyzers"):
            listed = plugins.get(kind) if isinstance(plugins, Mapping) else None
            for one in listed if isinstance(listed, list) else ():
                name = str(one.get("name")) if isinstance(one, Mapping) else ""
                own = isinstance(one, Mapping) and self._in_source(str(one.get("path") or ""), _DESCRIPTIONS[kind])
                if not own and (kind == "analyzers" or name not in served):
                    yield f"plugins.{kind} names {one.get('path') if name else one!r} as {name or 'a plugin'}"

    def _packages(self, served: Collection[str]) -> Iterator[str]:
        packages = self.content.get("packages")
        for name, given in packages.items() if isinstance(packages, Mapping) else ():
            source = str(given.get("source") if isinstance(given, Mapping) else given or "")
            # Others have to be downloaded first, which a rehearsal does not.
            local = source.startswith((".", "/"))
            if local and name not in served and not self._in_source(source, _DESCRIPTIONS["providers"]):
                yield f"packages.{name} is the program {source}"

    def _in_source(self, folder: str, description: str) -> bool:
        """Whether a folder holds a package in source code, which a language host runs."""
        return bool(folder) and (self.root / folder / description).is_file()


def checked(what: str, name: str, step: str) -> str:
    """`name`; raises `UsageError` where it is no name: it would be read as an option, or as a path elsewhere."""
    if not _NAME.fullmatch(name):
        allowed = "1 to 100 letters, digits, hyphens, underscores and full stops, without a hyphen in front"
        raise UsageError(f"{name[:60]!r} is not the name of a {what}; allowed: {allowed}", next_step=step)
    return name
