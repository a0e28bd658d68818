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


def test_azure_forwards_the_forces_domains_to_its_servers():
    rule = dns().one("dnsresolver:ForwardingRule")
    assert (rule["dnsForwardingRulesetName"], rule["domainName"]) == ("dnsfrs-hub", "wmp.police.uk.")
    assert [server["ipAddress"] for server in rule["targetDnsServers"]] == ["10.144.0.10", "10.144.0.11"]


def test_the_forces_servers_forward_azure_names_to_azure():
    outputs = dns(more_names=["wmp.internal"]).outputs
    forwarders = outputs["forwarders"]
    assert forwarders["vault.azure.net"] == forwarders["wmp.internal"] == ["10.61.0.164", "10.125.0.164"]
    assert "ukw.backup.windowsazure.com" in forwarders
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
def test_a_wrong_argument_of_hybrid_dns_is_named(change, message):
    with pytest.raises(ValueError, match="dns") as caught:
        dns(**change)
    assert message in str(caught.value)
