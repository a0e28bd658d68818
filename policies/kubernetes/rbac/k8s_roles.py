"""Wildcards, cluster-admin, escalation verbs and aggregated roles."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from bluelamp.policies.controls import caf, cis_kubernetes, iso, mcsb, ncsc
from bluelamp.policies.estate import Estate
from bluelamp.policies.kubernetes.rbac._roles import cluster_roles, permissions
from bluelamp.policies.model import Severity
from bluelamp.policies.rule import Fail, NotApplicable, Outcome, rule
from bluelamp.policies.tighter import Allowed, Forbidden
from bluelamp.policies.value import Value, all_of, any_of, some

ROLES: Final = {
    "kubernetes:rbac.authorization.k8s.io/*:ClusterRole": "rules[*]",
    "kubernetes:rbac.authorization.k8s.io/*:Role": "rules[*]",
}
_CLUSTER_ADMIN: Final = "cluster-admin"
_STARS: Final[Mapping[str, frozenset[str]]] = {
    "verbs": frozenset({"*"}),
    "resources": frozenset({"*", "*/*"}),
    "nonResourceURLs": frozenset({"*", "/*"}),
}
"""The wildcards of each field of a permission."""
_RBAC: Final = "rbac.authorization.k8s.io"
_ESCALATING: Final[Mapping[str, frozenset[str]]] = {
    _RBAC: frozenset({"roles", "clusterroles", "*"}),
    "": frozenset({"users", "groups", "serviceaccounts", "*"}),
    "authentication.k8s.io": frozenset({"uids", "userextras", "*"}),
}
"""The resources of each API group to which escalate, bind or impersonate applies."""
BINDINGS: Final = (
    "kubernetes:rbac.authorization.k8s.io/*:ClusterRoleBinding",
    "kubernetes:rbac.authorization.k8s.io/*:RoleBinding",
)

_EXAMPLE: Final = """
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: records-operators, namespace: records}
rules: [{apiGroups: [apps], resources: [deployments], verbs: [get, list, watch, patch]}]
"""


_BINDING: Final = """
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: records-operators, namespace: records}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: 00000000-0000-0000-0000-000000000000}]
"""


@rule(
    "BL-K8S-030",
    "Roles do not use wildcard verbs, resources or URLs",
    failure="Role uses a wildcard verb, resource or URL",
    severity=Severity.HIGH,
    controls=ncsc("9", "12") + caf("B2.c", "B2.d") + cis_kubernetes("5.1.3") + iso("5.15", "8.2") + mcsb("PA-7"),
    at=ROLES,
    fix="Name the verbs and resources that are needed instead of *.",
    example=_EXAMPLE,
)
def no_wildcards(permission: Value) -> Outcome:
    """A wildcard includes secrets, tokens and all future resources of add-ons."""
    return any_of(partial(_star_in, permission, field) for field in _STARS)


@rule(
    "BL-K8S-031",
    "Bindings do not grant cluster-admin",
    failure="Binding grants cluster-admin",
    severity=Severity.CRITICAL,
    controls=ncsc("9", "12") + caf("B2.c", "B2.d") + cis_kubernetes("5.1.1") + iso("5.15", "8.2") + mcsb("PA-1"),
    at=BINDINGS,
    fix="Bind a role with the required permissions. Keep cluster-admin for the break-glass group of Kubernetes itself.",
    example=_BINDING,
)
def no_cluster_admin(binding: Value, *, groups: Allowed[str] = ("system:masters",)) -> Outcome:
    """A subject with cluster-admin can read every secret of every tenant and remove the evidence."""
    role = binding.at("roleRef.name")
    if role.known != "cluster-admin" or binding.at("roleRef.kind").known == "Role":
        return None
    if some(binding["subjects"].each(), lambda subject: subject["name"].known not in groups):
        return Fail(role, "a role with the required permissions only")
    return NotApplicable(f"it binds {', '.join(groups)}, which Kubernetes itself gives every permission")


@rule(
    "BL-K8S-032",
    "Roles do not allow privilege escalation (escalate, bind, impersonate)",
    failure="Role allows privilege escalation (escalate, bind or impersonate)",
    severity=Severity.CRITICAL,
    controls=ncsc("9", "12") + caf("B2.c", "B2.d") + cis_kubernetes("5.1.8") + iso("5.15", "8.2") + mcsb("PA-7"),
    at=ROLES,
    fix="Remove escalate, bind and impersonate from the role.",
    example=_EXAMPLE,
)
def no_escalation(permission: Value, *, verbs: Forbidden[str] = ("escalate", "bind", "impersonate")) -> Outcome:
    """Kubernetes prevents users from granting permissions that they do not have. These three verbs are the exceptions:
    each allows its holder to gain any permission.
    """
    asked: dict[str, frozenset[str]] = dict.fromkeys(("", "authentication.k8s.io", _RBAC), frozenset())
    # A star among the verbs is each of them, on the resources that have it.
    found = any_of(
        partial(_permits, permission, among, group, resources)
        for among, where in ((frozenset(verbs), asked), (frozenset({"*"}), _ESCALATING))
        for group, resources in where.items()
    )
    return Fail(found, f"none of {', '.join(verbs)}") if found else None


def _star_in(permission: Value, field: str) -> Fail | None:
    found = some(permission[field].each(), lambda each: each.known in _STARS[field])
    return Fail(found, f"named {field}") if found else None


def _permits(permission: Value, verbs: frozenset[str], group: str, resources: frozenset[str]) -> Value | None:
    """The first of `verbs` that `permission` allows on one of `resources`, or on any if `resources` is empty."""
    found = all_of(
        lambda: some(permission["verbs"].each(), lambda each: each.known in verbs),
        lambda: some(permission["apiGroups"].each(), lambda each: each.known in {group, "*"}),
        lambda: some(permission["resources"].each(), lambda each: each.known in resources) if resources else permission,
    )
    return found[0] if found else None


@rule(
    "BL-K8S-083",
    "Bindings do not grant every permission through aggregated roles",
    failure="Binding grants every permission through an aggregated role",
    severity=Severity.CRITICAL,
    controls=ncsc("9", "12") + caf("B2.c", "B2.d") + cis_kubernetes("5.1.1") + iso("5.15", "8.2") + mcsb("PA-1"),
    at=BINDINGS,
    estate=True,
    fix="""Bind a role with the required permissions, and restrict the aggregationRule of the role that grants
    everything.""",
    example=_BINDING,
)
def grants_not_everything(binding: Value, estate: Estate) -> Outcome:
    """A role with every verb on every resource is equivalent to cluster-admin. It may be declared empty and aggregate
    the permissions of other roles.
    """
    reference = binding["roleRef"]
    if reference["kind"].known == "Role":
        return NotApplicable("it binds a namespaced Role")
    name, roles = reference["name"], estate.once(cluster_roles)
    found = some(
        (role for role in roles if role.at("metadata.name").raw != _CLUSTER_ADMIN),
        lambda role: (
            bool(some(permissions(role, roles), _is_everything)) and role.at("metadata.name").known == name.known
        ),
    )
    return Fail(name, "a role with the required permissions only") if found else None


def _is_everything(permission: Value) -> bool:
    fields = (permission["verbs"], permission["apiGroups"], permission["resources"])
    return (
        len(all_of(*(lambda field=field: some(field.each(), lambda each: each.known == "*") for field in fields))) == 3
    )
