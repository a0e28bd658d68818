"""Admission webhooks and validating admission policies."""

from typing import Final

from bluelamp.policies.controls import caf, iso, mcsb, ncsc
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, Must, Outcome, rule
from bluelamp.policies.value import Value, some

_GROUP: Final = "kubernetes:admissionregistration.k8s.io"
_API: Final = f"{_GROUP}/v1"


@rule(
    "BL-K8S-091",
    "Admission webhooks fail closed",
    must=Must("failurePolicy", be="Fail", default="Fail"),
    failure="Admission webhook fails open",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("5") + caf("B4.b") + iso("8.9") + mcsb("PV-2"),
    at={
        f"{_API}:ValidatingWebhookConfiguration": "webhooks[*]",
        f"{_API}:MutatingWebhookConfiguration": "webhooks[*]",
    },
    fix="Set failurePolicy to Fail, and exclude kube-system with a namespaceSelector so that the cluster can start.",
    example="""
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: guard}
webhooks: [{name: guard.police.example, failurePolicy: Fail, sideEffects: None, admissionReviewVersions: [v1]}]
""",
)
def webhooks_fail_closed() -> None:
    """A webhook that fails open can be bypassed by overloading it or making it unreachable."""


@rule(
    "BL-K8S-092",
    "Admission policies fail closed",
    must=Must("failurePolicy", be="Fail", default="Fail"),
    failure="Admission policy fails open",
    severity=Severity.MEDIUM,
    controls=ncsc("5") + caf("B4.b") + iso("8.9") + mcsb("PV-2"),
    at={f"{_API}:ValidatingAdmissionPolicy": "spec", f"{_GROUP}/*:MutatingAdmissionPolicy": "spec"},
    fix="Remove failurePolicy, or set it to Fail.",
    example="""
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: registries}
spec: {failurePolicy: Fail, validations: [{expression: "true"}]}
""",
)
def policies_fail_closed() -> None:
    """If evaluation of an expression fails, a policy that fails open admits the object."""


@rule(
    "BL-K8S-093",
    "Validating admission policies deny violations",
    failure="Validating admission policy does not deny violations",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("5") + caf("B4.b") + iso("8.9") + mcsb("PV-2"),
    at={f"{_API}:ValidatingAdmissionPolicyBinding": "spec"},
    fix="Add Deny to validationActions.",
    example="""
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: registries}
spec: {policyName: registries, validationActions: [Deny, Audit]}
""",
)
def policies_deny(spec: Value) -> Outcome:
    """A policy that only warns or audits does not prevent violations."""
    actions = spec["validationActions"]
    return None if some(actions.each(), lambda each: each.known == "Deny") else Fail(actions, ["Deny"])
