"""Permissions and bindings that are known paths to privilege escalation."""

import re
from typing import Final

from bluelamp.policies.controls import caf, cis_kubernetes, iso, mcsb, ncsc
from bluelamp.policies.kubernetes.rbac.k8s_roles import BINDINGS, ROLES
from bluelamp.policies.model import Severity
from bluelamp.policies.rule import Fail, Outcome, rule
from bluelamp.policies.tighter import Forbidden
from bluelamp.policies.value import Value, all_of, some

_CONTROLS: Final = ncsc("9", "12") + caf("B2.c", "B2.d") + iso("5.15", "8.2") + mcsb("PA-7")
_READING: Final = frozenset({"get", "list", "watch", "*"})
_MAKING: Final = frozenset({"create", "*"})
_CHANGING: Final = frozenset({"create", "update", "patch", "*"})
_DISABLING: Final = _CHANGING | {"delete", "deletecollection"}
_CLUSTER_ROLE: Final = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole"
_DEFAULT_ACCOUNTS: Final = {
    "ServiceAccount": re.compile("default"),
    "User": re.compile("system:serviceaccount:[^:]+:default"),
    "Group": re.compile("system:serviceaccounts(:[^:]+)?"),
}
"""The names by which a subject of each kind is, or includes, a default service account."""
_ANYBODY: Final = frozenset({"system:anonymous", "system:unauthenticated", "system:authenticated"})

_EXAMPLE: Final = """
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: records-operators}
rules: [{apiGroups: [apps], resources: [deployments], verbs: [get, list, watch, patch]}]
"""
_BINDING: Final = """
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: records-operators, namespace: records}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{kind: ServiceAccount, name: records-operator, namespace: records}]
"""


@rule(
    "BL-K8S-033",
    "Roles do not allow secrets to be read in every namespace",
    failure="Role allows secrets to be read in every namespace",
    severity=Severity.HIGH,
    controls=_CONTROLS + cis_kubernetes("5.1.2"),
    at={_CLUSTER_ROLE: "rules[*]"},
    fix="Name the secrets in resourceNames, or grant access in a Role of one namespace.",
    example=_EXAMPLE,
)
def reads_no_secrets(permission: Value) -> Outcome:
    """Secrets include the tokens and passwords of all workloads in the cluster. A subject that can read all of them can
    act as any of them.
    """
    if any(True for _ in permission["resourceNames"].each()):
        return None
    return _granted(permission, _READING, "", "secrets")


@rule(
    "BL-K8S-034",
    "Roles do not allow direct access to the kubelet API (nodes/proxy)",
    failure="Role allows direct access to the kubelet API (nodes/proxy)",
    severity=Severity.CRITICAL,
    controls=_CONTROLS + cis_kubernetes("5.1.10"),
    at=ROLES,
    fix="Remove nodes/proxy from the role. For monitoring, nodes/metrics and nodes/stats are sufficient.",
    example=_EXAMPLE,
)
def proxies_no_node(permission: Value) -> Outcome:
    """With nodes/proxy a subject calls the kubelet directly and can run commands in any pod, bypassing admission and
    the audit log.
    """
    return _granted(permission, None, "", "nodes/proxy")


@rule(
    "BL-K8S-035",
    "Roles do not allow commands in running pods (exec, attach)",
    failure="Role allows commands in running pods (exec, attach)",
    severity=Severity.MEDIUM,
    controls=_CONTROLS,
    at=ROLES,
    fix="""Remove pods/exec, pods/attach, pods/portforward and pods/ephemeralcontainers from the role. Keep them in a
    role that is activated on demand.""",
    example=_EXAMPLE,
)
def steps_into_no_pod(
    permission: Value,
    *,
    resources: Forbidden[str] = ("pods/exec", "pods/attach", "pods/portforward", "pods/ephemeralcontainers"),
) -> Outcome:
    """A shell in a pod gives access to its identity, secrets and data, and cluster logs do not record the commands."""
    return _granted(permission, None, "", *resources)


@rule(
    "BL-K8S-036",
    "Roles do not allow service account tokens to be created",
    failure="Role allows service account tokens to be created",
    severity=Severity.HIGH,
    controls=_CONTROLS + cis_kubernetes("5.1.13"),
    at=ROLES,
    fix="Remove create on serviceaccounts/token from the role, or name the account in resourceNames.",
    example=_EXAMPLE,
)
def makes_no_tokens(permission: Value) -> Outcome:
    """A subject that can create a token for a service account can act as that account, from anywhere and with any
    lifetime.
    """
    if any(True for _ in permission["resourceNames"].each()):
        return None
    return _granted(permission, _MAKING, "", "serviceaccounts/token")


@rule(
    "BL-K8S-037",
    "Roles do not allow certificate signing requests to be approved",
    failure="Role allows certificate signing requests to be approved",
    severity=Severity.HIGH,
    controls=_CONTROLS + cis_kubernetes("5.1.11"),
    at=ROLES,
    fix="Remove update on certificatesigningrequests/approval from the role.",
    example=_EXAMPLE,
)
def approves_no_certificates(permission: Value) -> Outcome:
    """A subject that can approve requests can obtain a certificate for any user, which bypasses sign-in policies and
    cannot be revoked.
    """
    return _granted(
        permission, frozenset({"update", "patch", "*"}), "certificates.k8s.io", "certificatesigningrequests/approval"
    )


@rule(
    "BL-K8S-038",
    "Roles do not allow admission webhooks to be changed",
    failure="Role allows admission webhooks to be changed",
    severity=Severity.HIGH,
    controls=_CONTROLS + cis_kubernetes("5.1.12"),
    at=ROLES,
    fix="Remove the webhook configurations from the role. Grant them to the pipeline that installs the add-on.",
    example=_EXAMPLE,
)
def changes_no_webhooks(permission: Value) -> Outcome:
    """Admission webhooks see and may change every object, including secrets. A subject that can write or delete their
    configuration can redirect or disable admission.
    """
    return _granted(
        permission,
        _DISABLING,
        "admissionregistration.k8s.io",
        "mutatingwebhookconfigurations",
        "validatingwebhookconfigurations",
    )


@rule(
    "BL-K8S-039",
    "Roles do not allow persistent volumes to be created",
    failure="Role allows persistent volumes to be created",
    severity=Severity.MEDIUM,
    controls=_CONTROLS + cis_kubernetes("5.1.9"),
    at=ROLES,
    fix="Remove create on persistentvolumes from the role. A claim and a StorageClass are sufficient.",
    example=_EXAMPLE,
)
def makes_no_volumes(permission: Value) -> Outcome:
    """A PersistentVolume can use hostPath, which the Pod Security Standards forbid in pods but do not
    check in volumes.
    """
    return _granted(permission, _MAKING, "", "persistentvolumes")


@rule(
    "BL-K8S-080",
    "Bindings grant no permissions to unauthenticated or all users",
    failure="Binding grants permissions to unauthenticated or all users",
    severity=Severity.CRITICAL,
    controls=_CONTROLS + cis_kubernetes("5.1.1"),
    at=dict.fromkeys(BINDINGS, "subjects[*]"),
    fix="Bind a group of the force's directory instead.",
    example=_BINDING,
)
def grants_nothing_to_everybody(subject: Value) -> Outcome:
    """Permissions of system:anonymous or system:unauthenticated need no sign-in. The group system:authenticated
    includes every subject with a token, and so every pod.
    """
    return Fail(subject["name"], "a specific group or account") if subject["name"].known in _ANYBODY else None


@rule(
    "BL-K8S-081",
    "Bindings grant no permissions to default service accounts",
    failure="Binding grants permissions to a default service account",
    severity=Severity.MEDIUM,
    controls=_CONTROLS + cis_kubernetes("5.1.5"),
    at=dict.fromkeys(BINDINGS, "subjects[*]"),
    fix="Create a service account for the workload and bind the role to it.",
    example=_BINDING,
)
def grants_nothing_to_default(subject: Value) -> Outcome:
    """A pod that names no service account runs as the namespace's default service account, with all its permissions.
    The groups of all service accounts, of a namespace or of the cluster, include it.
    """
    name = subject["name"]
    bound = _DEFAULT_ACCOUNTS.get(str(subject["kind"].known))
    if bound is None or not bound.fullmatch(name.text()):
        return None
    return Fail(name, "a service account for the workload")


@rule(
    "BL-K8S-082",
    "Bindings do not add subjects to system:masters",
    failure="Binding adds a subject to system:masters",
    severity=Severity.HIGH,
    controls=_CONTROLS + cis_kubernetes("5.1.7"),
    at=dict.fromkeys(BINDINGS, "subjects[*]"),
    fix="Remove the binding. The group has every permission without one, and it cannot be revoked.",
    example=_BINDING,
)
def leaves_masters_alone(subject: Value) -> Outcome:
    """The API server does not apply roles or policies to system:masters. A binding to it has no effect, or shows that
    people sign in with credentials that cannot be revoked.
    """
    return Fail(subject["name"], "a group that can be revoked") if subject["name"].known == "system:masters" else None


def _granted(permission: Value, verbs: frozenset[str] | None, group: str, *resources: str) -> Outcome:
    """The failure if `permission` allows one of `verbs` (None: any) on one of `resources` of the API `group`."""
    whole = {*resources, "*", *(f"*/{each.partition('/')[2]}" for each in resources if "/" in each)}
    found = all_of(
        lambda: some(permission["resources"].each(), lambda each: each.known in whole),
        lambda: some(permission["apiGroups"].each(), lambda each: each.known in {group, "*"}),
        lambda: some(permission["verbs"].each(), lambda each: verbs is None or each.known in verbs),
    )
    return Fail(found[0], f"any except {', '.join(resources)}") if found else None
