"""Secrets, image digests, resources and API tokens of workloads."""

import re
from collections.abc import Iterable
from functools import partial
from typing import Final

from bluelamp.core.resource import UNKNOWN
from bluelamp.policies.controls import caf, cis_kubernetes, iso, mcsb, ncsc
from bluelamp.policies.estate import Estate
from bluelamp.policies.kubernetes._workloads import (
    CONTAINER_LISTS,
    CONTAINERS,
    NO_LIMIT,
    PODS,
    RESOURCED,
    below,
    is_zero,
    namespace_of,
    pod_of,
)
from bluelamp.policies.literal_secrets import is_secret
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, Outcome, rule
from bluelamp.policies.tighter import Required
from bluelamp.policies.value import UnknownValue, Value, any_of, places, root, some

SECRET: Final = "kubernetes:core/v1:Secret"  # noqa: S105 - a type
SERVICE_ACCOUNT: Final = "kubernetes:core/v1:ServiceAccount"
LIMIT_RANGE: Final = "kubernetes:core/v1:LimitRange"
_API_AUDIENCES: Final = frozenset(
    {"", "https://kubernetes.default.svc", "https://kubernetes.default.svc.cluster.local"}
)
_DIGEST: Final = re.compile(r"@(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$")
"""The digests that the OCI image specification registers."""
_TOKEN_SECRET: Final = "kubernetes.io/service-account-token"  # noqa: S105 - a type
_TOKEN: Final = "token"  # noqa: S105 - a key
_SECRETS: Final = {
    "volumes[*].secret": "secretName",
    "volumes[*].projected.sources[*].secret": "name",
    **{
        f"{list_}[*].{field}": "name"
        for list_ in CONTAINER_LISTS
        for field in ("env[*].valueFrom.secretKeyRef", "envFrom[*].secretRef")
    },
}
"""Where a pod refers to Secrets, each with the property that has the name."""


@rule(
    "BL-K8S-010",
    "Workloads have no secrets in environment variables",
    failure="Workload has a secret in an environment variable",
    severity=Severity.HIGH,
    controls=ncsc("2.3", "10") + caf("B2.a", "B3.c") + cis_kubernetes("5.4.1") + iso("5.17", "8.24") + mcsb("IM-8"),
    at=below(CONTAINERS, "env[*]"),
    fix="Move the value to a Secret, preferably with External Secrets, and refer to it with valueFrom.secretKeyRef.",
    example="""
apiVersion: v1
kind: Pod
metadata: {name: records, namespace: records}
spec:
  containers:
    - name: records
      env: [{name: DATABASE_PASSWORD, valueFrom: {secretKeyRef: {name: database, key: password}}}]
""",
)
def no_secret_in_environment(variable: Value) -> Outcome:
    """Anyone who may read the workload can read its environment, which is also in its history, backups and tools that
    print manifests. A Secret has its own permissions and encryption.
    """
    value = variable["value"]
    if value.missing or not is_secret(str(variable["name"].get("")), value):
        return None
    return Fail(value, "a reference to a Secret", show=False)


@rule(
    "BL-K8S-011",
    "Container images are referenced by digest",
    failure="Container image is referenced without a digest",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("7", "8") + caf("A4.a", "A4.b") + iso("5.21", "8.9") + mcsb("DS-6"),
    at=below(CONTAINERS, "image"),
    fix="Refer to the image with @sha256: and let the pipeline update the digest.",
    example="""
apiVersion: v1
kind: Pod
metadata: {name: records, namespace: records}
spec:
  containers:
    - name: records
      image: registry.example/records@sha256:0000000000000000000000000000000000000000000000000000000000000000
""",
)
def image_by_digest(image: Value) -> Outcome:
    """A tag can be moved: the tested image may differ from the running one, and nodes may run different images."""
    if _DIGEST.search(str(image.get(""))):
        return None
    return Fail(image, "an image with a digest, …@sha256:…")


@rule(
    "BL-K8S-012",
    "Containers have resource requests and limits",
    failure="Container lacks resource requests or limits",
    severity=Severity.MEDIUM,
    controls=ncsc("3", "5") + caf("B5.b") + iso("8.6"),
    at=RESOURCED,
    estate=True,
    fix="""Set resources.requests and resources.limits on the container or the pod, or add a LimitRange with defaults to
    the namespace.""",
    example="""
apiVersion: v1
kind: Pod
metadata: {name: records, namespace: records}
spec:
  containers:
    - name: records
      resources:
        requests: {cpu: 100m, memory: 128Mi}
        limits: {memory: 256Mi}
""",
)
def has_resources(
    container: Value,
    estate: Estate,
    *,
    fields: Required[str] = ("requests.cpu", "requests.memory", "limits.memory"),
) -> Outcome:
    """One container without a memory limit can exhaust the node and stop all other workloads on it."""
    resources = container["resources"]
    # Kubernetes takes the resources of the pod for all its containers together (on by default since 1.34).
    given = (resources, pod_of(container)["resources"])
    missing = [field for field in fields if not some(given, partial(_sets, field=field))]
    if not missing:
        return None
    zero = some(_written(resources, missing), is_zero)
    if zero:
        return Fail(zero, "more than 0", NO_LIMIT)
    namespace = namespace_of(root(container.resource))
    if some(estate.once(_limit_ranges), lambda each: _limits(each, namespace, missing)):
        return None
    return Fail(resources.at(missing[0]), "a value", f"and no LimitRange of {namespace} gives a default")


def _sets(resources: Value, *, field: str) -> bool:
    """Whether `resources` have `field`, or the limit that a request is taken from, above zero."""
    return some(_written(resources, [field]), lambda each: not is_zero(each)) is not None


def _written(resources: Value, fields: Iterable[str]) -> list[Value]:
    """The quantity that counts for each of `fields`, where there is one."""
    pairs = [(resources.at(field), resources.at(f"limits.{field.split('.')[1]}")) for field in fields]
    return [own if not own.missing else limit for own, limit in pairs if not (own.missing and limit.missing)]


def _limit_ranges(estate: Estate) -> list[Value]:
    return estate.of(LIMIT_RANGE)


def _limits(limit_range: Value, namespace: str, fields: list[str]) -> bool:
    """Whether `limit_range` gives the containers of `namespace` a default for every one of `fields`."""
    if namespace_of(limit_range) != namespace:
        return False
    for limit in places(limit_range, "spec.limits[*]"):
        if limit["type"].known == "Container" and all(_gives(limit, *field.split(".")) for field in fields):
            return True
    return False


def _gives(limit: Value, kind: str, resource: str) -> bool:
    """Whether `limit` has a default for `resource`; a default limit is also the default request."""
    given = limit["default"][resource]
    return not given.missing or (kind == "requests" and not limit["defaultRequest"][resource].missing)


@rule(
    "BL-K8S-013",
    "Service accounts do not mount their token automatically",
    failure="Service account mounts its token automatically",
    severity=Severity.MEDIUM,
    controls=ncsc("10", "12") + caf("B2.a", "B2.d") + cis_kubernetes("5.1.6") + iso("8.2"),
    at=SERVICE_ACCOUNT,
    fix="Set automountServiceAccountToken to false on the service account.",
    example="""
apiVersion: v1
kind: ServiceAccount
metadata: {name: records, namespace: records}
automountServiceAccountToken: false
""",
)
def account_mounts_no_token(account: Value) -> Outcome:
    """By default Kubernetes mounts an API token into every pod, at a path that attackers know."""
    mounts = account["automountServiceAccountToken"]
    if mounts.get(True) is False:
        return None
    return Fail(mounts, False, "Kubernetes' default is true" if mounts.missing else "")


@rule(
    "BL-K8S-014",
    "Pods do not mount a token for the Kubernetes API",
    failure="Pod mounts a token for the Kubernetes API",
    severity=Severity.MEDIUM,
    controls=ncsc("10", "12") + caf("B2.a", "B2.d") + cis_kubernetes("5.1.6") + iso("8.2"),
    at=PODS,
    estate=True,
    fix="""Set automountServiceAccountToken to false on the pod or on its service account, and project only tokens of
    another audience.""",
    example="""
apiVersion: v1
kind: Pod
metadata: {name: records, namespace: records}
spec:
  automountServiceAccountToken: false
  containers: [{name: records}]
""",
)
def pod_mounts_no_token(pod: Value, estate: Estate) -> Outcome:
    """Most applications do not use the Kubernetes API. With a token in the pod, a compromised application can."""
    mounts = pod["automountServiceAccountToken"]
    if not mounts.missing and mounts.known is not False:
        return Fail(mounts, False)
    projected = some(places(pod, "volumes[*].projected.sources[*].serviceAccountToken"), _is_for_api)
    if projected:
        return Fail(projected, "no token for the Kubernetes API")
    secret = _token_secret(pod, estate)
    if secret:
        return Fail(secret, "no Secret with a token for the Kubernetes API")
    if not mounts.missing:
        return None
    name = pod["serviceAccountName"].get("") or pod["serviceAccount"].get("") or "default"
    account = (str(name), namespace_of(root(pod.resource)))
    if some(estate.of(SERVICE_ACCOUNT), lambda each: _named(each) == account and _mounts_none(each)):
        return None
    return Fail(mounts, False, f"Kubernetes' default is true, and service account {account[0]} does not disable it")


def _is_for_api(token: Value) -> bool:
    """Whether a volume's token is for the API server, the audience of a token that names none."""
    return not token.missing and token["audience"].get("") in _API_AUDIENCES


def _token_secret(pod: Value, estate: Estate) -> Value | None:
    """The name of the first Secret in the pod that has the token of a service account; None if there is none."""
    listed = estate.once(_token_secrets)
    if not listed:
        return None
    namespace = namespace_of(root(pod.resource))

    def discloses(reference: Value, name: str) -> bool:
        if reference.missing or not _has_token(reference):
            return False
        return some(listed, lambda each: _is_token(each, reference[name], namespace)) is not None

    def found_at(pattern: str, name: str) -> Value | None:
        reference = some(places(pod, pattern), partial(discloses, name=name))
        return reference and reference[name]

    return any_of(partial(found_at, *each) for each in _SECRETS.items())


def _token_secrets(estate: Estate) -> list[Value]:
    """The Secrets that may have the token of a service account."""
    return [each for each in estate.of(SECRET) if each["type"].raw in (_TOKEN_SECRET, UNKNOWN)]


def _is_token(secret: Value, named: Value, namespace: str) -> bool:
    return _named(secret) == (str(named.get("")), namespace) and secret["type"].known == _TOKEN_SECRET


def _has_token(reference: Value) -> bool:
    """Whether a reference to a Secret includes its token, and not only other keys."""
    if not reference["key"].missing:
        return bool(reference["key"].known == _TOKEN)
    items = reference["items"]
    return items.missing or some(items.each(), lambda each: each["key"].known == _TOKEN) is not None


def _named(account: Value) -> tuple[str, str]:
    name = account.at("metadata.name")
    if name.missing:
        raise UnknownValue(name)
    return str(name.known), namespace_of(account)


def _mounts_none(account: Value) -> bool:
    return account["automountServiceAccountToken"].get(True) is False
