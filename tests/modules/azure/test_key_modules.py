import pytest
from planned import plan
from rehearsed import of, rehearse

from bluelamp.modules.azure.customer_managed_keys import CustomerManagedKeys
from bluelamp.modules.azure.key_vault import KeyVault
from bluelamp.modules.azure.managed_hsm import ManagedHsm

PLACE = {"location": "uksouth", "workload": "platform", "resource_group_name": "rg"}
CLOSED = {**PLACE, "tenant_id": "tenant", "subnet_id": "/id/subnet", "workspace_id": "/id/logs"}
VAULT_ID = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv"
KEYS = {**PLACE, "vault_name": "kv", "vault_id": VAULT_ID}
PEOPLE = [f"88888888-8888-4888-8888-00000000000{each}" for each in range(3)]


def vault(label, **more):
    return plan(lambda: KeyVault("vault", {"label": label, **CLOSED, **more}))


def test_a_key_is_hardware_protected_rotated_and_expires(label):
    key = vault(label, keys={"records": {"expires_on": "2028-03-31"}}).one("keyvault:Key")
    properties = key["properties"]
    assert (properties["kty"], properties["keySize"]) == ("RSA-HSM", 4096)
    assert properties["rotationPolicy"]["attributes"] == {"expiryTime": "P2Y"}
    actions = {each["action"]["type"]: each["trigger"] for each in properties["rotationPolicy"]["lifetimeActions"]}
    assert actions == {"rotate": {"timeAfterCreate": "P1Y"}, "notify": {"timeBeforeExpiry": "P30D"}}
    assert properties["attributes"]["expires"] == 1838073600
    assert properties["attributes"]["exportable"] is False


def test_the_keys_of_a_standard_vault_are_in_software(label):
    made = vault(label, keys={"records": {}}, sku="standard")
    assert made.one("keyvault:Key")["properties"]["kty"] == "RSA"


def test_a_protected_vault_protects_its_keys_too(label):
    made = vault(label, keys={"records": {}}, protect=True)
    assert {each.name for each in made.resources if each.protect} == {"vault-vault", "vault-key-records"}


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ({"size": 1024}, "key 'records': size is 1024; allowed are 2048, 3072 and 4096"),
        ({"rotate_after": "1 year"}, "rotate_after is '1 year'; write a period such as P90D, P18M or P2Y"),
        ({"rotate_after": "P2Y"}, "expires_after P2Y must be 7 days longer than rotate_after P2Y"),
        ({"expires_on": "next year"}, "expires_on is 'next year'; write a day such as 2028-03-31"),
        ({"sise": 2048}, r"keys\.records\.sise is not an argument; did you mean size\?"),
    ],
)
def test_a_wrong_key_is_refused(label, key, message):
    with pytest.raises(ValueError, match=message):
        vault(label, keys={"records": key})


def keys(label, uses, **more):
    return rehearse(lambda: CustomerManagedKeys("keys", {"label": label, **KEYS, "uses": uses, **more}))


def test_each_use_has_a_key_that_only_its_own_identity_may_use(label):
    made = keys(label, ["disks", "storage"])
    assert {each["keyName"] for each in of(made, "Key").values()} == {"cmk-platform-disks", "cmk-platform-storage"}
    assert {each["resourceName"] for each in of(made, "UserAssignedIdentity").values()} == {
        "id-platform-cmk-disks-wmp-prod-uks",
        "id-platform-cmk-storage-wmp-prod-uks",
    }
    allowed = {each.name: each.references for each in made.resources if each.type.endswith(":RoleAssignment")}
    for use in ("disks", "storage"):
        references = allowed[f"keys-{use}-may-use-key"]
        assert [urn.rpartition("::")[2] for urn in references["scope"]] == [f"keys-{use}-key"]
        assert [urn.rpartition("::")[2] for urn in references["principalId"]] == [f"keys-{use}-identity"]


def test_disks_get_an_encryption_set_that_follows_the_keys_rotation(label):
    disks = of(keys(label, ["disks"]), "DiskEncryptionSet")["keys-disk-encryption-set"]
    assert disks["rotationToLatestKeyVersionEnabled"] is True
    assert disks["encryptionType"] == "EncryptionAtRestWithPlatformAndCustomerKeys"
    assert disks["activeKey"]["sourceVault"] == {"id": KEYS["vault_id"]}
    assert of(keys(label, ["sql"]), "DiskEncryptionSet") == {}


@pytest.mark.parametrize("uses", [[], ["disks", "disks"]])
def test_uses_have_unique_names(label, uses):
    with pytest.raises(ValueError, match=r"uses is .*; name each use once, and at least one"):
        keys(label, uses)


def test_a_managed_hsm_is_private_and_cannot_be_purged(label):
    made = plan(lambda: ManagedHsm("hsm", {"label": label, **CLOSED, "administrator_ids": PEOPLE}))
    properties = made.one("keyvault:ManagedHsm")["properties"]
    assert properties["enablePurgeProtection"] is True
    assert properties["publicNetworkAccess"] == "Disabled"
    assert made.one("privatedns:PrivateZone")["privateZoneName"] == "privatelink.managedhsm.azure.net"
    assert made.one("network:PrivateEndpoint")["privateLinkServiceConnections"][0]["groupIds"] == ["managedhsm"]
    assert [each.name for each in made.resources if each.protect] == ["hsm-hsm"]


def test_a_managed_hsm_needs_three_people(label):
    with pytest.raises(ValueError, match="administrator_ids has 1 different people; at least 3 are required"):
        plan(lambda: ManagedHsm("hsm", {"label": label, **CLOSED, "administrator_ids": PEOPLE[:1] * 3}))
