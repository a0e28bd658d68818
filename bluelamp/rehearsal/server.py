"""The rehearsal cloud as Pulumi providers: a gRPC server per package, all in this process, for many stacks at once.

The engine finds them through `PULUMI_DEBUG_PROVIDERS` and attaches to them instead of starting plugins. Each connection
is a provider instance, so its configuration is stored by the connection's peer.
"""

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Literal, NoReturn, TypeVar

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, plugin_pb2, provider_pb2, provider_pb2_grpc

from bluelamp.core import loopback
from bluelamp.core.resource import project_of, stack_of
from bluelamp.rehearsal.placeholders import names_secret
from bluelamp.rehearsal.provider import CloudError, Diff, Failure, Instance, Naming, Provider
from bluelamp.rehearsal.store import StoreError
from bluelamp.rehearsal.values import Secret, decode, encode, marked, plain

T = TypeVar("T")
_log = logging.getLogger(__name__)
_ATTEMPTS = 4
"""The attempts at a throttled or timed-out call: one and three retries, as in Azure's own client."""

_PATIENCE = 10.0
"""The timeout for sending a warning to the engine, in seconds."""

_KINDS = {
    "add": provider_pb2.PropertyDiff.ADD,
    "delete": provider_pb2.PropertyDiff.DELETE,
    "update": provider_pb2.PropertyDiff.UPDATE,
    "add-replace": provider_pb2.PropertyDiff.ADD_REPLACE,
    "delete-replace": provider_pb2.PropertyDiff.DELETE_REPLACE,
    "update-replace": provider_pb2.PropertyDiff.UPDATE_REPLACE,
}


def _no_schema(package: str) -> str:
    raise CloudError("NotSupported", f"the schema of {package} is not available here")


class Server:
    """Serves packages on ports of 127.0.0.1; a context manager.

    `schema` returns a package's schema for language hosts. Calls of other local users are rejected
    (`bluelamp.core.loopback`).
    """

    def __init__(self, providers: Iterable[Provider], schema: Callable[[str], str] = _no_schema) -> None:
        self._servers: list[Any] = []
        self.ports: dict[str, int] = {}
        for provider in providers:
            server, self.ports[provider.package] = loopback.serve(
                partial(provider_pb2_grpc.add_ResourceProviderServicer_to_server, _Service(provider, schema)),
                workers=32,
                name=provider.package,
            )
            server.start()
            self._servers.append(server)

    @property
    def debug_providers(self) -> str:
        """The value for `PULUMI_DEBUG_PROVIDERS`."""
        return ",".join(f"{package}:{port}" for package, port in self.ports.items())

    def close(self) -> None:
        """Stops serving."""
        for server in self._servers:
            server.stop(grace=None)

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Service(provider_pb2_grpc.ResourceProviderServicer):
    """The gRPC service of a provider."""

    def __init__(self, provider: Provider, schema: Callable[[str], str]) -> None:
        self._provider, self._schema = provider, schema
        self._instances: dict[str, Instance] = {}
        self._engines: dict[str, Any] = {}

    def _instance(self, context: Any, urn: str = "") -> Instance:
        known = self._instances.get(context.peer())
        if known is None:
            return Instance(stack_of(urn), project_of(urn)) if urn else Instance()
        if urn and not known.stack:
            return Instance(stack_of(urn), project_of(urn), known.config)
        return known

    def _warn(self, context: Any, urn: str, warnings: Iterable[Failure]) -> None:
        """Sends `warnings` to the engine, which shows them with the resource. If it cannot be reached, logs them."""
        engine = self._engines.get(context.peer())
        for warning in warnings:
            message = f"{warning.path}: {warning.reason}"
            if engine is None:
                _log.warning("%s: %s", urn, message)
                continue
            try:
                engine.Log(
                    engine_pb2.LogRequest(severity=engine_pb2.WARNING, message=message, urn=urn), timeout=_PATIENCE
                )
            except grpc.RpcError:
                _log.warning("%s: %s", urn, message)

    def _call(self, context: Any, work: Callable[[], T]) -> T:
        """The result of `work`, with retries; aborts the gRPC call if it fails."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return work()
            except CloudError as error:
                if error.retryable and error.code != "Conflict" and attempt < _ATTEMPTS:
                    continue
                _abort(context, grpc.StatusCode.UNKNOWN, f"Code={error.code!r} Message={error.message!r}")
            except StoreError as error:
                _abort(context, grpc.StatusCode.INTERNAL, f"the rehearsal cloud's store cannot be used: {error}")
            except Exception as error:
                _log.exception("the rehearsal of %s failed", self._provider.package)
                _abort(
                    context, grpc.StatusCode.INTERNAL, f"the rehearsal of {self._provider.package} failed: {error!r}"
                )
        raise AssertionError("the last attempt returns or aborts")

    def Handshake(self, _request: Any, _context: Any) -> Any:
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, supports_autonaming_configuration=True)

    def Attach(self, request: Any, context: Any) -> Any:
        # The address is local; a proxy set in the environment cannot reach it.
        channel = grpc.insecure_channel(request.address, options=[("grpc.enable_http_proxy", 0)])
        self._engines[context.peer()] = engine_pb2_grpc.EngineStub(channel)
        return empty_pb2.Empty()

    def GetPluginInfo(self, _request: Any, _context: Any) -> Any:
        return plugin_pb2.PluginInfo(version=self._provider.version)

    def GetSchema(self, _request: Any, context: Any) -> Any:
        return self._call(context, lambda: provider_pb2.GetSchemaResponse(schema=self._schema(self._provider.package)))

    def Cancel(self, _request: Any, _context: Any) -> Any:
        return empty_pb2.Empty()

    def Parameterize(self, _request: Any, context: Any) -> Any:
        _abort(context, grpc.StatusCode.UNIMPLEMENTED, f"{self._provider.package} takes no parameters in a rehearsal")

    def CheckConfig(self, request: Any, context: Any) -> Any:
        checked = self._call(context, lambda: self._provider.check_config(decode(request.news)))
        # As the real providers do, so that the state contains them encrypted.
        inputs = {key: Secret(one) if _is_open_secret(key, one) else one for key, one in checked.inputs.items()}
        return provider_pb2.CheckResponse(inputs=encode(inputs), failures=_failures(checked.failures))

    def DiffConfig(self, request: Any, context: Any) -> Any:
        old, new = plain(decode(request.olds)), plain(decode(request.news))
        changed = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
        return _diff(Diff(dict.fromkeys(changed, "update")))

    def Configure(self, request: Any, context: Any) -> Any:
        config = plain(decode(request.args)) if request.HasField("args") else {}
        urn = request.urn
        self._instances[context.peer()] = Instance(
            stack_of(urn) if urn else "", project_of(urn) if urn else "", {key: _json(v) for key, v in config.items()}
        )
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, supports_autonaming_configuration=True
        )

    def Check(self, request: Any, context: Any) -> Any:
        def work() -> Any:
            checked = self._provider.check(
                self._instance(context, request.urn),
                request.urn,
                decode(request.olds),
                decode(request.news),
                _naming(request),
            )
            self._warn(context, request.urn, checked.warnings)
            return provider_pb2.CheckResponse(inputs=encode(checked.inputs), failures=_failures(checked.failures))

        return self._call(context, work)

    def Diff(self, request: Any, context: Any) -> Any:
        def work() -> Any:
            return _diff(
                self._provider.diff(
                    self._instance(context, request.urn),
                    request.urn,
                    request.id,
                    decode(request.old_inputs),
                    decode(request.olds),
                    decode(request.news),
                    list(request.ignoreChanges),
                )
            )

        return self._call(context, work)

    def Create(self, request: Any, context: Any) -> Any:
        def work() -> Any:
            inputs = decode(request.properties)
            resource_id, outputs = self._provider.create(
                self._instance(context, request.urn), request.urn, inputs, preview=request.preview
            )
            return provider_pb2.CreateResponse(id=resource_id, properties=encode(marked(outputs, inputs)))

        return self._call(context, work)

    def Read(self, request: Any, context: Any) -> Any:
        def work() -> Any:
            known, shown = decode(request.inputs), decode(request.properties)
            instance = self._instance(context, request.urn)
            live = self._provider.read(instance, request.urn, request.id, known)
            if live is None and not known and not shown:
                # The program reads (`get`) or imports it. A refresh would have inputs or outputs.
                live = self._provider.assume_existing(instance, request.urn, request.id)
            if live is None:
                return provider_pb2.ReadResponse()
            # Values that are secret in the stack stay secret after an out-of-band change.
            inputs = marked(live.inputs, known)
            outputs = marked(marked(live.outputs, shown), inputs)
            return provider_pb2.ReadResponse(id=live.id, properties=encode(outputs), inputs=encode(inputs))

        return self._call(context, work)

    def Update(self, request: Any, context: Any) -> Any:
        def work() -> Any:
            inputs = decode(request.news)
            outputs = self._provider.update(
                self._instance(context, request.urn),
                request.urn,
                request.id,
                decode(request.olds),
                inputs,
                preview=request.preview,
            )
            return provider_pb2.UpdateResponse(properties=encode(marked(outputs, inputs)))

        return self._call(context, work)

    def Delete(self, request: Any, context: Any) -> Any:
        def work() -> Any:
            self._provider.delete(
                self._instance(context, request.urn), request.urn, request.id, decode(request.properties)
            )
            return empty_pb2.Empty()

        return self._call(context, work)

    def Construct(self, request: Any, context: Any) -> Any:
        return self._call(context, lambda: self._provider.construct(request.type))

    def Invoke(self, request: Any, context: Any) -> Any:
        def work() -> Any:
            args = decode(request.args)
            result = self._provider.invoke(self._instance(context), request.tok, args)
            fields: dict[str, Any] = {"return": encode(marked(result, args))}
            return provider_pb2.InvokeResponse(**fields)

        return self._call(context, work)


_MODES: Mapping[int, Literal["propose", "enforce", "disable"]] = {0: "propose", 1: "enforce", 2: "disable"}
"""The modes of autonaming by their numbers in the engine's protocol (`CheckRequest.AutonamingOptions.Mode`)."""


def _naming(request: Any) -> Naming | None:
    if not request.HasField("autonaming"):
        return None
    return Naming(_MODES[request.autonaming.mode], request.autonaming.proposed_name)


def _abort(context: Any, code: Any, message: str) -> NoReturn:
    context.abort(code, message)
    raise AssertionError("abort raises")


def _json(value: Any) -> Any:
    """A configuration value; nested values arrive as JSON text."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _is_open_secret(key: str, value: Any) -> bool:
    return isinstance(value, str) and value != "" and names_secret(key)


def _failures(failures: Iterable[Failure]) -> list[Any]:
    return [provider_pb2.CheckFailure(property=failure.path, reason=failure.reason) for failure in failures]


def _diff(diff: Diff) -> Any:
    detailed: Mapping[str, Any] = {
        path: provider_pb2.PropertyDiff(kind=_KINDS[kind], inputDiff=True) for path, kind in diff.changes.items()
    }
    some = provider_pb2.DiffResponse.DIFF_SOME if diff.changes else provider_pb2.DiffResponse.DIFF_NONE
    top = sorted({path.split(".")[0].split("[")[0] for path in diff.changes})
    return provider_pb2.DiffResponse(
        changes=some,
        diffs=top,
        replaces=sorted({path.split(".")[0].split("[")[0] for path in diff.replaces}),
        detailedDiff=detailed,
        hasDetailedDiff=True,
        deleteBeforeReplace=diff.delete_before_replace,
    )
