"""Kubernetes rules as ValidatingAdmissionPolicies, which a cluster's API server enforces.

    compiled = to_admission(rules())

Each rule becomes a policy and its binding, and a ConfigMap if the rule has parameters. The expression of a rule with
`must` is derived from that; that of a rule with a function is a file beside its module (see `facet`).
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from bluelamp.policies.compiled import cel
from bluelamp.policies.compiled.facet import facet_of, shared
from bluelamp.policies.compiled.kinds import Kind, kinds_of, resource_rules
from bluelamp.policies.compiled.result import CannotCompile, Compiled
from bluelamp.policies.model import Enforcement
from bluelamp.policies.rule import Rule

PARAMETERS: Final = "kube-system"
"""The namespace of the parameters, to which only cluster administrators can write."""
_SYSTEM: Final = ("kube-node-lease", "kube-public", "kube-system")
_ACTIONS: Final = {Enforcement.MANDATORY: ["Deny", "Audit"], Enforcement.ADVISORY: ["Warn", "Audit"]}
_ITSELF: Final = ("system:apiserver", "system:serviceaccount:kube-system:clusterrole-aggregation-controller")
_API: Final = "admissionregistration.k8s.io/v1"


def to_admission(rules: Iterable[Rule]) -> Compiled:
    """The Kubernetes rules among `rules` as objects of the cluster; rules of other areas are ignored."""
    documents: dict[str, tuple[dict[str, Any], ...]] = {}
    left_out: dict[str, str] = {}
    for rule in rules:
        if rule.own and any(type_.startswith("kubernetes:") for type_ in rule.at):
            left_out[rule.id] = "rules of a force's own are not compiled for admission"
        if rule.area != "kubernetes":
            continue
        try:
            documents[rule.id] = (policy(rule), *settings(rule), binding(rule))
        except CannotCompile as reason:
            left_out[rule.id] = str(reason)
    return Compiled(documents, left_out)


def policy(rule: Rule) -> dict[str, Any]:
    """The policy for `rule`. Raises `CannotCompile`."""
    facet = facet_of(rule)
    kinds = judged_kinds(rule)
    expressions = [facet.expression] if facet.whole else cel.everywhere(kinds, facet.expression)
    spec: dict[str, Any] = {
        "failurePolicy": "Fail",
        # Kubernetes creates and repairs its own roles, and could not start if the policy denied it.
        "matchConditions": [
            {"name": "not-kubernetes-itself", "expression": f"!(request.userInfo.username in {cel.literal(_ITSELF)})"}
        ],
        "matchConstraints": {"resourceRules": resource_rules(kinds)},
    }
    if rule.parameters:
        spec["paramKind"] = {"apiVersion": "v1", "kind": "ConfigMap"}
    variables = cel.used(expressions, _variables(rule, kinds))
    if variables:
        spec["variables"] = [{"name": name, "expression": text} for name, text in variables.items()]
    spec["validations"] = [
        {"expression": expression, "message": f"{rule.id}: {rule.failure}. {rule.fix}", "reason": "Forbidden"}
        for expression in expressions
    ]
    metadata = _metadata(rule)
    metadata["annotations"] |= {
        "bluelamp/severity": str(rule.severity),
        "bluelamp/controls": "; ".join(str(control) for control in rule.controls),
    }
    return {"apiVersion": _API, "kind": "ValidatingAdmissionPolicy", "metadata": metadata, "spec": spec}


def settings(rule: Rule, name: str = "") -> tuple[dict[str, Any], ...]:
    """The ConfigMap with the parameters of `rule`; empty if it has none."""
    if not rule.parameters:
        return ()
    data = {key: cel.setting(value) for key, value in rule.parameters.items()}
    metadata = {**_metadata(rule), "namespace": PARAMETERS}
    if name:
        metadata["name"] = name
    return ({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data},)


def binding(rule: Rule) -> dict[str, Any]:
    """The binding of the policy to all namespaces except Kubernetes' own."""
    spec: dict[str, Any] = {
        "policyName": name_of(rule),
        "validationActions": _ACTIONS[rule.enforcement],
        "matchResources": {
            "namespaceSelector": {
                "matchExpressions": [
                    {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": list(_SYSTEM)}
                ]
            }
        },
    }
    if rule.parameters:
        spec["paramRef"] = {"name": name_of(rule), "namespace": PARAMETERS, "parameterNotFoundAction": "Deny"}
    return {"apiVersion": _API, "kind": "ValidatingAdmissionPolicyBinding", "metadata": _metadata(rule), "spec": spec}


def name_of(rule: Rule) -> str:
    """The name of a rule's objects in the cluster."""
    return rule.id.lower()


def judged_kinds(rule: Rule) -> tuple[Kind, ...]:
    """The kinds of `rule` that its policy covers. Raises `CannotCompile`."""
    only = facet_of(rule).kinds
    return tuple(kind for kind in kinds_of(rule) if not only or kind.name in only)


def _variables(rule: Rule, kinds: tuple[Kind, ...]) -> Mapping[str, str]:
    """The variables that the rule's expressions may use."""
    return {
        **shared(rule),
        **cel.of_pods(kinds),
        **{name: cel.parameter(name, value) for name, value in rule.parameters.items()},
    }


def _metadata(rule: Rule) -> dict[str, Any]:
    return {
        "name": name_of(rule),
        "labels": {"app.kubernetes.io/part-of": "bluelamp-baseline"},
        "annotations": {"bluelamp/rule": rule.id, "bluelamp/title": rule.title},
    }
