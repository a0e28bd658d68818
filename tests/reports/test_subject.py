import json
from pathlib import Path
from typing import Any

import pytest

from bluelamp.errors import BluelampError, UsageError
from bluelamp.fleet.judge import deployed
from bluelamp.planning.plan import Plan, PlannedResource, plan_program
from bluelamp.policies import UNKNOWN, Resource, Verdict, judge
from bluelamp.rehearsal import values
from bluelamp.resources import from_plan, from_state

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
ACCOUNT = "azure-native:storage:StorageAccount"


def urn(type_: str, name: str) -> str:
    return f"urn:pulumi:essex::bluelamp::bluelamp:index:Store${type_}::{name}"


def plan(**inputs: Any) -> Plan:
    return Plan("essex", (PlannedResource(urn(ACCOUNT, "records"), custom=True, protect=True, inputs=inputs),))


def state(**inputs: Any) -> dict[str, Any]:
    record = {"urn": urn(ACCOUNT, "records"), "type": ACCOUNT, "custom": True, "protect": True, "inputs": inputs}
    return {"version": 3, "deployment": {"resources": [record]}}


def only(resources: list[Resource]) -> Resource:
    (resource,) = resources
    return resource


def test_a_plan_and_a_state_give_the_same_resource() -> None:
    inputs = {"accountName": "strecords", "sku": {"name": "Standard_ZRS"}, "tags": {"owner": "essex"}}
    planned, deployed = only(from_plan(plan(**inputs))), only(from_state(state(**inputs)))
    assert planned == deployed
    assert (planned.type, planned.name, planned.protect) == (ACCOUNT, "records", True)
    assert planned.properties == inputs


def test_only_cloud_resources_are_judged() -> None:
    records = [
        {"type": "pulumi:pulumi:Stack", "custom": False},
        {"type": "pulumi:providers:azure-native", "custom": True},
        {"type": "bluelamp:index:Store", "custom": False},
        {"type": ACCOUNT, "custom": True},
        {"type": ACCOUNT, "custom": True, "delete": True},
        {"type": ACCOUNT, "custom": True, "external": True},
    ]
    named = [{**record, "urn": urn(record["type"], str(number))} for number, record in enumerate(records)]
    assert [resource.name for resource in from_state({"deployment": {"resources": named}})] == ["3"]
    planned = tuple(PlannedResource(each["urn"], custom=each["custom"]) for each in named[:4])
    assert [resource.name for resource in from_plan(Plan("essex", planned))] == ["3"]


def test_a_planned_secret_is_judged_by_its_value_and_never_shown() -> None:
    resource = only(from_plan(plan(minimumTlsVersion=values.Secret("TLS1_0"), tags=values.Secret({"a": ["b"]}))))
    assert resource.properties["minimumTlsVersion"] == "TLS1_0"
    assert resource.secrets == {"minimumTlsVersion", "tags"}
    judged = next(each for each in judge([resource]) if each.path == "minimumTlsVersion")
    assert (judged.verdict, judged.observed) == (Verdict.FAIL, "[secret]")


def test_a_value_unknown_in_a_plan_stays_unknown() -> None:
    resource = only(from_plan(plan(sku=values.UNKNOWN, list=[{"key": values.Secret(values.UNKNOWN)}])))
    assert resource.properties == {"sku": UNKNOWN, "list": [{"key": UNKNOWN}]}
    assert resource.secrets == {"list[0].key"}


def test_paths_of_secrets_are_spelt_as_pulumi_spells_them() -> None:
    labels = {"app.kubernetes.io/name": values.Secret("records")}
    resource = only(from_plan(plan(metadata={"labels": labels})))
    assert resource.secrets == {'metadata.labels["app.kubernetes.io/name"]'}


def test_an_encrypted_secret_of_a_state_is_opaque() -> None:
    sealed = {SIGNATURE: SECRET, "ciphertext": "v1:abc:def"}
    resource = only(from_state(state(settings=[{"key": sealed}])))
    assert resource.properties == {"settings": [{"key": UNKNOWN}]}
    assert resource.secrets == {"settings[0].key"}


def test_a_secret_exported_in_clear_text_is_judged_as_a_planned_one() -> None:
    opened = {SIGNATURE: SECRET, "plaintext": json.dumps({"user": "records", "ports": [1, 2]})}
    assert only(from_state(state(login=opened))) == only(
        from_plan(plan(login=values.Secret({"user": "records", "ports": [1, 2]})))
    )


def test_outputs_references_and_unknowns_of_a_state_are_read() -> None:
    output = {SIGNATURE: "d0e6a833031e9bbcd3f4e8bde6ca49a4"}
    reference = {SIGNATURE: "5cf8f73096256a8f31e491e813e4eb8e", "urn": "urn:x", "id": "/subscriptions/x"}
    resource = only(
        from_state(
            state(
                known={**output, "value": 3, "secret": True},
                later=output,
                unknown="04da6b54-80e4-46f7-96ec-b56ff0331ba9",
                parent=reference,
            )
        )
    )
    assert resource.properties == {"known": 3, "later": UNKNOWN, "unknown": UNKNOWN, "parent": "/subscriptions/x"}
    assert resource.secrets == {"known"}


def test_a_plan_and_a_state_know_the_source_of_a_property() -> None:
    vault = urn("azure-native:keyvault:Vault", "keys")
    recorded = state(kind="StorageV2")
    recorded["deployment"]["resources"][0]["propertyDependencies"] = {"kind": [vault], "sku": None, "tags": []}
    planned = PlannedResource(urn(ACCOUNT, "records"), custom=True, references={"kind": (vault,)})
    assert only(from_state(recorded)).references == {"kind": (vault,)}
    assert only(from_plan(Plan("essex", (planned,)))).references == {"kind": (vault,)}


@pytest.mark.parametrize(("logged", "verdict"), [("keys", Verdict.PASS), ("others", Verdict.FAIL)])
def test_a_plan_is_judged_by_the_source_of_unknown_ids(tmp_path: Path, logged: str, verdict: Verdict) -> None:
    def program() -> None:
        from pulumi_azure_native import keyvault, monitor, resources

        group = resources.ResourceGroup("group", location="uksouth")
        properties = {
            "tenant_id": "00000000-0000-0000-0000-000000000000",
            "sku": {"family": keyvault.SkuFamily.A, "name": keyvault.SkuName.STANDARD},
        }
        vaults = {
            name: keyvault.Vault(name, resource_group_name=group.name, location="uksouth", properties=properties)
            for name in ("keys", "others")
        }
        monitor.DiagnosticSetting(
            "logs",
            resource_uri=vaults[logged].id,
            workspace_id="/subscriptions/s/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/w",
            logs=[{"category_group": "allLogs", "enabled": True}],
        )

    planned = from_plan(plan_program("essex", program, {}, root=tmp_path))
    (keys,) = [each for each in planned if each.name == "keys"]
    (setting,) = [each for each in planned if each.name == "logs"]
    assert setting.properties["resourceUri"] is UNKNOWN
    (judgement,) = [each for each in judge(planned) if (each.rule, each.urn) == ("BL-LOG-002", keys.urn)]
    assert judgement.verdict is verdict


def test_an_empty_state_has_no_resources() -> None:
    assert from_state({"version": 3, "deployment": {"manifest": {}}}) == []


@pytest.mark.parametrize("broken", [{}, {"deployment": None}, {"deployment": []}, []])
def test_something_other_than_a_state_is_refused(broken: Any) -> None:
    with pytest.raises(UsageError, match="not a stack's state") as caught:
        from_state(broken)
    assert "pulumi stack export" in caught.value.next_step


@pytest.mark.parametrize("record", [{}, {"urn": 3, "type": "x"}, {"urn": "urn:x"}, "text", None])
def test_a_damaged_record_is_named(record: Any) -> None:
    with pytest.raises(UsageError, match=r"deployment\.resources\[1\]"):
        from_state({"deployment": {"resources": [state()["deployment"]["resources"][0], record]}})


@pytest.mark.parametrize(("rehearse", "up"), [(True, "bluelamp up --rehearse"), (False, "bluelamp up")])
def test_forces_without_deployed_resources_are_named_with_the_command_to_deploy(rehearse: bool, up: str) -> None:
    assert deployed({"essex": state()}, rehearse=rehearse) == {"essex": state()}
    with pytest.raises(BluelampError) as caught:
        deployed({"essex": state(), "kent": None, "surrey": {"deployment": {}}}, rehearse=rehearse)
    assert (caught.value.message, caught.value.next_step) == (
        "nothing of kent, surrey is deployed",
        f"{up} kent surrey",
    )
    with pytest.raises(BluelampError, match="nothing of a, b, c and of 2 more is deployed"):
        deployed(dict.fromkeys("abcde"), rehearse=rehearse)
