"""Trial updates in a scratch cloud: the engine's steps, and those that Azure would refuse.

The scratch cloud starts with the deployed resources. Every registration of the program is compared with them, as in the
engine, and the resource is created, updated or replaced at once; resources that the program no longer declares are
deleted at the end. Nothing outside this process changes. Unlike the engine it does not stop at the first refusal.
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
class DeployedResource:
    """A deployed resource as in the engine's state; `needs` are the URNs it depends on."""

    urn: str
    id: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    needs: tuple[str, ...] = ()
    protect: bool = False
    instance: Instance = field(default_factory=Instance)


@dataclass(frozen=True)
class RefusedStep:
    """A step that the cloud would refuse. `op` is the engine's operation."""

    urn: str
    op: str
    code: str
    message: str


@dataclass
class Trial:
    """The result of an update in the scratch cloud. `running` are the resources deployed afterwards, by URN."""

    steps: list[tuple[str, str]] = field(default_factory=list)
    """The engine's operation and the URN of each step that changes something."""
    refused: list[RefusedStep] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    running: dict[str, DeployedResource] = field(default_factory=dict)


class ScratchCloud:
    """A cloud in memory with the deployed resources of a stack."""

    def __init__(self, records: Iterable[Record] = (), running: Mapping[str, DeployedResource] | None = None) -> None:
        self.store = Store(":memory:")
        for record in records:
            self.store.put(record)
        self.running: dict[str, DeployedResource] = dict(running or {})

    def copy(self) -> "ScratchCloud":
        """An independent copy."""
        return ScratchCloud(self.store.all(), self.running)

    def close(self) -> None:
        """Discards the cloud."""
        self.store.close()


def update(
    scratch: ScratchCloud,
    program: Callable[[], Any],
    config: Mapping[str, str],
    *,
    stack: str,
    root: Path,
    project: str = PROJECT,
) -> Trial:
    """Updates `scratch` to what `program` declares, as the engine would. Not thread-safe."""
    monitor, engine = _Update(stack, project, Packages(scratch.store).provider, scratch.running), PlanEngine()
    try:
        run_program(monitor, engine, program, config, stack=stack, project=project, root=root)
    except SettingsError:
        raise
    except Exception as error:
        engine.errors.append(f"{type(error).__name__}: {error}")
    if not engine.errors:
        monitor.delete_removed()
    trial = monitor.trial
    trial.errors += engine.errors
    trial.running = scratch.running = monitor.running
    return trial


class _Update(PlanMonitor):
    dry_run = False

    def __init__(
        self, stack: str, project: str, provider_of: Callable[[str], Provider], running: Mapping[str, DeployedResource]
    ) -> None:
        super().__init__(stack, project, provider_of)
        self.trial = Trial()
        self.running = dict(running)
        self._seen: set[str] = set()
        self._to_delete: list[DeployedResource] = []
        self._refused_urns: set[str] = set()
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
        made = DeployedResource(urn, "", inputs, inputs, tuple(sorted(needs)), bool(request.protect), instance)
        self._op = "create"
        try:
            inputs, resource_id, outputs = self._apply(provider, made, before, list(request.ignoreChanges))
            made = replace(made, id=resource_id, inputs=inputs, outputs=outputs)
        except CloudError as error:
            # The refusal of a dependent resource is a consequence, not a further reason.
            if not self._refused_urns.intersection(needs):
                self.trial.refused.append(RefusedStep(urn, self._op, error.code, error.message))
            self._refused_urns.add(urn)
            made = replace(made, id=before.id if before else f"refused-{len(self._refused_urns)}")
            if before is not None:
                made = replace(made, outputs={**before.outputs, **inputs})
        self.running[urn] = made
        return resource_pb2.RegisterResourceResponse(urn=urn, id=made.id, object=encode(made.outputs))

    @override
    def ReadResource(self, request: Any) -> Any:
        """Adds a resource that the program reads to the cloud."""
        if not request.type.startswith(_PULUMIS_OWN):
            package, instance, _ = self._provider_for(request.type, request.provider, request.version)
            provider, urn = self._provider_of(package), self.urn(request.type, request.name, request.parent)
            if provider.read(instance, urn, request.id, {}) is None:
                provider.assume_existing(instance, urn, request.id)
        return super().ReadResource(request)

    def _apply(
        self, provider: Provider, made: DeployedResource, before: DeployedResource | None, ignore: list[str]
    ) -> tuple[Mapping[str, Any], str, Mapping[str, Any]]:
        """Creates, updates or replaces a resource; returns its checked inputs, its id and its outputs."""
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
            self._to_delete.append(before)
        return inputs, *provider.create(instance, urn, inputs, preview=False)

    def _delete(self, one: DeployedResource) -> None:
        if one.protect:
            raise CloudError("Protected", "it is protected, so the engine does not delete it")
        self._provider_of(type_of(one.urn).partition(":")[0]).delete(one.instance, one.urn, one.id, one.outputs)

    def delete_removed(self) -> None:
        """Deletes resources that the program no longer declares, dependents first."""
        gone = [*self._to_delete, *(one for urn, one in self.running.items() if urn not in self._seen)]
        for one in reversed(gone):  # the state lists dependencies before dependents
            self.trial.steps.append(("delete", one.urn))
            try:
                self._delete(one)
            except CloudError as error:
                self.trial.refused.append(RefusedStep(one.urn, "delete", error.code, error.message))
                continue
            if one.urn not in self._seen:
                self.running.pop(one.urn, None)
