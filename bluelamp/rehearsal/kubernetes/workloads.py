"""Cross-field validation of pods and workload controllers.

Source: Kubernetes v1.36, `pkg/apis/core/validation` and `pkg/apis/apps/validation`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bluelamp.rehearsal.kubernetes.formats import is_quantity, quantity
from bluelamp.rehearsal.kubernetes.podspecs import containers, dig, items
from bluelamp.rehearsal.kubernetes.schema import join
from bluelamp.rehearsal.provider import Failure
from bluelamp.rehearsal.values import UNKNOWN, has_unknown, plain

Object = Mapping[str, Any]


def pod(pod: Object, path: str, claims: set[Any]) -> Iterator[Failure]:
    """A pod or pod template at `path`; `claims` are the names of volumes from `volumeClaimTemplates`."""
    volumes = dig(pod, "spec.volumes")
    known = (
        None
        if volumes is UNKNOWN or has_unknown(volumes)
        else {each.get("name") for each in plain(volumes) or () if isinstance(each, Mapping)}
    )
    yield from _tolerations(pod, path)
    seen: dict[Any, str] = {}
    for where, container in containers(pod, path):
        name = plain(container.get("name"))
        # Duplicates across both lists; the schema finds those within one.
        if isinstance(name, str) and _list_of(seen.setdefault(name, where)) != _list_of(where):
            yield Failure(f"{where}.name", f'duplicate value "{name}", already the name of {seen[name]}')
        for place, mount in items(container, "volumeMounts"):
            volume = plain(mount.get("name"))
            if known is not None and isinstance(volume, str) and not {volume, UNKNOWN} & (known | claims):
                yield Failure(
                    f"{where}.{place}.name", f'no volume "{volume}" in {path + "." if path else ""}spec.volumes'
                )
        yield from _requests(container, where)


def _tolerations(pod: Object, path: str) -> Iterator[Failure]:
    for place, toleration in items(pod, "spec.tolerations"):
        if not toleration.get("key") and toleration.get("operator") not in ("Exists", UNKNOWN):
            at = f"{path + '.' if path else ''}{place}.operator"
            yield Failure(at, "must be Exists when there is no key: it matches all keys")


def _list_of(path: str) -> str:
    return path.rpartition("[")[0]


def _requests(container: Object, where: str) -> Iterator[Failure]:
    limits, requests = plain(dig(container, "resources.limits")), plain(dig(container, "resources.requests"))
    if not isinstance(limits, Mapping) or not isinstance(requests, Mapping):
        return
    for name, wanted in requests.items():
        limit = limits.get(name)
        if is_quantity(wanted) and is_quantity(limit) and quantity(wanted) > quantity(limit):
            at = join(f"{where}.resources.requests", name)
            yield Failure(at, f"{wanted} is more than the limit of {limit}")


def selects_its_pods(value: Object) -> Iterator[Failure]:
    """A controller's selector matches its template."""
    selector, labels = (
        plain(dig(value, "spec.selector.matchLabels")),
        plain(dig(value, "spec.template.metadata.labels")),
    )
    expressions = dig(value, "spec.selector.matchExpressions")
    spec = dig(value, "spec.selector")
    if isinstance(spec, Mapping) and not selector and not expressions:
        yield Failure("spec.selector", "must not be empty")
    if labels is UNKNOWN or dig(value, "spec.template.metadata") is UNKNOWN:
        return
    labels = labels if isinstance(labels, Mapping) else {}
    for key, wanted in selector.items() if isinstance(selector, Mapping) else ():
        found = labels.get(key)
        if UNKNOWN not in (wanted, found) and wanted != found:
            has = f'"{found}"' if found else "no such label"
            yield Failure(
                join("spec.selector.matchLabels", key),
                f'selects "{wanted}", but spec.template.metadata.labels has {has}',
            )
    for where, expression in items(value, "spec.selector.matchExpressions"):
        yield from _expression(plain(expression), labels, where)


def _expression(expression: Mapping[str, Any], labels: Mapping[str, Any], where: str) -> Iterator[Failure]:
    operator, values, key = expression.get("operator"), expression.get("values"), str(expression.get("key"))
    found = labels.get(key)
    if has_unknown(expression) or found is UNKNOWN:
        return
    if operator in ("In", "NotIn") and not values:
        yield Failure(f"{where}.values", f"required for the operator {operator}")
        return
    holds = {
        "In": found in (values or ()),
        "NotIn": found not in (values or ()),
        "Exists": key in labels,
        "DoesNotExist": key not in labels,
    }
    if not holds.get(str(operator), True):
        yield Failure(where, "does not select the pods: see spec.template.metadata.labels")


def restarts(*allowed: str) -> Callable[[Object], Iterator[Failure]]:
    """A check that the restart policy is one of `allowed`."""

    def check(value: Object) -> Iterator[Failure]:
        path = ("spec.jobTemplate." if dig(value, "spec.jobTemplate") else "") + "spec.template.spec.restartPolicy"
        found = plain(dig(value, path))
        if (
            found is not UNKNOWN
            and (found or "Always") not in allowed
            and not has_unknown(dig(value, path.rpartition(".")[0]))
        ):
            what = f'"{found}" is not allowed' if found else "required"
            yield Failure(path, f"{what}; allowed: {', '.join(allowed)}")

    return check


def rolling_update(value: Object) -> Iterator[Failure]:
    """A rolling update: maxSurge and maxUnavailable are not both 0."""
    limits = plain(dig(value, "spec.strategy.rollingUpdate"))
    if isinstance(limits, Mapping) and all(limits.get(key) in (0, "0%") for key in ("maxSurge", "maxUnavailable")):
        yield Failure("spec.strategy.rollingUpdate.maxUnavailable", "must not be 0 when maxSurge is 0")
