"""Each command of the engine in a rehearsal, by itself or in a script: prepared, run where nothing real is reached.

A script may call the engine many times, for several stacks, and choose or make a stack by itself. So the stack is
found for each call: the one that its words name, that `PULUMI_STACK` names, or that an earlier call selected.
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
from bluelamp.rehearsal import hosts, neighbours, outside, settings, stack
from bluelamp.rehearsal.changing import Change
from bluelamp.rehearsal.passphrase import passphrase
from bluelamp.rehearsal.project import Project, checked
from bluelamp.rehearsal.session import Rehearsal, told
from bluelamp.rehearsal.words import Words

DEFAULT_STACK: Final = "rehearsal"
_LEFT_OUT: Final = {
    "login": "a rehearsal keeps its own state",
    "logout": "a rehearsal keeps its own state",
    "stack change-secrets-provider": "a rehearsal encrypts with a passphrase of its own",
}
"""Commands that would lead to something real and that a rehearsal does without, and why."""


Execute = Callable[[Sequence[str], Mapping[str, str]], int]
"""Runs the engine with these words in this environment, and returns its exit status."""


@dataclass
class _Call:
    """One command of the engine: its `words`, None where it is not run, and what is done around it."""

    words: tuple[str, ...] | None
    environment: dict[str, str]
    base: Path
    change: Change | None = None
    key: tuple[str, str] | None = None
    destroys: bool = False
    removes: tuple[Path, ...] = ()
    then: tuple[str, ...] = ()
    around: ExitStack = field(default_factory=ExitStack)


class Calls:
    """The calls of one rehearsal; safe to use from several threads.

    `own` is the user's environment, `say` hears what an earlier run left and how it was repaired.
    """

    def __init__(self, held: Rehearsal, own: Mapping[str, str], say: Callable[[str], None]) -> None:
        self._held, self._own, self._say = held, own, say
        self._lock = threading.RLock()
        self._told: set[str] = set()
        self._active: Counter[tuple[str, str]] = Counter()

    def run(self, given: Sequence[str], folder: Path, environment: Mapping[str, str], execute: Execute) -> int:
        """Runs the command with the words `given`, called in `folder` with this environment; returns how it ends.

        Raises `UsageError` where it cannot be meant so, `RehearsalError` where its stack cannot be worked on, or was
        destroyed and the cloud still holds resources of it.
        """
        with self._lock:
            call = self._begin(Words(tuple(given)), folder, environment)
        if call.words is None:
            return int(Status.DONE)
        status = int(Status.FAILED)
        try:
            status = execute(call.words, call.environment)
        finally:
            with self._lock:
                left = self._end(call, status)
        if left:
            raise RehearsalError(
                f"{call.key and call.key[1]}: the rehearsal cloud still holds {len(left)} of its resources: "
                f"{', '.join(left[:5])}",
                next_step="run the same command again: it removes them",
            )
        if status == 0 and call.then:
            return self.run(call.then, folder, environment, execute)
        return status

    def _begin(self, words: Words, folder: Path, environment: Mapping[str, str]) -> _Call:
        place = words.option("-C", "--cwd")
        call = _Call(words.given, self._guarded(environment), folder / place if place else folder)
        if "--preview-only" not in words.given:
            # Nothing real can be harmed, so nothing asks; the engine takes this for --yes, which excludes
            # --preview-only.
            call.environment["PULUMI_SKIP_CONFIRMATIONS"] = "true"
        if words.verb in _LEFT_OUT:
            call.words = None
            self._tell(f"pulumi {words.verb} is left out: {_LEFT_OUT[words.verb]}")
            return call
        words = words.without("--secrets-provider")
        call.words = words.given
        hosts.supply(self._held.space.home, self._held.engine.path, self._own)
        project = Project.at(call.base)
        if project is not None:
            project.check_plugins(self._held.packages.names())
            self._in_a_project(call, words, project)
        return call

    def _end(self, call: _Call, status: int) -> list[str]:
        """The ids of what the cloud still holds of a destroyed stack."""
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
                f"{call.key[1]}: the engine could not write the stack's state; free disk space, then run the same "
                "command again: it starts from the last complete state"
            )
        return left

    def _tell(self, said: str) -> None:
        """Says what is the same for each call of a script once."""
        if said not in self._told:
            self._told.add(said)
            self._say(said)

    def _guarded(self, environment: Mapping[str, str]) -> dict[str, str]:
        """The caller's environment, with the rehearsal's own settings whatever a script has made of them."""
        kept = {name: value for name, value in outside.without(environment).items() if name not in _KEPT}
        own = self._held.environment
        return kept | {name: value for name, value in own.items() if name in _KEPT or outside.leads_out(name)}

    def _in_a_project(self, call: _Call, words: Words, project: Project) -> None:
        if words.verb == "stack unselect":
            self._selected(project).unlink(missing_ok=True)
            call.words = None
        elif words.verb == "stack select" and (named := words.stack or words.operand):
            name = self._checked(project, named)
            self._ready(call, words, project, name)
            replace(self._selected(project), name, mode=PRIVATE_FILE)
            call.words = None
        elif words.verb == "stack init" and (named := words.stack or words.operand):
            self._init(call, words, project, self._checked(project, named))
        elif words.on_a_stack:
            meant = self._stack(words, project, call.environment)
            if meant is None and words.deploys and project.is_ours:
                example = " ".join(["pulumi", words.verb, "--stack", "FORCE"])
                raise UsageError("which force is meant?", next_step=f"name its stack: bluelamp rehearse -- {example}")
            self._with_stack(call, words, project, self._checked(project, meant or DEFAULT_STACK))

    def _with_stack(self, call: _Call, words: Words, project: Project, name: str) -> None:
        file = self._ready(call, words, project, name)
        call.environment["PULUMI_STACK"] = name
        words = project.local(words)
        if words.deploys:
            if words.runs_program:
                known = hosts.languages(self._held.engine.path, self._own)
                hosts.check(project.runtime, known, project.file)
            with told():
                neighbours.bring(self._held.space, project.root)
        if words.configured:
            words = words.without("--config-file").plus("--config-file", str(file))
        if words.verb == "stack rm":
            words = words.without("--preserve-config", value=False).plus("--preserve-config")
            selected = self._selected(project)
            call.removes = (file, settings.seen(file), *([selected] if _text(selected) == name else []))
        if words.verb == "stack rename":
            # It would rename the project's own settings file too.
            words = words.without("-C", "--cwd").plus("--cwd", str(file.parent))
        if words.verb == "destroy" and "--remove" in words.given:
            words = words.without("--remove", value=False)
            call.then = ("stack", "rm", name, "--yes", "--cwd", str(call.base))
        call.key = (project.name, name)
        self._active[call.key] += 1
        if words.changes:
            target = Target(self._held.engine, name, project.root, call.environment, file)
            call.change = call.around.enter_context(self._held.changing(target, project.name))
            call.destroys = words.verb == "destroy"
        call.words = words.given

    def _init(self, call: _Call, words: Words, project: Project, name: str) -> None:
        """Makes a stack in the folder of the copied settings: the engine would write into the project's own file."""
        there = stack.exists(self._held.space, project.name, name)
        file = self._ready(call, words, project, name)
        if there:
            # The engine says so.
            call.words = ("stack", "init", name, "--cwd", str(file.parent), "--no-select")
            return
        other = words.option("--copy-config-from")
        if other:
            kept = self._copied(call, words, project, self._checked(project, other))
            # With the salt that its secrets are encrypted with; all stacks have one passphrase.
            replace(file, yaml.safe_dump(settings.load(file) | settings.load(kept)), mode=PRIVATE_FILE)
        if "--no-select" not in words.given:
            replace(self._selected(project), name, mode=PRIVATE_FILE)
        self._say(f"Created stack '{name}'")
        call.words = None

    def _ready(self, call: _Call, words: Words, project: Project, name: str) -> Path:
        """The copied settings of the stack, which is made ready to be worked on."""
        file = self._copied(call, words, project, name)
        if self._active[project.name, name]:
            return file  # another call of the script, or the program itself, is at work on it
        target = Target(self._held.engine, name, project.root, call.environment, file)
        self._held.make_ready(target, project.name)
        for note in self._held.recover(target, project.name).notes:
            self._tell(f"{name}: {note}")
        return file

    def _copied(self, call: _Call, words: Words, project: Project, name: str) -> Path:
        named = words.option("--config-file")
        file = call.base / named if named else project.settings(name)
        with told():
            if project.is_ours and not named:
                return stack.prepare(self._held.space, project.name, file)
            copy = self._held.space.stacks / project.name / f"Pulumi.{name}.yaml"
            for note in settings.copied(file, copy, project.name, passphrase(self._own)):
                self._tell(f"{name}: {note}")
        return copy

    def _checked(self, project: Project, named: str) -> str:
        return checked("stack", project.stack_of(named), "name it with --stack")

    def _selected(self, project: Project) -> Path:
        """The file that keeps which stack of the project is selected."""
        folder = self._held.space.stacks / project.name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder / "selected"

    def _stack(self, words: Words, project: Project, environment: Mapping[str, str]) -> str | None:
        """The stack that a command means, None where nothing states one and there are several or none."""
        named = words.stack
        if named is None and words.verb == "stack rm":
            named = words.operand
        if named is None and environment.get("PULUMI_STACK"):
            named = environment["PULUMI_STACK"]
        if named is not None:
            return project.stack_of(named)
        return _text(self._selected(project)) or project.only_stack()


def _text(path: Path) -> str:
    """The content of a small file, empty where there is none."""
    try:
        return read(path, 200).decode()
    except (OSError, UnicodeDecodeError):
        return ""


_KEPT: Final = (
    *("PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"),
    *("BLUELAMP_REHEARSAL", "BLUELAMP_PYTHON", "PULUMI_SKIP_CHECKPOINTS", "PULUMI_SKIP_UPDATE_CHECK"),
    *("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER"),
)
"""The rehearsal's own variables that no script may change, besides those that would lead to something real."""
