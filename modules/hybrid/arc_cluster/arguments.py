"""Arguments of a connected cluster, and their checks."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NotRequired, TypedDict

import pulumi
import yaml

from bluelamp.core.suggestions import did_you_mean_or
from bluelamp.modules.shared_arguments import LabelledArgs


class ArcExtension(TypedDict):
    """Changes to one extension."""

    enabled: NotRequired[bool]
    """Whether it is installed; true by default."""
    version: NotRequired[str]
    """The pinned version, such as `1.15.2`; by default minor versions are upgraded automatically."""
    settings: NotRequired[dict[str, pulumi.Input[str]]]
    """Settings that add to or replace the defaults. They must not contain secrets."""


class ArcKustomization(TypedDict):
    """One folder of the repository."""

    path: NotRequired[str]
    """The folder, such as `./clusters/live`; the repository's root by default."""
    depends_on: NotRequired[list[str]]
    """The names of kustomizations that must be applied first."""
    prune: NotRequired[bool]
    """Whether objects that are removed from the repository are deleted from the cluster; true by default."""


class ArcFlux(TypedDict):
    """The Git repository for GitOps. Set at most one of `branch`, `tag` and `commit`; by default, the branch is
    `main`."""

    url: str
    """The repository's URL, `https://…` or `ssh://…`."""
    branch: NotRequired[str]
    """The branch."""
    tag: NotRequired[str]
    """The tag."""
    commit: NotRequired[str]
    """The commit."""
    kustomizations: NotRequired[dict[str, ArcKustomization]]
    """The kustomizations by name; by default one called `cluster`, for the root of the repository."""
    known_hosts: NotRequired[str]
    """The SSH server's public keys, base64."""
    ssh_private_key: NotRequired[pulumi.Input[str]]
    """The deploy key, base64; stored as a secret."""
    secret_name: NotRequired[str]
    """A secret in the cluster's namespace `flux-system` with the credentials, instead of `ssh_private_key`."""
    interval_seconds: NotRequired[int]
    """Seconds between checks of the repository; 300 by default."""


class ArcClusterArgs(LabelledArgs):
    """Arguments of a connected cluster."""

    location: str
    """The Azure region of the Arc resource, `uksouth` or `ukwest`; the cluster is on premises."""
    workload: str
    """The purpose of the cluster, such as `live`."""
    resource_group_name: pulumi.Input[str]
    """The resource group of the Arc resource."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace that receives the cluster's logs."""
    agent_certificate: pulumi.Input[str]
    """The agents' public key for authentication: an RSA key of 4096 bits, PKCS#1, DER, base64. It cannot be
    changed later."""
    distribution: NotRequired[str]
    """The Kubernetes distribution, such as `rke2` or `generic`; `generic` by default."""
    infrastructure: NotRequired[str]
    """The infrastructure, such as `vsphere`; `generic` by default."""
    tenant_id: NotRequired[pulumi.Input[str]]
    """The Entra ID tenant of the administrators; required with `admin_group_ids`."""
    admin_group_ids: NotRequired[list[str]]
    """The object ids of the Entra ID groups of administrators; none by default."""
    extensions: NotRequired[dict[str, ArcExtension]]
    """Changes to the extensions `flux`, `logs`, `policy`, `defender` and `secrets`, all of which are installed."""
    flux: NotRequired[ArcFlux]
    """The GitOps repository; none by default."""
    audit_log: NotRequired[str]
    """The path of the API server's audit log on the cluster's nodes, for Defender;
    `/var/log/kube-apiserver/audit.log` by default (RKE2: `/var/lib/rancher/rke2/server/logs/audit.log`)."""
    private_link_scope_id: NotRequired[pulumi.Input[str]]
    """The Arc private link scope of the agents; public endpoints by default."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the Arc resource; false by default."""


@cache
def catalogue() -> Mapping[str, Mapping[str, Any]]:
    """The extensions of `extensions.yaml`, by the names that arguments use."""
    read: Mapping[str, Mapping[str, Any]] = yaml.safe_load(
        Path(__file__).with_name("extensions.yaml").read_text("utf-8")
    )
    return read


def problems(args: ArcClusterArgs) -> list[str]:
    """Every setting that Azure or the cluster would reject."""
    found = []
    extensions = args.get("extensions", {})
    for name in extensions:
        if name not in catalogue():
            found.append(f"extensions.{name} is not known; {did_you_mean_or(name, catalogue(), lead='use')}")
    if args.get("admin_group_ids") and "tenant_id" not in args:
        found.append("admin_group_ids needs tenant_id, the tenant of the groups")
    flux = args.get("flux")
    if flux is not None:
        found += _flux_problems(flux)
        if not extensions.get("flux", {}).get("enabled", True):
            found.append("flux needs the extension flux, which extensions.flux.enabled switches off")
    return found


def _flux_problems(flux: ArcFlux) -> list[str]:
    found = []
    if not flux["url"].startswith(("https://", "ssh://")):
        found.append(f"flux.url is {flux['url']!r}; use https:// or ssh://")
    pinned = [key for key in ("branch", "tag", "commit") if key in flux]
    if len(pinned) > 1:
        found.append(f"flux has {' and '.join(pinned)}; give one of them")
    if "ssh_private_key" in flux and "secret_name" in flux:
        found.append("flux has ssh_private_key and secret_name; give one of them")
    parts = flux.get("kustomizations", {})
    found += [
        f"flux.kustomizations.{name}.depends_on names {other!r}, which does not exist; available: {', '.join(parts)}"
        for name, part in parts.items()
        for other in part.get("depends_on", [])
        if other not in parts
    ]
    return found
