"""Replicas, autoscalers and disruption budgets, which are judged together."""

import pytest

from bluelamp.policies import UNKNOWN, Resource, Verdict, judge

APP = {"app": "records"}


def obj(type_, name, spec, namespace="a"):
    return Resource(
        f"urn:pulumi:a::b::kubernetes:{type_}::{namespace}/{name}",
        f"kubernetes:{type_}",
        name,
        {"metadata": {"name": name, "namespace": namespace}, "spec": spec},
    )


def workload(kind="Deployment", name="records", labels=APP, **spec):
    return obj(f"apps/v1:{kind}", name, {**spec, "template": {"metadata": {"labels": labels}}})


def scaler(namespace="a", version="v2", kind="Deployment", name="records", **spec):
    target = {"apiVersion": "apps/v1", "kind": kind, "name": name}
    of = f"autoscaling/{version}:HorizontalPodAutoscaler"
    return obj(of, "scaler", {"scaleTargetRef": target, "maxReplicas": 9, **spec}, namespace)


def budget(selector=None, **spec):
    return obj("policy/v1:PodDisruptionBudget", "budget", {"selector": selector or {"matchLabels": APP}, **spec})


def verdict(rule, first, *others):
    return next(each.verdict for each in judge([first, *others]) if (each.rule, each.urn) == (rule, first.urn))


@pytest.mark.parametrize(
    ("spec", "by", "expected"),
    [
        ({}, {"minReplicas": 3}, Verdict.PASS),
        ({}, {"minReplicas": 3, "version": "v1"}, Verdict.PASS),
        ({"replicas": 2}, {}, Verdict.FAIL),
        ({"replicas": 2}, {"minReplicas": 1}, Verdict.FAIL),
        ({"replicas": 2}, {"minReplicas": UNKNOWN}, Verdict.UNKNOWN),
        ({"replicas": 2}, {"name": "other"}, Verdict.PASS),
        ({"replicas": 2}, {"kind": "StatefulSet"}, Verdict.PASS),
        ({}, {"minReplicas": 3, "namespace": "b"}, Verdict.FAIL),
    ],
)
def test_an_autoscaler_decides_the_number_of_replicas(spec, by, expected):
    assert verdict("BL-K8S-084", workload(**spec), scaler(**by)) is expected


def test_a_deployment_that_an_autoscaler_scales_has_a_budget():
    assert verdict("BL-K8S-085", workload(), scaler(minReplicas=2)) is Verdict.FAIL
    assert verdict("BL-K8S-085", workload(), scaler(minReplicas=2), budget(maxUnavailable=1)) is Verdict.PASS


@pytest.mark.parametrize(
    ("operator", "key", "values", "expected"),
    [
        ("In", "app", ["records", "b"], Verdict.PASS),
        ("In", "app", ["b"], Verdict.FAIL),
        ("NotIn", "app", ["records"], Verdict.FAIL),
        ("NotIn", "app", ["b"], Verdict.PASS),
        ("Exists", "app", None, Verdict.PASS),
        ("Exists", "tier", None, Verdict.FAIL),
        ("DoesNotExist", "app", None, Verdict.FAIL),
        ("In", "app", UNKNOWN, Verdict.UNKNOWN),
    ],
)
def test_expressions_of_a_budget_select_pods(operator, key, values, expected):
    selector = {"matchExpressions": [{"key": key, "operator": operator, **({"values": values} if values else {})}]}
    assert verdict("BL-K8S-085", workload(replicas=2), budget(selector, maxUnavailable=1)) is expected


@pytest.mark.parametrize(
    ("least", "others", "expected"),
    [
        (1, [workload(replicas=2)], Verdict.PASS),
        (2, [workload(replicas=2)], Verdict.FAIL),
        ("2", [workload(replicas=2)], Verdict.FAIL),
        (3, [workload(replicas=2)], Verdict.FAIL),
        (1, [workload()], Verdict.FAIL),
        (2, [workload(replicas=2), workload("StatefulSet", "more", replicas=1)], Verdict.PASS),
        (2, [workload(replicas=2, labels={"app": "b"})], Verdict.PASS),
        ("50%", [workload(replicas=2)], Verdict.PASS),
        ("90%", [workload(replicas=2)], Verdict.FAIL),
        ("90%", [workload(replicas=20)], Verdict.PASS),
        (2, [workload(), scaler(minReplicas=3)], Verdict.PASS),
        (2, [workload(replicas=5), scaler(minReplicas=2)], Verdict.FAIL),
        (2, [workload(replicas=UNKNOWN)], Verdict.UNKNOWN),
        (2, [workload(replicas=0)], Verdict.PASS),
    ],
)
def test_a_budget_that_keeps_all_replicas_blocks_evictions(least, others, expected):
    assert verdict("BL-K8S-086", budget(minAvailable=least), *others) is expected
