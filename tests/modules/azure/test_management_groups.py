import pytest
from planned import plan
from rehearsed import ROOT, of, rehearse

from bluelamp.modules.azure.management_groups import ManagementGroups
from bluelamp.planning.trial import ScratchCloud, update

PLATFORM, RECORDS = "9d6b1c52-0f4e-4c38-9d0a-6b2f0f8f4a11", "3f0c7a1e-58d2-4d0b-8a5c-2f7f7b0d9c64"


def groups(label, name="management-groups", **more) -> ManagementGroups:
    return ManagementGroups(name, {"label": label, "display_name": "West Midlands Police", **more})


def placement(workload: str, group: str, subscription_id: str) -> dict[str, str]:
    return {"workload": workload, "group": group, "subscription_id": subscription_id}


def test_the_hierarchy_is_unchanged_and_confidential_groups_are_added(label):
    before = of(rehearse(lambda: groups(label)), "management:ManagementGroup")
    after = of(rehearse(lambda: groups(label, confidential=True)), "management:ManagementGroup")
    assert len(before) == 12
    assert {name: after[name] for name in before} == before
    added = {name: after[name]["displayName"] for name in after if name not in before}
    assert added == {
        "management-groups-confidential-corp": "West Midlands Police - Confidential corporate",
        "management-groups-confidential-online": "West Midlands Police - Confidential online",
    }


def test_the_parent_group_is_read_and_not_created(label):
    tried = update(ScratchCloud(), lambda: groups(label, parent="mg-police"), {}, stack="test", root=ROOT)
    assert (tried.refused, tried.errors) == ([], [])
    made = {each.urn.rpartition("::")[2]: each for each in tried.running.values()}
    above = made["management-groups-root"].inputs["details"]["parent"]["id"]
    assert above == "/providers/Microsoft.Management/managementGroups/mg-police"
    assert "management-groups-above" not in made


def test_a_subscription_is_placed_by_a_provider_of_its_own(label):
    places = [placement("platform", "management", PLATFORM), placement("records", "corp", RECORDS)]
    made = rehearse(lambda: groups(label, placements=places, tenant_id=RECORDS))
    placed = of(made, "management:ManagementGroupSubscription")
    assert {name: inputs["groupId"] for name, inputs in placed.items()} == {
        "management-groups-platform-placement": "mg-management-wmp-prod",
        "management-groups-records-placement": "mg-corp-wmp-prod",
    }
    providers = {each.urn: each.inputs for each in made.resources if each.type == "pulumi:providers:azure-native"}
    for each in made.resources:
        if each.type.endswith(":ManagementGroupSubscription"):
            wanted = PLATFORM if "platform" in each.name else RECORDS
            assert providers[each.provider]["subscriptionId"] == wanted
            assert providers[each.provider]["tenantId"] == RECORDS


def test_a_canary_hierarchy_shares_no_name_with_the_real_one(label):
    def program() -> None:
        groups(label)
        groups(label, "canary", canary=True)

    made = of(rehearse(program), "management:ManagementGroup")
    assert len(made) == 24
    assert len({inputs["groupId"] for inputs in made.values()}) == 24
    assert made["canary-corp"]["groupId"] == "mg-canary-corp-wmp-prod"
    assert made["canary-corp"]["displayName"] == "West Midlands Police - Canary - Corporate"


def test_every_wrong_placement_is_reported_at_once_with_the_nearest_valid_word(label):
    places = [
        placement("platform", "managment", PLATFORM),
        placement("records", "corp", PLATFORM),
        placement("records", "confidential-corp", RECORDS),
    ]
    with pytest.raises(ValueError, match="ManagementGroups 'management-groups': ") as caught:
        plan(lambda: groups(label, placements=places))
    output = str(caught.value)
    assert "placements[0].group: 'managment' is not in the hierarchy; did you mean management?" in output
    assert f"placements[1].subscription_id: {PLATFORM!r} is placed twice" in output
    assert "placements[2].workload: 'records' is placed twice" in output
    assert "placements[2].group: 'confidential-corp' is not in the hierarchy" in output


def test_a_misspelt_argument_of_a_placement_is_refused(label):
    with pytest.raises(ValueError, match=r"placements\[0\]\.groop is not an argument; did you mean group\?"):
        plan(lambda: groups(label, placements=[{"workload": "platform", "groop": "corp", "subscription_id": RECORDS}]))


def test_new_subscriptions_are_quarantined_and_creating_groups_requires_authorisation(label):
    made = rehearse(lambda: groups(label, hierarchy_settings={"tenant_id": RECORDS}))
    (settings,) = of(made, "management:HierarchySetting").values()
    assert settings["groupId"] == RECORDS  # the root group of a tenant has the tenant's id
    assert settings["defaultManagementGroup"].endswith("/managementGroups/mg-quarantine-wmp-prod")
    assert settings["requireAuthorizationForGroupCreation"] is True
    with pytest.raises(ValueError, match="new_subscriptions: 'quarantine' is not in the hierarchy"):
        plan(lambda: groups(label, hierarchy_settings={"tenant_id": RECORDS}, quarantine=False))
