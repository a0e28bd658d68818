"""A force's settings as written, with the fields of their models; every value knows its path.

for zone in WrittenSettings(values).azure.landing_zones:
    if zone.archetype.value == "sandbox" and not zone.expires.is_given:
        yield zone.expires.problem("is missing")
"""

from collections.abc import Mapping

from bluelamp.infra.settings import azure, cluster, data, on_premises, servers, site, vending, workloads
from bluelamp.infra.settings import model as root
from bluelamp.infra.settings.assignments import PolicyAssignment, ResourceSelector, Selector
from bluelamp.infra.settings.exemptions import PolicyExemption
from bluelamp.infra.settings.keys import SigningKey
from bluelamp.infra.settings.layers import PREFIX
from bluelamp.infra.settings.subscriptions import PlatformSubscriptions
from bluelamp.infra.settings.written_values import Group, Written, many, one


class WrittenBudget(Group):
    """A budget."""

    shape = vending.Budget
    amount = one(Written)
    contacts = many(Written)
    thresholds = many(Written)


class WrittenAccess(Group):
    """A group's role in a landing zone."""

    shape = vending.Access
    principal_id = one(Written)
    role = one(Written)


class WrittenLandingZone(Group):
    """A landing zone."""

    shape = vending.LandingZone
    name = one(Written)
    archetype = one(Written)
    region = one(Written)
    subscription_id = one(Written)
    billing_scope = one(Written)
    address_space = one(Written)
    budget = one(WrittenBudget)
    access = many(WrittenAccess)
    backup = one(Written)
    expires = one(Written)


class WrittenRule(Group):
    """A rule of the hub's network security group."""

    shape = azure.SecurityRule
    name = one(Written)
    priority = one(Written)
    direction = one(Written)
    source = one(Written)
    destination = one(Written)


class WrittenFirewall(Group):
    """The hubs' firewalls."""

    shape = azure.Firewall
    enabled = one(Written)
    tier = one(Written)
    tls_inspection = one(Written)
    base_policy_ids = one(Group)


class WrittenHub(Group):
    """The hub in the primary region."""

    shape = azure.Hub
    address_space = one(Written)
    firewall = one(WrittenFirewall)
    rules = many(WrittenRule)


class WrittenSecondHub(Group):
    """The hub in the second region."""

    shape = azure.SecondHub
    address_space = one(Written)


class WrittenManagementGroups(Group):
    """The hierarchy of management groups."""

    shape = azure.ManagementGroups
    sandbox = one(Written)
    quarantine = one(Written)
    hierarchy_settings = one(Written)


class WrittenBreakGlass(Group):
    """The emergency accounts."""

    shape = azure.BreakGlass
    account_ids = many(Written)


class WrittenPlatformSubscriptions(Group):
    """The subscriptions of the platform's areas."""

    shape = PlatformSubscriptions
    kept = many(Written)


class WrittenSelector(Group):
    """A condition of a resource selector."""

    shape = Selector
    kind = one(Written)
    include = one(Written)
    exclude = one(Written)


class WrittenResourceSelector(Group):
    """A resource selector of an assignment."""

    shape = ResourceSelector
    selectors = many(WrittenSelector)


class WrittenAssignment(Group):
    """A change to an assignment of the baseline."""

    shape = PolicyAssignment
    assignment = one(Written)
    enforcement = one(Written)
    at = many(Written)
    parameters = one(Group)
    not_scopes = many(Written)
    resource_selectors = many(WrittenResourceSelector)
    reason = one(Written)
    expires_on = one(Written)


class WrittenExemption(Group):
    """An exemption from an assignment."""

    shape = PolicyExemption
    id = one(Written)
    assignment = one(Written)
    scope = one(Written)
    requester = one(Written)
    approver = one(Written)
    assigned_at = one(Written)
    definitions = many(Written)


class WrittenSource(Group):
    """A database that the data factory fetches from."""

    shape = data.SqlSource
    name = one(Written)
    machine = one(Written)


class WrittenData(Group):
    """The data landing zone."""

    shape = data.Data
    landing_zone = one(Written)
    engine = one(Written)
    interfaces = one(Written)
    sources = many(WrittenSource)


class WrittenAzure(Group):
    """The landing zone in Azure."""

    shape = azure.Azure
    regions = many(Written)
    subscription_id = one(Written)
    platform_subscriptions = one(WrittenPlatformSubscriptions)
    management_groups = one(WrittenManagementGroups)
    topology = one(Written)
    hub = one(WrittenHub)
    second_hub = one(WrittenSecondHub)
    budget = one(WrittenBudget)
    break_glass = one(WrittenBreakGlass)
    landing_zones = many(WrittenLandingZone)
    data = one(WrittenData)
    policy_assignments = many(WrittenAssignment)
    policy_exemptions = many(WrittenExemption)


class WrittenPeering(Group):
    """The private peering of a circuit."""

    shape = site.Peering
    primary = one(Written)
    secondary = one(Written)


class WrittenExpressRoute(Group):
    """A circuit to a site."""

    shape = site.ExpressRoute
    peering = one(WrittenPeering)


class WrittenDevice(Group):
    """A device of a site that has tunnels to Azure."""

    shape = site.Device
    address = one(Written)
    bgp_address = one(Written)


class WrittenSite(Group):
    """One of the force's own sites."""

    shape = site.Site
    name = one(Written)
    address_space = one(Written)
    asn = one(Written)
    devices = many(WrittenDevice)
    dns_servers = many(Written)
    express_route = one(WrittenExpressRoute)


class WrittenWorkers(Group):
    """A group of a cluster's workers."""

    shape = cluster.Workers
    name = one(Written)
    failure_domain = one(Written)


class WrittenKey(Group):
    """A key that signs a cluster's tokens."""

    shape = SigningKey
    kid = one(Written)


class WrittenCluster(Group):
    """A Kubernetes cluster."""

    shape = cluster.Cluster
    name = one(Written)
    site = one(Written)
    version = one(Written)
    infrastructure = one(Written)
    metal3 = one(Written)
    endpoint = one(Written)
    workers = many(WrittenWorkers)
    agent_certificate = one(Written)
    signing_keys = many(WrittenKey)


class WrittenVsphereSite(Group):
    """A failure domain of vSphere."""

    shape = cluster.VsphereSite
    name = one(Written)


class WrittenVsphere(Group):
    """The force's vSphere."""

    shape = cluster.Vsphere
    sites = many(WrittenVsphereSite)


class WrittenLake(Group):
    """A job's access to the data lake."""

    shape = workloads.JobLake
    read = many(Written)
    write = many(Written)
    own = many(Written)
    access_policy = one(Written)


class WrittenJob(Group):
    """A tenant's job."""

    shape = workloads.Job
    name = one(Written)
    lake = one(WrittenLake)


class WrittenTenant(Group):
    """A tenant of a cluster."""

    shape = on_premises.Tenant
    name = one(Written)
    cluster = one(Written)
    jobs = many(WrittenJob)


class WrittenInstance(Group):
    """An instance of SQL Server."""

    shape = servers.SqlInstance
    name = one(Written)


class WrittenMachine(Group):
    """A server."""

    shape = servers.Machine
    name = one(Written)
    sql = many(WrittenInstance)


class WrittenServers(Group):
    """The force's own servers."""

    shape = servers.Servers
    machines = many(WrittenMachine)


class WrittenDataHub(Group):
    """DataHub on one of the clusters."""

    shape = workloads.DataHub
    cluster = one(Written)


class WrittenOnPremises(Group):
    """The estate on the force's own premises."""

    shape = on_premises.OnPremises
    address_space = one(Written)
    domain = one(Written)
    sites = many(WrittenSite)
    clusters = many(WrittenCluster)
    vsphere = one(WrittenVsphere)
    tenants = many(WrittenTenant)
    servers = one(WrittenServers)
    datahub = one(WrittenDataHub)


class WrittenClassification(Group):
    """The security classification."""

    shape = root.Classification
    tier = one(Written)


class WrittenSettings(Group):
    """All settings of a stack, without the `bluelamp:` in front of their keys."""

    shape = root.Settings
    classification = one(WrittenClassification)
    environment = one(Written)
    components = one(Group)
    azure = one(WrittenAzure)
    on_premises = one(WrittenOnPremises)


def in_stack_file(config: object) -> WrittenSettings:
    """The settings below `config:` in a stack file."""
    keys = config if isinstance(config, Mapping) else {}
    return WrittenSettings(
        {str(key).removeprefix(PREFIX): value for key, value in keys.items() if str(key).startswith(PREFIX)}
    )
