"""Allow-lists of service firewalls, each judged as one set of addresses."""

from typing import Final

from bluelamp.policies.address_lists import unless_wide, with_others
from bluelamp.policies.addresses import WIDEST
from bluelamp.policies.azure._controls import CLOSED
from bluelamp.policies.azure._lists import admitted, wide_with_others
from bluelamp.policies.azure.aks.aks_operation import CLUSTER
from bluelamp.policies.azure.keyvault.kv_vaults import MANAGED_HSM, VAULT
from bluelamp.policies.azure.network.net_edge import BASTION
from bluelamp.policies.azure.paas.paas_common import (
    BATCH,
    COGNITIVE,
    EVENT_GRIDS,
    IOT_HUB,
    KUSTO,
    NAMESPACE_NETWORKS,
    SEARCH,
    SIGNALS,
)
from bluelamp.policies.azure.registry.acr_registries import REGISTRY
from bluelamp.policies.azure.storage.sto_accounts import ACCOUNT
from bluelamp.policies.estate import Estate, canonical
from bluelamp.policies.model import Severity
from bluelamp.policies.rule import Fail, NotApplicable, Outcome, rule
from bluelamp.policies.tighter import EachAtLeast
from bluelamp.policies.value import Value, root

PERIMETER_RULE: Final = "azure-native:network:NspAccessRule"
NOTIFICATION_HUBS: Final = "azure-native:notificationhubs:Namespace"
EVENT_GRID_NAMESPACE: Final = "azure-native:eventgrid:Namespace"

_LISTS: Final = {
    ACCOUNT: ("networkRuleSet.ipRules", "iPAddressOrRange"),
    VAULT: ("properties.networkAcls.ipRules", "value"),
    MANAGED_HSM: ("properties.networkAcls.ipRules", "value"),
    REGISTRY: ("networkRuleSet.ipRules", "iPAddressOrRange"),
    **dict.fromkeys(NAMESPACE_NETWORKS, ("ipRules", "ipMask")),
    CLUSTER: ("apiServerAccessProfile.authorizedIPRanges", ""),
    COGNITIVE: ("properties.networkAcls.ipRules", "value"),
    SEARCH: ("networkRuleSet.ipRules", "value"),
    **dict.fromkeys((*EVENT_GRIDS, EVENT_GRID_NAMESPACE), ("inboundIpRules", "ipMask")),
    IOT_HUB: ("properties.networkRuleSets.ipRules", "ipMask"),
    KUSTO: ("allowedIpRangeList", ""),
    **dict.fromkeys(SIGNALS, ("networkACLs.ipRules", "value")),
    NOTIFICATION_HUBS: ("networkAcls.ipRules", "ipMask"),
    BASTION: ("networkAcls.ipRules", "addressPrefix"),
    BATCH: ("networkProfile.accountAccess.ipRules", "value"),
    PERIMETER_RULE: ("addressPrefixes", ""),
}
_CACHE_RULES: Final = ("azure-native:redis:FirewallRule", "azure-native:datalakestore:FirewallRule")
_ONLY_ITSELF: Final = "0.0.0.0/32"


@rule(
    "BL-NET-022",
    "Service firewall allow-lists do not cover large parts of the Internet",
    failure="Service firewall allow-list covers large parts of the Internet",
    severity=Severity.HIGH,
    controls=CLOSED,
    at={type_: path for type_, (path, _) in _LISTS.items()},
    fix="List the force's own public addresses, or remove the list and use a private endpoint.",
    example="""
storage.StorageAccount(
    "records",
    ...,
    public_network_access="Enabled",
    network_rule_set={"default_action": "Deny", "ip_rules": [{"i_p_address_or_range": "81.2.69.142"}]},
)
""",
)
def allow_list_is_narrow(entries: Value, *, widest: EachAtLeast[int] = WIDEST) -> Outcome:
    """A firewall that denies by default is ineffective if its allow-list covers half of the Internet, in one range or
    in a hundred.
    """
    type_ = canonical(entries.resource.type)
    if type_ == PERIMETER_RULE and root(entries.resource)["direction"].text("Inbound") != "inbound":
        return NotApplicable("the rule is for outbound traffic")
    items = [
        item
        for item in admitted(entries, _LISTS[type_][1])
        if type_ != CLUSTER or item.raw != _ONLY_ITSELF  # in AKS it means the cluster's own address only
    ]
    if not items:
        return NotApplicable("it has no allow-list")
    return unless_wide(items, widest, "the force's own addresses")


@rule(
    "BL-NET-023",
    "Redis and Data Lake firewall rules do not cover large parts of the Internet",
    failure="Redis or Data Lake firewall rules cover large parts of the Internet",
    severity=Severity.HIGH,
    controls=CLOSED,
    at=_CACHE_RULES,
    estate=True,
    fix="Name the force's own addresses, or remove the rule and use a private endpoint.",
    example="""
redis.FirewallRule("headquarters", ..., start_ip="81.2.69.142", end_ip="81.2.69.143")
""",
)
def firewall_rules_are_narrow(entry: Value, estate: Estate, *, widest: EachAtLeast[int] = WIDEST) -> Outcome:
    """Caches and lakes hold sessions and data of other systems. With a rule that admits every address, the access key
    is the only protection.
    """
    found = wide_with_others(entry, estate, widest)
    if found is None:
        return None
    start, others = found
    return Fail(start, "the force's own addresses", with_others(others))
