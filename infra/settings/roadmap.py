"""A force's roadmap: its own file, or the default of its profile, validated against modules and settings."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import bluelamp.modules
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.roadmap import FILE, MODULE, Milestone, Roadmap, has_roadmap, read_roadmap
from bluelamp.core.source import Source, Steps, show
from bluelamp.core.suggestions import did_you_mean
from bluelamp.infra.settings.model import Force
from bluelamp.infra.settings.profiles import COMES_WITH

DEFAULTS: Final = Path(__file__).with_name("roadmaps")
"""The folder of the default roadmaps, one for each profile."""

_INDEX: Final = "bluelamp:index:"

COMPONENTS: Final[Mapping[str, tuple[str, ...]]] = {
    name: tuple(each if ":" in each else _INDEX + each for each in kinds)
    for name, kinds in {
        "managementGroups": ("ManagementGroups",),
        "hub": ("Hub",),
        "virtualWan": ("VirtualWan",),
        "logAnalytics": ("LogAnalytics",),
        "keyVault": ("KeyVault",),
        "budget": ("Budget",),
        "landingZones": ("LandingZone",),
        "backup": ("Backup",),
        "siteToSite": ("SiteToSite",),
        "expressRoute": ("ExpressRoute",),
        "tenants": ("Tenant",),
        "dataAccess": ("DataAccess",),
        "dataInterfaces": ("DataInterfaces",),
        "roles": ("Roles",),
        "policies": ("PolicyBaseline",),
        "firewallBase": ("FirewallPolicy",),
        "privateDns": ("PrivateDns",),
        "dnsResolver": ("DnsResolver",),
        "networkWatcher": ("NetworkWatcher",),
        "ddosPlan": ("DdosPlan",),
        "gateways": ("Gateways",),
        "activityLog": ("ActivityLog",),
        "alerts": ("Alerts",),
        "dataCollection": ("DataCollection",),
        "defender": ("Defender",),
        "logArchive": ("LogArchive",),
        "sentinel": ("Sentinel",),
        "privilegedAccess": ("PrivilegedAccess",),
        "conditionalAccess": ("ConditionalAccess",),
        "breakGlass": ("BreakGlass",),
        "customerManagedKeys": ("CustomerManagedKeys",),
        "resourceGuard": ("ResourceGuard",),
        "privateLinkScopes": ("PrivateLinkScopes",),
        "dataLake": ("DataLake",),
        "dataCatalogue": ("DataCatalogue",),
        "dataCapture": ("DataCapture",),
        "dataAnalytics": ("DataAnalytics",),
        "clusters": ("Cluster",),
        "platform": ("ClusterAdmission",),
        "arc": ("ArcCluster", "ArcServers", "ArcSql"),
        "workloadIdentity": ("WorkloadIdentityIssuer",),
    }.items()
}
"""The components that a criterion may name, each with the resource types that show it in a plan."""


def roadmap_of(force: Force, root: Path) -> Roadmap:
    """The force's own roadmap, or else the default one of its profile.

    Raises `SettingsError` with every mistake, including unknown components, modules and landing zones.
    """
    slug = force.entry.force
    if not has_roadmap(root, slug):
        return default_roadmap(force.profile)
    roadmap = read_roadmap(root / FILE.format(force=slug), root)
    source = roadmap.source or Source(FILE.format(force=slug))
    problems = [*_names(roadmap, source), *_zones(roadmap, force, source)]
    if problems:
        raise SettingsError(problems)
    return roadmap


@cache
def default_roadmap(profile: str) -> Roadmap:
    """The default roadmap of a profile."""
    return read_roadmap(DEFAULTS / f"{profile}.yaml", DEFAULTS.parent)


@cache
def modules() -> tuple[str, ...]:
    """Every module by the path of its folder, such as `modules/data/lake`."""
    top = Path(bluelamp.modules.__file__).parent
    found = (path.parent.relative_to(top).as_posix() for path in top.glob("*/*/__init__.py"))
    return tuple(sorted(MODULE + each for each in found))


def _names(roadmap: Roadmap, source: Source) -> Iterator[Problem]:
    """Unknown components and modules."""
    for index, milestone in enumerate(roadmap.milestones):
        here: Steps = ("milestones", index)
        for place, criterion in enumerate(milestone.exit_criteria):
            steps: Steps = (*here, "exitCriteria", place, "component")
            name = criterion.component
            if name is None:
                continue
            if name not in COMPONENTS:
                yield _unknown(source, steps, name, "component", COMPONENTS)
            elif criterion.profile is not None and name not in COMES_WITH:
                yield source.problem(
                    (*steps[:-1], "profile"), f"{name} is the same at every profile", next_step="remove `profile`"
                )
        for place, module in enumerate(milestone.delivers):
            if module not in modules():
                yield _unknown(source, (*here, "delivers", place), module, "module", modules())
    debts = {each.id for each in roadmap.tactical}
    for index, spend in enumerate(roadmap.tactical):
        here = ("tactical", index)
        if spend.module is not None and spend.module not in modules():
            yield _unknown(source, (*here, "module"), spend.module, "module", modules())
        if spend.successor not in debts and spend.successor not in modules():
            known = modules() if spend.successor.startswith(MODULE) else sorted(debts)
            yield _unknown(source, (*here, "successor"), spend.successor, "successor", known)


def _zones(roadmap: Roadmap, force: Force, source: Source) -> Iterator[Problem]:
    """Landing zones that the force's production does not have; other environments may have fewer."""
    if force.azure is None or force.entry.environment:
        return
    names = [each.name for each in force.azure.landing_zones]
    for index, milestone in enumerate(roadmap.milestones):
        for place, zone in enumerate(milestone.landing_zones):
            if zone not in names:
                yield _unknown(source, ("milestones", index, "landingZones", place), zone, "landing zone", names)
    for index, spend in enumerate(roadmap.tactical):
        if spend.landing_zone is not None and spend.landing_zone not in names:
            yield _unknown(source, ("tactical", index, "landingZone"), spend.landing_zone, "landing zone", names)


def _unknown(source: Source, steps: Steps, name: str, what: str, known: Iterable[str]) -> Problem:
    choices = list(known)
    return source.problem(
        steps,
        f"no {what} is called {show(name)}",
        show(name, quote=False),
        f"known: {', '.join(choices)}" if choices else f"there is no {what}",
        did_you_mean(name, choices) or "correct the name",
    )


def own_milestones(roadmap: Roadmap) -> Mapping[str, Milestone]:
    """The milestones of landing zones with another milestone than the force's, by the zone's name."""
    return {zone: each for each in roadmap.milestones for zone in each.landing_zones}
