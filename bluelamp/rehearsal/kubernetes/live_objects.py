"""The live object: its inputs with the identity, defaults and status that the API server and controllers set."""

import base64
import hashlib
import ipaddress
import uuid
from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from bluelamp.rehearsal.kubernetes.kinds import Kind
from bluelamp.rehearsal.kubernetes.names import with_readable_keys
from bluelamp.rehearsal.kubernetes.podspecs import PATHS, dig
from bluelamp.rehearsal.values import UNKNOWN, Secret, plain

_SERVICE_RANGE = ipaddress.ip_network("10.96.0.0/12")
_WORKLOADS = ("Deployment", "ReplicaSet", "StatefulSet")


def live_object(
    kind: Kind, wanted: Mapping[str, Any], before: Mapping[str, Any] | None, *, preview: bool
) -> dict[str, Any]:
    """The live object for the inputs `wanted`; `before` is the previous live object, None for a new one.

    In a preview, fields that the server sets at creation are `UNKNOWN`.
    """
    live: dict[str, Any] = deepcopy(dict(wanted))
    given = with_readable_keys(live.get("metadata"))
    # If the metadata is unknown as a whole, at least name and namespace are there, unknown.
    meta = live["metadata"] = dict(given) if isinstance(given, Mapping) else {"name": UNKNOWN, "namespace": UNKNOWN}
    known = (before or {}).get("metadata") or {}
    changed = before is not None and _content(before) != _content({**before, **live})
    if before is not None:
        meta["uid"], meta["creationTimestamp"] = known.get("uid"), known.get("creationTimestamp")
        meta["generation"] = known.get("generation", 1) + changed
        meta["resourceVersion"] = str(int(known.get("resourceVersion") or 0) + 1)
    elif preview:
        meta |= dict.fromkeys(("uid", "creationTimestamp", "resourceVersion"), UNKNOWN)
        meta["generation"] = 1
    else:
        meta["uid"] = str(uuid.uuid4())
        meta["creationTimestamp"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        meta["generation"], meta["resourceVersion"] = 1, "1"
    if preview and before is not None:
        meta["resourceVersion"] = UNKNOWN
    _of_kind(kind, live, before, preview=preview)
    return live


def _content(value: Mapping[str, Any]) -> Any:
    return plain({key: item for key, item in value.items() if key not in ("metadata", "status")})


def _of_kind(kind: Kind, live: dict[str, Any], before: Mapping[str, Any] | None, *, preview: bool) -> None:
    if kind.custom:
        if kind.node is not None and isinstance(live.get("spec"), dict):
            _schema_defaults(live, kind.node)
        return
    if kind.group in ("", "apps", "batch") and kind.name in PATHS:
        pod = dig(live, PATHS[kind.name])
        if isinstance(pod, dict) and isinstance(pod.get("spec"), dict):
            _pod_spec(pod["spec"])
    if kind.name in _WORKLOADS and isinstance(live.get("spec"), dict):
        _workload(kind, live, preview=preview)
    elif (kind.group, kind.name) == ("", "Service"):
        _service(live, before, preview=preview)
    elif (kind.group, kind.name) == ("", "Namespace"):
        live.setdefault("spec", {"finalizers": ["kubernetes"]})
        live["status"] = UNKNOWN if preview else {"phase": "Active"}
        name = live["metadata"].get("name")
        labels = live["metadata"].get("labels")
        if not isinstance(labels, Secret) and labels is not UNKNOWN:
            live["metadata"]["labels"] = {**(labels or {}), "kubernetes.io/metadata.name": name}
    elif (kind.group, kind.name) == ("", "Secret"):
        _secret(live)
    elif (kind.group, kind.name) in (("", "PersistentVolumeClaim"), ("", "PersistentVolume")):
        live["status"] = UNKNOWN if preview else {"phase": "Bound"}
    elif (kind.group, kind.name) == ("", "Pod"):
        live["status"] = UNKNOWN if preview else {"phase": "Running", "podIP": _address(live["metadata"].get("uid"))}
    elif (kind.group, kind.name) == ("networking.k8s.io", "Ingress"):
        live["status"] = (
            UNKNOWN if preview else {"loadBalancer": {"ingress": [{"ip": _address(live["metadata"]["uid"])}]}}
        )


def _pod_spec(spec: dict[str, Any]) -> None:
    for key, value in {
        "restartPolicy": "Always",
        "dnsPolicy": "ClusterFirst",
        "schedulerName": "default-scheduler",
        "securityContext": {},
        "terminationGracePeriodSeconds": 30,
    }.items():
        spec.setdefault(key, value)
    for field in ("containers", "initContainers"):
        containers = spec.get(field)
        for container in containers if isinstance(containers, list) else ():
            if isinstance(container, dict):
                _container(container)


def _container(container: dict[str, Any]) -> None:
    image = plain(container.get("image"))
    latest = isinstance(image, str) and (image.endswith(":latest") or ":" not in image.rpartition("/")[2])
    container.setdefault("imagePullPolicy", "Always" if latest else "IfNotPresent")
    container.setdefault("terminationMessagePath", "/dev/termination-log")
    container.setdefault("terminationMessagePolicy", "File")
    container.setdefault("resources", {})
    ports = container.get("ports")
    for port in ports if isinstance(ports, list) else ():
        if isinstance(port, dict):
            port.setdefault("protocol", "TCP")


def _workload(kind: Kind, live: dict[str, Any], *, preview: bool) -> None:
    spec = live["spec"]
    spec.setdefault("replicas", 1)
    if kind.name == "Deployment":
        spec.setdefault("revisionHistoryLimit", 10)
        spec.setdefault("progressDeadlineSeconds", 600)
        spec.setdefault(
            "strategy", {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}}
        )
    replicas = spec["replicas"]
    live["status"] = (
        UNKNOWN
        if preview
        else {
            "observedGeneration": live["metadata"]["generation"],
            "replicas": replicas,
            "readyReplicas": replicas,
            "availableReplicas": replicas,
            "updatedReplicas": replicas,
        }
    )


def _service(live: dict[str, Any], before: Mapping[str, Any] | None, *, preview: bool) -> None:
    spec = live.setdefault("spec", {})
    if not isinstance(spec, dict):
        return
    spec.setdefault("type", "ClusterIP")
    spec.setdefault("sessionAffinity", "None")
    uid = live["metadata"].get("uid")
    address = dig(before or {}, "spec.clusterIP") or (UNKNOWN if preview else _address(uid))
    if spec["type"] != "ExternalName" and not spec.get("clusterIP"):
        spec["clusterIP"] = address
    if spec["type"] != "ExternalName":
        spec["clusterIPs"] = [spec["clusterIP"]]
        spec.setdefault("internalTrafficPolicy", "Cluster")
        spec.setdefault("ipFamilies", ["IPv4"])
        spec.setdefault("ipFamilyPolicy", "SingleStack")
    ports = spec.get("ports")
    for port in ports if isinstance(ports, list) else ():
        if isinstance(port, dict):
            port.setdefault("protocol", "TCP")
            port.setdefault("targetPort", port.get("port"))
    balancer = {"ingress": [{"ip": _address(f"{uid} outside")}]} if spec["type"] == "LoadBalancer" else {}
    live["status"] = UNKNOWN if preview else {"loadBalancer": balancer}


def _address(seed: Any) -> str:
    """An address of the service range, derived from `seed`."""
    number = int.from_bytes(hashlib.sha256(str(seed).encode()).digest()[:4], "big")
    return str(_SERVICE_RANGE[1 + number % (_SERVICE_RANGE.num_addresses - 2)])


def _secret(live: dict[str, Any]) -> None:
    live.setdefault("type", "Opaque")
    data, text = plain(live.get("data")), plain(live.pop("stringData", None))
    if UNKNOWN in (data, text):
        live["data"] = UNKNOWN
        return
    merged = dict(data or {})
    for key, value in (text or {}).items():
        merged[key] = UNKNOWN if value is UNKNOWN else base64.b64encode(str(value).encode()).decode()
    live["data"] = Secret(merged)


def _schema_defaults(value: dict[str, Any], node: Mapping[str, Any]) -> None:
    """Fills in the defaults of a custom resource's schema."""
    for key, field in (node.get("properties") or {}).items():
        if key not in value and "default" in field:
            value[key] = deepcopy(field["default"])
        if isinstance(value.get(key), dict):
            _schema_defaults(value[key], field)
        items = field.get("items")
        if isinstance(value.get(key), list) and isinstance(items, Mapping):
            for item in value[key]:
                if isinstance(item, dict):
                    _schema_defaults(item, items)
