"""Cross-field validation of objects, as by the API server.

Each check takes an object and yields failures. Unknown values are never checked.
Source: Kubernetes v1.36, `pkg/apis/*/validation` and `apiextensions-apiserver/pkg/apis`.
"""

import base64
import binascii
import ipaddress
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bluelamp.rehearsal.kubernetes import controls, definitions, expressions, pods, services, storage, workloads
from bluelamp.rehearsal.kubernetes.formats import is_quantity, quantity, wrong
from bluelamp.rehearsal.kubernetes.podspecs import PATHS, dig, items
from bluelamp.rehearsal.kubernetes.schema import join
from bluelamp.rehearsal.provider import Failure
from bluelamp.rehearsal.values import UNKNOWN, Secret, has_unknown, plain

Object = Mapping[str, Any]
_POD_SECURITY = "pod-security.kubernetes.io/"
_LEVELS = ("privileged", "baseline", "restricted")


def failures(group: str, kind: str, value: Object) -> Iterator[Failure]:
    """The cross-field failures of the object."""
    name = f"{group or 'core'}/{kind}"
    for check in _CHECKS.get(name, ()):
        yield from check(value)
    path, pod, claims = PATHS[kind] if kind in PATHS and group in ("", "apps", "batch") else "", None, set()
    if kind in PATHS and group in ("", "apps", "batch"):
        pod = dig(value, path)
        claims = {plain(dig(each, "metadata.name")) for _, each in items(value, "spec.volumeClaimTemplates")}
        if has_unknown(dig(value, "spec.volumeClaimTemplates")):
            claims.add(UNKNOWN)
        if isinstance(pod, Mapping):
            yield from workloads.pod(pod, path, claims)
    known = _known(value) if has_unknown(value) else value
    if known is not value and _has_relevant_unknown(value):
        # A cross-field rule needs every value that it could depend on.
        return
    for failure in _cross_field_failures(name, known, path, claims, whole=pod is not None):
        if known is value or not _uncertain(value, failure.path):
            yield failure


def _cross_field_failures(name: str, value: Object, path: str, claims: set[Any], *, whole: bool) -> Iterator[Failure]:
    for check in _CROSS_FIELD_CHECKS.get(name, ()):
        yield from check(value)
    pod = dig(value, path) if whole else None
    if isinstance(pod, Mapping):
        yield from pods.failures(pod, path, claims)


_INDEPENDENT = frozenset(
    [
        *("annotations", "args", "binaryData", "caBundle", "command", "data", "image", "namespace", "parameters"),
        *("secretName", "stringData", "value", "volumeAttributes"),
    ]
)
"""Fields that no cross-field rule depends on."""


def _has_relevant_unknown(value: Any) -> bool:
    """Whether a value is unknown that a cross-field rule could depend on."""
    found = plain(value)
    if isinstance(found, Mapping):
        return any(_has_relevant_unknown(item) for key, item in found.items() if key not in _INDEPENDENT)
    return found is UNKNOWN or (isinstance(found, list) and any(map(_has_relevant_unknown, found)))


def _known(value: Any) -> Any:
    """`value` without unknown values, and without lists that contain one."""
    if isinstance(value, Secret):
        return Secret(_known(value.value))
    if isinstance(value, Mapping):
        return {key: _known(item) for key, item in value.items() if not _is_incomplete(item)}
    return [_known(item) for item in value] if isinstance(value, list) else value


def _is_incomplete(value: Any) -> bool:
    found = plain(value)
    return found is UNKNOWN or (isinstance(found, list) and any(item is UNKNOWN for item in found))


_STEP = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.\[]+)')


def _uncertain(value: Any, path: str) -> bool:
    """Whether anything beside the path is unknown, as the failed rule may depend on it."""
    for key, index, name in [("", "", ""), *_STEP.findall(path)]:
        value = plain(value)
        step: Any = int(index) if index else key or name
        if isinstance(value, list) and isinstance(step, int):
            value = value[step] if step < len(value) else None
        elif isinstance(value, Mapping) and step != "":
            value = value.get(step)
        if isinstance(value, Mapping) and any(_is_incomplete(item) for item in value.values()):
            return True
        if _is_incomplete(value):
            return True
    return False


def _service(value: Object) -> Iterator[Failure]:
    spec = plain(value.get("spec"))
    if not isinstance(spec, Mapping) or has_unknown(spec.get("type")):
        return
    kind = spec.get("type") or "ClusterIP"
    ports = spec.get("ports")
    if kind == "ExternalName":
        if not spec.get("externalName"):
            yield Failure("spec.externalName", "required for a service of type ExternalName")
    elif not ports and ports is not UNKNOWN and spec.get("clusterIP") != "None":
        yield Failure("spec.ports", "required")
    if spec.get("clusterIP") == "None" and kind in ("NodePort", "LoadBalancer"):
        yield Failure("spec.clusterIP", f'"None" is not allowed for a service of type {kind}')
    names: dict[Any, str] = {}
    for where, port in items(value, "spec.ports"):
        name = plain(port.get("name"))
        if len(ports or ()) > 1 and not name:
            yield Failure(f"{where}.name", "required when a service has more than one port")
        elif isinstance(name, str) and names.setdefault(name, where) != where:
            yield Failure(f"{where}.name", f'duplicate value "{name}", already the name of {names[name]}')
        if port.get("nodePort") and kind == "ClusterIP":
            yield Failure(f"{where}.nodePort", "not allowed for a service of type ClusterIP")


def _ingress(value: Object) -> Iterator[Failure]:
    spec = value.get("spec")
    if isinstance(spec, Mapping) and not spec.get("rules") and not spec.get("defaultBackend"):
        yield Failure("spec", "needs defaultBackend or rules")
    for where, rule in items(value, "spec.rules"):
        for place, path in items(rule, "http.paths"):
            text = plain(path.get("path"))
            exact = path.get("pathType") in ("Exact", "Prefix")
            resource = plain(dig(path, "backend.resource"))
            if isinstance(resource, Mapping) and not has_unknown(resource):
                for key in ("kind", "name"):
                    reason = wrong("path-segment", resource.get(key)) if resource.get(key) else "is required"
                    if reason:
                        yield Failure(f"{where}.{place}.backend.resource.{key}", reason)
                if resource.get("apiGroup") and (reason := wrong("dns-subdomain", resource["apiGroup"])):
                    yield Failure(f"{where}.{place}.backend.resource.apiGroup", reason)
            exact = exact or bool(text)
            if exact and text is not UNKNOWN and not str(text or "").startswith("/"):
                yield Failure(f"{where}.{place}.path", "must be an absolute path, beginning with /")


def _network_policy(value: Object) -> Iterator[Failure]:
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for where, rule in items(value, f"spec.{direction}"):
            for place, peer in items(rule, peers):
                at = f"{where}.{place}"
                if not peer:
                    yield Failure(at, "needs podSelector, namespaceSelector or ipBlock")
                if "ipBlock" in peer and len(peer) > 1:
                    yield Failure(at, "ipBlock cannot be combined with podSelector or namespaceSelector")
                yield from _exceptions(plain(peer.get("ipBlock")), at)
            for place, port in items(rule, "ports"):
                first, last = plain(port.get("port")), plain(port.get("endPort"))
                if isinstance(last, int) and not isinstance(first, int) and first is not UNKNOWN:
                    yield Failure(f"{where}.{place}.endPort", "needs port to be a number")
                elif isinstance(first, int) and isinstance(last, int) and last < first:
                    yield Failure(f"{where}.{place}.endPort", f"{last} is less than port {first}")


def _exceptions(block: Any, at: str) -> Iterator[Failure]:
    if not isinstance(block, Mapping) or has_unknown(block):
        return
    for index, text in enumerate(block.get("except") or ()):
        try:
            inner, outer = ipaddress.ip_network(text, strict=False), ipaddress.ip_network(block["cidr"], strict=False)
            inside = inner.subnet_of(outer) and inner != outer  # type: ignore[arg-type] # two versions raise TypeError
        except (KeyError, ValueError, TypeError):
            continue
        if not inside:
            yield Failure(f"{at}.ipBlock.except[{index}]", f"{text} is not strictly inside {block['cidr']}")


def _binding(value: Object) -> Iterator[Failure]:
    for where, subject in items(value, "subjects"):
        kind, group = plain(subject.get("kind")), plain(subject.get("apiGroup"))
        if kind in ("User", "Group") and group not in (None, "", "rbac.authorization.k8s.io", UNKNOWN):
            yield Failure(
                f"{where}.apiGroup", f'"{group}" is not allowed for a {kind}; allowed: rbac.authorization.k8s.io'
            )
        name = plain(subject.get("name"))
        if kind == "ServiceAccount" and isinstance(name, str) and wrong("dns-subdomain", name):
            yield Failure(f"{where}.name", f'"{name}" {wrong("dns-subdomain", name)}')
        if kind == "ServiceAccount" and group not in (None, "", UNKNOWN):
            yield Failure(f"{where}.apiGroup", f'"{group}" is not allowed for a ServiceAccount; it has none')


def _cluster_binding(value: Object) -> Iterator[Failure]:
    if plain(dig(value, "roleRef.kind")) == "Role":
        yield Failure("roleRef.kind", '"Role" is not allowed for a ClusterRoleBinding; allowed: ClusterRole')
    for where, subject in items(value, "subjects"):
        if plain(subject.get("kind")) == "ServiceAccount" and not subject.get("namespace"):
            yield Failure(f"{where}.namespace", "required for a ServiceAccount")


def _role(value: Object) -> Iterator[Failure]:
    for where, rule in items(value, "rules"):
        urls = rule.get("nonResourceURLs")
        for field in ("apiGroups", "resources"):
            if not rule.get(field) and not urls:
                yield Failure(f"{where}.{field}", "required")


def _namespaced_role(value: Object) -> Iterator[Failure]:
    for where, rule in items(value, "rules"):
        if rule.get("nonResourceURLs"):
            yield Failure(f"{where}.nonResourceURLs", "a Role, which is in a namespace, cannot name URLs")


def _namespace(value: Object) -> Iterator[Failure]:
    labels = plain(dig(value, "metadata.labels"))
    for key, level in labels.items() if isinstance(labels, Mapping) else ():
        if level is UNKNOWN or not key.startswith(_POD_SECURITY):
            continue
        mode = key.removeprefix(_POD_SECURITY)
        if mode in ("enforce", "audit", "warn") and level not in _LEVELS:
            yield Failure(join("metadata.labels", key), f'"{level}" is not a level; allowed: {", ".join(_LEVELS)}')
        version = str(level).removeprefix("v1.")
        if (
            mode in ("enforce-version", "audit-version", "warn-version")
            and level != "latest"
            and (version == level or not version.isdigit())
        ):
            yield Failure(join("metadata.labels", key), f'"{level}" is not a version; allowed: latest, or v1.N')


def _config_map(value: Object) -> Iterator[Failure]:
    data, binary = value.get("data"), value.get("binaryData")
    for key in (
        sorted(set(data or ()) & set(binary or ())) if isinstance(data, Mapping) and isinstance(binary, Mapping) else ()
    ):
        yield Failure(join("binaryData", key), "is already a key of data")
    for key, text in (plain(binary) if isinstance(binary, Mapping) else {}).items():
        yield from _base64(join("binaryData", key), text)


_SECRET_KEYS = {
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
}


def _secret(value: Object) -> Iterator[Failure]:
    data, text = plain(value.get("data")), plain(value.get("stringData"))
    if UNKNOWN in (data, text):
        return
    data, text = data or {}, text or {}
    if not isinstance(data, Mapping) or not isinstance(text, Mapping):
        return
    for key, encoded in data.items():
        yield from _base64(join("data", key), encoded)
    yield from _secret_type(value, data, text)
    for key in _SECRET_KEYS.get(str(plain(value.get("type"))), ()):
        if key not in data and key not in text:
            yield Failure(join("data", key), f"required for a secret of type {plain(value.get('type'))}")


def _secret_type(value: Object, data: Object, text: Object) -> Iterator[Failure]:
    kind = plain(value.get("type"))
    if kind == "kubernetes.io/service-account-token":
        annotations = plain(dig(value, "metadata.annotations"))
        if not has_unknown(annotations) and not (annotations or {}).get("kubernetes.io/service-account.name"):
            key = join("metadata.annotations", "kubernetes.io/service-account.name")
            yield Failure(key, f"required for a secret of type {kind}")
    if kind == "kubernetes.io/basic-auth" and not {"username", "password"} & {*data, *text}:
        yield Failure("data.username", f"required for a secret of type {kind} (or data.password)")
    if kind == "kubernetes.io/dockercfg" and ".dockercfg" not in {*data, *text}:
        yield Failure(join("data", ".dockercfg"), f"required for a secret of type {kind}")
    key = "ssh-privatekey"
    if kind == "kubernetes.io/ssh-auth" and key in {*data, *text} and not (data.get(key) or text.get(key)):
        yield Failure("data.ssh-privatekey", "must not be empty")
    configuration = text.get(".dockerconfigjson")
    if kind == "kubernetes.io/dockerconfigjson" and isinstance(configuration, str):
        try:
            good = isinstance(json.loads(configuration), dict)
        except ValueError:
            good = False
        if not good:
            yield Failure(join("stringData", ".dockerconfigjson"), "is not a JSON object")


def _base64(path: str, text: Any) -> Iterator[Failure]:
    if isinstance(text, str):
        try:
            base64.b64decode(text.replace("\n", ""), validate=True)
        except (ValueError, binascii.Error):
            yield Failure(path, "is not base64 (stringData takes plain text)")


def _autoscaler(value: Object) -> Iterator[Failure]:
    target = plain(dig(value, "spec.scaleTargetRef.apiVersion"))
    kind = plain(dig(value, "spec.scaleTargetRef.kind"))
    if target is not UNKNOWN and kind != "ReplicationController" and "/" not in str(target or ""):
        yield Failure("spec.scaleTargetRef.apiVersion", "must name an API group and version, such as apps/v1")
    for where, metric in items(value, "spec.metrics"):
        source = plain(metric.get("type"))
        field = source[:1].lower() + source[1:] if isinstance(source, str) else ""
        if field and not metric.get(field):
            yield Failure(join(where, field), f"required for a metric of type {source}")
    least, most = plain(dig(value, "spec.minReplicas")), plain(dig(value, "spec.maxReplicas"))
    if isinstance(least, int) and isinstance(most, int) and most < least:
        yield Failure("spec.maxReplicas", f"{most} is less than minReplicas {least}")


def _disruption_budget(value: Object) -> Iterator[Failure]:
    spec = value.get("spec")
    if isinstance(spec, Mapping) and spec.get("minAvailable") is not None and spec.get("maxUnavailable") is not None:
        yield Failure("spec.maxUnavailable", "cannot be combined with minAvailable")


def _limit_range(value: Object) -> Iterator[Failure]:
    for where, item in items(value, "spec.limits"):
        for low, high in (
            ("min", "max"),
            ("min", "default"),
            ("min", "defaultRequest"),
            ("defaultRequest", "default"),
            ("default", "max"),
            ("defaultRequest", "max"),
        ):
            lows, highs = plain(item.get(low)), plain(item.get(high))
            if not isinstance(lows, Mapping) or not isinstance(highs, Mapping):
                continue
            for name, least in lows.items():
                most = highs.get(name)
                if is_quantity(least) and is_quantity(most) and quantity(least) > quantity(most):
                    yield Failure(join(f"{where}.{low}", name), f"{least} is more than {high} {most}")


def _admission_policy(value: Object) -> Iterator[Failure]:
    spec = value.get("spec")
    if isinstance(spec, Mapping) and not spec.get("validations") and not spec.get("auditAnnotations"):
        yield Failure("spec.validations", "required (or auditAnnotations)")
    # Optional for a binding, which only narrows its policy's match.
    constraints = dig(value, "spec.matchConstraints")
    if isinstance(constraints, Mapping) and not constraints.get("resourceRules"):
        yield Failure("spec.matchConstraints.resourceRules", "required")


def _definition(value: Object) -> Iterator[Failure]:
    """A CustomResourceDefinition."""
    spec, name = plain(value.get("spec")), plain(dig(value, "metadata.name"))
    if not isinstance(spec, Mapping) or has_unknown(spec):
        return
    expected = f"{dig(spec, 'names.plural')}.{spec.get('group')}"
    if isinstance(name, str) and name != expected:
        yield Failure("metadata.name", f'"{name}" must be spec.names.plural and spec.group: "{expected}"')
    if "." not in str(spec.get("group", ".")):
        yield Failure("spec.group", f'"{spec["group"]}" must be a domain with at least one dot')
    versions = [each for each in spec.get("versions") or () if isinstance(each, Mapping)]
    if versions and sum(bool(each.get("storage")) for each in versions) != 1:
        yield Failure("spec.versions", "exactly one version must have storage: true")
    for index, version in enumerate(versions):
        schema = dig(version, "schema.openAPIV3Schema")
        at = f"spec.versions[{index}].schema.openAPIV3Schema"
        if not isinstance(schema, Mapping):
            yield Failure(at, "required")
        elif schema.get("type") != "object":
            yield Failure(f"{at}.type", "must be object")
        else:
            yield from _structural(schema, at)


def _structural(node: Mapping[str, Any], path: str) -> Iterator[Failure]:
    """A structural schema: every field has a type."""
    for key, field in (node.get("properties") or {}).items():
        if isinstance(field, Mapping):
            at = join(f"{path}.properties", key)
            free = field.get("x-kubernetes-int-or-string") or field.get("x-kubernetes-preserve-unknown-fields")
            if not field.get("type") and not free:
                yield Failure(f"{at}.type", "required")
            elif field.get("type") and field["type"] not in (
                "array",
                "boolean",
                "integer",
                "number",
                "object",
                "string",
            ):
                yield Failure(
                    f"{at}.type",
                    f'"{field["type"]}" is not a type; allowed: array, boolean, integer, number, object, string',
                )
            elif field.get("type") == "array" and not field.get("items"):
                yield Failure(f"{at}.items", "required for an array")
            yield from _structural(field, at)
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), Mapping):
            yield from _structural(node[key], f"{path}.{key}")


_CHECKS: dict[str, tuple[Callable[[Object], Iterator[Failure]], ...]] = {
    "core/Service": (_service,),
    "core/Namespace": (_namespace,),
    "core/ConfigMap": (_config_map,),
    "core/Secret": (_secret,),
    "core/LimitRange": (_limit_range,),
    "core/ReplicationController": (workloads.restarts("Always"),),
    "apps/Deployment": (
        workloads.selects_its_pods,
        workloads.rolling_update,
        workloads.restarts("Always"),
    ),
    "apps/ReplicaSet": (
        workloads.selects_its_pods,
        workloads.restarts("Always"),
    ),
    "apps/StatefulSet": (
        workloads.selects_its_pods,
        workloads.restarts("Always"),
    ),
    "apps/DaemonSet": (
        workloads.selects_its_pods,
        workloads.restarts("Always"),
    ),
    "batch/Job": (workloads.restarts("OnFailure", "Never"),),
    "batch/CronJob": (workloads.restarts("OnFailure", "Never"),),
    "networking.k8s.io/Ingress": (_ingress,),
    "networking.k8s.io/NetworkPolicy": (_network_policy,),
    "rbac.authorization.k8s.io/Role": (
        _role,
        _namespaced_role,
    ),
    "rbac.authorization.k8s.io/ClusterRole": (_role,),
    "rbac.authorization.k8s.io/RoleBinding": (_binding,),
    "rbac.authorization.k8s.io/ClusterRoleBinding": (
        _binding,
        _cluster_binding,
    ),
    "autoscaling/HorizontalPodAutoscaler": (_autoscaler,),
    "policy/PodDisruptionBudget": (_disruption_budget,),
    "admissionregistration.k8s.io/ValidatingAdmissionPolicy": (_admission_policy,),
    "apiextensions.k8s.io/CustomResourceDefinition": (_definition,),
}

_CROSS_FIELD_CHECKS: dict[str, tuple[Callable[[Object], Iterator[Failure]], ...]] = {
    "core/Service": (services.service,),
    "apiextensions.k8s.io/CustomResourceDefinition": (definitions.definition,),
    "resource.k8s.io/DeviceClass": (expressions.devices,),
    "resource.k8s.io/ResourceSlice": (controls.resource_slice,),
    "resource.k8s.io/ResourceClaim": (expressions.devices, controls.device_claim),
    "resource.k8s.io/ResourceClaimTemplate": (expressions.devices, controls.device_claim),
    "core/Endpoints": (services.endpoints,),
    "core/Node": (controls.node,),
    "core/Event": (controls.event,),
    "core/LimitRange": (controls.limit_range,),
    "core/ResourceQuota": (controls.quota,),
    "core/PersistentVolume": (storage.volume,),
    "core/PersistentVolumeClaim": (storage.claim,),
    "core/ReplicationController": (
        controls.controller,
        controls.no_deadline,
    ),
    "apps/Deployment": (
        controls.deployment,
        controls.no_deadline,
    ),
    "apps/ReplicaSet": (controls.no_deadline,),
    "apps/StatefulSet": (controls.stateful_set,),
    "apps/DaemonSet": (
        controls.daemon_set,
        controls.no_deadline,
    ),
    "batch/Job": (controls.job,),
    "batch/CronJob": (controls.cron_job,),
    "networking.k8s.io/IngressClass": (services.ingress_class,),
    "networking.k8s.io/IPAddress": (services.address,),
    "networking.k8s.io/ServiceCIDR": (services.service_range,),
    "discovery.k8s.io/EndpointSlice": (services.endpoint_slice,),
    "rbac.authorization.k8s.io/Role": (controls.role,),
    "rbac.authorization.k8s.io/ClusterRole": (controls.role,),
    "autoscaling/HorizontalPodAutoscaler": (controls.autoscaler,),
    "policy/PodDisruptionBudget": (controls.disruption_budget,),
    "storage.k8s.io/StorageClass": (storage.storage_class,),
    "storage.k8s.io/CSIDriver": (storage.csi_driver,),
    "storage.k8s.io/VolumeAttachment": (storage.attachment,),
    "certificates.k8s.io/CertificateSigningRequest": (controls.csr,),
    "flowcontrol.apiserver.k8s.io/FlowSchema": (controls.flow_schema,),
    "apiregistration.k8s.io/APIService": (controls.api_service,),
    "admissionregistration.k8s.io/ValidatingAdmissionPolicy": (controls.policy, expressions.policy),
    "admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding": (controls.binding,),
    "admissionregistration.k8s.io/MutatingAdmissionPolicy": (controls.mutation_policy, expressions.policy),
    "admissionregistration.k8s.io/ValidatingWebhookConfiguration": (controls.webhooks, expressions.webhooks),
    "admissionregistration.k8s.io/MutatingWebhookConfiguration": (controls.webhooks, expressions.webhooks),
}
"""Checks that get only the known values. Their failures count only if nothing beside the path is unknown."""
