"""The settings of a force's bootstrap: `stacks/<force>/bootstrap.yaml`.

found = read_bootstrap(root, force)
found.plan, found.apply, found.subscription_ids
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from os.path import lexists
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from bluelamp.core.fields import Day, Model, Network, Region, matching
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.reader import content_of, parse
from bluelamp.core.source import Source
from bluelamp.core.validation import checked
from bluelamp.infra.settings.azure import Azure
from bluelamp.infra.settings.fields import Guid
from bluelamp.infra.settings.model import Force
from bluelamp.infra.settings.subscriptions import AREAS

FILE: Final = "stacks/{stack}/bootstrap.yaml"
PLAN: Final = "bluelamp-plan"
"""The environment of the pipelines' jobs that plan; of Azure DevOps the service connection."""
APPLY: Final = "bluelamp-apply"
_ISSUERS: Final = {"github": "https://token.actions.githubusercontent.com", "gitlab": "https://gitlab.com"}
_REPOSITORIES: Final = {
    "github": (r"[\w.-]+/[\w.-]+", "OWNER/NAME"),
    "azure": (r"[\w.-]+/[\w. -]+", "ORGANISATION/PROJECT"),
    "gitlab": (r"[\w.-]+(/[\w.-]+)+", "GROUP/NAME"),
}
_LARGEST_PREFIX: Final = 27

Subject = Annotated[
    str, AfterValidator(matching(r"[^\s*?]{1,600}", "is not a valid subject", "one subject, without wildcards"))
]
Issuer = Annotated[
    str, AfterValidator(matching(r"https://[^\s?#]{1,590}", "is not a valid issuer", "an https:// address"))
]
ResourceId = Annotated[
    str,
    AfterValidator(
        matching(
            r"/subscriptions/[0-9A-Fa-f-]{36}/resourceGroups/[\w().-]{1,90}/providers/[\w./-]{1,400}",
            "is not an ARM id",
            "/subscriptions/…/resourceGroups/…/providers/…",
        )
    ),
]
Branch = Annotated[
    str,
    AfterValidator(
        matching(r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._/-]{0,99}", "is not a valid branch name", "a name such as main")
    ),
]


class Credential(Model):
    """A federated credential of an identity: a pipeline's job, as identified in its host's token."""

    issuer: Issuer
    subject: Subject


class BootstrapNetwork(Model):
    """Where the private endpoints are: in a new network, or in an existing subnet."""

    address_space: Network | None = None
    """The range of a new network, a /27 or larger."""
    subnet_id: ResourceId | None = None
    """The ARM id of an existing subnet for private endpoints."""
    private_zone_ids: dict[str, ResourceId] = {}
    """With `subnetId`: existing private DNS zones by name; missing zones are created."""
    virtual_network_ids: dict[str, ResourceId] = {}
    """With `subnetId`: networks that resolve the created zones, by a short name for each."""


class BootstrapFile(Model):
    """The file, without defaults."""

    host: Annotated[Literal["github", "azure", "gitlab"], Field(examples=["github"])]
    repository: Annotated[str, Field(examples=["OWNER/NAME"])]
    """`OWNER/NAME`; of Azure DevOps `ORGANISATION/PROJECT`."""
    branch: Branch = "main"
    """The branch that is applied."""
    network: Annotated[BootstrapNetwork, Field(examples=["{addressSpace: 10.30.252.0/26}"])]
    tenant_id: Guid | None = None
    """By default the tenant of the force's settings."""
    subscription_id: Guid | None = None
    """The subscription of the state store; by default the force's platform subscription."""
    location: Region | None = None
    """By default the primary region of the force's settings."""
    plan: Credential | None = None
    """The credential that the plan identity trusts; by default the plan job of the host's rendered pipelines."""
    apply: Credential | None = None
    """The credential that the apply identity trusts; by default the apply job of the host's rendered pipelines."""
    management_group_roles: bool = True
    """Whether the identities get their roles on the management group above the force's own."""
    key_expires_on: Day | None = None
    """The day on which the first version of the state's key expires; none by default."""
    lock_backups: bool = False
    """Whether the Backup vault's immutability is locked, which cannot be undone."""


@dataclass(frozen=True)
class Bootstrap:
    """The settings with all defaults. `subscription_ids` are those that the pipelines deploy to."""

    written: BootstrapFile
    tenant_id: str
    subscription_id: str
    subscription_ids: tuple[str, ...]
    location: Region
    plan: Credential
    apply: Credential
    management_group: str | None

    @property
    def shares_subscription(self) -> bool:
        """Whether the apply identity, which is Contributor there, could change the bootstrap."""
        return self.subscription_id in self.subscription_ids


def read_bootstrap(root: Path, force: Force) -> Bootstrap:
    """The force's bootstrap settings. Raises `SettingsError` with every mistake in the file, or without one."""
    name = FILE.format(stack=force.slug)
    path = root / name
    if not lexists(path):
        step = "write it, such as:\nhost: github\nrepository: OWNER/NAME\nnetwork:\n  addressSpace: 10.30.252.0/26"
        raise SettingsError([Problem(name, message="there is no such file", next_step=step)])
    source = parse(*content_of(path, root))
    settings = checked(BootstrapFile, source, lambda settings: _mistakes(settings, source, force))
    if force.azure is None:
        raise SettingsError([_no_azure(source, force)])
    return _filled(settings, force.azure)


def _no_azure(source: Source, force: Force) -> Problem:
    return source.problem((), f"{force.slug} has no estate in Azure", next_step="set bluelamp:azure in its stack file")


def _mistakes(settings: BootstrapFile, source: Source, force: Force) -> Iterator[Problem]:
    pattern, allowed = _REPOSITORIES[settings.host]
    if not re.fullmatch(pattern, settings.repository):
        message = f"{settings.repository[:60]!r} is not a repository of the host {settings.host}"
        yield source.problem(("repository",), message, allowed=f"allowed: {allowed}")
    yield from _network_mistakes(settings, source, force)
    azure = force.azure
    if azure is None:
        yield _no_azure(source, force)
        return
    for key, value, usual in (
        ("tenantId", settings.tenant_id, azure.tenant_id),
        ("subscriptionId", settings.subscription_id, _first(azure)),
    ):
        if not (value or usual):
            step = f"set {key} here, or under bluelamp:azure in stacks/Pulumi.{force.slug}.yaml"
            yield source.problem((), f"no {key} is set", next_step=step)
    if settings.host == "azure":
        for use in ("plan", "apply"):
            if getattr(settings, use) is None:
                step = f"add issuer and subject, which the service connection bluelamp-{use} shows before it is saved"
                yield source.problem((), f"{use} is missing, which Azure DevOps needs", next_step=step)
    if settings.plan and settings.plan == settings.apply:
        message = "is the credential of plan: each of its jobs could apply"
        yield source.problem(("apply",), message, next_step="give each identity a subject of its own")


def _first(azure: Azure) -> str | None:
    """The platform's first subscription; None if the settings do not name it."""
    divided = azure.platform_subscriptions
    return azure.subscription_id or (divided.management if divided else None)


def _network_mistakes(settings: BootstrapFile, source: Source, force: Force) -> Iterator[Problem]:
    network, steps = settings.network, ("network", "addressSpace")
    wanted = network.address_space
    if (wanted is None) == (network.subnet_id is None):
        yield source.problem(("network",), "needs addressSpace or subnetId, one of them", next_step="give one of them")
    if wanted is None:
        return
    for camel, value in (
        ("privateZoneIds", network.private_zone_ids),
        ("virtualNetworkIds", network.virtual_network_ids),
    ):
        if value:
            yield source.problem(("network", camel), f"{camel} belongs to subnetId", next_step="remove it")
    if wanted.prefixlen > _LARGEST_PREFIX:
        yield source.problem(steps, f"{wanted} is too small", allowed="a /27 or larger")
    if force.azure is None:
        return
    location = settings.location or force.azure.primary_region
    allocated = force.allocation.ranges()[location]
    if not wanted.subnet_of(allocated):
        message = f"{wanted} is outside of the force's addresses in {location}"
        yield source.problem(steps, message, allowed=f"a range inside {allocated}")
    used = {f"the hub in {region}": each for region, each in force.azure.hubs.items()}
    used |= {f"the landing zone {each.name}": each.address_space for each in force.azure.landing_zones}
    for name, other in used.items():
        if wanted.overlaps(other):
            yield source.problem(steps, f"{wanted} overlaps {other} of {name}", next_step="choose a free range")


def _filled(settings: BootstrapFile, azure: Azure) -> Bootstrap:
    tenant, home = settings.tenant_id or azure.tenant_id or "", settings.subscription_id or _first(azure) or ""
    zones = [each.subscription_id for each in azure.landing_zones]
    divided = azure.platform_subscriptions
    areas = [getattr(divided, area) for area in AREAS] if divided else []
    deployed = [_first(azure) or home, *(each for each in (*areas, *zones) if each)]
    return Bootstrap(
        settings,
        tenant,
        home,
        tuple(dict.fromkeys(deployed)),
        settings.location or azure.primary_region,
        settings.plan or _rendered_credential(settings, PLAN),
        settings.apply or _rendered_credential(settings, APPLY),
        (azure.management_groups.parent or tenant) if settings.management_group_roles else None,
    )


def _rendered_credential(settings: BootstrapFile, environment: str) -> Credential:
    """The credential for the jobs of the rendered pipelines."""
    if settings.host == "gitlab":
        # Its tokens tell branches apart, and not the jobs of one.
        subject = f"project_path:{settings.repository}:ref_type:branch:ref:{settings.branch}"
    else:
        subject = f"repo:{settings.repository}:environment:{environment}"
    return Credential(issuer=_ISSUERS[settings.host], subject=subject)
