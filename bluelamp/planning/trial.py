"""An update tried out in a scratch cloud: what the engine would do, step by step, and what Azure would refuse.

The scratch cloud begins with what is deployed. Every registration of the program is compared with that, as the engine
does it, and made, changed or replaced at once; what the program no longer has is deleted at the end. Nothing outside
this process is touched. Unlike the engine it does not stop at the first refusal.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from pulumi.runtime.proto import resource_pb2
from typing_extensions import override

from bluelamp.core.problems import SettingsError
from bluelamp.core.resource import type_of
from bluelamp.planning.monitor import PlanEngine, PlanMonitor
from bluelamp.planning.plan import PROJECT, run_program
from bluelamp.rehearsal.packages import Packages
from bluelamp.rehearsal.provider import CloudError, Instance, Provider
from bluelamp.rehearsal.store import Record, Store
from bluelamp.rehearsal.values import decode, encode

_STACK: Final = "pulumi:pulumi:Stack"
_PULUMIS_OWN: Final = "pulumi:"


@dataclass(frozen=True)
class Running:
    """A deployed resource: what the engine's state knows of it, and what it waits for, by URN."""

    urn: str
    id: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    needs: tuple[str, ...] = ()
    protect: bool = False
    instance: Instance = field(default_factory=Instance)


@dataclass(frozen=True)
class Refused:
    """A step that the cloud would refuse: `op` is the engine's word."""

    urn: str
    op: str
    code: str
    message: str


@dataclass
class Trial:
    """What an update did in the scratch cloud. `running` is what is deployed afterwards, by URN."""

    steps: list[tuple[str, str]] = field(default_factory=list)
    """The engine's word and the URN of each step that changes something."""
    refused: list[Refused] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    running: dict[str, Running] = field(default_factory=dict)


class Scratch:
    """A cloud in memory with what a stack has deployed."""

    def __init__(self, records: Iterable[Record] = (), running: Mapping[str, Running] | None = None) -> None:
        self.store = Store(":memory:")
        for record in records:
            self.store.put(record)
        self.running: dict[str, Running] = dict(running or {})

    def copy(self) -> "Scratch":
        """Another cloud with the same in it."""
        return Scratch(self.store.all(), self.running)

    def close(self) -> None:
        """Forgets all of it."""
        self.store.close()


def update(
    scratch: Scratch,
    program: Callable[[], Any],
    config: Mapping[str, str],
    *,
    stack: str,
    root: Path,
    project: str = PROJECT,
) -> Trial:
    """Brings `scratch` to what `program` asks for, as the engine would. Not safe from two threads at once."""
    monitor, engine = _Update(stack, project, Packages(scratch.store).provider, scratch.running), PlanEngine()
    try:
        run_program(monitor, engine, program, config, stack=stack, project=project, root=root)
    except SettingsError:
        raise
    except Exception as error:
        engine.errors.append(f"{type(error).__name__}: {error}")
    if not engine.errors:
        monitor.clear()
    trial = monitor.trial
    trial.errors += engine.errors
    trial.running = scratch.running = monitor.running
    return trial


class _Update(PlanMonitor):
    dry_run = False

    def __init__(
        self, stack: str, project: str, provider_of: Callable[[str], Provider], running: Mapping[str, Running]
    ) -> None:
        super().__init__(stack, project, provider_of)
        self.trial = Trial()
        self.running = dict(running)
        self._seen: set[str] = set()
        self._later: list[Running] = []
        self._unmade: set[str] = set()
        self._op = ""

    @override
    def RegisterResource(self, request: Any) -> Any:
        if request.type == _STACK or not request.custom or request.type.startswith(_PULUMIS_OWN):
            return super().RegisterResource(request)
        urn = self.urn(request.type, request.name, request.parent)
        if urn in self._seen:
            raise RuntimeError(f"Duplicate resource URN '{urn}'; try giving it a unique name")
        self._seen.add(urn)
        known = next((each for each in (urn, *self._aliases(request)) if each in self.running), None)
        before = self.running.pop(known) if known else None
        package, instance, _ = self._provider_for(request.type, request.provider, request.version)
        provider = self._provider_of(package)
        inputs: Mapping[str, Any] = decode(request.object)
        needs = {*request.dependencies, *([request.parent] if request.parent else [])}
        needs |= {one for of in request.propertyDependencies.values() for one in of.urns}
        made = Running(urn, "", inputs, inputs, tuple(sorted(needs)), bool(request.protect), instance)
        self._op = "create"
        try:
            inputs, resource_id, outputs = self._bring(provider, made, before, list(request.ignoreChanges))
            made = replace(made, id=resource_id, inputs=inputs, outputs=outputs)
        except CloudError as error:
            # What is refused because it needs what was refused is no further reason.
            if not self._unmade.intersection(needs):
                self.trial.refused.append(Refused(urn, self._op, error.code, error.message))
            self._unmade.add(urn)
            made = replace(made, id=before.id if before else f"refused-{len(self._unmade)}")
            if before is not None:
                made = replace(made, outputs={**before.outputs, **inputs})
        self.running[urn] = made
        return resource_pb2.RegisterResourceResponse(urn=urn, id=made.id, object=encode(made.outputs))

    @override
    def ReadResource(self, request: Any) -> Any:
        """Has the cloud hold what the program reads."""
        if not request.type.startswith(_PULUMIS_OWN):
            package, instance, _ = self._provider_for(request.type, request.provider, request.version)
            provider, urn = self._provider_of(package), self.urn(request.type, request.name, request.parent)
            if provider.read(instance, urn, request.id, {}) is None:
                provider.assume_existing(instance, urn, request.id)
        return super().ReadResource(request)

    def _bring(
        self, provider: Provider, made: Running, before: Running | None, ignore: list[str]
    ) -> tuple[Mapping[str, Any], str, Mapping[str, Any]]:
        """The checked inputs, the id and the outputs of a resource once it is as the program wants it."""
        urn, instance = made.urn, made.instance
        checked = provider.check(instance, urn, before.inputs if before else {}, made.inputs, **self.naming(urn))
        inputs = checked.inputs
        if checked.failures:
            raise CloudError("InvalidInput", "; ".join(f"{one.path}: {one.reason}" for one in checked.failures))
        if before is None:
            self.trial.steps.append(("create", urn))
            return inputs, *provider.create(instance, urn, inputs, preview=False)
        found = provider.diff(instance, urn, before.id, before.inputs, before.outputs, inputs, ignore)
        if not found.changes:
            return before.inputs, before.id, before.outputs
        self._op = "replace" if found.replaces else "update"
        self.trial.steps.append((self._op, urn))
        if not found.replaces:
            return inputs, before.id, provider.update(instance, urn, before.id, before.outputs, inputs, preview=False)
        if found.delete_before_replace:
            self._delete(before)
        else:
            self._later.append(before)
        return inputs, *provider.create(instance, urn, inputs, preview=False)

    def _delete(self, one: Running) -> None:
        if one.protect:
            raise CloudError("Protected", "it is protected, and the engine does not delete it")
        self._provider_of(type_of(one.urn).partition(":")[0]).delete(one.instance, one.urn, one.id, one.outputs)

    def clear(self) -> None:
        """Deletes what the program no longer has, what depends on another first."""
        gone = [*self._later, *(one for urn, one in self.running.items() if urn not in self._seen)]
        for one in reversed(gone):  # the state lists what is needed before what needs it
            self.trial.steps.append(("delete", one.urn))
            try:
                self._delete(one)
            except CloudError as error:
                self.trial.refused.append(Refused(one.urn, "delete", error.code, error.message))
                continue
            if one.urn not in self._seen:
                self.running.pop(one.urn, None)
