"""What a connected cluster is asked for, and what is wrong with it."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NotRequired, TypedDict

import pulumi
import yaml

from bluelamp.core.suggestions import did_you_mean_or
from bluelamp.modules.shared_arguments import LabelledArgs


class ArcExtension(TypedDict):
    """One of the extensions, changed."""

    enabled: NotRequired[bool]
    """Whether it is installed; true by default."""
    version: NotRequired[str]
    """The version to stay at, such as `1.15.2`; minor versions are followed by default."""
    settings: NotRequired[dict[str, pulumi.Input[str]]]
    """Settings besides, or instead of, the usual ones. No secret belongs here."""


class ArcKustomization(TypedDict):
    """One folder of the repository that is applied."""

    path: NotRequired[str]
    """The folder, such as `./clusters/live`; the repository's root by default."""
    depends_on: NotRequired[list[str]]
    """The names of kustomizations that come first."""
    prune: NotRequired[bool]
    """Whether what is taken out of the repository is taken out of the cluster; true by default."""


class ArcFlux(TypedDict):
    """The Git repository that the cluster follows. Exactly one of `branch`, `tag` and `commit`; `branch` `main` when
    none is given."""

    url: str
    """Where the repository is, `https://…` or `ssh://…`."""
    branch: NotRequired[str]
    """The branch that is followed."""
    tag: NotRequired[str]
    """The tag that is used."""
    commit: NotRequired[str]
    """The commit that is used."""
    kustomizations: NotRequired[dict[str, ArcKustomization]]
    """What is applied, by name; the root of the repository, as `cluster`, by default."""
    known_hosts: NotRequired[str]
    """The SSH server's public keys, base64."""
    ssh_private_key: NotRequired[pulumi.Input[str]]
    """The deploy key, base64; kept as a secret."""
    secret_name: NotRequired[str]
    """A secret in the cluster's namespace `flux-system` that opens the repository, instead of `ssh_private_key`."""
    interval_seconds: NotRequired[int]
    """Seconds between two looks at the repository; 300 by default."""


class ArcClusterArgs(LabelledArgs):
    """Arguments of a connected cluster."""

    location: str
    """The Azure region that keeps its record, `uksouth` or `ukwest`; the cluster is on premises."""
    workload: str
    """What the cluster is for, such as `live`."""
    resource_group_name: pulumi.Input[str]
    """The resource group to put it in."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace that receives its logs."""
    agent_certificate: pulumi.Input[str]
    """The public key with which the agents say who they are: an RSA key of 4096 bits, PKCS#1, DER, base64. It cannot be
    changed later."""
    distribution: NotRequired[str]
    """What Kubernetes it is, such as `rke2` or `generic`; `generic` by default."""
    infrastructure: NotRequired[str]
    """What it runs on, such as `vsphere`; `generic` by default."""
    tenant_id: NotRequired[pulumi.Input[str]]
    """The Entra ID tenant of its administrators; needed with `admin_group_ids`."""
    admin_group_ids: NotRequired[list[str]]
    """The object ids of the Entra ID groups that administer it; none by default."""
    extensions: NotRequired[dict[str, ArcExtension]]
    """Changes to the extensions `flux`, `logs`, `policy`, `defender` and `secrets`, all of which are installed."""
    flux: NotRequired[ArcFlux]
    """The repository that the cluster follows; none by default."""
    audit_log: NotRequired[str]
    """Where the API server writes its audit log on the cluster's nodes, for Defender;
    `/var/log/kube-apiserver/audit.log` by default (RKE2: `/var/lib/rancher/rke2/server/logs/audit.log`)."""
    private_link_scope_id: NotRequired[pulumi.Input[str]]
    """The Arc private link scope through which its agents reach Azure; the Internet by default."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete it; false by default."""


@cache
def catalogue() -> Mapping[str, Mapping[str, Any]]:
    """The extensions of `extensions.yaml`, by the names that arguments use."""
    read: Mapping[str, Mapping[str, Any]] = yaml.safe_load(
        Path(__file__).with_name("extensions.yaml").read_text("utf-8")
    )
    return read


def problems(args: ArcClusterArgs) -> list[str]:
    """Everything that Azure or the cluster would refuse."""
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
        f"flux.kustomizations.{name}.depends_on names {other!r}, which is not there; there is {', '.join(parts)}"
        for name, part in parts.items()
        for other in part.get("depends_on", [])
        if other not in parts
    ]
    return found
