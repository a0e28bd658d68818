"""Registries and versions of container images."""

from typing import Final

from bluelamp.policies.controls import caf, cis_kubernetes, cyber_essentials, iso, mcsb, ncsc
from bluelamp.policies.kubernetes._workloads import CONTAINERS, below
from bluelamp.policies.model import Severity
from bluelamp.policies.rule import Fail, Outcome, rule
from bluelamp.policies.tighter import Chosen
from bluelamp.policies.value import Value

_EXAMPLE: Final = """
apiVersion: v1
kind: Pod
metadata: {name: records, namespace: records}
spec: {containers: [{name: records, image: "registry.police.example/records:2.4.1"}]}
"""
_ANYBODYS: Final = frozenset({"docker.io", "index.docker.io", "registry-1.docker.io"})


@rule(
    "BL-K8S-050",
    "Container images come from an approved registry",
    failure="Container image comes from an unapproved registry",
    severity=Severity.MEDIUM,
    controls=ncsc("8") + caf("A4.a", "A4.b") + iso("5.21", "8.19") + mcsb("DS-2", "DS-6") + cis_kubernetes("5.5.1"),
    at=below(CONTAINERS, "image"),
    fix="Copy the image to the force's registry and refer to it with the registry's address.",
    example=_EXAMPLE,
)
def approved_registry(image: Value, *, registries: Chosen[str] = ()) -> Outcome:
    """An image without a registry is pulled from Docker Hub, where anyone can publish. Where the baseline lists
    registries, images must come from one of them.
    """
    name = str(image.get(""))
    if not registries:
        return Fail(image, "an image with the address of its registry") if _registry(name) in _ANYBODYS else None
    if any(name.startswith(f"{registry.rstrip('/')}/") for registry in registries):
        return None
    return Fail(image, registries)


@rule(
    "BL-K8S-051",
    "Container images have a digest or a version tag other than latest",
    failure="Container image has no version tag, or the tag latest",
    severity=Severity.MEDIUM,
    controls=ncsc("5", "8") + caf("B4.d", "A4.b") + cyber_essentials("security-update-management") + iso("8.9", "8.32"),
    at=below(CONTAINERS, "image"),
    fix="Set a version tag, preferably with a digest.",
    example=_EXAMPLE,
)
def versioned_image(image: Value) -> Outcome:
    """The tag `latest` does not identify which version runs, so its known vulnerabilities cannot be determined."""
    name, _, digest = str(image.get("")).partition("@")
    tag = name.rpartition("/")[2].partition(":")[2]
    if digest or tag not in {"", "latest"}:
        return None
    return Fail(image, "a version, or a digest")


def _registry(image: str) -> str:
    """The registry of an image; Docker Hub if the image names none."""
    first, slash, _ = image.partition("/")
    named = slash and ("." in first or ":" in first or first == "localhost")
    return first if named else "docker.io"
