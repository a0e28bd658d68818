"""The embedded cluster: objects in the rehearsal cloud's store."""

import threading
from collections.abc import Mapping
from typing import Any

from bluelamp.rehearsal.kubernetes import immutable, kinds, patches, validation
from bluelamp.rehearsal.kubernetes.addons import addon
from bluelamp.rehearsal.kubernetes.backend import Target, already_exists, not_found, wait_for
from bluelamp.rehearsal.kubernetes.formats import is_quantity, quantity
from bluelamp.rehearsal.kubernetes.kinds import Kind
from bluelamp.rehearsal.kubernetes.live_objects import live_object
from bluelamp.rehearsal.kubernetes.names import Ref, namespace_id
from bluelamp.rehearsal.kubernetes.podspecs import dig
from bluelamp.rehearsal.provider import EXISTING, CloudError
from bluelamp.rehearsal.store import Record, Store
from bluelamp.rehearsal.values import UNKNOWN, plain

_CRD = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"
_PRIORITIES = {"system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000}
_SYSTEM_NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")


class Embedded:
    """A cluster with its objects in `store`.

    A creation waits `patience` seconds for its namespace or definition, as the real provider does: the same deployment
    may create it.
    """

    def __init__(self, store: Store, patience: float) -> None:
        self._store = store
        self._patience = patience
        self._changed = threading.Condition()

    def kind(self, cluster: str, api_version: str, name: str) -> Kind | None:
        """The built-in kind, or the kind of a stored definition or of an add-on."""
        found = kinds.builtin(api_version, name)
        if found is not None:
            return found
        group, _, version = api_version.rpartition("/")
        for record in self._store.all("kubernetes", _CRD):
            spec = plain(record.outputs.get("spec")) or {}
            defined = (spec.get("group"), (spec.get("names") or {}).get("kind"))
            if defined == (group, name) and record.id.startswith(f"kubernetes://{cluster}/"):
                return kinds.of_crd({"spec": spec}, version)
        return addon(api_version, name)

    def await_kind(self, cluster: str, api_version: str, name: str) -> Kind:
        """The kind; waits until its definition is stored."""
        found = wait_for(lambda: self.kind(cluster, api_version, name), self._patience, self._pause)
        if found is None:
            raise CloudError("NoMatch", f"{kinds.no_match(api_version, name)}; create its definition first")
        return found

    def get(self, target: Target) -> dict[str, Any] | None:
        """The live object, or None."""
        record = self._record(target)
        return record.outputs if record else None

    def inputs(self, target: Target) -> dict[str, Any] | None:
        """The inputs that the object, or the patch, was last applied with."""
        record = self._store.get(patches.record_of(target, {}).id) if target.patch else self._record(target)
        return {key: value for key, value in record.inputs.items() if key != EXISTING} if record else None

    def create(self, target: Target, inputs: Mapping[str, Any], *, preview: bool) -> dict[str, Any]:
        """Stores a new object."""
        ref = target.ref
        if preview:
            # An existing object of the same name may be deleted first in the real run.
            known = self.kind(target.cluster, ref.api_version, ref.kind)
            return live_object(known, inputs, None, preview=True) if known else dict(inputs)
        kind = self.await_kind(target.cluster, ref.api_version, ref.kind)
        self._wait_for_namespace(target, kind)
        if target.patch:
            return self._apply(target, kind, inputs, preview=False)
        if (ref.api_version, ref.kind) == ("v1", "Pod"):
            self._reject_missing_account(target, inputs)
            self._reject_missing_classes(target, inputs)
        live = live_object(kind, inputs, None, preview=False)
        with self._store.transaction():
            if self._record(target) is not None:
                raise already_exists(kind, ref.name)
            self._store.add(self._new(target, kind, inputs, live))
        with self._changed:
            self._changed.notify_all()
        return live

    def assume(self, target: Target, inputs: Mapping[str, Any]) -> dict[str, Any] | None:
        """Stores an object that is assumed to exist; None if its kind is unknown."""
        kind = self.kind(target.cluster, target.ref.api_version, target.ref.kind)
        if kind is None:
            return None
        live = live_object(kind, inputs, None, preview=False)
        with self._store.transaction():
            self._store.add(self._new(target, kind, {**inputs, EXISTING: True}, live))
        return live

    def update(self, target: Target, inputs: Mapping[str, Any], *, preview: bool) -> dict[str, Any]:
        """Updates the object. Raises `CloudError` for a change of an immutable field."""
        ref = target.ref
        kind = self.kind(target.cluster, ref.api_version, ref.kind)
        if kind is None:
            raise CloudError("NoMatch", kinds.no_match(ref.api_version, ref.kind))
        if target.patch:
            return self._apply(target, kind, inputs, preview=preview)
        with self._store.transaction():
            record = self._record(target)
            if record is None:
                raise not_found(kind, ref.name)
            wanted = patches.patched(self._store, record.id, inputs, kind)
            live = live_object(kind, wanted, record.outputs, preview=preview)
            _reject_change(kind, record, live)
            self._reject_growth(target, record, live)
            if not preview:
                self._store.put(record.with_(type=target.token, urn=target.urn, inputs=dict(inputs), outputs=live))
        return live

    def _apply(self, target: Target, kind: Kind, inputs: Mapping[str, Any], *, preview: bool) -> dict[str, Any]:
        """Applies a patch to the object. As on a server, this creates the object if it does not exist."""
        with self._store.transaction():
            record = self._record(target)
            new = record is None
            if record is None:
                record = self._new(target, kind, inputs, live_object(kind, inputs, None, preview=False)).with_(
                    type=target.token.removesuffix("Patch"), inputs=_bare(inputs)
                )
            before = patches.patched(self._store, record.id, record.inputs, kind)
            live = live_object(kind, patches.merged(before, inputs, kind), record.outputs, preview=preview)
            _reject_change(kind, record, live, new=new)
            self._reject_growth(target, record, live)
            if not preview:
                self._store.put(record.with_(outputs=live))
                self._store.put(patches.record_of(target, inputs))
        return live

    def delete(self, target: Target, inputs: Mapping[str, Any]) -> None:
        """Deletes the object and its dependents: a namespace's objects, a definition's custom resources.

        For a patch, only its fields are removed.
        """
        del inputs
        with self._store.transaction():
            record = self._record(target)
            if record is not None and target.patch:
                self._remove_patch(record, target)
            elif record is not None:
                self._remove(record, target.cluster)

    def _remove_patch(self, record: Record, target: Target) -> None:
        self._store.remove(patches.record_of(target, {}).id)
        kind = self.kind(target.cluster, target.ref.api_version, target.ref.kind)
        left = patches.patched(self._store, record.id, record.inputs, kind)
        own = target.ref.kind == "Namespace" and target.ref.name in _SYSTEM_NAMESPACES
        if own and left == _bare(left):
            # A system namespace exists without a record.
            self._store.remove(record.id)
        elif kind is not None:
            self._store.put(record.with_(outputs=live_object(kind, left, record.outputs, preview=False)))

    def _remove(self, record: Record, cluster: str) -> None:
        for child in self._store.children(record.id):
            self._remove(child, cluster)
        if record.type == _CRD:
            spec = plain(record.outputs.get("spec")) or {}
            prefix = f"kubernetes://{cluster}/{spec.get('group')}/{(spec.get('names') or {}).get('kind')}/"
            for each in self._store.all("kubernetes"):
                if each.id.startswith(prefix):
                    self._remove(each, cluster)
        self._store.remove(record.id)

    def _record(self, target: Target) -> Record | None:
        return self._store.get(target.ref.record_id(target.cluster))

    def _new(self, target: Target, kind: Kind, inputs: Mapping[str, Any], live: dict[str, Any]) -> Record:
        ref = target.ref
        parent = namespace_id(target.cluster, ref.namespace) if kind.namespaced and ref.namespace else ""
        record_id = ref.record_id(target.cluster)
        return Record(record_id, "kubernetes", target.token, target.urn, dict(inputs), live, parent)

    def _reject_missing_account(self, target: Target, inputs: Mapping[str, Any]) -> None:
        """Raises `CloudError` if a pod's service account does not exist. Every namespace has `default`."""
        ref = target.ref
        name = str(dig(inputs, "spec.serviceAccountName") or dig(inputs, "spec.serviceAccount") or "default")
        account = Ref("v1", "ServiceAccount", ref.namespace, name)
        if name != "default" and self._store.get(account.record_id(target.cluster)) is None:
            what = f"error looking up service account {account.id}"
            raise CloudError("Forbidden", f'pods "{ref.name}" is forbidden: {what}: serviceaccount "{name}" not found')

    def _reject_missing_classes(self, target: Target, inputs: Mapping[str, Any]) -> None:
        """Raises `CloudError` if a pod's priority or runtime class does not exist, or if it sets a priority itself."""
        priority = dig(inputs, "spec.priorityClassName")
        for name, api_version, kind in (
            ("" if priority in _PRIORITIES else priority, "scheduling.k8s.io/v1", "PriorityClass"),
            (dig(inputs, "spec.runtimeClassName"), "node.k8s.io/v1", "RuntimeClass"),
        ):
            if name and self._store.get(Ref(api_version, kind, "", str(name)).record_id(target.cluster)) is None:
                raise CloudError("Forbidden", f'pods "{target.ref.name}" is forbidden: {kind} "{name}" not found')
        if dig(inputs, "spec.priority") not in (None, 0, _PRIORITIES.get(str(priority))) and priority in (
            None,
            *_PRIORITIES,
        ):
            what = "spec.priority must be left out: spec.priorityClassName determines it"
            raise CloudError("Forbidden", f'pods "{target.ref.name}" is forbidden: {what}')

    def _reject_growth(self, target: Target, record: Record, live: Mapping[str, Any]) -> None:
        """Raises `CloudError` if a claim grows and its storage class does not allow it. Unknown classes allow it."""
        name = dig(plain(record.outputs), "spec.storageClassName")
        before, after = (dig(plain(each), "spec.resources.requests.storage") for each in (record.outputs, live))
        if target.ref.kind != "PersistentVolumeClaim" or not isinstance(name, str):
            return
        if not (is_quantity(before) and is_quantity(after) and quantity(after) > quantity(before)):
            return
        found = self._store.get(Ref("storage.k8s.io/v1", "StorageClass", "", name).record_id(target.cluster))
        allowed = plain(found.outputs.get("allowVolumeExpansion")) if found and EXISTING not in found.inputs else True
        if name == "" or (allowed is not True and allowed is not UNKNOWN):
            what = "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must"
            raise CloudError(
                "Forbidden", f'persistentvolumeclaims "{target.ref.name}" is forbidden: {what} support resize'
            )

    def _wait_for_namespace(self, target: Target, kind: Kind) -> None:
        namespace = target.ref.namespace
        if not kind.namespaced or namespace in _SYSTEM_NAMESPACES:
            return
        wanted = namespace_id(target.cluster, namespace)
        if wait_for(lambda: self._store.get(wanted), self._patience, self._pause) is None:
            raise CloudError("NotFound", f'namespaces "{namespace}" not found')

    def _pause(self, seconds: float) -> None:
        """Waits until an object is created, at most `seconds`."""
        with self._changed:
            self._changed.wait(seconds)


def _reject_change(kind: Kind, record: Record, live: Mapping[str, Any], *, new: bool = False) -> None:
    """Raises `CloudError` if the API server would reject `live`, as an update of `record` or as a new object."""
    found = list(immutable.changed(kind, record.outputs, live))
    if EXISTING not in record.inputs:  # of an assumed object only the name is known
        found += validation.transitions(kind, None if new else record.outputs, live)
    wrong = "; ".join(f"{failure.path}: {failure.reason}" for failure in found)
    if wrong:
        name = record.outputs["metadata"].get("name")
        raise CloudError("Invalid", f'{kind.resource} "{name}" is invalid: {wrong}')


def _bare(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The object with its identity only."""
    meta = plain(inputs.get("metadata")) or {}
    identity = {key: meta[key] for key in ("name", "namespace") if key in meta}
    return {key: inputs[key] for key in ("apiVersion", "kind") if key in inputs} | {"metadata": identity}
