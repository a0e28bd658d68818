"""Runs a Pulumi program in this process and collects its resources."""

import asyncio
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bluelamp.completion.store import keep_resources
from bluelamp.core.wire import ORGANIZATION
from bluelamp.planning.autonaming import autonaming
from bluelamp.planning.monitor import PlanEngine, PlanMonitor
from bluelamp.planning.planned_resource import PlannedResource
from bluelamp.planning.result_cache import ResultCache
from bluelamp.rehearsal.packages import Packages
from bluelamp.rehearsal.store import Store

if TYPE_CHECKING:
    from bluelamp.infra.force import Force

__all__ = ["Plan", "PlannedResource", "plan_force", "plan_program", "plan_settings"]

PROJECT = "bluelamp"


@dataclass(frozen=True)
class Plan:
    """The result of a program: its resources in URN order, its stack outputs, warnings, errors and notes."""

    stack: str
    resources: tuple[PlannedResource, ...]
    outputs: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def managed(self) -> list[PlannedResource]:
        """The resources that a provider manages in the cloud: no components, providers or stack."""
        return [one for one in self.resources if one.custom and not one.type.startswith("pulumi:")]

    @property
    def refused(self) -> list[PlannedResource]:
        """The resources that the cloud would refuse."""
        return [resource for resource in self.resources if resource.failures]


def plan_program(
    stack: str,
    program: Callable[[], Any],
    config: Mapping[str, str],
    *,
    root: Path,
    project: str = PROJECT,
    arm_types: Path | None = None,
) -> Plan:
    """Runs `program` as the engine's preview would and returns its plan.

    `config` is the stack's configuration by full key (`bluelamp:owner`), with values as in the engine: strings, JSON
    for nested values. Not thread-safe: the SDK keeps one program's state per process.
    """
    from pulumi.runtime.stack import run_in_stack

    from bluelamp.infra.quick_sdk import quick_sdk

    with (
        prepared(stack, config, root=root, project=project, arm_types=arm_types) as (monitor, engine, loop),
        quick_sdk(),
    ):
        loop.run_until_complete(run_in_stack(program))
    ordered = tuple(monitor.resources[urn] for urn in sorted(monitor.resources))
    warnings = (*engine.warnings, *monitor.warnings)
    return Plan(stack, ordered, monitor.stack_outputs, warnings, tuple(engine.errors), tuple(engine.notes))


@contextmanager
def prepared(
    stack: str, config: Mapping[str, str], *, root: Path, project: str = PROJECT, arm_types: Path | None = None
) -> Iterator[tuple[PlanMonitor, PlanEngine, asyncio.AbstractEventLoop]]:
    """The SDK configured for one run of a program: the monitor, the engine and the event loop."""
    store = Store(":memory:")
    try:
        packages = Packages(store, arm_types=arm_types)
        monitor = PlanMonitor(stack, project, packages.provider, ResultCache(store, arm_types))
        engine = PlanEngine()
        with configured(monitor, engine, config, stack=stack, project=project, root=root) as loop:
            yield monitor, engine, loop
    finally:
        store.close()


def run_program(
    monitor: PlanMonitor,
    engine: PlanEngine,
    program: Callable[[], Any],
    config: Mapping[str, str],
    *,
    stack: str,
    project: str,
    root: Path,
) -> None:
    """Runs `program` against `monitor` as the SDK does against the engine. Not thread-safe."""
    from pulumi.runtime.stack import run_in_stack

    from bluelamp.infra.quick_sdk import quick_sdk

    with configured(monitor, engine, config, stack=stack, project=project, root=root) as loop, quick_sdk():
        loop.run_until_complete(run_in_stack(program))


@contextmanager
def configured(
    monitor: PlanMonitor, engine: PlanEngine, config: Mapping[str, str], *, stack: str, project: str, root: Path
) -> Iterator[asyncio.AbstractEventLoop]:
    """The SDK connected to `monitor` and `engine`, and the event loop for a program."""
    import pulumi.runtime
    from pulumi.runtime.settings import Settings, configure

    from bluelamp.infra.program.nearest_frame import nearest_frame_only
    from bluelamp.infra.sdk_debug import without_debug_messages
    from bluelamp.planning.inline_loop import InlineEventLoop

    monitor.set_autonaming(autonaming(config, project=project, stack=stack, organization=ORGANIZATION))
    monitor.set_config({key: value for key, value in config.items() if not key.startswith(f"{project}:")})
    loop = InlineEventLoop()
    asyncio.set_event_loop(loop)
    # As in the SDK's own runner: asyncio logs pending tasks when a program fails.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    configure(
        Settings(
            project=project,
            stack=stack,
            organization=ORGANIZATION,
            monitor=monitor,
            engine=engine,
            dry_run=monitor.dry_run,
            root_directory=str(root),
        )
    )
    pulumi.runtime.set_all_config(dict(config), [])
    try:
        with nearest_frame_only(), without_debug_messages():
            yield loop
    finally:
        loop.close()
        asyncio.set_event_loop(None)


def plan_force(slug: str, root: Path, *, arm_types: Path | None = None) -> Plan:
    """The plan of one force of the project at `root`.

    Raises `SettingsError` if its settings are wrong.
    """
    from bluelamp.infra.force import load

    plan = plan_settings(load(slug, root=root), root, arm_types=arm_types)
    keep_resources(root, slug, [(each.name, each.inputs) for each in plan.resources if each.custom])
    return plan


def plan_settings(force: "Force", root: Path, *, stack: str = "", arm_types: Path | None = None) -> Plan:
    """The plan of a force with these settings; `stack`, by default its own, configures the providers."""
    from bluelamp.planning.program import program

    stack = stack or force.slug
    return plan_program(stack, program(force, root), config_of(stack, root), root=root, arm_types=arm_types)


def config_of(stack: str, root: Path) -> dict[str, str]:
    """The configuration of a stack of the project at `root`; see `stack_config`."""
    return stack_config(root / "stacks" / f"Pulumi.{stack}.yaml")


def stack_config(path: Path) -> dict[str, str]:
    """A stack file's configuration as the engine passes it to a program, without encrypted values.

    Raises `SettingsError` if the file cannot be read.
    """
    from bluelamp.stack_files import read

    config = read(path).get("config") or {}
    return {key: _text(value) for key, value in config.items() if not (isinstance(value, dict) and "secure" in value)}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)
