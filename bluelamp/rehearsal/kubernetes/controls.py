"""Cross-field validation of quotas, events, workload controllers, admission, API services and devices.

Source: Kubernetes v1.36, `pkg/apis/*/validation` and `kube-aggregator/pkg/apis/apiregistration/validation`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bluelamp.rehearsal.kubernetes.field_formats import SUBDOMAIN
from bluelamp.rehearsal.kubernetes.formats import is_quantity, quantity, wrong
from bluelamp.rehearsal.kubernetes.podspecs import dig, items
from bluelamp.rehearsal.provider import Failure
from bluelamp.rehearsal.values import UNKNOWN, has_unknown, plain

Object = Mapping[str, Any]
_SCOPES = (
    "Terminating",
    "NotTerminating",
    "BestEffort",
    "NotBestEffort",
    "PriorityClass",
    "CrossNamespacePodAffinity",
    "VolumeAttributesClass",
)
_QUALIFIED = re.compile(rf"((?i:{SUBDOMAIN})/)?[A-Za-z_][A-Za-z0-9_]{{0,31}}")


def quota(value: Object) -> Iterator[Failure]:
    """A ResourceQuota's scopes."""
    spec = plain(value.get("spec"))
    if not isinstance(spec, Mapping) or has_unknown(spec.get("scopes")) or has_unknown(spec.get("scopeSelector")):
        return
    scopes = list(spec.get("scopes") or ())
    yield from _scopes(scopes, "spec.scopes", spec)
    named = []
    for where, each in items(spec, "scopeSelector.matchExpressions"):
        name, operator, values = each.get("scopeName"), each.get("operator"), each.get("values")
        named.append(name)
        if operator in ("In", "NotIn") and not values:
            yield Failure(f"spec.{where}.values", f"required for the operator {operator}")
        if operator in ("Exists", "DoesNotExist") and values:
            yield Failure(f"spec.{where}.values", f"not allowed for the operator {operator}")
        if name not in ("PriorityClass", "VolumeAttributesClass", None) and operator not in ("Exists", None):
            yield Failure(f"spec.{where}.operator", f"must be Exists for the scope {name}")
    yield from _scopes(named, "spec.scopeSelector.matchExpressions", spec)


def _scopes(scopes: list[Any], at: str, spec: Object) -> Iterator[Failure]:
    for index, scope in enumerate(scopes):
        if scope not in _SCOPES and scope is not None:
            yield Failure(f"{at}[{index}]", f'"{scope}" is not a scope; allowed: {", ".join(_SCOPES)}')
    for one, other in (("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating")):
        if one in scopes and other in scopes:
            yield Failure(at, f"{one} cannot be combined with {other}")
    allowed = {"BestEffort": ("pods",), "CrossNamespacePodAffinity": ("pods", "cpu", "memory")}
    for scope, names in allowed.items():
        if scope in scopes:
            for name in spec.get("hard") or ():
                if scope == "BestEffort" and name not in names and name != "count/pods":
                    yield Failure(f"spec.hard.{name}", f"is not counted in the scope {scope}")


def limit_range(value: Object) -> Iterator[Failure]:
    """A LimitRange: fields that only some types allow."""
    for where, item in items(value, "spec.limits"):
        kind = plain(item.get("type"))
        for field in ("default", "defaultRequest"):
            if kind == "Pod" and item.get(field):
                yield Failure(f"{where}.{field}", "not allowed for the type Pod")
        if kind == "PersistentVolumeClaim" and not dig(item, "min.storage") and not dig(item, "max.storage"):
            yield Failure(where, "needs min.storage or max.storage")
        ratios = plain(item.get("maxLimitRequestRatio"))
        for name, ratio in ratios.items() if isinstance(ratios, Mapping) else ():
            if is_quantity(ratio) and quantity(ratio) < 1:
                yield Failure(f"{where}.maxLimitRequestRatio.{name}", f"{ratio} is less than 1")
            low, high = dig(item, f"min.{name}"), dig(item, f"max.{name}")
            known = all(map(is_quantity, (ratio, low, high))) and quantity(low)
            if known and quantity(ratio) > quantity(high) / quantity(low):
                yield Failure(f"{where}.maxLimitRequestRatio.{name}", f"{ratio} is more than max / min")


def node(value: Object) -> Iterator[Failure]:
    """A Node."""
    spec = plain(value.get("spec"))
    if not isinstance(spec, Mapping):
        return
    seen: set[Any] = set()
    for where, taint in items(spec, "taints"):
        pair = (taint.get("key"), taint.get("effect"))
        if pair in seen:
            yield Failure(f"spec.{where}", f"duplicate value {pair[0]} with {pair[1]}")
        seen.add(pair)


def event(value: Object) -> Iterator[Failure]:
    """An Event: it is in the namespace of its object."""
    about, namespace = plain(value.get("involvedObject")), dig(value, "metadata.namespace")
    if isinstance(about, Mapping) and not has_unknown(about) and namespace is not UNKNOWN:
        where = about.get("namespace") or ""
        if namespace is not None and where != namespace and not (not where and namespace == "default"):
            yield Failure("involvedObject.namespace", f'"{where}" is not the event\'s namespace, "{namespace}"')


def job(value: Object) -> Iterator[Failure]:
    """A Job."""
    spec = plain(value.get("spec"))
    if isinstance(spec, Mapping):
        yield from job_spec(spec, "spec", metadata=plain(value.get("metadata")) or {})


def job_spec(spec: Object, at: str, *, metadata: Object) -> Iterator[Failure]:
    """The spec of a job at the path `at`."""
    if has_unknown({key: item for key, item in spec.items() if key != "template"}):
        return
    indexed = spec.get("completionMode") == "Indexed"
    restart = dig(spec, "template.spec.restartPolicy")
    completions = spec.get("completions")
    if indexed:
        yield from _indexed(completions, spec.get("parallelism"), at, str(metadata.get("name", "")))
    per_index = spec.get("backoffLimitPerIndex")
    if per_index is not None and not indexed:
        yield Failure(f"{at}.backoffLimitPerIndex", "needs completionMode: Indexed")
    if per_index is not None and restart != "Never":
        yield Failure(f"{at}.backoffLimitPerIndex", "needs restartPolicy: Never")
    most = spec.get("maxFailedIndexes")
    if most is not None:
        if per_index is None:
            yield Failure(f"{at}.maxFailedIndexes", "needs backoffLimitPerIndex")
        if isinstance(completions, int) and isinstance(most, int) and most > completions:
            yield Failure(f"{at}.maxFailedIndexes", f"{most} is more than completions {completions}")
    if spec.get("successPolicy") is not None and not indexed:
        yield Failure(f"{at}.successPolicy", "needs completionMode: Indexed")
    if spec.get("manualSelector") is True:
        yield from _selects(spec, at)
    yield from _success(spec, at, completions)
    yield from _failure_policy(spec, at, restart, per_index)


def _indexed(completions: Any, parallel: Any, at: str, name: str) -> Iterator[Failure]:
    if completions is None and parallel is not None:
        # Without both, both default to 1.
        yield Failure(f"{at}.completions", "required for the mode Indexed")
    if isinstance(parallel, int) and parallel > 100_000:
        yield Failure(f"{at}.parallelism", "must be at most 100000 for the mode Indexed")
    if isinstance(completions, int) and isinstance(parallel, int) and completions > 100_000 and parallel > 10_000:
        yield Failure(f"{at}.parallelism", "must be at most 10000 when completions is more than 100000")
    if len(name) + len(str(max(int(completions or 1) - 1, 0))) + 1 > 63:
        yield Failure("metadata.name", "is too long for the host names of an indexed job's pods")


def _selects(spec: Object, at: str) -> Iterator[Failure]:
    wanted, labels = dig(spec, "selector.matchLabels") or {}, dig(spec, "template.metadata.labels") or {}
    for key, item in wanted.items() if isinstance(labels, Mapping) else ():
        if labels.get(key) != item:
            yield Failure(
                f"{at}.selector.matchLabels.{key}", f'selects "{item}", but the labels of the template do not'
            )


def _success(spec: Object, at: str, completions: Any) -> Iterator[Failure]:
    for where, rule in items(spec, "successPolicy.rules"):
        indexes, count = rule.get("succeededIndexes"), rule.get("succeededCount")
        if indexes is None and count is None:
            yield Failure(f"{at}.{where}", "needs succeededIndexes or succeededCount")
        total = 0
        for part in str(indexes).split(",") if isinstance(indexes, str) else ():
            low, _, high = part.partition("-")
            if not low.isdigit() or (high and not high.isdigit()):
                break
            total += int(high or low) - int(low) + 1
            if isinstance(completions, int) and int(high or low) >= completions:
                yield Failure(f"{at}.{where}.succeededIndexes", f"must be less than completions {completions}")
                break
        if isinstance(count, int):
            if isinstance(completions, int) and count > completions:
                yield Failure(f"{at}.{where}.succeededCount", f"{count} is more than completions {completions}")
            if total and count > total:
                yield Failure(f"{at}.{where}.succeededCount", f"{count} is more than the number of indexes, {total}")


def _failure_policy(spec: Object, at: str, restart: Any, per_index: Any) -> Iterator[Failure]:
    policy = spec.get("podFailurePolicy")
    if policy is None:
        if spec.get("podReplacementPolicy") == "":
            yield Failure(f"{at}.podReplacementPolicy", "must not be empty")
        return
    if restart != "Never":
        yield Failure(f"{at}.podFailurePolicy", "needs restartPolicy: Never")
    if spec.get("podReplacementPolicy") not in (None, "Failed"):
        yield Failure(f"{at}.podReplacementPolicy", "must be Failed with podFailurePolicy")
    names = {
        each.get("name") for key in ("containers", "initContainers") for _, each in items(spec, f"template.spec.{key}")
    }
    for where, rule in items(spec, "podFailurePolicy.rules"):
        if rule.get("action") == "FailIndex" and per_index is None:
            yield Failure(f"{at}.{where}.action", "FailIndex needs backoffLimitPerIndex")
        codes = rule.get("onExitCodes")
        if isinstance(codes, Mapping):
            name = codes.get("containerName")
            if name is not None and name not in names:
                yield Failure(f"{at}.{where}.onExitCodes.containerName", f'no container "{name}" in the template')
            values = codes.get("values") or []
            if values != sorted(set(values)):
                yield Failure(f"{at}.{where}.onExitCodes.values", "must be sorted and unique")
            if codes.get("operator") == "In" and 0 in values:
                yield Failure(f"{at}.{where}.onExitCodes.values", "must not contain 0 for the operator In")


def cron_job(value: Object) -> Iterator[Failure]:
    """A CronJob."""
    spec = plain(dig(value, "spec.jobTemplate.spec"))
    if isinstance(spec, Mapping):
        yield from job_spec(spec, "spec.jobTemplate.spec", metadata={})
        if spec.get("manualSelector") is True:
            yield Failure("spec.jobTemplate.spec.manualSelector", "not allowed for a CronJob")
        if spec.get("selector") is not None:
            yield Failure("spec.jobTemplate.spec.selector", "not allowed for a CronJob: it is generated")


def deployment(value: Object) -> Iterator[Failure]:
    """A Deployment."""
    strategy = plain(dig(value, "spec.strategy"))
    if (
        isinstance(strategy, Mapping)
        and strategy.get("type") == "Recreate"
        and strategy.get("rollingUpdate") is not None
    ):
        yield Failure("spec.strategy.rollingUpdate", "not allowed for the type Recreate")
    yield from _percent(strategy, "spec.strategy")
    ready, deadline = dig(value, "spec.minReadySeconds") or 0, dig(value, "spec.progressDeadlineSeconds")
    deadline = 600 if deadline is None else deadline
    if isinstance(ready, int) and isinstance(deadline, int) and deadline <= ready:
        yield Failure("spec.progressDeadlineSeconds", f"{deadline} must be more than minReadySeconds {ready}")


def _percent(strategy: Any, at: str) -> Iterator[Failure]:
    most = dig(strategy, "rollingUpdate.maxUnavailable")
    if isinstance(most, str) and most.endswith("%") and most[:-1].isdigit() and int(most[:-1]) > 100:
        yield Failure(f"{at}.rollingUpdate.maxUnavailable", "must be at most 100%")


def daemon_set(value: Object) -> Iterator[Failure]:
    """A DaemonSet."""
    strategy = plain(dig(value, "spec.updateStrategy"))
    if not isinstance(strategy, Mapping) or has_unknown(strategy):
        return
    rolling = strategy.get("rollingUpdate")
    if strategy.get("type") not in (None, "RollingUpdate") or not isinstance(rolling, Mapping):
        return
    surge, most = rolling.get("maxSurge"), rolling.get("maxUnavailable", 1)
    none = (None, 0, "0%")
    if most in (0, "0%") and surge in none:
        yield Failure("spec.updateStrategy.rollingUpdate.maxUnavailable", "must not be 0 when maxSurge is 0")
    if surge not in none and most not in (0, "0%"):
        yield Failure("spec.updateStrategy.rollingUpdate.maxSurge", "cannot be combined with maxUnavailable")
    for field, given in (("maxSurge", surge), ("maxUnavailable", most)):
        if isinstance(given, str) and given.endswith("%") and given[:-1].isdigit() and int(given[:-1]) > 100:
            yield Failure(f"spec.updateStrategy.rollingUpdate.{field}", "must be at most 100%")


def stateful_set(value: Object) -> Iterator[Failure]:
    """A StatefulSet."""
    strategy = plain(dig(value, "spec.updateStrategy"))
    strategy = strategy if isinstance(strategy, Mapping) else {}
    if strategy.get("type") == "OnDelete" and strategy.get("rollingUpdate") is not None:
        yield Failure("spec.updateStrategy.rollingUpdate", "not allowed for the type OnDelete")
    if dig(value, "spec.template.spec.activeDeadlineSeconds") is not None:
        yield Failure("spec.template.spec.activeDeadlineSeconds", "not allowed for a StatefulSet")


def no_deadline(value: Object) -> Iterator[Failure]:
    """Controllers whose pods always run: the template has no deadline."""
    if dig(value, "spec.template.spec.activeDeadlineSeconds") is not None:
        yield Failure("spec.template.spec.activeDeadlineSeconds", "not allowed: these pods always run")


def controller(value: Object) -> Iterator[Failure]:
    """A ReplicationController: its selector matches its template."""
    selector, labels = plain(dig(value, "spec.selector")), plain(dig(value, "spec.template.metadata.labels"))
    if has_unknown(selector) or has_unknown(labels) or not isinstance(selector, Mapping):
        return
    labels = labels if isinstance(labels, Mapping) else {}
    for key, wanted in selector.items():
        if labels.get(key) != wanted:
            yield Failure(f"spec.selector.{key}", f'selects "{wanted}", but the template\'s labels do not')


def api_service(value: Object) -> Iterator[Failure]:
    """An APIService: its name is its version and group."""
    spec, name = plain(value.get("spec")), dig(value, "metadata.name")
    if not isinstance(spec, Mapping) or has_unknown(spec):
        return
    wanted = f"{spec.get('version')}.{spec.get('group') or ''}"
    if isinstance(name, str) and name != wanted:
        yield Failure("metadata.name", f'"{name}" must be spec.version and spec.group: "{wanted}"')
    if not spec.get("group") and spec.get("version") != "v1":
        yield Failure("spec.group", "required: only v1 may have none")
    if spec.get("service") is None:
        for key in ("caBundle", "insecureSkipTLSVerify"):
            if spec.get(key):
                yield Failure(f"spec.{key}", "needs service")
    elif spec.get("insecureSkipTLSVerify") is True and spec.get("caBundle"):
        yield Failure("spec.insecureSkipTLSVerify", "cannot be combined with caBundle")


def role(value: Object) -> Iterator[Failure]:
    """A Role or ClusterRole: a rule names resources or URLs, not both."""
    if isinstance(value.get("aggregationRule"), Mapping) and not dig(value, "aggregationRule.clusterRoleSelectors"):
        yield Failure("aggregationRule.clusterRoleSelectors", "required")
    for where, rule in items(value, "rules"):
        if rule.get("nonResourceURLs") and (
            rule.get("apiGroups") or rule.get("resources") or rule.get("resourceNames")
        ):
            yield Failure(f"{where}.nonResourceURLs", "cannot be combined with resources")


def disruption_budget(value: Object) -> Iterator[Failure]:
    """A PodDisruptionBudget."""
    for key in ("minAvailable", "maxUnavailable"):
        given = dig(value, f"spec.{key}")
        if isinstance(given, str) and given.endswith("%") and given[:-1].isdigit() and int(given[:-1]) > 100:
            yield Failure(f"spec.{key}", "must be at most 100%")


def webhooks(value: Object) -> Iterator[Failure]:
    """A webhook configuration."""
    seen: set[Any] = set()
    for where, each in items(value, "webhooks"):
        name = plain(each.get("name"))
        if name in seen:
            yield Failure(f"{where}.name", f'duplicate value "{name}"')
        seen.add(name)
        yield from _duplicates(each, "matchConditions", where)
        versions = plain(each.get("admissionReviewVersions"))
        if (
            isinstance(versions, list)
            and versions
            and not has_unknown(versions)
            and not {"v1", "v1beta1"} & set(versions)
        ):
            yield Failure(f"{where}.admissionReviewVersions", "must contain v1 or v1beta1")


def policy(value: Object) -> Iterator[Failure]:
    """An admission policy: unique names."""
    spec = plain(value.get("spec"))
    if isinstance(spec, Mapping):
        for field in ("matchConditions", "variables"):
            yield from _duplicates(spec, field, "spec")


def _duplicates(value: Object, field: str, at: str, key: str = "name") -> Iterator[Failure]:
    """A failure for each item of a list with a duplicate value of `key`."""
    seen: set[str] = set()
    for where, each in items(value, field):
        name = plain(each.get(key))
        if isinstance(name, str):
            if name in seen:
                yield Failure(f"{at}.{where}.{key}", f'duplicate value "{name}"')
            seen.add(name)


def mutation_policy(value: Object) -> Iterator[Failure]:
    """A MutatingAdmissionPolicy."""
    constraints = dig(value, "spec.matchConstraints")
    if isinstance(constraints, Mapping) and not constraints.get("resourceRules"):
        yield Failure("spec.matchConstraints.resourceRules", "required")
    yield from policy(value)


def binding(value: Object) -> Iterator[Failure]:
    """An admission policy's binding."""
    actions = plain(dig(value, "spec.validationActions"))
    if isinstance(actions, list) and "Deny" in actions and "Warn" in actions:
        yield Failure("spec.validationActions", "Deny cannot be combined with Warn")


def csr(value: Object) -> Iterator[Failure]:
    """A CertificateSigningRequest."""
    usages = plain(dig(value, "spec.usages"))
    if isinstance(usages, list) and not has_unknown(usages):
        for index, usage in enumerate(usages):
            if usage in usages[:index]:
                yield Failure(f"spec.usages[{index}]", f'duplicate value "{usage}"')


def autoscaler(value: Object) -> Iterator[Failure]:
    """A HorizontalPodAutoscaler's metrics and behaviour."""
    for where, metric in items(value, "spec.metrics"):
        for source, allowed in _TARGETS.items():
            target = plain(dig(metric, f"{source}.target"))
            if isinstance(target, Mapping) and not has_unknown(target):
                yield from _target(target, f"{where}.{source}.target", allowed)
    for direction in ("scaleUp", "scaleDown"):
        rules = plain(dig(value, f"spec.behavior.{direction}"))
        if isinstance(rules, Mapping) and "policies" in rules and not rules["policies"]:
            yield Failure(f"spec.behavior.{direction}.policies", "must not be empty")


_TARGETS = {
    "resource": ("averageUtilization", "averageValue"),
    "containerResource": ("averageUtilization", "averageValue"),
    "pods": ("averageValue",),
    "object": ("value", "averageValue"),
    "external": ("value", "averageValue"),
}


def _target(target: Object, at: str, allowed: tuple[str, ...]) -> Iterator[Failure]:
    given = [key for key in allowed if target.get(key) is not None]
    if not given:
        yield Failure(at, f"needs {' or '.join(allowed)}")
    elif (len(given) > 1 and allowed != _TARGETS["object"]) or len(given) > 1:
        yield Failure(f"{at}.{given[1]}", f"cannot be combined with {given[0]}")


def flow_schema(value: Object) -> Iterator[Failure]:
    """A FlowSchema."""
    name, precedence = dig(value, "metadata.name"), dig(value, "spec.matchingPrecedence")
    if precedence == 1 and name != "exempt":
        yield Failure("spec.matchingPrecedence", "1 is for the schema exempt only")
    level = plain(dig(value, "spec.priorityLevelConfiguration"))
    if isinstance(value.get("spec"), Mapping) and level is None:
        yield Failure("spec.priorityLevelConfiguration", "required")


def device_claim(value: Object) -> Iterator[Failure]:
    """A ResourceClaim or its template: constraints and configuration refer to its requests."""
    for prefix in ("spec.devices", "spec.spec.devices"):
        devices = plain(dig(value, prefix))
        if not isinstance(devices, Mapping) or has_unknown(devices):
            continue
        names: set[Any] = set()
        for where, request in items(devices, "requests"):
            name = request.get("name")
            if name in names:
                yield Failure(f"{prefix}.{where}.name", f'duplicate value "{name}"')
            names |= {name, *(f"{name}/{each.get('name')}" for _, each in items(request, "firstAvailable"))}
            yield from _duplicates(request, "firstAvailable", f"{prefix}.{where}")
        for field in ("constraints", "config"):
            for where, each in items(devices, field):
                for index, name in enumerate(each.get("requests") or ()):
                    if name not in names:
                        yield Failure(f"{prefix}.{where}.requests[{index}]", f'no request "{name}" in the claim')
                    elif name in each["requests"][:index]:
                        yield Failure(f"{prefix}.{where}.requests[{index}]", f'duplicate value "{name}"')


def resource_slice(value: Object) -> Iterator[Failure]:
    """A ResourceSlice: its devices, their attributes and capacity, and shared counters."""
    spec = dig(value, "spec")
    if isinstance(spec, Mapping):
        yield from _duplicates(spec, "devices", "spec")
        yield from _duplicates(spec, "sharedCounters", "spec")
    for where, device in items(value, "spec.devices"):
        for field in ("attributes", "capacity"):
            for key in device.get(field) or {} if isinstance(device.get(field), Mapping) else ():
                if not _QUALIFIED.fullmatch(str(key)):
                    reason = f'the key "{key}" must be a C identifier, after an optional domain and a slash'
                    yield Failure(f"{where}.{field}", reason)
        yield from _duplicates(device, "consumesCounters", where, "counterSet")
        for place, each in items(device, "consumesCounters"):
            yield from _counters(each, f"{where}.{place}")
    for where, each in items(value, "spec.sharedCounters"):
        yield from _counters(each, where)


def _counters(value: Object, where: str) -> Iterator[Failure]:
    counters = value.get("counters")
    if counters is None or (isinstance(counters, Mapping) and not counters):
        yield Failure(f"{where}.counters", "required")
    for key in counters if isinstance(counters, Mapping) else ():
        if reason := wrong("dns-label", key):
            yield Failure(f"{where}.counters", f'the key "{key}" {reason}')
