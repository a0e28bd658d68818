"""A Pulumi project to rehearse, Bluelamp's or any other, read as the engine reads it."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from os.path import lexists
from pathlib import Path
from typing import Any, Final

from bluelamp.core.wire import ORGANIZATION
from bluelamp.errors import UsageError
from bluelamp.rehearsal import language_hosts, settings
from bluelamp.rehearsal.command_line import CommandLine

_NAME: Final = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9_.][A-Za-z0-9_.-]{0,99}")
"""The names that Pulumi allows for projects and stacks, except with a leading hyphen, which would be an option."""
_DESCRIPTIONS: Final = {"providers": "PulumiPlugin.yaml", "analyzers": "PulumiPolicy.yaml"}
_FILES: Final = ("Pulumi.yaml", "Pulumi.yml")


def project_file(start: Path) -> Path | None:
    """The nearest `Pulumi.yaml` in or above the folder `start`; None if there is none."""
    places = (folder / name for folder in (start, *start.parents) for name in _FILES)
    return next((place for place in places if place.is_file()), None)


@dataclass(frozen=True)
class Project:
    """The project whose `Pulumi.yaml` is `file`, with that file's content."""

    file: Path
    content: Mapping[str, Any]

    @classmethod
    def at(cls, start: Path) -> "Project | None":
        """The project at or above the folder `start`; None if there is none.

        Raises `UsageError` if its `Pulumi.yaml` cannot be read or has no valid name.
        """
        file = project_file(start)
        if file is None:
            return None
        content = settings.load(file)
        if not isinstance(content.get("name"), str):
            raise UsageError(f"{file} does not name a project", next_step="set `name` in the file")
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
        """The runtime of the program."""
        return language_hosts.runtime_of(self.content)

    @property
    def program(self) -> Path:
        """The folder of the program."""
        main = self.root / str(self.content.get("main") or "")
        return main if main.is_dir() else main.parent

    @property
    def is_ours(self) -> bool:
        """Whether this is a Bluelamp project, in which each stack is a force's."""
        return lexists(self.root / "stacks" / "forces.yaml")

    def settings(self, stack: str) -> Path:
        """The settings file of a stack."""
        folder = self.root / str(self.content.get("stackConfigDir") or "")
        yml = folder / f"Pulumi.{stack}.yml"
        return yml if yml.is_file() else folder / f"Pulumi.{stack}.yaml"

    def only_stack(self) -> str | None:
        """The stack with a settings file; None if there are several or none."""
        found = sorted(self.settings("x").parent.glob("Pulumi.*.yaml"))
        return found[0].name.removeprefix("Pulumi.").removesuffix(".yaml") if len(found) == 1 else None

    def stack_of(self, named: str) -> str:
        """The stack of this project that `[ORGANISATION/[PROJECT/]]STACK` names."""
        return named.rpartition("/")[2]

    def local(self, command: CommandLine) -> CommandLine:
        """The command line with each stack named as in the rehearsal's backend, which has one organisation."""
        operand = command.operand if command.verb == "stack rm" else None
        for named in dict.fromkeys(filter(None, (command.stack, operand))):
            _, *more = parts = named.split("/")
            other = len(parts) == 3 and parts[1] != self.name
            command = command.replaced(named, "/".join([ORGANIZATION, *more]) if other else parts[-1])
        return command

    @property
    def own_packages(self) -> frozenset[str]:
        """The names of the packages that the project has as source code."""
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
        """Raises `UsageError` if the project declares a provider binary of its own that is not `served`.

        Component packages in source code are allowed: the language host runs them, as it runs the project.
        """
        found = [*self._plugins(served), *self._packages(served)]
        if found:
            raise UsageError(
                f"{self.file}: {'; '.join(found)}; a rehearsal starts Bluelamp's own providers only",
                next_step="install the package's Python SDK, whose types the rehearsal cloud then serves, or remove it",
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
            # A rehearsal downloads no packages.
            local = source.startswith((".", "/"))
            if local and name not in served and not self._in_source(source, _DESCRIPTIONS["providers"]):
                yield f"packages.{name} is the program {source}"

    def _in_source(self, folder: str, description: str) -> bool:
        """Whether a folder contains a package as source code, which a language host runs."""
        return bool(folder) and (self.root / folder / description).is_file()


def checked(what: str, name: str, step: str) -> str:
    """`name`, if it is a valid name. Raises `UsageError` if not: it could be read as an option or as a path."""
    if not _NAME.fullmatch(name):
        allowed = "1 to 100 letters, digits, hyphens, underscores and full stops, without a hyphen in front"
        raise UsageError(f"{name[:60]!r} is not the name of a {what}; allowed: {allowed}", next_step=step)
    return name
