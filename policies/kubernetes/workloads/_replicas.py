"""The number of replicas of a workload, which an autoscaler or a disruption budget may restrict."""

import re
from math import ceil
from typing import Final

from bluelamp.policies.estate import Estate, canonical
from bluelamp.policies.kubernetes._selectors import selects
from bluelamp.policies.kubernetes._workloads import namespace_of
from bluelamp.policies.rule import Fail, Outcome
from bluelamp.policies.value import UnknownValue, Value, some

_SCALED: Final = ("kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet", "kubernetes:apps/v1:ReplicaSet")
_AUTOSCALERS: Final = tuple(
    f"kubernetes:autoscaling/{version}:HorizontalPodAutoscaler" for version in ("v2", "v1", "v2beta2", "v2beta1")
)
_AMOUNT: Final = re.compile("[0-9]{1,6}%?")


def has_at_least(minimum: int, workload: Value, estate: Estate) -> Outcome:
    """The failure of a workload that has, or may be scaled down to, fewer than `minimum` replicas."""
    count = replicas(workload, estate)
    found = count.get(1)
    if isinstance(found, (int, float)) and not isinstance(found, bool) and found >= minimum:
        return None
    why = "Kubernetes' default is 1" if count.missing else ""
    return Fail(count, f"at least {minimum}", why)


def replicas(workload: Value, estate: Estate) -> Value:
    """The number of replicas as declared, that of the autoscaler's minimum if there is one; 1 if it is missing."""
    scaler = some(estate.once(_autoscalers), lambda each: _scales(each, workload))
    return workload.at("spec.replicas") if scaler is None else scaler.at("spec.minReplicas")


def covers(budget: Value, workload: Value) -> bool:
    """Whether a disruption budget selects the pods of `workload`; without a selector it selects none."""
    selector = budget.at("spec.selector")
    if selector.missing or namespace_of(budget) != namespace_of(workload):
        return False
    return selects(selector, workload.at("spec.template.metadata.labels"))


def keeps_fewer_than_all(available: Value, budget: Value, estate: Estate) -> Outcome:
    """The failure of a budget whose `minAvailable` is as many pods as it selects, or more.

    A percentage is rounded up, as by Kubernetes. A budget that selects no known workload has no failure.
    """
    least = str(available.get(""))
    if not _AMOUNT.fullmatch(least):
        return None
    pods = sum(_whole(replicas(each, estate)) for each in estate.of(*_SCALED) if covers(budget, each))
    kept = ceil(pods * int(least[:-1]) / 100) if least.endswith("%") else int(least)
    return Fail(available, "less than all", f"it selects {pods} replicas") if 0 < pods <= kept else None


def _whole(count: Value) -> int:
    found = count.get(1)
    if isinstance(found, bool) or not isinstance(found, int):
        raise UnknownValue(count)
    return found


def _scales(scaler: Value, workload: Value) -> bool:
    target = scaler.at("spec.scaleTargetRef")
    named = (target["kind"].known, target["name"].known, namespace_of(scaler))
    kind = canonical(workload.resource.type).rpartition(":")[2]
    return named == (kind, workload.at("metadata.name").known, namespace_of(workload))


def _autoscalers(estate: Estate) -> list[Value]:
    return estate.of(*_AUTOSCALERS)
