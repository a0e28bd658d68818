import pulumi
import pytest
from planned import Planned, plan

from bluelamp.modules.hybrid.dns import HybridDns, forwarder_script

ARGS = {
    "resource_group_name": "rg",
    "ruleset_name": "dnsfrs-hub",
    "forwards": [{"domain": "wmp.police.uk.", "servers": [{"address": "10.144.0.10"}, {"address": "10.144.0.11"}]}],
    "inbound_addresses": ["10.61.0.164", "10.125.0.164"],
    "regions": ["uksouth", "ukwest"],
}


def dns(**more) -> Planned:
    def program() -> None:
        made = HybridDns("dns", {**ARGS, **more})
        pulumi.export("forwarders", made.conditional_forwarders)
        pulumi.export("script", made.forwarder_script)

    return plan(program)


def test_azure_asks_on_premises_about_the_forces_domains():
    rule = dns().one("dnsresolver:ForwardingRule")
    assert (rule["dnsForwardingRulesetName"], rule["domainName"]) == ("dnsfrs-hub", "wmp.police.uk.")
    assert [server["ipAddress"] for server in rule["targetDnsServers"]] == ["10.144.0.10", "10.144.0.11"]


def test_the_forces_servers_are_told_to_ask_azure_about_its_names():
    outputs = dns(more_names=["wmp.internal"]).outputs
    told = outputs["forwarders"]
    assert told["vault.azure.net"] == told["wmp.internal"] == ["10.61.0.164", "10.125.0.164"]
    assert "ukw.backup.windowsazure.com" in told
    assert "    'vault.azure.net' = @('10.61.0.164', '10.125.0.164')\n" in outputs["script"]


def test_the_script_can_be_run_again():
    script = forwarder_script({"vault.azure.net": ["10.61.0.164"]})
    assert "Set-DnsServerConditionalForwarderZone" in script
    assert "Add-DnsServerConditionalForwarderZone" in script


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"inbound_addresses": []}, "inbound_addresses is empty"),
        ({"regions": []}, "regions is empty"),
        (
            {"forwards": [{"domain": "vault.azure.net.", "servers": [{"address": "10.1.1.1"}]}]},
            "forwards: vault.azure.net. is an Azure domain",
        ),
        ({"forwards": [{"domain": "wmp", "servers": [{"address": "10.1.1.1"}]}]}, "forwards[0].domain is 'wmp'; write"),
        ({"rules": []}, "rules is not an argument"),
    ],
)
def test_a_wrong_argument_of_dns_both_ways_is_named(change, message):
    with pytest.raises(ValueError, match="dns") as caught:
        dns(**change)
    assert message in str(caught.value)
