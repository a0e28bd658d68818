"""Access to data: the deployed resources match the compiled policy, the cloud accepts them, and access is archived."""

import ast
import json
import runpy

import pytest
from planned import plan
from rehearsed import ROOT, of, rehearse

from bluelamp.access import Cloud, CloudResource, Resources, disagreements
from bluelamp.core.access import read_access
from bluelamp.core.contracts import read_assets
from bluelamp.core.dates import today
from bluelamp.modules.data.access import DataAccess

EXAMPLES = ROOT / "modules" / "data"
ACCOUNT = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/stlake"
GIVEN = {
    "tenant_id": "tenant",
    "excluded_group_ids": ["emergency"],
    "lake": {
        "name": "stlake",
        "file_system_ids": {"published": f"{ACCOUNT}/blobServices/default/containers/published"},
    },
    "gateway": {"name": "apim", "resource_group_name": "rg", "principal_id": "gateway-identity"},
}


@pytest.mark.parametrize("module", ["access", "access_log", "interfaces"])
@pytest.mark.parametrize("example", ["minimal", "full"])
def test_the_cloud_accepts_the_example_and_no_rule_is_broken(module, example):
    rehearse(lambda: runpy.run_path(str(EXAMPLES / module / "examples" / f"{example}.py")))


def test_the_deployed_resources_answer_every_cell_as_the_policy_does(label, monkeypatch):
    """The evaluators run on the resources that Pulumi registers for west-midlands, with ids as a cloud assigns them."""
    import planned

    force = "west-midlands"
    policy = read_access(ROOT, force, read_assets(ROOT, force))
    assert policy is not None

    def create(self, instance, urn, inputs, *, preview):
        name = urn.rpartition("::")[2]
        return f"{name}.id", {**inputs, "objectId": f"{name}.objectId"}

    monkeypatch.setattr(planned.Anything, "create", create)
    document = json.loads(policy.model_dump_json(by_alias=True))
    args = {"label": label, "policy": document, "day": today().isoformat(), **GIVEN}
    made = plan(lambda: DataAccess("data-access", args))
    seen = [
        CloudResource(
            each.type, planned.plain(each.inputs), {"id": f"{each.name}.id", "objectId": f"{each.name}.objectId"}
        )
        for each in made.resources
    ]
    account = CloudResource("azure-native:storage:StorageAccount", {"publicNetworkAccess": "Disabled"}, {"id": ACCOUNT})
    cloud = Cloud(Resources([*seen, account]), ACCOUNT, "gateway-identity")
    assert list(disagreements(policy, cloud, today())) == []
    blocks = made.of("ConditionalAccessPolicy")
    assert {each["state"] for each in blocks} == {"enabled"}
    assert all(each["conditions"]["users"]["excludedGroups"] == ["emergency"] for each in blocks)


def test_what_a_policy_needs_is_required(label):
    path = EXAMPLES / "access" / "examples" / "full.py"
    text = path.read_text("utf-8")
    literal = text[text.index('"policy": ') + len('"policy": ') : text.rindex("    },\n)")].rstrip().rstrip(",")
    policy = ast.literal_eval(literal)
    with pytest.raises(ValueError, match=r"lake is missing.*gateway is missing"):
        plan(lambda: DataAccess("access", {"label": label, "policy": policy, "day": "2026-04-01", "tenant_id": "t"}))
    later = plan(lambda: DataAccess("access", {"label": label, "policy": policy, "day": "2027-04-01", **GIVEN}))
    assert later.of("Product") == []
    assert len(later.of("AccessPackage")) == 1


def test_every_call_is_logged_with_its_purpose():
    made = rehearse(lambda: runpy.run_path(str(EXAMPLES / "interfaces" / "examples" / "minimal.py")))
    [calls] = of(made, "Diagnostic").values()
    assert calls["sampling"]["percentage"] == 100
    assert calls["frontend"]["request"]["headers"] == ["Purpose"]
