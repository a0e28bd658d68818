"""A resource monitor in this process that responds to registrations as the engine's preview would.

It calls the rehearsal cloud's providers directly instead of over gRPC, so a plan has the same defaults, unknown values
and refusals. Unlike the engine it does not stop at the first refusal.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf import empty_pb2
from pulumi.runtime.proto import resource_pb2

from bluelamp.core.resource import name_of, type_of
from bluelamp.core.wire import UNKNOWN_STRING
from bluelamp.planning.autonaming import Autonaming
from bluelamp.planning.planned_resource import PlannedResource
from bluelamp.planning.result_cache import RegistrationResult, ResultCache
from bluelamp.rehearsal.provider import CloudError, Failure, Instance, Naming, Provider
from bluelamp.rehearsal.values import decode, encode, plain

_STACK = "pulumi:pulumi:Stack"
_PROVIDER = "pulumi:providers:"
_UNKNOWN_ID = UNKNOWN_STRING
"""The id of a resource that does not exist yet, in the engine's preview."""


@dataclass(frozen=True, slots=True)
class _Provided:
    """A provider's result: the inputs with the provider's defaults, and the outputs."""

    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    failures: tuple[Failure, ...]
    warnings: tuple[Failure, ...]
    id: str


class PlanMonitor:
    """Receives the program's registrations. `resources` has them by URN, `warnings` the cloud's warnings."""

    dry_run = True
    """Whether the program sees a preview."""

    def __init__(
        self, stack: str, project: str, provider_of: Callable[[str], Provider], cache: ResultCache | None = None
    ) -> None:
        self.resources: dict[str, PlannedResource] = {}
        self.stack_outputs: dict[str, Any] = {}
        self.warnings: list[str] = []
        self._stack, self._project, self._provider_of, self._cache = stack, project, provider_of, cache
        self._instances: dict[str, Instance] = {}
        self._packages: dict[str, tuple[str, str]] = {}
        self._config: dict[str, dict[str, Any]] = {}
        self._autonaming = Autonaming()
        self._lock = threading.Lock()

    def set_autonaming(self, autonaming: Autonaming) -> None:
        """Sets the stack's naming schemes."""
        self._autonaming = autonaming

    def naming(self, urn: str) -> dict[str, Naming]:
        """The argument `naming` of a provider's check; empty if the package names the resource."""
        found = self._autonaming.naming(urn)
        return {} if found is None else {"naming": found}

    def set_config(self, config: Mapping[str, str]) -> None:
        """Sets the stack's configuration, by full key. Each package's settings go to its default provider."""
        for key, value in config.items():
            package, _, name = key.partition(":")
            self._config.setdefault(package, {})[name] = value

    def urn(self, type_: str, name: str, parent: str = "") -> str:
        """The resource's URN, as the engine forms it."""
        chain = parent.split("::")[2] if parent else ""
        if chain and chain != _STACK:
            type_ = f"{chain}${type_}"
        return f"urn:pulumi:{self._stack}::{self._project}::{type_}::{name}"

    def RegisterResource(self, request: Any) -> Any:
        """Checks the inputs and previews the creation, as the engine would."""
        urn = self.urn(request.type, request.name, request.parent)
        if urn in self.resources:
            raise RuntimeError(f"Duplicate resource URN '{urn}'; try giving it a unique name")
        if request.custom and request.type.startswith(_PROVIDER):
            return self._register_provider(urn, request, decode(request.object))
        result = self._result(urn, request)
        self.warnings += result.warnings
        self._keep(result.resource)
        return result.response

    def _result(self, urn: str, request: Any) -> RegistrationResult:
        """The result of a registration, reused if an earlier plan had the same one."""
        if request.type == _STACK or not request.custom:
            provider, naming = None, {}
        else:
            provider, naming = self._provider_for(request.type, request.provider, request.version), self.naming(urn)
        if self._cache is None:
            return self._register(urn, request, provider, naming)
        parents = (request.parent, *(alias.spec.parentUrn for alias in request.aliases))
        inherited = tuple(known.aliases if (known := self.resources.get(each)) else () for each in parents)
        key = self._cache.key(urn, request, provider and provider[1], naming, inherited)
        found = self._cache.get(key)
        if found is None:
            found = self._register(urn, request, provider, naming)
            self._cache.put(key, found)
        return found

    def _register(
        self, urn: str, request: Any, provider: tuple[str, Instance, str] | None, naming: dict[str, Naming]
    ) -> RegistrationResult:
        aliases = self._aliases(request)
        if provider is None:
            inputs = decode(request.object)
            component = PlannedResource(urn, custom=False, parent=request.parent, inputs=inputs, aliases=aliases)
            response = resource_pb2.RegisterResourceResponse(urn=urn, object=request.object)
            return RegistrationResult(component, (), response)
        package, instance, reference = provider
        program_inputs = decode(request.object)
        provided = self._provided(urn, package, instance, naming, program_inputs)
        where = f"{_where(request)}{request.type} {request.name}" if provided.warnings else ""
        resource = PlannedResource(
            urn,
            custom=True,
            parent=request.parent,
            protect=bool(request.protect),
            provider=reference,
            inputs=provided.inputs,
            outputs=provided.outputs,
            failures=provided.failures,
            references=_references(request, program_inputs),
            aliases=aliases,
            program_inputs=program_inputs,
            position=_position(request),
            ignore_changes=tuple(request.ignoreChanges),
            replace_on_changes=tuple(request.replaceOnChanges),
        )
        response = resource_pb2.RegisterResourceResponse(urn=urn, id=provided.id, object=encode(provided.outputs))
        warnings = tuple(f"{where}: {one.path}: {one.reason}" for one in provided.warnings)
        return RegistrationResult(resource, warnings, response)

    def _provided(
        self, urn: str, package: str, instance: Instance, naming: dict[str, Naming], inputs: Mapping[str, Any]
    ) -> _Provided:
        """The provider's result: the inputs with defaults, failures, warnings and outputs."""
        failures: tuple[Failure, ...] = ()
        warnings: tuple[Failure, ...] = ()
        outputs: Mapping[str, Any] = inputs
        resource_id = ""
        provider = self._provider_of(package)
        try:
            checked = provider.check(instance, urn, {}, inputs, **naming)
            inputs = outputs = checked.inputs
            failures = tuple(checked.failures)
            if not failures:
                resource_id, outputs = provider.create(instance, urn, inputs, preview=True)
            warnings = tuple(checked.warnings)
        except CloudError as error:
            failures = (*failures, Failure("", f"{error.code}: {error.message}"))
        return _Provided(inputs, outputs, failures, warnings, resource_id)

    def _aliases(self, request: Any) -> tuple[str, ...]:
        """The resource's aliases, as the engine computes them."""
        found: dict[str, None] = {}
        for alias in [*request.aliases, None]:
            if alias is not None and alias.urn:
                found[alias.urn] = None
                continue
            name = (alias and alias.spec.name) or request.name
            type_ = (alias and alias.spec.type) or request.type
            parent = request.parent
            if alias is not None:
                parent = "" if alias.spec.noParent else alias.spec.parentUrn or parent
            found[self.urn(type_, name, parent)] = None
            known = self.resources.get(parent)
            for old in known.aliases if known else ():
                before, after = (name_of(urn) for urn in (old, parent))
                # A child named after its parent had the parent's old name as prefix.
                own = before + name.removeprefix(after) if name.startswith(after) else name
                found[self.urn(type_, own, old)] = None
        found.pop(self.urn(request.type, request.name, request.parent), None)
        return tuple(found)

    def _register_provider(self, urn: str, request: Any, inputs: dict[str, Any]) -> Any:
        package = request.type.removeprefix(_PROVIDER)
        inputs = {**inputs, **({"version": request.version} if request.version else {})}
        self._keep(PlannedResource(urn, custom=True, parent=request.parent, inputs=inputs, outputs=inputs))
        with self._lock:
            self._instances[urn] = Instance(self._stack, self._project, plain(inputs))
        self._provider_of(package)
        # A provider reference is `urn::id`, so the id must not contain "::".
        return resource_pb2.RegisterResourceResponse(urn=urn, id=_UNKNOWN_ID, object=encode(inputs))

    def _provider_for(self, type_: str, reference: str, version: str) -> tuple[str, Instance, str]:
        """The package, the provider's configured instance and its URN for a resource of `type_`."""
        package = type_.partition(":")[0]
        with self._lock:
            if reference:
                urn = reference.rpartition("::")[0]
                return package, self._instances.get(urn, Instance(self._stack, self._project)), urn
            name = "default" + (f"_{version}" if version else "").replace(".", "_")
            urn = self.urn(_PROVIDER + package, name)
            if urn not in self._instances:
                config = dict(self._config.get(package, {}))
                # The engine creates default providers internally; they are not resources of the plan.
                self._instances[urn] = Instance(self._stack, self._project, config)
            return package, self._instances[urn], urn

    def _keep(self, resource: PlannedResource) -> None:
        with self._lock:
            self.resources[resource.urn] = resource

    def ReadResource(self, request: Any) -> Any:
        """Assumes that a resource from outside the program exists, with the properties that the program gives."""
        urn = self.urn(request.type, request.name, request.parent)
        return resource_pb2.ReadResourceResponse(urn=urn, properties=request.properties)

    def RegisterResourceOutputs(self, request: Any) -> Any:
        """Records the stack outputs."""
        outputs = decode(request.outputs)
        if type_of(request.urn) == _STACK:
            self.stack_outputs = outputs
        return empty_pb2.Empty()

    def Invoke(self, request: Any) -> Any:
        """Calls a provider's function."""
        package, instance, _ = self._provider_for(request.tok, request.provider, request.version)
        result = self._provider_of(package).invoke(instance, request.tok, decode(request.args))
        return resource_pb2.ResourceInvokeResponse(**_returning(result))

    def SupportsFeature(self, request: Any) -> Any:
        """Supports the engine's features except those that call back into the program."""
        return resource_pb2.SupportsFeatureResponse(
            hasSupport=request.id in {"secrets", "resourceReferences", "aliasSpecs", "deletedWith"}
        )

    def GetDeploymentInfo(self, _request: Any) -> Any:
        """The supported features, for newer SDKs."""
        return resource_pb2.DeploymentInfo(
            supportedFeatures=[
                resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
                resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
                resource_pb2.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
                resource_pb2.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
            ]
        )

    def RegisterPackage(self, request: Any) -> Any:
        """A reference to a version of a package."""
        return resource_pb2.RegisterPackageResponse(ref=f"{request.name}@{request.version}")

    def SignalAndWaitForShutdown(self, _request: Any) -> Any:
        """Returns at once: nothing runs after the program."""
        return empty_pb2.Empty()


def _where(request: Any) -> str:
    place = _position(request)
    if place is None:
        return ""
    file = Path(place[0].removeprefix("file://").removeprefix("project:///"))
    return f"{file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file}:{place[1]}: "


def _position(request: Any) -> tuple[str, int] | None:
    place = request.sourcePosition
    return (place.uri, place.line) if place.uri else None


def _references(request: Any, inputs: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The URNs that each input depends on. Without details from the SDK, all of them for each, as in the engine."""
    if not request.propertyDependencies and request.dependencies:
        return dict.fromkeys(inputs, tuple(sorted(request.dependencies)))
    return {key: tuple(sorted(of.urns)) for key, of in request.propertyDependencies.items() if of.urns}


def _returning(result: Mapping[str, Any]) -> dict[str, Any]:
    """The field `return`, which is a keyword in Python."""
    return {"return": encode(result)}


class PlanEngine:
    """Receives the program's log: errors, warnings and components' informational messages."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.notes: list[str] = []
        self.warnings: list[str] = []

    def Log(self, request: Any) -> Any:
        """Records errors, warnings and information about a resource."""
        if request.severity >= 3:
            self.errors.append(request.message)
        elif request.severity == 2:
            self.warnings.append(request.message)
        elif request.severity == 1 and request.urn:
            self.notes.append(request.message)
        return empty_pb2.Empty()
