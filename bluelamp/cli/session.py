"""What every verb that runs the engine begins with: the project, the engine, and real or rehearsed stacks."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from bluelamp.cli.screen import Screen
from bluelamp.cli.verbs.engine import reporting
from bluelamp.core.files import read
from bluelamp.core.passphrase import decrypter
from bluelamp.core.patience import Patience
from bluelamp.core.wire import has_ciphertext
from bluelamp.engine.find import Engine
from bluelamp.engine.operation import NO_STACK, Target, export
from bluelamp.engine.own_python import prefer_own_python
from bluelamp.errors import BluelampError
from bluelamp.folders import pack

if TYPE_CHECKING:
    from bluelamp.rehearsal.store import Store

PROJECT = "bluelamp"
_LONGEST_PASSPHRASE: Final = 65_536


class Run(Protocol):
    """A run that may change a stack; `done` is set when it has succeeded."""

    done: bool

    def left(self) -> list[str]:
        """The ids of what the cloud still holds of a stack that was destroyed."""


class Untracked:
    """A run against a real cloud, where only the engine knows what is there."""

    done = False

    def left(self) -> list[str]:
        """Nothing: the engine has deleted what it knows."""
        return []


@dataclass(frozen=True)
class Session:
    """Stacks that can be worked on.

    `recover` gives the URNs of what a crash left of one and was repaired, `notes` each step of it in a sentence.
    `changing` surrounds a run that may change one; it says what such a run has left behind in the cloud.
    """

    root: Path
    target: Callable[[str], Target]
    recover: Callable[[Target], list[str]]
    state: Callable[[Target], dict[str, Any]]
    notes: Callable[[Target], list[str]] = lambda _: []
    changing: Callable[[Target], AbstractContextManager[Run]] = lambda _: nullcontext(Untracked())
    store: "Store | None" = None
    """The rehearsal cloud; None where the cloud is real."""
    version: str = ""
    """The engine's."""


def engine_for(screen: Screen) -> Engine:
    """The engine, fetched or built first where there is none."""
    from bluelamp.engine.find import find
    from bluelamp.engine.install import ensure

    engine = find()
    if engine is not None:
        return engine
    screen.say("there is no Pulumi engine here yet; getting one (once)")
    with reporting(screen) as report:
        return ensure(report)


@contextmanager
def session(
    screen: Screen,
    root: Path,
    *,
    rehearse: bool,
    arm_types: Path | None,
    kubeconfig: Path | None,
    changes: bool = False,
    patience: Patience | None = None,
) -> Iterator[Session]:
    """Real stacks with the caller's own backend, or rehearsed ones below `.bluelamp/`, which `changes` may change.

    `patience` says how long to wait for rehearsed stacks that another command has claimed.
    """
    engine = engine_for(screen)
    if not rehearse:
        environment = engine.environment()
        prefer_own_python(environment, root)
        packs = (pack(root),)
        yield Session(
            root,
            lambda slug: Target(engine, slug, root, environment, packs=packs),
            lambda _: [],
            _exported,
            version=engine.version,
        )
        return
    from bluelamp.rehearsal.session import rehearsal

    with rehearsal(
        root, engine, arm_types=arm_types, kubeconfig=kubeconfig, changes=changes, patience=patience
    ) as held:
        yield Session(
            root,
            lambda slug: held.target(root, PROJECT, slug),
            lambda target: list(held.recover(target, PROJECT).urns),
            lambda target: held.state(target, PROJECT),
            lambda target: list(held.recover(target, PROJECT).notes),
            lambda target: held.changing(target, PROJECT),
            held.store if held.embedded else None,
            engine.version,
        )


Opened = tuple[dict[str, Any], Callable[[str], str] | None]
"""A stack's state, and what decrypts its secrets; None where nothing does, or nothing has to."""


def opened(held: Session, target: Target) -> Opened:
    """The stack's state for judging: with its secrets, which stay in memory, where they can be decrypted.

    They are decrypted here by the passphrase in the target's environment, or else by the engine, which knows the other
    kinds of encryption. Where neither can, they are left encrypted.
    """
    state = held.state(target)
    if not has_ciphertext(state):
        return state, None
    passphrase = _passphrase(target.environment)
    decrypt = None if passphrase is None else decrypter(state, passphrase)
    if decrypt is None:
        with suppress(BluelampError):
            return export(target, secrets=True), None
    return state, decrypt


def _passphrase(environment: Mapping[str, str]) -> str | None:
    """The passphrase as the engine finds it."""
    if "PULUMI_CONFIG_PASSPHRASE" in environment:
        return environment["PULUMI_CONFIG_PASSPHRASE"]
    file = environment.get("PULUMI_CONFIG_PASSPHRASE_FILE", "")
    try:
        return read(Path(file), _LONGEST_PASSPHRASE).decode().strip() if file else None
    except (OSError, UnicodeDecodeError):
        return None


def _exported(target: Target) -> dict[str, Any]:
    """A real stack's state; empty where the stack is not there yet. Raises `EngineError` where it cannot be read."""
    try:
        return export(target)
    except BluelampError as error:
        if NO_STACK in error.message:
            return {}
        raise
