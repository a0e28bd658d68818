"""The `kubernetes` package of the rehearsal cloud."""

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

from bluelamp.core.resource import name_of, stack_of, type_of
from bluelamp.rehearsal.kubernetes import kinds, validation
from bluelamp.rehearsal.kubernetes.backend import Backend, Target
from bluelamp.rehearsal.kubernetes.changes import AUTONAMED, diff, keep_secrets, live_inputs
from bluelamp.rehearsal.kubernetes.embedded import Embedded
from bluelamp.rehearsal.kubernetes.kinds import Kind
from bluelamp.rehearsal.kubernetes.manifests import decode
from bluelamp.rehearsal.kubernetes.names import Ref, canonical, metadata, of_token, split_id, with_readable_keys
from bluelamp.rehearsal.provider import Checked, CloudError, Diff, Failure, Instance, Live, Naming, Provider
from bluelamp.rehearsal.store import Store
from bluelamp.rehearsal.values import UNKNOWN, Secret, plain

_PATIENCE = 10.0
_NOT_REHEARSED = {
    "kubernetes:helm.sh/v3:Release": "a Helm release is made by Helm itself; render the chart and declare its objects",
    "kubernetes:helm.sh/v4:Chart": "use kubernetes.helm.v3.Chart, or render the chart and declare its objects",
    "kubernetes:yaml/v2:ConfigFile": "use kubernetes.yaml.ConfigFile, which reads the file in the program",
    "kubernetes:yaml/v2:ConfigGroup": "use kubernetes.yaml.ConfigGroup, which reads the files in the program",
    "kubernetes:kustomize/v2:Directory": "build the folder with kustomize and declare its objects",
}
_HELM = "kubernetes:helm:template"
_UNNAMED = "autonaming is disabled, so the resource requires the field .metadata.name to be set"
_SERVER_OWNED = ("uid", "creationTimestamp", "resourceVersion", "generation", "managedFields", "selfLink")


class KubernetesProvider(Provider):
    """The rehearsed Kubernetes: an embedded cluster for each stack, or a real API server.

    Only the argument `kubeconfig` selects a real cluster. A kubeconfig in a program's provider settings is ignored, so
    that a rehearsal does not change a cluster by accident. `patience` is how many seconds a creation waits for its
    namespace or definition, which the same deployment may create.
    """

    package = "kubernetes"

    def __init__(self, store: Store, kubeconfig: Path | None = None, *, patience: float = _PATIENCE) -> None:
        self.version = version("pulumi-kubernetes")
        self._store = store
        self._backend: Backend
        if kubeconfig is None:
            self._backend = Embedded(store, patience)
        else:
            from bluelamp.rehearsal.kubernetes.cluster import Cluster

            self._backend = Cluster(kubeconfig, patience)

    def check(
        self,
        instance: Instance,
        urn: str,
        old: Mapping[str, Any],
        new: Mapping[str, Any],
        naming: Naming | None = None,
    ) -> Checked:
        """`new` with API version, kind, name and namespace filled in, validated as by an API server in strict mode."""
        token = type_of(urn)
        if token in _NOT_REHEARSED:
            return Checked(dict(new), [Failure("", f"{token} is not rehearsed: {_NOT_REHEARSED[token]}")])
        inputs = _without_nulls(dict(new))
        api_version, name, patch = _kind_of(token)
        inputs["apiVersion"] = api_version = canonical(_text(inputs.get("apiVersion")) or api_version)
        inputs["kind"] = name = _text(inputs.get("kind")) or name
        cluster = _cluster(instance, urn)
        kind = self._backend.kind(cluster, api_version, name)
        if kind is None and (name.endswith("List") and kinds.builtin(api_version, name.removesuffix("List"))):
            return Checked(
                inputs, [Failure("kind", f"a {name} is not stored; declare each {name.removesuffix('List')}")]
            )
        if kind is None and kinds.is_builtin_group(api_version):
            return Checked(inputs, [Failure("kind", kinds.no_match(api_version, name))])
        if patch and not metadata(inputs, "name"):
            return Checked(inputs, [Failure("metadata.name", "required: a patch names the object that it changes")])
        if inputs.get("metadata") is not UNKNOWN:
            self._name(instance, urn, kind, old, inputs, naming)
            if not metadata(inputs, "name") and not metadata(inputs, "generateName"):
                return Checked(inputs, [Failure("metadata.name", _UNNAMED)])
        if (api_version, name) == ("v1", "Secret"):
            for key in ("data", "stringData"):
                if key in inputs and not isinstance(inputs[key], Secret) and inputs[key] is not UNKNOWN:
                    inputs[key] = Secret(plain(inputs[key]))
        wrong = validation.failures(kind, inputs, patch=patch, old=old) if kind else []
        kept = kind.special.get("kept") if kind else None
        if old and kept:
            # The server ignores changes of these fields.
            wrong = [failure for failure in wrong if not failure.path.startswith(kept)]
        return Checked(inputs, wrong)

    def _name(
        self,
        instance: Instance,
        urn: str,
        kind: Kind | None,
        old: Mapping[str, Any],
        inputs: dict[str, Any],
        naming: Naming | None,
    ) -> None:
        """Sets the default namespace, and a generated name if the program gives none and auto-naming is enabled."""
        meta = dict(with_readable_keys(inputs.get("metadata")) or {})
        inputs["metadata"] = meta
        namespaced = kind.namespaced if kind else True
        if not namespaced:
            # The API server ignores the namespace of a cluster-scoped object.
            if isinstance(meta.get("namespace"), str) or meta.get("namespace") is UNKNOWN:
                del meta["namespace"]
        elif not meta.get("namespace"):
            meta["namespace"] = instance.config.get("namespace") or "default"
        if meta.get("name") or meta.get("generateName"):
            return
        before = metadata(old, "annotations") or {}
        if metadata(old, "name") and isinstance(before, Mapping) and before.get(AUTONAMED) == "true":
            meta["name"] = metadata(old, "name")
        elif naming is not None:
            if naming.mode == "disable":
                return
            meta["name"] = naming.proposed
        else:
            meta["name"] = self._free_name(instance, urn, inputs)
        given = meta.get("annotations")
        if isinstance(given, Secret):
            meta["annotations"] = Secret({**(plain(given) or {}), AUTONAMED: "true"})
        elif given is not UNKNOWN:
            meta["annotations"] = {**(given or {}), AUTONAMED: "true"}

    def _free_name(self, instance: Instance, urn: str, inputs: Mapping[str, Any]) -> str:
        """The logical name with eight digits derived from the URN, the same in preview and deployment.

        If that name is taken, as during a replacement, other digits are used.
        """
        number = 0
        while True:
            digits = hashlib.sha256(f"{urn} {number}".encode()).hexdigest()[:8]
            name = f"{name_of(urn)}-{digits}"
            namespace = metadata(inputs, "namespace")
            if namespace is UNKNOWN:
                return name
            ref = Ref(inputs["apiVersion"], inputs["kind"], namespace or "", name)
            if self._backend.get(Target(_cluster(instance, urn), ref, type_of(urn), urn)) is None:
                return name
            number += 1

    def diff(
        self,
        instance: Instance,
        urn: str,
        resource_id: str,
        old_inputs: Mapping[str, Any],
        old_outputs: Mapping[str, Any],
        new: Mapping[str, Any],
        ignore: Sequence[str] = (),
    ) -> Diff:
        """The property paths that differ. Changes of the identity or of immutable fields replace the object."""
        del resource_id, old_outputs
        kind = self._backend.kind(_cluster(instance, urn), str(new.get("apiVersion")), str(new.get("kind")))
        patch = _kind_of(type_of(urn))[2]
        return diff(kind, old_inputs, new, ignore, instance.config, patch=patch)

    def create(
        self, instance: Instance, urn: str, inputs: Mapping[str, Any], *, preview: bool
    ) -> tuple[str, dict[str, Any]]:
        """Creates the object. In a preview the id is empty, as in pulumi-kubernetes."""
        self._fail_if_planned(urn, "create")
        if not preview:
            # The id includes the namespace only if the kind is namespaced, so the kind must be known.
            api_version, name, _ = _kind_of(type_of(urn))
            api_version = canonical(_text(inputs.get("apiVersion")) or api_version)
            self._backend.await_kind(_cluster(instance, urn), api_version, _text(inputs.get("kind")) or name)
        target = self._target(instance, urn, inputs, self.expected_id(instance, urn, inputs) or "")
        if self._is_patch_of_existing(target):
            return "" if preview else target.ref.id, self._apply_patch(target, inputs, preview=preview)
        live = self._backend.create(target, _named(inputs, target), preview=preview)
        return "" if preview else target.ref.id, self._outputs(inputs, live)

    def read(self, instance: Instance, urn: str, resource_id: str, inputs: Mapping[str, Any]) -> Live | None:
        """The current object. For an import, the inputs are all fields that a user can set."""
        self._fail_if_planned(urn, "read")
        target = self._target(instance, urn, inputs, resource_id)
        live = self._backend.get(target)
        if live is None:
            return None
        kind = self._backend.kind(target.cluster, target.ref.api_version, target.ref.kind)
        outputs = self._outputs(inputs, live)
        wanted = dict(inputs) or self._backend.inputs(target) or _writable(outputs)
        return Live(resource_id, live_inputs(kind, wanted, outputs), outputs)

    def assume_existing(self, instance: Instance, urn: str, resource_id: str) -> Live | None:
        """An object with this name and default values, assumed to exist; never in a real cluster."""
        api_version, name, _ = _kind_of(type_of(urn))
        namespace, short = split_id(resource_id)
        meta = {"name": short, **({"namespace": namespace} if namespace else {})}
        inputs: dict[str, Any] = {"apiVersion": canonical(api_version), "kind": name, "metadata": meta}
        live = self._backend.assume(self._target(instance, urn, inputs, resource_id), inputs)
        return None if live is None else Live(resource_id, inputs, live)

    def update(
        self,
        instance: Instance,
        urn: str,
        resource_id: str,
        old_outputs: Mapping[str, Any],
        inputs: Mapping[str, Any],
        *,
        preview: bool,
    ) -> dict[str, Any]:
        """Updates the object."""
        del old_outputs
        self._fail_if_planned(urn, "update")
        target = self._target(instance, urn, inputs, resource_id)
        if target.patch:
            return self._apply_patch(target, inputs, preview=preview)
        return self._outputs(inputs, self._backend.update(target, _named(inputs, target), preview=preview))

    def delete(self, instance: Instance, urn: str, resource_id: str, outputs: Mapping[str, Any]) -> None:
        """Deletes the object; for a patch, only its fields."""
        self._fail_if_planned(urn, "delete")
        self._backend.delete(self._target(instance, urn, outputs, resource_id), outputs)

    def invoke(self, instance: Instance, token: str, args: Mapping[str, Any]) -> dict[str, Any]:
        """The result of `kubernetes:yaml:decode`, by which the SDK reads manifests, or `kubernetes:helm:template`."""
        if token == _HELM:
            from bluelamp.rehearsal.kubernetes.helm import rendered

            return {"result": rendered(str(plain(args.get("jsonOpts")) or ""))}
        if token != "kubernetes:yaml:decode":  # noqa: S105 - a function's token
            raise CloudError(
                "NotSupported", f"{token} is not rehearsed: render its manifests and declare their objects"
            )
        namespace = args.get("defaultNamespace") or instance.config.get("namespace") or ""
        return {"result": decode(str(plain(args.get("text")) or ""), str(namespace))}

    def construct(self, token: str) -> NoReturn:
        """Raises `CloudError`: remote components are not supported."""
        raise CloudError(
            "NotSupported", f"{token} is not rehearsed: {_NOT_REHEARSED.get(token, 'declare its objects')}"
        )

    def expected_id(self, instance: Instance, urn: str, inputs: Mapping[str, Any]) -> str | None:
        """The id of the object in `inputs`; None if it is unknown."""
        del instance
        name, namespace = metadata(inputs, "name"), metadata(inputs, "namespace")
        if not name and isinstance(metadata(inputs, "generateName"), str):
            name = metadata(inputs, "generateName") + hashlib.sha256(urn.encode()).hexdigest()[:5]
        if not isinstance(name, str) or namespace is UNKNOWN:
            return None
        return f"{namespace}/{name}" if namespace else name

    def _target(self, instance: Instance, urn: str, values: Mapping[str, Any], resource_id: str) -> Target:
        api_version, name, patch = _kind_of(type_of(urn))
        api_version = canonical(_text(values.get("apiVersion")) or api_version)
        name = _text(values.get("kind")) or name
        cluster = _cluster(instance, urn)
        kind = self._backend.kind(cluster, api_version, name)
        namespace, short = split_id(resource_id)
        if kind is not None:
            namespace = (namespace or "default") if kind.namespaced else ""
        return Target(cluster, Ref(api_version, name, namespace, short), type_of(urn), urn, patch)

    def _is_patch_of_existing(self, target: Target) -> bool:
        return target.patch and bool(target.ref.name) and self._backend.get(target) is not None

    def _apply_patch(self, target: Target, inputs: Mapping[str, Any], *, preview: bool) -> dict[str, Any]:
        """Applies `inputs` as a patch."""
        return self._outputs(inputs, self._backend.update(target, inputs, preview=preview))

    def _outputs(self, inputs: Mapping[str, Any], live: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = keep_secrets(inputs, live)
        if (found.get("apiVersion"), found.get("kind")) == ("v1", "Secret"):
            found = {key: value for key, value in found.items() if key != "stringData"}
            if "data" in found and not isinstance(found["data"], Secret):
                found["data"] = Secret(plain(found["data"]))
        return found

    def _fail_if_planned(self, urn: str, operation: str) -> None:
        fault = self._store.take_fault(type_of(urn), operation)
        if fault is not None:
            raise CloudError(fault.code, fault.message, retryable=True)


@cache
def _kind_of(token: str) -> tuple[str, str, bool]:
    """The API version and kind of a type token, and whether it is a patch resource (`ConfigMapPatch`)."""
    api_version, name = of_token(token)
    whole = name.removesuffix("Patch")
    if whole != name and kinds.builtin(api_version, whole) is not None:
        return api_version, whole, True
    return api_version, name, False


def _cluster(instance: Instance, urn: str) -> str:
    """The embedded cluster of a resource: the one in the provider's configuration, else the stack's own."""
    config = instance.config
    return str(config.get("clusterIdentifier") or config.get("context") or instance.stack or stack_of(urn))


def _text(value: Any) -> str:
    found = plain(value)
    return found if isinstance(found, str) else ""


def _without_nulls(value: Any) -> Any:
    """`value` without nulls, as pulumi-kubernetes drops them."""
    if isinstance(value, Secret):
        return Secret(_without_nulls(value.value))
    if isinstance(value, Mapping):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value


def _named(inputs: Mapping[str, Any], target: Target) -> dict[str, Any]:
    """`inputs` with the object's name, which may be generated, if it is known."""
    if not target.ref.name:
        return dict(inputs)
    dropped = ("generateName",) if target.ref.namespace else ("generateName", "namespace")
    given = with_readable_keys(inputs.get("metadata")) or {}
    meta = {key: value for key, value in given.items() if key not in dropped}
    return {**inputs, "metadata": {**meta, "name": target.ref.name}}


def _writable(live: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of `live` that a user can set."""
    meta = {key: value for key, value in live["metadata"].items() if key not in _SERVER_OWNED}
    return {**{key: value for key, value in live.items() if key != "status"}, "metadata": meta}
