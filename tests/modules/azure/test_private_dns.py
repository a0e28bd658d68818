import runpy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planned import Planned, plan
from rehearsed import ROOT, rehearse

from bluelamp.modules.azure.private_dns import PrivateDns, dns_budget, forwarders, zones

VAULT = "privatelink.vaultcore.azure.net"


def private_dns(label, **more) -> Planned:
    args = {"label": label, "location": "uksouth", "resource_group_name": "rg", "virtual_network_ids": {"hub": "/id"}}
    return plan(lambda: PrivateDns("dns", {**args, **more}))


def test_the_list_has_every_zone_once_including_those_of_the_region():
    names = [zone.name for zone in zones(("uksouth", "ukwest"))]
    assert len(names) == len(set(names)) > 85
    assert {f"privatelink.{code}.backup.windowsazure.com" for code in ("uks", "ukw")} <= set(names)
    assert {f"privatelink.{region}.azmk8s.io" for region in ("uksouth", "ukwest")} <= set(names)
    assert len(names) - len(zones(("uksouth",))) == 5
    assert not [name for name in names if "{" in name]


def test_no_zone_hides_the_records_of_another():
    names = {zone.name for zone in zones(("uksouth", "ukwest"))}
    assert [(inner, outer) for inner in names for outer in names if inner.endswith(f".{outer}")] == []


def test_data_centres_forward_the_public_names():
    names = forwarders(zones(("uksouth",)))
    assert {"vault.azure.net", "blob.core.windows.net", "wvd.microsoft.com", "uks.backup.windowsazure.com"} <= set(
        names
    )
    assert not [name for name in names if name.startswith("privatelink")]
    assert "workspace.azurehealthcareapis.com" not in names  # covered by azurehealthcareapis.com


def test_each_zone_is_created_once_and_linked_to_each_network(label):
    made = private_dns(label, regions=["uksouth", "ukwest"], virtual_network_ids={"hub": "/id/1", "west": "/id/2"})
    count = len(zones(("uksouth", "ukwest")))
    assert len(made.of("privatedns:PrivateZone")) == count
    links = made.of("privatedns:VirtualNetworkLink")
    assert len(links) == 2 * count
    assert {link["registrationEnabled"] for link in links} == {False}


def test_an_existing_zone_is_neither_created_nor_linked(label):
    made = private_dns(label, existing={VAULT: "/id/zone"}, more=["privatelink.a1.database.windows.net"])
    names = {zone["privateZoneName"] for zone in made.of("privatedns:PrivateZone")}
    assert VAULT not in names
    assert "privatelink.a1.database.windows.net" in names
    assert VAULT not in {link["privateZoneName"] for link in made.of("privatedns:VirtualNetworkLink")}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"existing": {"privatelink.vaultcore.azure.com": "/id"}}, f"is not in the list; did you mean {VAULT}?"),
        ({"more": [VAULT]}, f"more: {VAULT} is in the list already"),
        ({"regions": ["northeurope"]}, "'northeurope' is not a region of the United Kingdom"),
        ({"virtual_network_ids": {f"n{n}": "/id" for n in range(1001)}}, "takes 1000 links; found 1001 networks"),
    ],
)
def test_a_wrong_argument_of_private_dns_is_named(label, change, message):
    with pytest.raises(ValueError, match=r"\w") as caught:
        private_dns(label, **change)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("zone_count", "networks", "minutes", "refresh"),
    [(10, 1, 0, 0), (83, 1, 0, 0), (88, 1, 5, 0), (93, 2, 5, 0), (93, 8, 25, 5), (93, 48, 135, 45)],
)
def test_the_delay_of_the_dns_api_is_estimated(zone_count, networks, minutes, refresh):
    budget = dns_budget(zone_count, networks)
    assert (budget.minutes, budget.refresh_minutes) == (minutes, refresh)
    assert (str(minutes) in budget.warning) if minutes else not budget.warning


def test_advice_is_given_only_if_it_can_be_followed():
    assert "Link only the networks with a DNS resolver" in dns_budget(93, 3).warning
    for hubs in (1, 2):
        assert "nothing has to be done" in dns_budget(93, hubs).warning


@given(st.integers(1, 200), st.integers(0, 100))
def test_one_more_network_never_makes_the_delay_shorter(zone_count, networks):
    fewer, more = dns_budget(zone_count, networks), dns_budget(zone_count, networks + 1)
    assert fewer.minutes <= more.minutes
    assert fewer.reads == 3 * (zone_count + zone_count * networks)


def test_the_cloud_accepts_the_zones_of_two_hubs_and_notes_the_delay():
    example = ROOT / "modules" / "azure" / "private_dns" / "examples" / "full.py"
    plan = rehearse(lambda: runpy.run_path(str(example)))
    (note,) = plan.notes
    assert plan.warnings == ()
    assert "93 private DNS zones and 186 links take about 837 reads" in note
    assert "about 5 minutes" in note
