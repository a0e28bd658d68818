"""A wide range split over prefixes, rules, resources, versions and notations is judged as the wide range.

Every attack here amounts to the Internet, however it is written, and must never pass. Every allow-list is a set of an
organisation's own ranges, and must never fail.
"""

import ipaddress
import random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bluelamp.policies import UNKNOWN, Resource, Verdict, judge, rules
from tests.thorough import tries

BY_ID = {rule.id: rule for rule in rules()}
NSG = "azure-native:network:NetworkSecurityGroup"
RULE = "azure-native:network:SecurityRule"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
WIDE = ["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/2", "64.0.0.0/3", "80.0.0.0/6", "10.0.0.0/7", "8.0.0.0/5", "224.0.0.0/4"]
WIDE_6 = ["::/0", "2000::/3", "2a00::/12", "2600::/15", "2000::/14"]
SINGLE = [
    "*",
    "Internet",
    "INTERNET",
    "internet ",
    "Any",
    "0.0.0.0",
    "::",
    "0.0.0.0/0",
    "AzureCloud",
    "AzureCloud.uksouth",
]
SINGLE += ["0.0.0.0-255.255.255.255", "1.0.0.0 - 255.255.255.255", "::ffff:0:0/96", "::ffff:0.0.0.0/97", "64:ff9b::/96"]
SINGLE += ["2002::/16", "0.0.0.0/0.0.0.0", "77.1.2.3/3", "::-ffff::", "0.0.0.0/1,128.0.0.0/1", "\uff0a", "０.0.0.0/0"]


SEEDS = st.integers(0, 2**64 - 1)
"""Each case is derived from a number: a thousand draws of hypothesis would take longer than the judging."""


def mixed(chance, items):
    return chance.sample(items, len(items))


def cases(number):
    """Generated cases, the same ones every time."""
    return settings(
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=tries(number),
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def resource(type_, name, properties):
    return Resource(f"urn:pulumi:s::bluelamp::{type_}::{name}", type_, name, properties)


def verdicts(resources, *ids):
    return [each.verdict for each in judge(resources, [BY_ID[id_] for id_ in ids])]


def split(chance, text, most=24):
    """Prefixes that together make up the range `text`, in any order, some of them twice."""
    parts = [ipaddress.ip_network(text)]
    while len(parts) < most and chance.randint(0, 9):
        index = chance.randint(0, len(parts) - 1)
        if parts[index].prefixlen < parts[index].max_prefixlen:
            parts[index : index + 1] = parts[index].subnets()
    if chance.choice((True, False)):
        parts.append(chance.choice(parts))
    return mixed(chance, parts)


def written(chance, network):
    """One notation of the range: with host bits, as a range, mapped into IPv6, with spaces, in another case."""
    first, last = network.network_address, network.broadcast_address
    ways = ["plain", "range", "spaces", "host"] + (["mapped", "mask"] if network.version == 4 else ["upper", "long"])
    way = chance.choice(ways)
    if way == "range":
        return f"{first}-{last}"
    if way == "spaces":
        return f" {network} "
    if way == "host":
        return (
            f"{first + chance.randint(0, min(network.num_addresses - 1, 9))}/{network.prefixlen}"
            if network.prefixlen < network.max_prefixlen or int(first)
            else str(network)
        )
    if way == "mapped":
        return f"::ffff:{first}/{96 + network.prefixlen}"
    if way == "mask":
        return f"{first}/{network.netmask}"
    return str(network).upper() if way == "upper" else f"{first.exploded}/{network.prefixlen}"


def attack(chance):
    """Texts that together amount to the Internet."""
    if chance.randint(0, 9) == 0:
        return [chance.choice(SINGLE)]
    return [written(chance, each) for each in split(chance, chance.choice(WIDE + WIDE_6))]


def dealt(chance, items, most=6):
    """`items` divided between one and `most` groups, none of them empty."""
    hands = [[] for _ in range(chance.randint(1, min(most, len(items))))]
    for index, item in enumerate(items):
        hands[index % len(hands)].append(item)
    return hands


def narrow(chance):
    """Texts of private ranges and of an organisation's own: /24 and longer, up to 30 of them."""
    found = []
    for _ in range(chance.randint(1, 30)):
        kind = chance.choice(["private", "public", "six", "tag", "range"])
        if kind == "private":
            found.append(
                chance.choice(
                    [
                        "10.0.0.0/8",
                        "172.16.0.0/12",
                        "192.168.0.0/16",
                        "100.64.0.0/10",
                        "fd00::/8",
                        "fc00::/7",
                        "10.16.4.0/24",
                    ]
                )
            )
        elif kind == "tag":
            found.append(chance.choice(["VirtualNetwork", "AzureLoadBalancer", "GatewayManager", "Sql.UKSouth"]))
        elif kind == "six":
            found.append(
                str(
                    ipaddress.ip_network(
                        (chance.randint(0x2A000000, 0x2A0FFFFF) << 96, chance.randint(32, 64)), strict=False
                    )
                )
            )
        else:
            length = chance.randint(20, 32)
            network = ipaddress.ip_network((chance.randint(1 << 24, (224 << 24) - 1), length), strict=False)
            found.append(f"{network[0]}-{network[-1]}" if kind == "range" else str(network))
    return found


def security_rule(chance, sources, ports, priority, **more):
    """An inbound rule that allows `sources`, in one of the forms that ARM accepts."""
    rule = {"direction": chance.choice(["Inbound", "inbound"]), "access": chance.choice(["Allow", "ALLOW"])}
    rule |= {"protocol": chance.choice(["*", "Tcp", "Udp", "TCP"]), "priority": priority, **more}
    if len(sources) == 1 and chance.choice((True, False)):
        rule["sourceAddressPrefix"] = sources[0]
    else:
        rule["sourceAddressPrefixes"] = sources
    if chance.choice((True, False)):
        rule["destinationPortRange"] = chance.choice(ports)
    else:
        rule["destinationPortRanges"] = ["443", chance.choice(ports)]
    if chance.choice((True, False)):
        rule["destinationAddressPrefix"] = chance.choice(["*", "10.16.4.0/24", "VirtualNetwork"])
    return rule


def group(chance, hands, ports):
    """A security group whose rules allow the sources, some as inline rules and some as separate resources."""
    inline, beside = [], []
    for number, hand in enumerate(hands):
        made = security_rule(chance, hand, ports, 100 + number, name=f"rule-{number}")
        (inline if chance.choice((True, False)) else beside).append(made)
    name = chance.choice(["nsg-records", "NSG-Records"])
    found = [resource(NSG, "group", {"networkSecurityGroupName": "nsg-records", "securityRules": inline})]
    return found + [
        resource(RULE, f"beside-{index}", {**made, "networkSecurityGroupName": name})
        for index, made in enumerate(beside)
    ]


PORTS = {
    "BL-NET-001": ["22", "20-25", "*", "3389", "0-65535", " 22 ", "22-22"],
    "BL-NET-007": ["1433", "*", "1000-2000", "3306"],
}


@pytest.mark.parametrize("id_", sorted(PORTS))
@cases(700)
@given(SEEDS)
def test_a_split_source_never_passes_a_security_group(id_, seed):
    """1,400 cases."""
    chance = random.Random(seed)
    one = [chance.choice(PORTS[id_])]
    found = verdicts(group(chance, dealt(chance, attack(chance)), one), id_)
    assert Verdict.FAIL in found


@pytest.mark.parametrize("id_", sorted(PORTS))
@cases(500)
@given(SEEDS)
def test_an_organisations_own_ranges_never_fail_a_security_group(id_, seed):
    """1,000 cases."""
    chance = random.Random(seed)
    found = verdicts(group(chance, dealt(chance, narrow(chance)), PORTS[id_]), id_)
    assert set(found) <= {Verdict.PASS, Verdict.NOT_APPLICABLE}


@cases(400)
@given(SEEDS)
def test_a_deny_rule_only_excludes_later_rules(seed):
    """400 cases."""
    chance = random.Random(seed)
    sources = [written(chance, each) for each in split(chance, "0.0.0.0/0", 12)]
    allow = security_rule(chance, sources, ["22"], 200)
    allow["protocol"] = "Tcp"
    part = chance.choice(["*", "Internet", "0.0.0.0/0", "128.0.0.0/1", "81.0.0.0/8", "10.0.0.0/8"])
    deny = {"direction": "Inbound", "access": "Deny", "protocol": chance.choice(["*", "Tcp", "Udp"])}
    deny |= {"priority": chance.choice([100, 300]), "sourceAddressPrefix": part}
    deny |= {"destinationAddressPrefix": "*", "sourcePortRange": chance.choice(["*", "1024-65535"])}
    deny |= {"destinationPortRange": chance.choice(["22", "*", "3389"])}
    (found,) = verdicts([resource(NSG, "group", {"securityRules": mixed(chance, [allow, deny])})], "BL-NET-001")
    shut = deny["priority"] == 100 and part in {"*", "Internet", "0.0.0.0/0"} and deny["protocol"] != "Udp"
    shut = shut and deny["destinationPortRange"] != "3389" and deny["sourcePortRange"] == "*"
    if shut and not any("::" in each for each in sources):
        assert found is Verdict.PASS
    assert found is Verdict.FAIL or shut


@cases(400)
@given(SEEDS)
def test_an_unknown_value_never_passes(seed):
    """400 cases."""
    chance = random.Random(seed)
    hands = dealt(chance, attack(chance))
    hidden = chance.randint(0, len(hands) - 1)
    rules_ = [security_rule(chance, hand, ["22"], 100 + index) for index, hand in enumerate(hands)]
    key = chance.choice(["sources", "destinationPortRange", "access", "direction", "protocol"])
    if key == "sources":
        rules_[hidden].pop("sourceAddressPrefix", None)
        rules_[hidden]["sourceAddressPrefixes"] = chance.choice([UNKNOWN, [UNKNOWN]])
    else:
        rules_[hidden][key] = UNKNOWN
        rules_[hidden].pop("destinationPortRanges", None) if key == "destinationPortRange" else None
    (found,) = verdicts([resource(NSG, "group", {"securityRules": rules_})], "BL-NET-001")
    assert found in {Verdict.UNKNOWN, Verdict.FAIL}


@cases(300)
@given(SEEDS)
def test_all_outbound_traffic_allowed_in_parts_never_passes(seed):
    """300 cases."""
    chance = random.Random(seed)
    sources, targets = split(chance, "0.0.0.0/0", 4), split(chance, "0.0.0.0/0", 4)
    edge = chance.randint(1, 65000)
    made = [
        {"direction": "Outbound", "access": "Allow", "protocol": "*", "priority": 100 + index, "name": f"r{index}"}
        | {"sourceAddressPrefix": str(source), "destinationAddressPrefix": str(target), "destinationPortRange": ports}
        for index, (source, target, ports) in enumerate(
            (source, target, ports)
            for source in sources
            for target in targets
            for ports in (f"0-{edge}", f"{edge}-65535")
        )
    ]
    assert verdicts([resource(NSG, "group", {"securityRules": made})], "BL-NET-008") == [Verdict.FAIL]
    collections = [
        {
            "ruleCollectionType": "FirewallPolicyFilterRuleCollection",
            "action": {"type": "Allow"},
            "priority": 100 + index,
        }
        | {
            "rules": [
                {"ruleType": "NetworkRule", "name": each["name"], "ipProtocols": ["Any"]}
                | {
                    "sourceAddresses": [each["sourceAddressPrefix"]],
                    "destinationAddresses": [each["destinationAddressPrefix"]],
                }
                | {"destinationPorts": [each["destinationPortRange"]]}
            ]
        }
        for index, each in enumerate(made)
    ]
    type_ = "azure-native:network:FirewallPolicyRuleCollectionGroup"
    found = [
        resource(
            type_, f"group-{index}", {"firewallPolicyName": "hub", "priority": 200 + index, "ruleCollections": hand}
        )
        for index, hand in enumerate(dealt(chance, collections))
    ]
    assert Verdict.FAIL in verdicts(found, "BL-NET-018")


@cases(200)
@given(SEEDS)
def test_ip_groups_are_resolved(seed):
    """200 cases."""
    chance = random.Random(seed)
    hands = dealt(chance, [str(each) for each in split(chance, "0.0.0.0/0", 12)], 3)
    groups = [
        resource("azure-native:network:IpGroup", f"ips-{index}", {"ipGroupsName": f"ips-{index}", "ipAddresses": hand})
        for index, hand in enumerate(hands)
    ]
    ids = [
        f"/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/ipGroups/IPS-{index}"
        for index in range(len(hands))
    ]
    missing = chance.choice((True, False))
    entry = {"ruleType": "NetworkRule", "sourceIpGroups": ids, "destinationAddresses": ["*"], "destinationPorts": ["*"]}
    policy = resource(
        "azure-native:network:FirewallPolicyRuleCollectionGroup",
        "group",
        {"firewallPolicyName": "hub", "ruleCollections": [{"action": {"type": "Allow"}, "rules": [entry]}]},
    )
    found = verdicts([policy, *groups[missing:]], "BL-NET-018")[0]
    assert found in ({Verdict.UNKNOWN, Verdict.FAIL} if missing else {Verdict.FAIL})


LISTS = {
    "azure-native:storage:StorageAccount": lambda texts: {
        "networkRuleSet": {"defaultAction": "Deny", "ipRules": [{"iPAddressOrRange": each} for each in texts]}
    },
    "azure-native:keyvault:Vault": lambda texts: {
        "properties": {"networkAcls": {"ipRules": [{"value": each} for each in texts]}}
    },
    "azure-native:containerregistry:Registry": lambda texts: {
        "networkRuleSet": {"ipRules": [{"iPAddressOrRange": each, "action": "Allow"} for each in texts]}
    },
    "azure-native:servicebus:NamespaceNetworkRuleSet": lambda texts: {"ipRules": [{"ipMask": each} for each in texts]},
    "azure-native:eventhub:NamespaceNetworkRuleSet": lambda texts: {"ipRules": [{"ipMask": each} for each in texts]},
    "azure-native:containerservice:ManagedCluster": lambda texts: {
        "apiServerAccessProfile": {"authorizedIPRanges": texts}
    },
    "azure-native:kusto:Cluster": lambda texts: {"allowedIpRangeList": texts},
    "azure-native:network:NspAccessRule": lambda texts: {"addressPrefixes": texts, "direction": "Inbound"},
}
OTHERS = {
    "BL-STO-005": LISTS["azure-native:storage:StorageAccount"],
    "BL-PAAS-013": lambda texts: {"ipRules": [{"ipAddressOrRange": each} for each in texts]},
    "BL-PAAS-039": lambda texts: {
        "accessControl": {"triggers": {"allowedCallerIpAddresses": [{"addressRange": each} for each in texts]}}
    },
    "BL-WEB-013": lambda texts: {
        "siteConfig": {
            "ipSecurityRestrictions": [
                {"action": "Allow", "priority": index, "ipAddress": each} for index, each in enumerate(texts)
            ]
        }
    },
    "BL-K8S-062": lambda texts: {"spec": {"type": "LoadBalancer", "loadBalancerSourceRanges": texts}},
}
JUDGED = [(type_, "BL-NET-022", made) for type_, made in LISTS.items()]
JUDGED += [(next(iter(BY_ID[id_].at)), id_, made) for id_, made in OTHERS.items()]


@pytest.mark.parametrize(("type_", "id_", "made"), JUDGED, ids=[f"{id_} {type_}" for type_, id_, _ in JUDGED])
@cases(100)
@given(SEEDS)
def test_a_list_is_judged_by_its_union(type_, id_, made, seed):
    """1,300 lists that amount to the Internet, and 1,300 that do not."""
    chance = random.Random(seed)
    assert verdicts([resource(type_, "one", made(attack(chance)))], id_) == [Verdict.FAIL]
    assert verdicts([resource(type_, "one", made(narrow(chance)))], id_) == [Verdict.PASS]


@cases(400)
@given(SEEDS)
def test_the_internet_split_over_network_policies_never_passes(seed):
    """400 cases of ingress, and 400 of egress."""
    chance = random.Random(seed)
    blocks = [{"ipBlock": {"cidr": str(each)}} for each in split(chance, chance.choice(WIDE + WIDE_6))]
    if chance.choice((True, False)):
        blocks.append({"podSelector": {}})
    if chance.randint(0, 4) == 0:
        blocks = chance.choice([[], [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8", "81.2.69.0/24"]}}]])
    ports = chance.choice([None, [], [{"port": 1, "endPort": 65535}], [{"protocol": "TCP"}]])
    selectors = [
        {},
        {"matchLabels": {"app": "a"}},
        {"matchExpressions": [{"key": "app", "operator": "In", "values": ["a", "b"]}]},
    ]
    for direction, peers, id_ in (("ingress", "from", "BL-K8S-025"), ("egress", "to", "BL-K8S-026")):
        entry = {} if ports is None else {"ports": ports}
        found = [
            resource(
                POLICY,
                f"policy-{index}",
                {
                    "metadata": {"namespace": "records"},
                    "spec": {"podSelector": chance.choice(selectors), direction: [{**entry, peers: hand}]},
                },
            )
            for index, hand in enumerate(dealt(chance, blocks) if blocks else [[]])
        ]
        assert Verdict.FAIL in verdicts(found, id_)


@cases(250)
@given(SEEDS)
def test_named_networks_never_fail_a_network_policy(seed):
    """250 cases."""
    chance = random.Random(seed)
    texts = [each for each in narrow(chance) if "/" in each] or ["10.0.0.0/8"]
    spec = {"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": each}} for each in texts]}]}
    policies = [
        resource(POLICY, f"policy-{index}", {"metadata": {"namespace": "records"}, "spec": spec}) for index in range(3)
    ]
    world = {"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": "0.0.0.0/0"}}], "ports": [{"port": 443}]}]}
    policies.append(resource(POLICY, "published", {"metadata": {"namespace": "records"}, "spec": world}))
    assert set(verdicts(policies, "BL-K8S-025")) == {Verdict.PASS}


@cases(300)
@given(SEEDS)
def test_ranges_of_database_rules_are_combined(seed):
    """300 cases of each service."""
    chance = random.Random(seed)
    for type_, named, id_ in (
        ("azure-native:sql:FirewallRule", "serverName", "BL-SQL-004"),
        ("azure-native:dbforpostgresql:FirewallRule", "serverName", "BL-SQL-004"),
        ("azure-native:synapse:IpFirewallRule", "workspaceName", "BL-PAAS-024"),
        ("azure-native:redis:FirewallRule", "cacheName", "BL-NET-023"),
    ):
        start, end = ("startIP", "endIP") if "redis" in type_ else ("startIpAddress", "endIpAddress")
        wide = "81.2.68.0/22" if id_ == "BL-SQL-004" and chance.choice((True, False)) else chance.choice(WIDE)
        found = [
            resource(
                type_,
                f"rule-{index}",
                {named: chance.choice(["Data", "data"]), start: str(each[0]), end: str(each[-1])},
            )
            for index, each in enumerate(split(chance, wide))
        ]
        assert Verdict.FAIL in verdicts(found, id_)


MALFORMED = [
    5,
    True,
    1.5,
    {"a": 5},
    [["0.0.0.0/0"]],
    [{"a": 1}],
    [None, 7],
    "10.0.0.0/33",
    "everybody!",
    "1.2.3",
    ["0x0/0"],
]


@cases(300)
@given(SEEDS)
def test_text_that_is_no_address_never_passes(seed):
    """1,500 cases."""
    chance = random.Random(seed)
    wrong = chance.choice(MALFORMED)
    rule = security_rule(chance, ["10.0.0.0/8"], ["22"], 100)
    rule.pop("sourceAddressPrefix", None)
    rule[chance.choice(["sourceAddressPrefix", "sourceAddressPrefixes"])] = wrong
    block = {"spec": {"podSelector": {}, "ingress": [{"from": chance.choice([wrong, [{"ipBlock": {"cidr": wrong}}]])}]}}
    route = {"routeTableName": "rt", "nextHopType": "Internet", "addressPrefix": wrong}
    network = {"sourceAddresses": wrong, "destinationAddresses": ["*"], "destinationPorts": ["*"]}
    collections = [{"action": {"type": "Allow"}, "rules": [network]}]
    for type_, properties, id_ in (
        (NSG, {"securityRules": [rule]}, "BL-NET-001"),
        (POLICY, {"metadata": {"namespace": "records"}, **block}, "BL-K8S-025"),
        ("azure-native:network:Route", route, "BL-NET-010"),
        ("azure-native:network:FirewallPolicyRuleCollectionGroup", {"ruleCollections": collections}, "BL-NET-018"),
        (
            "kubernetes:core/v1:Service",
            {"spec": {"type": "LoadBalancer", "loadBalancerSourceRanges": wrong}},
            "BL-K8S-062",
        ),
    ):
        assert verdicts([resource(type_, "one", properties)], id_)[0] not in {Verdict.PASS, Verdict.NOT_APPLICABLE}, id_


@cases(200)
@given(SEEDS)
def test_a_known_failing_part_fails_whatever_is_unknown(seed):
    """200 cases."""
    chance = random.Random(seed)
    rule = security_rule(chance, [*attack(chance), UNKNOWN], ["22"], 100)
    rule.pop("destinationPortRange", None)
    rule["destinationPortRanges"] = mixed(chance, ["22", UNKNOWN])
    rule["protocol"] = chance.choice(["Tcp", "*"])
    assert verdicts([resource(NSG, "group", {"securityRules": [rule, UNKNOWN]})], "BL-NET-001") == [Verdict.FAIL]


def test_thousands_of_prefixes_are_judged_in_one_pass():
    chance = random.Random(7)
    blocks = list(ipaddress.ip_network("0.0.0.0/0").subnets(new_prefix=14))
    chance.shuffle(blocks)
    hands = [[str(each) for each in blocks[start : start + 512]] for start in range(0, len(blocks), 512)]
    inline = [
        {"name": f"rule-{index}", "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "priority": 100 + index}
        | {"sourceAddressPrefixes": hand, "destinationPortRange": "22"}
        for index, hand in enumerate(hands)
    ]
    (found,) = judge([resource(NSG, "group", {"securityRules": inline})], [BY_ID["BL-NET-001"]])
    assert found.verdict is Verdict.FAIL


def test_a_failure_names_the_rules_and_ranges_that_add_up():
    parts = [("81.0.0.0/8", 22), ("82.0.0.0/8", "20-25"), ("83.0.0.0/8", "*")]
    inline = [
        {
            "name": f"partner-{index}",
            "direction": "Inbound",
            "access": "Allow",
            "protocol": "Tcp",
            "priority": 100 + index,
        }
        | {"sourceAddressPrefix": source, "destinationPortRange": port}
        for index, (source, port) in enumerate(parts)
    ]
    (found,) = judge([resource(NSG, "group", {"securityRules": inline})], [BY_ID["BL-NET-001"]])
    assert "partner-1 (82.0.0.0/8), partner-2 (83.0.0.0/8)" in found.message
    assert found.path == "securityRules[0].sourceAddressPrefix"


@pytest.mark.parametrize(
    ("action", "verdict"),
    [
        ({"type": "Allow"}, Verdict.FAIL),
        ({"type": "Deny"}, Verdict.PASS),
        ({"type": "DNAT"}, Verdict.PASS),
        (UNKNOWN, Verdict.UNKNOWN),
        ({"type": UNKNOWN}, Verdict.UNKNOWN),
        ({"type": "Permit"}, Verdict.UNKNOWN),
        ({}, Verdict.UNKNOWN),
        (None, Verdict.UNKNOWN),
    ],
)
def test_a_firewalls_collection_without_a_known_action_never_passes(action, verdict):
    entry = {"name": "r", "ipProtocols": ["Any"], "sourceAddresses": ["*"]}
    entry |= {"destinationAddresses": ["*"], "destinationPorts": ["*"]}
    collection = {"name": "c", "priority": 100, "action": action, "rules": [entry]}
    type_ = "azure-native:network:FirewallPolicyRuleCollectionGroup"
    one = resource(type_, "g", {"firewallPolicyName": "p", "priority": 100, "ruleCollections": [collection]})
    (judgement,) = judge([one], [BY_ID["BL-NET-018"]])
    assert judgement.verdict is verdict
