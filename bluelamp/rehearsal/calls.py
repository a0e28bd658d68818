"""Prepares each engine command of a rehearsal so that it cannot reach real services.

A script may run several commands, on several stacks. The stack of each command is the one that its arguments name, then
the one that `PULUMI_STACK` names, then the selected stack.
"""

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import yaml

from bluelamp.core.files import PRIVATE_FILE, read, replace
from bluelamp.engine.operation import Target
from bluelamp.errors import RehearsalError, Status, UsageError
from bluelamp.rehearsal import isolation, language_hosts, settings, stack, stack_references
from bluelamp.rehearsal.command_line import CommandLine
from bluelamp.rehearsal.passphrase import passphrase
from bluelamp.rehearsal.project import Project, checked
from bluelamp.rehearsal.session import Rehearsal, storage_errors
from bluelamp.rehearsal.stack_run import StackRun

DEFAULT_STACK: Final = "rehearsal"
_SKIPPED: Final = {
    "login": "a rehearsal keeps its own state",
    "logout": "a rehearsal keeps its own state",
    "stack change-secrets-provider": "a rehearsal encrypts with a passphrase of its own",
}
"""Commands that would reach a real service and are not run, with the reason."""

Execute = Callable[[Sequence[str], Mapping[str, str]], int]
"""Runs the engine with these arguments and this environment; returns its exit status."""


@dataclass
class _Call:
    """One engine command.

    `arguments` is None if the engine is not started. `removes` are files to delete on success, `then` is a command to
    run afterwards.
    """

    arguments: tuple[str, ...] | None
    environment: dict[str, str]
    base: Path
    change: StackRun | None = None
    key: tuple[str, str] | None = None
    destroys: bool = False
    removes: tuple[Path, ...] = ()
    then: tuple[str, ...] = ()
    around: ExitStack = field(default_factory=ExitStack)


class Calls:
    """The engine commands of one rehearsal; thread-safe.

    `user_environment` is the user's environment. `say` is called with each repair after an interrupted run.
    """

    def __init__(self, rehearsal: Rehearsal, own: Mapping[str, str], say: Callable[[str], None]) -> None:
        self._rehearsal, self._user_environment, self._say = rehearsal, own, say
        self._lock = threading.RLock()
        self._reported: set[str] = set()
        self._active: Counter[tuple[str, str]] = Counter()

    def run(self, given: Sequence[str], folder: Path, environment: Mapping[str, str], execute: Execute) -> int:
        """Runs the command `arguments` in `folder` with this environment; returns its exit status.

        Raises `UsageError` for wrong arguments. Raises `RehearsalError` if the stack cannot be used, or if the cloud
        still contains resources of a destroyed stack.
        """
        with self._lock:
            call = self._begin(CommandLine(tuple(given)), folder, environment)
        if call.arguments is None:
            return int(Status.DONE)
        status = int(Status.FAILED)
        try:
            status = execute(call.arguments, call.environment)
        finally:
            with self._lock:
                left = self._end(call, status)
        if left:
            raise RehearsalError(
                f"{call.key and call.key[1]}: the rehearsal cloud still holds {len(left)} of its resources: "
                f"{', '.join(left[:5])}",
                next_step="run the same command again to remove them",
            )
        if status == 0 and call.then:
            return self.run(call.then, folder, environment, execute)
        return status

    def _begin(self, command: CommandLine, folder: Path, environment: Mapping[str, str]) -> _Call:
        place = command.option("-C", "--cwd")
        call = _Call(command.arguments, self._environment(environment), folder / place if place else folder)
        if "--preview-only" not in command.arguments:
            # A rehearsal needs no confirmation. The engine treats this as --yes, which excludes --preview-only.
            call.environment["PULUMI_SKIP_CONFIRMATIONS"] = "true"
        if command.verb in _SKIPPED:
            call.arguments = None
            self._say_once(f"pulumi {command.verb} is skipped: {_SKIPPED[command.verb]}")
            return call
        command = command.without("--secrets-provider")
        call.arguments = command.arguments
        language_hosts.supply(self._rehearsal.space.home, self._rehearsal.engine.path, self._user_environment)
        project = Project.at(call.base)
        if project is not None:
            project.check_plugins(self._rehearsal.packages.names())
            self._prepare_in_project(call, command, project)
        return call

    def _end(self, call: _Call, status: int) -> list[str]:
        """Finishes the call; returns the ids of resources of a destroyed stack that the cloud still contains."""
        if call.key is not None:
            self._active[call.key] -= 1
        if call.change is None or call.key is None:
            return []
        left = call.change.left() if status == 0 and call.destroys else []
        call.change.done = status == 0 and not left
        call.around.close()
        if status == 0:
            for path in call.removes:
                path.unlink(missing_ok=True)
        if call.change.damaged:
            self._say(
                f"{call.key[1]}: the engine could not write the stack's state. Free disk space, then run the same "
                "command again; it starts from the last complete state"
            )
        return left

    def _say_once(self, message: str) -> None:
        """Reports a message once for all the calls of a script."""
        if message not in self._reported:
            self._reported.add(message)
            self._say(message)

    def _environment(self, environment: Mapping[str, str]) -> dict[str, str]:
        """The caller's environment with the rehearsal's variables restored, even if a script has changed them."""
        kept = {name: value for name, value in isolation.without_access(environment).items() if name not in _PROTECTED}
        own = self._rehearsal.environment
        return kept | {
            name: value for name, value in own.items() if name in _PROTECTED or isolation.grants_access(name)
        }

    def _prepare_in_project(self, call: _Call, command: CommandLine, project: Project) -> None:
        if command.verb == "stack unselect":
            self._selected(project).unlink(missing_ok=True)
            call.arguments = None
        elif command.verb == "stack select" and (named := command.stack or command.operand):
            name = self._checked(project, named)
            self._ready(call, command, project, name)
            replace(self._selected(project), name, mode=PRIVATE_FILE)
            call.arguments = None
        elif command.verb == "stack init" and (named := command.stack or command.operand):
            self._init(call, command, project, self._checked(project, named))
        elif command.needs_stack:
            meant = self._stack(command, project, call.environment)
            if meant is None and command.deploys and project.is_ours:
                example = " ".join(["pulumi", command.verb, "--stack", "FORCE"])
                raise UsageError("no stack is selected", next_step=f"name one: bluelamp rehearse -- {example}")
            self._prepare_with_stack(call, command, project, self._checked(project, meant or DEFAULT_STACK))

    def _prepare_with_stack(self, call: _Call, command: CommandLine, project: Project, name: str) -> None:
        file = self._ready(call, command, project, name)
        call.environment["PULUMI_STACK"] = name
        command = project.local(command)
        if command.deploys:
            if command.runs_program:
                known = language_hosts.languages(self._rehearsal.engine.path, self._user_environment)
                language_hosts.check(project.runtime, known, project.file)
            with storage_errors():
                stack_references.copy_states(self._rehearsal.space, project.root)
        if command.takes_config_file:
            command = command.without("--config-file").with_arguments("--config-file", str(file))
        if command.verb == "stack rm":
            command = command.without("--preserve-config", value=False).with_arguments("--preserve-config")
            selected = self._selected(project)
            call.removes = (file, settings.last_seen(file), *([selected] if _text(selected) == name else []))
        if command.verb == "stack rename":
            # Run elsewhere: the engine would also rename the project's own settings file.
            command = command.without("-C", "--cwd").with_arguments("--cwd", str(file.parent))
        if command.verb == "destroy" and "--remove" in command.arguments:
            command = command.without("--remove", value=False)
            call.then = ("stack", "rm", name, "--yes", "--cwd", str(call.base))
        call.key = (project.name, name)
        self._active[call.key] += 1
        if command.changes:
            target = Target(self._rehearsal.engine, name, project.root, call.environment, file)
            call.change = call.around.enter_context(self._rehearsal.changing(target, project.name))
            call.destroys = command.verb == "destroy"
        call.arguments = command.arguments

    def _init(self, call: _Call, command: CommandLine, project: Project, name: str) -> None:
        """Creates a stack in the folder of the copied settings, as the engine writes to the settings file."""
        existed = stack.exists(self._rehearsal.space, project.name, name)
        file = self._ready(call, command, project, name)
        if existed:
            # The engine reports the error.
            call.arguments = ("stack", "init", name, "--cwd", str(file.parent), "--no-select")
            return
        other = command.option("--copy-config-from")
        if other:
            kept = self._copied(call, command, project, self._checked(project, other))
            # Copy the encryption salt too. All stacks share a passphrase.
            replace(file, yaml.safe_dump(settings.load(file) | settings.load(kept)), mode=PRIVATE_FILE)
        if "--no-select" not in command.arguments:
            replace(self._selected(project), name, mode=PRIVATE_FILE)
        self._say(f"Created stack '{name}'")
        call.arguments = None

    def _ready(self, call: _Call, command: CommandLine, project: Project, name: str) -> Path:
        """Prepares the stack; returns the copy of its settings."""
        file = self._copied(call, command, project, name)
        if self._active[project.name, name]:
            return file  # another command of the script, or the program itself, is using the stack
        target = Target(self._rehearsal.engine, name, project.root, call.environment, file)
        self._rehearsal.make_ready(target, project.name)
        for note in self._rehearsal.recover(target, project.name).notes:
            self._say_once(f"{name}: {note}")
        return file

    def _copied(self, call: _Call, command: CommandLine, project: Project, name: str) -> Path:
        named = command.option("--config-file")
        file = call.base / named if named else project.settings(name)
        with storage_errors():
            if project.is_ours and not named:
                return stack.prepare(self._rehearsal.space, project.name, file)
            copy = self._rehearsal.space.stacks / project.name / f"Pulumi.{name}.yaml"
            for note in settings.copy_settings(file, copy, project.name, passphrase(self._user_environment)):
                self._say_once(f"{name}: {note}")
        return copy

    def _checked(self, project: Project, named: str) -> str:
        return checked("stack", project.stack_of(named), "name it with --stack")

    def _selected(self, project: Project) -> Path:
        """The file with the name of the project's selected stack."""
        folder = self._rehearsal.space.stacks / project.name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder / "selected"

    def _stack(self, command: CommandLine, project: Project, environment: Mapping[str, str]) -> str | None:
        """The stack that a command applies to; None if none is named or selected and there are several or none."""
        named = command.stack
        if named is None and command.verb == "stack rm":
            named = command.operand
        if named is None and environment.get("PULUMI_STACK"):
            named = environment["PULUMI_STACK"]
        if named is not None:
            return project.stack_of(named)
        return _text(self._selected(project)) or project.only_stack()


def _text(path: Path) -> str:
    """The content of a small file; empty if it cannot be read."""
    try:
        return read(path, 200).decode()
    except (OSError, UnicodeDecodeError):
        return ""


_PROTECTED: Final = (
    *("PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"),
    *("BLUELAMP_REHEARSAL", "BLUELAMP_PYTHON", "PULUMI_SKIP_CHECKPOINTS", "PULUMI_SKIP_UPDATE_CHECK"),
    *("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER"),
)
"""The rehearsal's own variables, which scripts may not change."""
