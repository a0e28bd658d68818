"""Single permissions that are worth more than they look: each is a known way from a small role to a large one."""

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
_CLUSTER_ROLE: Final = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole"
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
    "No role reads the secrets of every namespace",
    failure="Role allows secrets to be read in every namespace",
    severity=Severity.HIGH,
    controls=_CONTROLS + cis_kubernetes("5.1.2"),
    at={_CLUSTER_ROLE: "rules[*]"},
    fix="Name the secrets in resourceNames, or grant them in a Role of the one namespace.",
    example=_EXAMPLE,
)
def reads_no_secrets(permission: Value) -> Outcome:
    """The secrets of a cluster are the tokens and passwords of everything that runs on it; whoever reads them all is
    everybody.
    """
    if any(True for _ in permission["resourceNames"].each()):
        return None
    return _granted(permission, _READING, "", "secrets")


@rule(
    "BL-K8S-034",
    "No role talks to machines past the API",
    failure="Role allows direct access to the kubelet API",
    severity=Severity.CRITICAL,
    controls=_CONTROLS + cis_kubernetes("5.1.10"),
    at=ROLES,
    fix="Take nodes/proxy out of the role; nodes/metrics and nodes/stats are enough for monitoring.",
    example=_EXAMPLE,
)
def proxies_no_node(permission: Value) -> Outcome:
    """By nodes/proxy one speaks to the kubelet itself and runs any command in any pod, unseen by admission and by the
    audit log.
    """
    return _granted(permission, None, "", "nodes/proxy")


@rule(
    "BL-K8S-035",
    "Roles do not step into running pods",
    failure="Role allows commands in running pods",
    severity=Severity.MEDIUM,
    controls=_CONTROLS,
    at=ROLES,
    fix="Take pods/exec, pods/attach, pods/portforward and pods/ephemeralcontainers out of the role; keep a role "
    "for it that is activated when it is needed.",
    example=_EXAMPLE,
)
def steps_into_no_pod(
    permission: Value,
    *,
    resources: Forbidden[str] = ("pods/exec", "pods/attach", "pods/portforward", "pods/ephemeralcontainers"),
) -> Outcome:
    """Whoever may open a shell in a pod has its identity, its secrets and its data, and what he does there no log of
    the cluster tells.
    """
    return _granted(permission, None, "", *resources)


@rule(
    "BL-K8S-036",
    "No role makes tokens for others",
    failure="Role allows service account tokens to be created",
    severity=Severity.HIGH,
    controls=_CONTROLS + cis_kubernetes("5.1.13"),
    at=ROLES,
    fix="Take create on serviceaccounts/token out of the role, or name the account in resourceNames.",
    example=_EXAMPLE,
)
def makes_no_tokens(permission: Value) -> Outcome:
    """A token that one makes for a service account is that service account, wherever it is used, for as long as one
    likes.
    """
    if any(True for _ in permission["resourceNames"].each()):
        return None
    return _granted(permission, _MAKING, "", "serviceaccounts/token")


@rule(
    "BL-K8S-037",
    "No role signs certificates for others",
    failure="Role allows certificate signing requests to be approved",
    severity=Severity.HIGH,
    controls=_CONTROLS + cis_kubernetes("5.1.11"),
    at=ROLES,
    fix="Take update on certificatesigningrequests/approval out of the role.",
    example=_EXAMPLE,
)
def approves_no_certificates(permission: Value) -> Outcome:
    """Whoever approves a certificate request can have himself a certificate in anybody's name, one that no sign-in
    policy sees and that cannot be revoked.
    """
    return _granted(
        permission, frozenset({"update", "patch", "*"}), "certificates.k8s.io", "certificatesigningrequests/approval"
    )


@rule(
    "BL-K8S-038",
    "No role changes who watches the API",
    failure="Role allows admission webhooks to be changed",
    severity=Severity.HIGH,
    controls=_CONTROLS + cis_kubernetes("5.1.12"),
    at=ROLES,
    fix="Take the webhook configurations out of the role; leave them to the pipeline that installs the add-on.",
    example=_EXAMPLE,
)
def changes_no_webhooks(permission: Value) -> Outcome:
    """A webhook sees every object on its way into the cluster, secrets included, and may change it. Whoever writes its
    configuration decides who does that, and can switch admission off.
    """
    return _granted(
        permission,
        _CHANGING,
        "admissionregistration.k8s.io",
        "mutatingwebhookconfigurations",
        "validatingwebhookconfigurations",
    )


@rule(
    "BL-K8S-039",
    "No role makes volumes out of machines' disks",
    failure="Role allows persistent volumes to be created",
    severity=Severity.MEDIUM,
    controls=_CONTROLS + cis_kubernetes("5.1.9"),
    at=ROLES,
    fix="Take create on persistentvolumes out of the role; a claim and a StorageClass are enough.",
    example=_EXAMPLE,
)
def makes_no_volumes(permission: Value) -> Outcome:
    """A PersistentVolume may be a folder of the machine, and Pod Security, which forbids that to pods, does not look at
    it.
    """
    return _granted(permission, _MAKING, "", "persistentvolumes")


@rule(
    "BL-K8S-080",
    "Nothing is granted to everybody",
    failure="Binding grants permissions to unauthenticated or all users",
    severity=Severity.CRITICAL,
    controls=_CONTROLS + cis_kubernetes("5.1.1"),
    at=dict.fromkeys(BINDINGS, "subjects[*]"),
    fix="Bind a group of the force's directory instead.",
    example=_BINDING,
)
def grants_nothing_to_everybody(subject: Value) -> Outcome:
    """What is granted to system:anonymous or system:unauthenticated needs no sign-in at all; system:authenticated is
    everybody who has any token, each pod included.
    """
    return Fail(subject["name"], "a named group or account") if subject["name"].known in _ANYBODY else None


@rule(
    "BL-K8S-081",
    "No default service account is granted anything",
    failure="Binding grants permissions to a default service account",
    severity=Severity.MEDIUM,
    controls=_CONTROLS + cis_kubernetes("5.1.5"),
    at=dict.fromkeys(BINDINGS, "subjects[*]"),
    fix="Make a service account for the workload and bind that.",
    example=_BINDING,
)
def grants_nothing_to_default(subject: Value) -> Outcome:
    """Every pod that names no account runs as the default one, so what it is granted, all of them are."""
    if subject["kind"].known != "ServiceAccount" or subject["name"].known != "default":
        return None
    return Fail(subject["name"], "an account of the workload's own")


@rule(
    "BL-K8S-082",
    "Nobody is put into system:masters",
    failure="Binding adds a subject to system:masters",
    severity=Severity.HIGH,
    controls=_CONTROLS + cis_kubernetes("5.1.7"),
    at=dict.fromkeys(BINDINGS, "subjects[*]"),
    fix="Remove the binding; the group has every right without one, and cannot be taken it.",
    example=_BINDING,
)
def leaves_masters_alone(subject: Value) -> Outcome:
    """The API server asks no role and no policy about system:masters. A binding to it is either useless or a sign that
    people are signed in by it, past everything that could be revoked.
    """
    return Fail(subject["name"], "a group that can be revoked") if subject["name"].known == "system:masters" else None


def _granted(permission: Value, verbs: frozenset[str] | None, group: str, *resources: str) -> Outcome:
    """The failure where `permission` allows one of `verbs` (None: any) on one of `resources` of the API `group`."""
    whole = {*resources, "*", *(f"*/{each.partition('/')[2]}" for each in resources if "/" in each)}
    found = all_of(
        lambda: some(permission["resources"].each(), lambda each: each.known in whole),
        lambda: some(permission["apiGroups"].each(), lambda each: each.known in {group, "*"}),
        lambda: some(permission["verbs"].each(), lambda each: verbs is None or each.known in verbs),
    )
    return Fail(found[0], f"anything but {', '.join(resources)}") if found else None
