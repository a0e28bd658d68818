"""The resources required before the first deployment: their protection, and their identities' permissions."""

import runpy

import pytest
from planned import plan
from rehearsed import ROOT, of, rehearse

from bluelamp import policies
from bluelamp.modules.azure.bootstrap import Bootstrap
from bluelamp.resources import from_plan

SUBSCRIPTION = "/subscriptions/7d2f1c9a-40b3-4d1e-9f55-2f6f2b1a9c10"
OTHER = "/subscriptions/8a51d3b7-92c4-4e0f-8b6a-1c3d5e7f9012"
GROUPS = "/providers/Microsoft.Management/managementGroups/mg-police"
NEEDS_MORE = {
    "BL-BAK-002",  # locked immutability cannot be undone: `immutability`
    "BL-BAK-008",  # a resource guard is owned by other people
    "BL-NET-012",  # a network without public addresses, before the estate's DDoS protection plan
    "BL-NET-054",  # flow logs need the estate's storage
}
"""Advisory rules that the minimal example fails."""


@pytest.fixture(scope="module", params=["minimal", "full"])
def example(request):
    path = ROOT / "modules/azure/bootstrap/examples" / f"{request.param}.py"
    return request.param, rehearse(lambda: runpy.run_path(str(path)))


def roles(made, who):
    """The last part of each role's id with its scope, for the identity."""
    found = set()
    for name, each in of(made, "RoleAssignment").items():
        if name.startswith(f"bootstrap-{who}-may"):
            found.add((name.removeprefix(f"bootstrap-{who}-may-"), str(each["roleDefinitionId"]).rpartition("/")[2]))
    return found


def test_only_the_named_advisory_rules_fail(example):
    name, made = example
    failed = {each.rule for each in policies.judge(from_plan(made), policies.rules()) if each.verdict == "fail"}
    assert failed == (NEEDS_MORE if name == "minimal" else NEEDS_MORE - {"BL-BAK-002"})


def test_the_state_store_is_closed_versioned_backed_up_and_locked(example):
    name, made = example
    account = of(made, "StorageAccount")["bootstrap-state-account"]
    assert account["allowSharedKeyAccess"] is False
    assert account["allowBlobPublicAccess"] is False
    assert account["publicNetworkAccess"] == "Disabled"
    blobs = of(made, "BlobServiceProperties")["bootstrap-state-blobs"]
    assert blobs["isVersioningEnabled"] is True
    assert blobs["restorePolicy"]["days"] < blobs["deleteRetentionPolicy"]["days"]
    backup = of(made, "BackupInstance")["bootstrap-state-backup"]["properties"]
    assert backup["dataSourceInfo"]["datasourceType"] == "Microsoft.Storage/storageAccounts/blobServices"
    locks = {each["level"] for each in of(made, "ManagementLockByScope").values()}
    assert (len(of(made, "ManagementLockByScope")), locks) == (3, {"CanNotDelete"})
    protected = {each.name for each in made.resources if each.protect}
    wanted = {
        "bootstrap-key",
        "bootstrap-keys-vault",
        "bootstrap-state-account",
        "bootstrap-state-container",
    }
    assert protected == (wanted if name == "minimal" else set())


def test_the_state_key_encrypts_and_its_vault_cannot_be_purged(example):
    _, made = example
    assert of(made, "Vault")["bootstrap-keys-vault"]["properties"]["enablePurgeProtection"] is True
    assert of(made, "Key")["bootstrap-key"]["properties"]["keyOps"] == ["encrypt", "decrypt"]


def test_the_plan_identity_reads(example):
    name, made = example
    reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
    wanted = {
        ("read-platform", reader),
        ("read-states", "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"),  # Storage Blob Data Reader
        ("use-key", "12338af0-0e69-4776-bea7-57ae8d297424"),  # Key Vault Crypto User
        ("read-secrets", "4633458b-17de-408a-b874-0445c86b69e6"),  # Key Vault Secrets User
    }
    more = {("read-subscription-1", reader), ("read-groups", reader)} if name == "full" else set()
    assert roles(made, "plan") == wanted | more


def test_the_apply_identity_cannot_make_itself_an_owner(example):
    name, made = example
    given = roles(made, "apply")
    owner, access, assigner = (
        "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",  # Owner
        "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",  # User Access Administrator
        "f58310d9-a9f6-439a-9e8d-f62e7b41a168",  # Role Based Access Control Administrator
    )
    assert not {role for _, role in given} & {owner, access}
    assert ("deploy-platform", "b24988ac-6180-42a0-ab88-20f7382dd24c") in given  # Contributor
    assigning = {
        each["scope"]: each["condition"]
        for short, each in of(made, "RoleAssignment").items()
        if "may-assign-roles" in short
    }
    assert set(assigning) == ({SUBSCRIPTION} if name == "minimal" else {SUBSCRIPTION, OTHER, GROUPS})
    for condition in assigning.values():
        assert all(role in condition for role in (owner, access, assigner))
        assert "roleAssignments/write" in condition
        assert "roleAssignments/delete" in condition
    actions = of(made, "RoleDefinition")["bootstrap-locks"]["permissions"][0]["actions"]
    assert actions == [f"Microsoft.Authorization/locks/{each}" for each in ("read", "write", "delete")]


def test_a_plan_job_cannot_use_the_apply_identity(example):
    _, made = example
    subjects = {name: each["subject"] for name, each in of(made, "FederatedIdentityCredential").items()}
    assert subjects == {
        "bootstrap-plan-github": "repo:police/estate:environment:bluelamp-plan",
        "bootstrap-apply-github": "repo:police/estate:environment:bluelamp-apply",
    }


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"subscription_ids": []}, "subscription_ids is empty; name at least the platform subscription"),
        ({"subscription_ids": ["prod"]}, r"subscription_ids\[0\] is 'prod'; write a GUID"),
        ({"immutability": "locked"}, "immutability is 'locked'; use Unlocked, Locked"),
    ],
)
def test_wrong_arguments_are_refused(label, more, message):
    trust = {"github": {"issuer": "https://issuer.example", "subject": "repo:police/estate"}}
    args = {
        "label": label,
        "location": "uksouth",
        "resource_group_name": "rg",
        "tenant_id": "tenant",
        "subnet_id": "/id/subnet",
        "workspace_id": "/id/logs",
        "subscription_ids": [SUBSCRIPTION.rpartition("/")[2]],
        "plan_credentials": trust,
        "apply_credentials": trust,
    }
    with pytest.raises(ValueError, match=message):
        plan(lambda: Bootstrap("bootstrap", {**args, **more}))
