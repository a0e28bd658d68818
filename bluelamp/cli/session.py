"""What every verb that runs the engine begins with: the project, the engine, and real or rehearsed stacks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bluelamp.cli.screen import Screen
from bluelamp.cli.verbs.engine import reporting
from bluelamp.engine.find import Engine
from bluelamp.engine.operation import Target, export
from bluelamp.errors import EngineError

PROJECT = "bluelamp"


@dataclass(frozen=True)
class Session:
    """Stacks that can be worked on. `recover` mends what a crash left of one and returns the URNs."""

    root: Path
    target: Callable[[str], Target]
    recover: Callable[[Target], list[str]]
    state: Callable[[Target], dict[str, Any]]


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
    screen: Screen, root: Path, *, rehearse: bool, arm_types: Path | None, kubeconfig: Path | None
) -> Iterator[Session]:
    """Real stacks with the caller's own backend, or rehearsed ones below `.bluelamp/`."""
    engine = engine_for(screen)
    if not rehearse:
        environment = engine.environment()
        packs = (root / "policies",)
        yield Session(root, lambda slug: Target(engine, slug, root, environment, packs=packs), lambda _: [], _exported)
        return
    from bluelamp.rehearsal.session import rehearsal

    with rehearsal(root, engine, arm_types=arm_types, kubeconfig=kubeconfig) as held:
        yield Session(
            root,
            lambda slug: held.target(root, PROJECT, slug),
            lambda target: held.recover(target, PROJECT),
            lambda target: held.state(target, PROJECT),
        )


def _exported(target: Target) -> dict[str, Any]:
    """A real stack's state; empty where the stack is not there yet, which the verb itself will say better."""
    try:
        return export(target)
    except EngineError:
        return {}
