"""Setup for verbs that run the engine: the project, the engine, and real or rehearsed stacks."""

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
    """A run that may change a stack; `done` is set on success."""

    done: bool

    def left(self) -> list[str]:
        """The ids of resources that the cloud still holds after the stack was destroyed."""


class Untracked:
    """A run against a real cloud, whose resources only the engine tracks."""

    done = False

    def left(self) -> list[str]:
        """Always empty: the engine has deleted the resources that it tracks."""
        return []


@dataclass(frozen=True)
class Session:
    """The stacks of a session.

    `recover` repairs a stack after a crash and returns the URNs repaired; `notes` describes each step.
    `changing` is the context of a run that may change a stack; it reports resources left over in the cloud.
    """

    root: Path
    target: Callable[[str], Target]
    recover: Callable[[Target], list[str]]
    state: Callable[[Target], dict[str, Any]]
    notes: Callable[[Target], list[str]] = lambda _: []
    changing: Callable[[Target], AbstractContextManager[Run]] = lambda _: nullcontext(Untracked())
    store: "Store | None" = None
    """The rehearsal cloud; None for a real cloud."""
    version: str = ""
    """The engine's."""


def engine_for(screen: Screen) -> Engine:
    """The engine, which is fetched or built if there is none."""
    from bluelamp.engine.find import find
    from bluelamp.engine.install import ensure

    engine = find()
    if engine is not None:
        return engine
    screen.say("no Pulumi engine found; installing one (first run only)")
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
    serves: bool = True,
    patience: Patience | None = None,
) -> Iterator[Session]:
    """Real stacks with the caller's own backend, or rehearsed ones below `.bluelamp/`, which `changes` may change.

    Without `serves` the states of rehearsed stacks can be read, and nothing run. `patience` says how long to wait for
    rehearsed stacks that another command has locked.
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
        root,
        engine,
        arm_types=arm_types,
        kubeconfig=kubeconfig,
        changes=changes,
        serves=serves,
        patience=patience,
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
"""A stack's state, and the passphrase of its secrets; None if it is unknown or not needed."""


def opened(held: Session, target: Target) -> Opened:
    """The stack's state for judging, with its secrets decrypted in memory if possible.

    Secrets are decrypted by the passphrase in the target's environment, else by the engine, which supports the other
    kinds of encryption. If neither can, they stay encrypted.
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
    """A real stack's state; empty if the stack does not exist. Raises `EngineError` if it cannot be read."""
    try:
        return export(target)
    except BluelampError as error:
        if NO_STACK in error.message:
            return {}
        raise
