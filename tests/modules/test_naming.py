import re
from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_args import LABEL

from bluelamp.modules import naming
from bluelamp.modules.naming import Label

codes = st.text("abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=5)
words = st.from_regex(r"[a-z0-9]{1,20}(-[a-z0-9]{1,20}){0,3}", fullmatch=True)


@pytest.mark.parametrize(
    ("kind", "workload", "location", "expected"),
    [
        ("resource_group", "network", "uksouth", "rg-network-wmp-prod-uks"),
        ("virtual_network", "hub", "ukwest", "vnet-hub-wmp-prod-ukw"),
        ("network_security_group", "hub", "uksouth", "nsg-hub-wmp-prod-uks"),
        ("management_group", "landing-zones", "", "mg-landing-zones-wmp-prod"),
        ("log_analytics_workspace", "management", "uksouth", "log-management-wmp-prod-uks"),
    ],
)
def test_a_name_has_its_kind_workload_force_and_region(kind, workload, location, expected):
    assert naming.name(kind, workload, LABEL, location) == expected


def test_a_storage_account_has_letters_and_digits_only():
    assert re.fullmatch(r"stlogswmpproduks[a-z2-7]{4}", naming.name("storage_account", "logs", LABEL, "uksouth"))


def test_a_vaults_name_is_stable_and_differs_by_force_and_region():
    mine = naming.name("key_vault", "platform", LABEL, "uksouth")
    assert mine == naming.name("key_vault", "platform", LABEL.copy(), "uksouth")
    theirs = Label(**{**LABEL, "force": "west-mercia"})
    assert len({mine, naming.name("key_vault", "platform", theirs, "uksouth")}) == 2
    assert mine != naming.name("key_vault", "platform", LABEL, "ukwest")
    assert re.fullmatch(r"kv-[a-z0-9-]*-wmp-prod-uks-[a-z2-7]{4}", mine)


@given(st.sampled_from(sorted(naming.kinds())), words, codes, st.sampled_from(["prod", "preprod", "test", "dev"]))
def test_every_name_is_valid_for_its_service(kind, workload, code, environment):
    rule = naming.kinds()[kind]
    made = naming.name(kind, workload, Label(**{**LABEL, "code": code, "environment": environment}), "uksouth")
    assert len(made) <= rule.longest
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*" if rule.hyphens else r"[a-z0-9]+", made)
    assert made.startswith(rule.abbreviation)


def test_the_longest_force_code_still_leaves_room_in_a_vaults_name():
    made = naming.name(
        "key_vault", "platform", Label(**{**LABEL, "code": "essex", "environment": "preprod"}), "uksouth"
    )
    assert len(made) <= 24
    assert "-essex-pre-uks-" in made


def test_two_long_workloads_have_different_names():
    long = "a-very-long-workload-" * 4
    names = {naming.name("log_analytics_workspace", f"{long}{end}", LABEL, "uksouth") for end in ("one", "two")}
    assert len(names) == 2


@pytest.mark.parametrize(
    ("kind", "workload", "location", "message"),
    [
        ("resource_gruop", "network", "uksouth", "did you mean resource_group?"),
        ("resource_group", "Network!", "uksouth", "workload 'Network!'"),
        ("resource_group", "network", "northeurope", "'northeurope' is not a region of the United Kingdom"),
    ],
)
def test_a_wrong_name_is_refused_with_the_reason(kind, workload, location, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        naming.name(kind, workload, LABEL, location)


def test_tags_are_the_mandatory_ones_and_the_labels_own():
    tags = naming.tags(Label(**{**LABEL, "tags": {"service": "custody"}}))
    assert set(tags) == {*naming.MANDATORY, "service"}
    assert tags["cost-centre"] == "WMP-4410"
    assert tags["force"] == "west-midlands"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cost_centre": " "}, "cost-centre is empty"),
        ({"business_owner": "x" * 257}, "business-owner has 257 characters"),
        ({"tags": {"force": "essex"}}, "force is given by the label"),
        ({"tags": {str(number): "x" for number in range(43)}}, "51 tags"),
    ],
)
def test_tags_that_azure_or_finance_could_not_use_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        naming.tags(Label(**{**LABEL, **change}))


def test_a_hub_is_divided_as_the_address_plan_says():
    plan = naming.hub_plan("10.61.0.0/22")
    assert str(plan.firewall) == "10.61.0.0/26"
    assert str(plan.bastion) == "10.61.0.64/26"
    assert str(plan.gateway) == "10.61.0.128/27"
    assert str(plan.resolver) == "10.61.0.160/28"
    assert str(plan.firewall_management) == "10.61.0.192/26"
    assert str(plan.private_endpoints) == "10.61.1.0/24"
    assert str(plan.firewall_address) == "10.61.0.4"


@given(st.integers(0, 2**22 - 1), st.integers(8, 22))
def test_the_subnets_of_a_hub_are_inside_it_and_do_not_overlap(block, prefix):
    space = IPv4Network((block << 10, prefix), strict=False)
    plan = naming.hub_plan(str(space))
    parts = [plan.firewall, plan.bastion, plan.gateway, plan.resolver, plan.firewall_management, plan.private_endpoints]
    assert all(part.subnet_of(plan.range) and part.subnet_of(space) for part in parts)
    assert not any(one.overlaps(other) for one in parts for other in parts if one is not other)


def test_a_hub_that_is_too_small_is_refused():
    with pytest.raises(ValueError, match=r"a hub needs a /22; 10\.61\.0\.0/23 is a /23"):
        naming.hub_plan("10.61.0.0/23")


def test_spokes_follow_the_hub_and_end_with_the_allocation():
    assert str(naming.spoke("10.61.0.0/16", "10.61.0.0/22", 0)) == "10.61.4.0/24"
    assert str(naming.spoke("10.61.0.0/16", "10.61.0.0/22", 251)) == "10.61.255.0/24"
    with pytest.raises(ValueError, match="no spoke 252"):
        naming.spoke("10.61.0.0/16", "10.61.0.0/22", 252)
    with pytest.raises(ValueError, match="not inside"):
        naming.spoke("10.61.0.0/16", "10.62.0.0/22", 0)
