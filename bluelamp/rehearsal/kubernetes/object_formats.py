"""Formats of objects within a kind: cross-field validation of a single definition.

`data/constraints/` refers to them by `$format`. Each check takes the object, without unknown values, and returns why it
is invalid, as the end of a sentence. Source: Kubernetes v1.36, `pkg/apis/*/validation`.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from bluelamp.rehearsal.values import has_unknown, plain

Object = Mapping[str, Any]
Check = Callable[[Object], str]

CHECKS: dict[str, Callable[[Any], str]] = {}
"""The formats by name."""

_ENV_PATHS = (
    *("metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName"),
    *("status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"),
)
_VOLUME_PATHS = ("metadata.name", "metadata.namespace", "metadata.labels", "metadata.annotations", "metadata.uid")
_RESOURCES = tuple(
    f"{what}.{name}" for what in ("limits", "requests") for name in ("cpu", "memory", "ephemeral-storage")
)
_DIVISORS = {
    "cpu": ("1m", "1", 1),
    "memory": ("1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"),
}
_KEY = r"([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"


def _format(name: str) -> Callable[[Check], Check]:
    def register(check: Check) -> Check:
        def whole(value: Any) -> str:
            if not isinstance(value, Mapping) or has_unknown(value):
                return ""
            try:
                return check(plain(value))
            except (AttributeError, TypeError, ValueError):
                # A field has the wrong type, which the schema reports.
                return ""

        CHECKS[name] = whole
        return check

    return register


@_format("label-requirement")
def _label_requirement(value: Object) -> str:
    operator, values = value.get("operator"), value.get("values")
    if operator in ("In", "NotIn") and not values:
        return f"needs values for the operator {operator}"
    if operator in ("Exists", "DoesNotExist") and values:
        return f"must not have values for the operator {operator}"
    return ""


@_format("node-requirement")
def _node_requirement(value: Object) -> str:
    if value.get("operator") in ("Gt", "Lt") and len(value.get("values") or ()) != 1:
        return f"needs one value for the operator {value['operator']}"
    return _label_requirement(value)


@_format("node-term")
def _node_term(value: Object) -> str:
    for each in value.get("matchFields") or ():
        if not isinstance(each, Mapping):
            continue
        if each.get("key") != "metadata.name":
            return "matchFields knows the key metadata.name only"
        if each.get("operator") not in ("In", "NotIn") or len(each.get("values") or ()) != 1:
            return "matchFields needs the operator In or NotIn and one value"
        name = each["values"][0]
        if isinstance(name, str) and not re.fullmatch(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?", name):
            return f'matchFields: "{name}" is not the name of a node'
    return ""


@_format("toleration")
def _toleration(value: Object) -> str:
    if value.get("operator") == "Exists" and value.get("value"):
        return "must have no value for the operator Exists"
    if value.get("tolerationSeconds") is not None and value.get("effect") != "NoExecute":
        return "tolerationSeconds needs the effect NoExecute"
    return ""


def _localhost(value: Object, field: str) -> str:
    given = value.get(field)
    if value.get("type") == "Localhost" and not given:
        return f"needs {field} for the type Localhost"
    if value.get("type") != "Localhost" and given is not None:
        return f"{field} needs the type Localhost"
    return ""


@_format("seccomp")
def _seccomp(value: Object) -> str:
    path = value.get("localhostProfile")
    if isinstance(path, str) and (path.startswith("/") or ".." in path.split("/")):
        return "localhostProfile must be a relative path without .."
    return _localhost(value, "localhostProfile")


@_format("apparmor")
def _apparmor(value: Object) -> str:
    name = value.get("localhostProfile")
    if isinstance(name, str) and (name.strip() != name or len(name) > 4095):
        return "localhostProfile must not begin or end with space, nor have more than 4095 characters"
    return _localhost(value, "localhostProfile")


@_format("security-context")
def _security_context(value: Object) -> str:
    if value.get("allowPrivilegeEscalation") is False:
        if value.get("privileged") is True:
            return "allowPrivilegeEscalation: false cannot be combined with privileged: true"
        added = (value.get("capabilities") or {}).get("add") or ()
        if "CAP_SYS_ADMIN" in added:
            return "allowPrivilegeEscalation: false cannot be combined with the capability CAP_SYS_ADMIN"
    return ""


@_format("windows-options")
def _windows_options(value: Object) -> str:
    user = value.get("runAsUserName")
    if user is None:
        return ""
    if not isinstance(user, str) or not user or re.search(r"[\x00-\x1f\x7f]", user):
        return "runAsUserName must not be empty or contain control characters"
    domain, slash, name = user.rpartition("\\")
    if slash and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.\-_$#%&'()@^{}~!]{0,254}", domain):
        return "runAsUserName has an invalid domain"
    if not name or len(name) > 104 or re.fullmatch(r"[. ]+", name) or re.search(r'["/\\:;|=,+*?<>@\[\]]', name):
        return 'runAsUserName must have at most 104 characters and none of "/\\:;|=,+*?<>@[]'
    return ""


@_format("env")
def _env(value: Object) -> str:
    if value.get("valueFrom") is not None and value.get("value"):
        return "value cannot be combined with valueFrom"
    return ""


@_format("env-source")
def _env_source(value: Object) -> str:
    return _field_path(value.get("fieldRef"), _ENV_PATHS) or _resource_field(value.get("resourceFieldRef"))


@_format("downward-file")
def _downward_file(value: Object) -> str:
    found = value.get("resourceFieldRef")
    if isinstance(found, Mapping) and not found.get("containerName"):
        return "resourceFieldRef needs containerName"
    return _field_path(value.get("fieldRef"), _VOLUME_PATHS) or _resource_field(found)


def _field_path(value: Any, allowed: tuple[str, ...]) -> str:
    if not isinstance(value, Mapping):
        return ""
    if value.get("apiVersion") not in (None, "", "v1"):
        return f'fieldRef.apiVersion "{value["apiVersion"]}" is not allowed; allowed: v1'
    path = value.get("fieldPath")
    if not isinstance(path, str) or not path or path in allowed:
        return ""
    keyed = re.fullmatch(r"metadata\.(annotations|labels)\['(.*)'\]", path)
    if keyed and re.fullmatch(_KEY, keyed[2].lower() if keyed[1] == "annotations" else keyed[2]):
        return ""
    return f"fieldRef.fieldPath \"{path}\" is not allowed; allowed: {', '.join(allowed)}, metadata.labels['KEY']"


def _resource_field(value: Any) -> str:
    if not isinstance(value, Mapping):
        return ""
    name = value.get("resource")
    if not isinstance(name, str) or not name:
        return ""
    if name not in _RESOURCES and not name.startswith(("limits.hugepages-", "requests.hugepages-")):
        return f'resourceFieldRef.resource "{name}" is not allowed; allowed: {", ".join(_RESOURCES)}'
    divisor = value.get("divisor")
    allowed = _DIVISORS["cpu" if name.endswith(".cpu") else "memory"]
    if divisor not in (None, 0, "0", "") and divisor not in allowed and str(divisor) not in allowed:
        return f"resourceFieldRef.divisor {divisor} is not allowed; allowed: {', '.join(map(str, allowed))}"
    return ""


@_format("mount")
def _mount(value: Object) -> str:
    if value.get("subPath") and value.get("subPathExpr"):
        return "subPath cannot be combined with subPathExpr"
    recursive = value.get("recursiveReadOnly")
    if recursive not in (None, "", "Disabled"):
        if value.get("readOnly") is not True:
            return f"recursiveReadOnly: {recursive} needs readOnly: true"
        if value.get("mountPropagation") not in (None, "None"):
            return f"recursiveReadOnly: {recursive} needs mountPropagation: None"
    return ""


@_format("container")
def _container(value: Object) -> str:
    if value.get("restartPolicyRules") and not value.get("restartPolicy"):
        return "restartPolicyRules needs restartPolicy"
    names = [each.get("resourceName") for each in value.get("resizePolicy") or () if isinstance(each, Mapping)]
    if len(set(names)) < len(names):
        return "resizePolicy has a duplicate resource"
    return ""


@_format("spread")
def _spread(value: Object) -> str:
    if value.get("minDomains") is not None and value.get("whenUnsatisfiable") != "DoNotSchedule":
        return "minDomains needs whenUnsatisfiable: DoNotSchedule"
    return _label_keys(value, ("matchLabelKeys",))


@_format("affinity-term")
def _affinity_term(value: Object) -> str:
    keys, others = value.get("matchLabelKeys") or (), value.get("mismatchLabelKeys") or ()
    if both := sorted(set(keys) & set(others)):
        return f'"{both[0]}" is in matchLabelKeys and in mismatchLabelKeys'
    return _label_keys(value, ("matchLabelKeys", "mismatchLabelKeys"))


def _label_keys(value: Object, fields: tuple[str, ...]) -> str:
    selector = value.get("labelSelector")
    for field in fields:
        keys = value.get(field) or ()
        if keys and selector is None:
            return f"{field} needs labelSelector"
        used = set((selector or {}).get("matchLabels") or ()) | {
            each.get("key") for each in (selector or {}).get("matchExpressions") or () if isinstance(each, Mapping)
        }
        for key in keys:
            if not isinstance(key, str) or not re.fullmatch(_KEY, key) or len(key.rpartition("/")[2]) > 63:
                return f'{field}: "{key}" is not a label\'s key'
            if key in used and field == "matchLabelKeys":
                return f'{field}: "{key}" is in labelSelector too'
    return ""


@_format("fibre")
def _fibre(value: Object) -> str:
    return "targetWWNs needs lun" if value.get("targetWWNs") and value.get("lun") is None else ""


@_format("iscsi")
def _iscsi(value: Object) -> str:
    chap = value.get("chapAuthDiscovery") is True or value.get("chapAuthSession") is True
    if chap and value.get("secretRef") is None:
        return "chapAuthDiscovery and chapAuthSession need secretRef"
    return ""


@_format("azure-disk")
def _azure_disk(value: Object) -> str:
    managed, uri = value.get("kind") == "Managed", str(value.get("diskURI") or "")
    if uri and managed and not uri.startswith("/subscriptions/"):
        return "diskURI of a managed disk begins with /subscriptions/"
    if uri and not managed and not uri.startswith("https://"):
        return "diskURI of a disk that is not managed begins with https://"
    return ""


@_format("empty-dir")
def _empty_dir(value: Object) -> str:
    medium = value.get("medium") or ""
    if medium not in ("", "Memory", "HugePages") and not str(medium).startswith("HugePages-"):
        return f'medium "{medium}" is not allowed; allowed: Memory, HugePages'
    return ""


@_format("metric-spec")
def _metric_spec(value: Object) -> str:
    kinds = ("containerResource", "external", "object", "pods", "resource")
    given = [each for each in kinds if value.get(each) is not None]
    kind = str(value.get("type") or "")
    return (
        f"a metric of type {kind} has no {given[0]}"
        if len(given) == 1 and kind and given[0].lower() != kind.lower()
        else ("must have exactly one source" if len(given) > 1 else "")
    )


@_format("flow-subject")
def _flow_subject(value: Object) -> str:
    kinds = {"User": "user", "Group": "group", "ServiceAccount": "serviceAccount"}
    kind = str(value.get("kind") or "")
    for name, field in kinds.items():
        if name == kind and value.get(field) is None:
            return f"a subject of kind {kind} needs {field}"
        if name != kind and value.get(field) is not None:
            return f"a subject of kind {kind} cannot have {field}"
    return ""


@_format("flow-rules")
def _flow_rules(value: Object) -> str:
    if not value.get("resourceRules") and not value.get("nonResourceRules"):
        return "needs resourceRules or nonResourceRules"
    return ""


@_format("flow-resource-rule")
def _flow_resource_rule(value: Object) -> str:
    if not value.get("namespaces") and value.get("clusterScope") is not True:
        return "needs namespaces or clusterScope: true"
    return _wildcard_with_others(value, "verbs", "apiGroups", "resources", "namespaces")


def _wildcard_with_others(value: Object, *fields: str) -> str:
    for field in fields:
        names = value.get(field) or ()
        if "*" in names and len(names) > 1:
            return f"{field} with * cannot have other values"
    return ""


@_format("flow-url-rule")
def _flow_url_rule(value: Object) -> str:
    return _wildcard_with_others(value, "verbs", "nonResourceURLs")


@_format("priority-level")
def _priority_level(value: Object) -> str:
    kind, limited, exempt = value.get("type"), value.get("limited"), value.get("exempt")
    if kind == "Limited" and (limited is None or exempt is not None):
        return "the type Limited needs limited, and no exempt"
    return "the type Exempt cannot have limited" if kind == "Exempt" and limited is not None else ""


@_format("limit-response")
def _limit_response(value: Object) -> str:
    if value.get("type") == "Reject" and value.get("queuing") is not None:
        return "the type Reject cannot have queuing"
    return "the type Queue needs queuing" if value.get("type") == "Queue" and value.get("queuing") is None else ""


@_format("queuing")
def _queuing(value: Object) -> str:
    hand, queues = value.get("handSize", 8), value.get("queues", 64)
    if isinstance(hand, int) and isinstance(queues, int):
        if hand > queues:
            return f"handSize {hand} is more than queues {queues}"
        # Shuffle sharding uses 60 bits of the hash.
        product = 1
        for each in range(queues - min(hand, 100) + 1, queues + 1):
            product *= each
        if product.bit_length() > 60:
            return "handSize and queues are too large in combination"
    return ""


@_format("class-parameters")
def _class_parameters(value: Object) -> str:
    scope = value.get("scope") or "Cluster"
    if scope == "Namespace" and not value.get("namespace"):
        return "the scope Namespace needs namespace"
    return (
        "the scope Cluster cannot have namespace" if scope == "Cluster" and value.get("namespace") is not None else ""
    )


@_format("mutation")
def _mutation(value: Object) -> str:
    fields = {"ApplyConfiguration": "applyConfiguration", "JSONPatch": "jsonPatch"}
    wanted = fields.get(str(value.get("patchType")))
    return f"the patch type {value['patchType']} needs {wanted}" if wanted and value.get(wanted) is None else ""


@_format("admission-rule")
def _admission_rule(value: Object) -> str:
    for field in ("apiGroups", "apiVersions", "operations"):
        names = value.get(field) or ()
        if "*" in names and len(names) > 1:
            return f"{field} with * cannot have other values"
    names = value.get("resources") or ()
    whole = "*/*" in names or ("*" in names and any("/" not in each for each in names if each != "*"))
    return "resources with * cannot have other values" if len(names) > 1 and whole else ""


@_format("claim-source")
def _claim_source(value: Object) -> str:
    if not value.get("apiGroup") and value.get("kind") and value.get("kind") != "PersistentVolumeClaim":
        return "must be a PersistentVolumeClaim when there is no apiGroup"
    return ""


@_format("reference-group")
def _reference_group(value: Object) -> str:
    group = value.get("apiGroup")
    if isinstance(group, str) and group and not re.fullmatch(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?", group):
        return f'apiGroup "{group}" is not a DNS name'
    return ""


@_format("device-request")
def _device_request(value: Object) -> str:
    mode, count = value.get("allocationMode") or "ExactCount", value.get("count")
    if mode == "All" and count:
        return "the allocation mode All cannot have count"
    return "count must be more than 0" if mode == "ExactCount" and isinstance(count, int) and count < 0 else ""


@_format("binding-conditions")
def _binding_conditions(value: Object) -> str:
    one, other = value.get("bindingConditions"), value.get("bindingFailureConditions")
    if bool(one) != bool(other):
        return "bindingConditions and bindingFailureConditions need each other"
    if any(value.get(each) is not None for each in ("nodeName", "nodeSelector", "allNodes")):
        return "nodeName, nodeSelector and allNodes need perDeviceNodeSelection in the slice"
    return ""


@_format("event-series")
def _event_series(value: Object) -> str:
    count = value.get("count")
    return "count must be at least 2" if isinstance(count, int) and count < 2 else ""


@_format("new-event")
def _new_event(value: Object) -> str:
    for field in ("deprecatedCount", "deprecatedFirstTimestamp", "deprecatedLastTimestamp", "deprecatedSource"):
        if value.get(field):
            return f"{field} must be left out"
    return ""


@_format("slice")
def _slice(value: Object) -> str:
    if value.get("devices") and value.get("sharedCounters") is not None:
        return "devices cannot be combined with sharedCounters"
    return ""
