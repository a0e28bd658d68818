"""A real cluster: server-side apply to the API server of a kubeconfig."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bluelamp.rehearsal.kubernetes import kinds
from bluelamp.rehearsal.kubernetes.api import Api, RefusalError
from bluelamp.rehearsal.kubernetes.backend import Target, already_exists, wait_for
from bluelamp.rehearsal.kubernetes.changes import keep_secrets
from bluelamp.rehearsal.kubernetes.kinds import Kind
from bluelamp.rehearsal.kubernetes.live_objects import live_object
from bluelamp.rehearsal.provider import CloudError
from bluelamp.rehearsal.values import UNKNOWN, has_unknown, plain

MANAGER = "bluelamp"
_FORCE = "pulumi.com/patchForce"
_GONE_SECONDS = 120.0
_CRD = ("apiextensions.k8s.io/v1", "CustomResourceDefinition")


class Cluster:
    """The API server of the current context of `kubeconfig`.

    `patience` is how many seconds a creation waits for its namespace or definition.
    """

    def __init__(self, kubeconfig: Path, patience: float) -> None:
        self._api = Api(kubeconfig)
        self._patience = patience
        version = self._api.request("GET", "/version")
        self._same_version = f"{version.get('major')}.{str(version.get('minor')).rstrip('+')}" == kinds.VERSION

    def kind(self, cluster: str, api_version: str, name: str) -> Kind | None:
        """The kind as the server serves it, with its schema if the server has the rehearsed version."""
        del cluster
        found = self._api.kind(api_version, name)
        known = kinds.builtin(api_version, name) if found and self._same_version else None
        return known or found

    def await_kind(self, cluster: str, api_version: str, name: str) -> Kind:
        """The kind; waits until the server serves it."""
        found = wait_for(lambda: self.kind(cluster, api_version, name), self._patience, time.sleep)
        if found is None:
            raise CloudError("NoMatch", f"{kinds.no_match(api_version, name)}; create its definition first")
        return found

    def get(self, target: Target) -> dict[str, Any] | None:
        """The live object, or None."""
        ref = target.ref
        if self._api.kind(ref.api_version, ref.kind) is None:
            return None
        try:
            return _without_managed_fields(self._api.request("GET", self._path(target)))
        except RefusalError as error:
            if error.status == 404:
                return None
            raise

    def inputs(self, target: Target) -> dict[str, Any] | None:
        """None: a real cluster does not store inputs."""
        del target
        return None

    def create(self, target: Target, inputs: Mapping[str, Any], *, preview: bool) -> dict[str, Any]:
        """Applies a new object. In a preview this is a dry run on the server, if the server can validate it yet."""
        if preview and (has_unknown(inputs) or self._api.kind(target.ref.api_version, target.ref.kind) is None):
            return self._preview(target, inputs)
        exists = not target.patch and self.get(target) is not None
        if preview:
            # The existing object may be deleted first; a dry run would validate an update instead.
            return self._preview(target, inputs) if exists else self._dry_run(target, inputs)
        if exists:
            raise already_exists(self.await_kind("", target.ref.api_version, target.ref.kind), target.ref.name)
        live = self._apply_patiently(target, inputs)
        if (target.ref.api_version, target.ref.kind) == _CRD:
            self._wait_for_definition(target)
        return live

    def assume(self, target: Target, inputs: Mapping[str, Any]) -> dict[str, Any] | None:
        """None: a real cluster's objects are known."""
        del target, inputs
        return None

    def update(self, target: Target, inputs: Mapping[str, Any], *, preview: bool) -> dict[str, Any]:
        """Applies an update; in a preview as a dry run on the server."""
        if preview and has_unknown(inputs):
            return dict(inputs)
        return self._apply(target, inputs, dry_run=preview)

    def delete(self, target: Target, inputs: Mapping[str, Any]) -> None:
        """Deletes the object and waits until it is gone; for a patch, gives up its fields."""
        ref = target.ref
        if self._api.kind(ref.api_version, ref.kind) is None:
            return
        if target.patch:
            bare = {"apiVersion": ref.api_version, "kind": ref.kind, "metadata": _identity(target)}
            self._api.apply(self._path(target), bare, _manager(target), dry_run=False)
            return
        del inputs
        try:
            self._api.request("DELETE", self._path(target), {"propagationPolicy": "Background"})
        except RefusalError as error:
            if error.status == 404:
                return
            raise
        self._wait_until_gone(target)

    def _path(self, target: Target) -> str:
        ref = target.ref
        return self._api.path(ref.api_version, ref.kind, ref.namespace, ref.name)

    def _apply(self, target: Target, inputs: Mapping[str, Any], *, dry_run: bool) -> dict[str, Any]:
        body = plain(inputs)
        body["metadata"] = {**(body.get("metadata") or {}), **_identity(target)}
        force = str((body["metadata"].get("annotations") or {}).get(_FORCE)).lower() == "true"
        try:
            live = self._api.apply(self._path(target), body, _manager(target), dry_run=dry_run, force=force)
        except RefusalError as error:
            raise _explained(error) from error
        tidy: dict[str, Any] = keep_secrets(inputs, _without_managed_fields(live))
        return tidy

    def _preview(self, target: Target, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The live object in a preview as from the embedded cluster, if the server cannot do a dry run."""
        kind = self.kind(target.cluster, target.ref.api_version, target.ref.kind)
        return live_object(kind, inputs, None, preview=True) if kind else dict(inputs)

    def _dry_run(self, target: Target, inputs: Mapping[str, Any]) -> dict[str, Any]:
        try:
            live = self._apply(target, inputs, dry_run=True)
        except CloudError as error:
            if error.code == "NotFound" and target.ref.namespace:
                # The same deployment creates the namespace. The object is already validated against the schema.
                return self._preview(target, inputs)
            raise
        live["metadata"] |= dict.fromkeys(("uid", "creationTimestamp", "resourceVersion"), UNKNOWN)
        if "status" in live:
            live["status"] = UNKNOWN
        spec = live.get("spec")
        if (target.ref.api_version, target.ref.kind) == ("v1", "Service") and isinstance(spec, dict):
            given = plain(inputs.get("spec")) or {}
            # The real run allocates other addresses than the dry run.
            live["spec"] = {**spec, **{key: UNKNOWN for key in ("clusterIP", "clusterIPs") if key not in given}}
        return live

    def _apply_patiently(self, target: Target, inputs: Mapping[str, Any]) -> dict[str, Any]:
        deadline = time.monotonic() + self._patience
        while True:
            try:
                return self._apply(target, inputs, dry_run=False)
            except CloudError as error:
                if error.code not in ("NotFound", "NoMatch") or time.monotonic() >= deadline:
                    raise
            time.sleep(0.2)

    def _wait_for_definition(self, target: Target) -> None:
        """Waits until the server serves the kinds of a new definition."""
        self._poll(target, self._patience + 10, lambda live: live is None or _established(live), "established")

    def _wait_until_gone(self, target: Target) -> None:
        self._poll(target, _GONE_SECONDS, lambda live: live is None, "gone")

    def _poll(self, target: Target, seconds: float, done: Any, what: str) -> None:
        deadline = time.monotonic() + seconds
        while not done(self.get(target)):
            if time.monotonic() >= deadline:
                raise CloudError(
                    "Timeout",
                    f"{target.ref.kind} {target.ref.id} is not {what} after {seconds:.0f} seconds",
                    retryable=True,
                )
            time.sleep(0.1)


def _identity(target: Target) -> dict[str, str]:
    name = {"name": target.ref.name}
    return {**name, "namespace": target.ref.namespace} if target.ref.namespace else name


def _manager(target: Target) -> str:
    """The field manager. Each patch has its own, so that it can give up only its own fields."""
    return f"{MANAGER}-{target.urn.rpartition('::')[2]}"[:128] if target.patch else MANAGER


def _established(crd: Mapping[str, Any]) -> bool:
    conditions = (crd.get("status") or {}).get("conditions") or ()
    return any(each.get("type") == "Established" and each.get("status") == "True" for each in conditions)


def _without_managed_fields(live: dict[str, Any]) -> dict[str, Any]:
    """The live object without `managedFields`."""
    meta = {key: value for key, value in live.get("metadata", {}).items() if key != "managedFields"}
    return {**live, "metadata": meta}


def _explained(error: RefusalError) -> CloudError:
    """A conflict with the names of the other field managers and the fields; any other error unchanged."""
    owners = [
        f"{cause.get('field')} ({cause.get('message')})"
        for cause in error.causes
        if cause.get("reason") == "FieldManagerConflict"
    ]
    if not owners:
        return error
    return CloudError(
        "Conflict",
        f"other field managers own these fields: {'; '.join(owners)}. Remove them, or force the conflict "
        f"with the annotation {_FORCE}",
    )
