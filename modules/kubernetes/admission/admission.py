"""The cluster's admission policies and their bindings."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NotRequired

import pulumi
import pulumi_kubernetes as kubernetes
import yaml

from bluelamp.core.suggestions import did_you_mean
from bluelamp.modules.component import Component
from bluelamp.modules.kubernetes.owned import MANAGED, metadata, named
from bluelamp.modules.shared_arguments import LabelledArgs

_OF_KUBERNETES = ("kube-system", "kube-public", "kube-node-lease")
_ACTIONS = {"Deny": ["Deny", "Audit"], "Warn": ["Warn", "Audit"], "Audit": ["Audit"]}
_PARAMETERS = "bluelamp-admission"


class ClusterAdmissionArgs(LabelledArgs):
    """Arguments of admission."""

    registries: list[str]
    """The allowed image registries, optionally with a folder: `registry.essex.police.example`."""
    enforcement: NotRequired[str]
    """`Deny`, or `Warn` or `Audit` to test the policies first; `Deny` by default."""
    exempt_namespaces: NotRequired[list[str]]
    """Namespaces exempt from all policies, besides Kubernetes' own."""
    exemptions: NotRequired[dict[str, list[str]]]
    """Namespaces exempt from single policies, by the policy's name; by default
    `{"services": ["gateway-system"]}`. All exemptions of a cluster are listed here."""


class ClusterAdmission(Component):
    """Validating admission policies with their bindings, and the allow-list of registries."""

    policies: pulumi.Output[list[str]]
    """Names of the policies."""

    def __init__(self, name: str, args: ClusterAdmissionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        _check(name, args)
        label = args["label"]
        allowed = kubernetes.core.v1.ConfigMap(
            f"{name}-parameters",
            metadata=metadata(label, _PARAMETERS, "kube-system"),
            data={"registries": "\n".join(args["registries"])},
            opts=self.child(),
        )
        names = []
        for short, content in _data()["policies"].items():
            full = f"bluelamp-{short}"
            policy = kubernetes.admissionregistration.v1.ValidatingAdmissionPolicy(
                f"{name}-{short}",
                metadata=metadata(label, full, annotations={"bluelamp/title": content["title"]}),
                spec=_policy(content),
                opts=self.child(),
            )
            names.append(named(full, policy))
            kubernetes.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
                f"{name}-{short}-binding",
                metadata=metadata(label, full),
                spec=_binding(short, content, args, names[-1], named(_PARAMETERS, allowed)),
                opts=self.child(),
            )
        self.policies = pulumi.Output.all(*names)
        self.finish()


@cache
def _data() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((files(__package__) / "policies.yaml").read_text(encoding="utf-8"))
    return found


def _policy(content: Mapping[str, Any]) -> dict[str, Any]:
    shared = {key: _data()["variables"][key] for key in content.get("uses", ())}
    variables = {**shared, **content.get("variables", {})}
    spec: dict[str, Any] = {
        "failurePolicy": "Fail",
        "matchConstraints": {"resourceRules": _data()["resources"][content["of"]]},
        "validations": content["validations"],
    }
    if content.get("managed"):
        spec["matchConstraints"]["objectSelector"] = {"matchLabels": MANAGED}
    if variables:
        spec["variables"] = [{"name": key, "expression": text} for key, text in variables.items()]
    if content.get("parameters"):
        spec["paramKind"] = {"apiVersion": "v1", "kind": "ConfigMap"}
    return spec


def _binding(
    short: str,
    content: Mapping[str, Any],
    args: ClusterAdmissionArgs,
    policy: pulumi.Output[str],
    parameters: pulumi.Output[str],
) -> dict[str, Any]:
    exempt = [*_OF_KUBERNETES, *args.get("exempt_namespaces", []), *_exemptions(args).get(short, [])]
    selected: dict[str, dict[str, Any]] = {
        "everywhere": {"operator": "NotIn", "values": exempt},
        "default": {"operator": "In", "values": ["default"]},
        "tenants": {"operator": "NotIn", "values": exempt},
    }
    where = [{"key": "kubernetes.io/metadata.name", **selected[content["in"]]}]
    if content["in"] == "tenants":
        where.append({"key": "bluelamp/tenant", "operator": "Exists"})
    spec: dict[str, Any] = {
        "policyName": policy,
        "validationActions": _ACTIONS[args.get("enforcement", "Deny")],
        "matchResources": {"namespaceSelector": {"matchExpressions": where}},
    }
    if content.get("parameters"):
        spec["paramRef"] = {"name": parameters, "namespace": "kube-system", "parameterNotFoundAction": "Deny"}
    return spec


def _exemptions(args: ClusterAdmissionArgs) -> dict[str, list[str]]:
    return args.get("exemptions", {"services": ["gateway-system"]})


def _check(name: str, args: ClusterAdmissionArgs) -> None:
    wrong = []
    if not args["registries"]:
        wrong.append("registries is empty; name at least one")
    for registry in args["registries"]:
        if "://" in registry or registry.endswith("/") or "*" in registry or not registry.strip():
            wrong.append(f"registries has {registry!r}; use a host and perhaps a folder, as registry.example.org/team")
    enforcement = args.get("enforcement", "Deny")
    if enforcement not in _ACTIONS:
        wrong.append(f"enforcement is {enforcement!r}; use {', '.join(_ACTIONS)}")
    for policy in _exemptions(args):
        if policy not in _data()["policies"]:
            hint = did_you_mean(policy, _data()["policies"], before="; ")
            wrong.append(f"exemptions names {policy!r}, which is not a policy{hint}")
    if wrong:
        raise ValueError(f"ClusterAdmission {name!r}: " + "; ".join(wrong))
