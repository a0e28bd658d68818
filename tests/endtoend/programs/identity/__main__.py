"""An application of a directory, its rights in a subscription, and a certificate kept in a vault."""

import pulumi
import pulumi_azuread as azuread
import pulumi_azure_native as azure
import pulumi_random as random
import pulumi_tls as tls
from pulumi_command import local

config = pulumi.Config()
owners = config.require_object("owners")
location = pulumi.Config("azure-native").require("location")
current = azure.authorization.get_client_config_output()

suffix = random.RandomPet("suffix", length=2, separator="")
group = azure.resources.ResourceGroup("app", resource_group_name=pulumi.Output.concat("rg-app-", suffix.id))

application = azuread.Application("app", display_name="An example", owners=owners)
principal = azuread.ServicePrincipal("app", client_id=application.client_id, app_role_assignment_required=False)
secret = azuread.ApplicationPassword("app", application_id=application.id, display_name="for the pipeline")
readers = azuread.Group("readers", display_name="Example readers", security_enabled=True, owners=owners)
azuread.GroupMember("app-reads", group_object_id=readers.object_id, member_object_id=principal.object_id)

role = azure.authorization.RoleDefinition(
    "restarter",
    role_definition_id=random.RandomUuid("restarter").result,
    role_name="Example restarter",
    scope=group.id,
    assignable_scopes=[group.id],
    permissions=[
        azure.authorization.PermissionArgs(actions=["Microsoft.Compute/virtualMachines/restart/action"], not_actions=[])
    ],
)
for number, (who, kind) in enumerate([(principal.object_id, "ServicePrincipal"), (readers.object_id, "Group")]):
    azure.authorization.RoleAssignment(
        f"restarts-{number}",
        scope=group.id,
        principal_id=who,
        principal_type=kind,
        role_definition_id=role.id,
        role_assignment_name=random.RandomUuid(f"restarts-{number}", keepers={"scope": group.name}).result,
    )

authority = tls.PrivateKey("authority", algorithm="ECDSA", ecdsa_curve="P256")
certificate = tls.SelfSignedCert(
    "authority",
    private_key_pem=authority.private_key_pem,
    is_ca_certificate=True,
    validity_period_hours=24 * 365,
    allowed_uses=["cert_signing", "crl_signing"],
    subject=tls.SelfSignedCertSubjectArgs(common_name="An example's authority", organization="Example"),
)
key = tls.PrivateKey("server", algorithm="RSA", rsa_bits=2048)
request = tls.CertRequest(
    "server",
    private_key_pem=key.private_key_pem,
    dns_names=["app.example.org"],
    subject=tls.CertRequestSubjectArgs(common_name="app.example.org"),
)
signed = tls.LocallySignedCert(
    "server",
    cert_request_pem=request.cert_request_pem,
    ca_private_key_pem=authority.private_key_pem,
    ca_cert_pem=certificate.cert_pem,
    validity_period_hours=24 * 90,
    allowed_uses=["server_auth"],
)

vault = azure.keyvault.Vault(
    "vault",
    vault_name=suffix.id.apply(lambda words: f"kv-{words}"[:24]),
    resource_group_name=group.name,
    location=location,
    properties=azure.keyvault.VaultPropertiesArgs(
        tenant_id=current.tenant_id,
        sku=azure.keyvault.SkuArgs(family="A", name="standard"),
        access_policies=[
            azure.keyvault.AccessPolicyEntryArgs(
                tenant_id=current.tenant_id,
                object_id=principal.object_id,
                permissions=azure.keyvault.PermissionsArgs(secrets=["get", "list"]),
            )
        ],
    ),
)
stored = azure.keyvault.Secret(
    "server-key",
    resource_group_name=group.name,
    vault_name=vault.name,
    secret_name="server-key",
    properties=azure.keyvault.SecretPropertiesArgs(value=key.private_key_pem_pkcs8),
)
wrapping = azure.keyvault.Key(
    "wrapping",
    resource_group_name=group.name,
    vault_name=vault.name,
    key_name="wrapping",
    properties=azure.keyvault.KeyPropertiesArgs(kty="RSA", key_size=3072, key_ops=["wrapKey", "unwrapKey"]),
)
lock = azure.authorization.ManagementLockByScope(
    "keep",
    scope=vault.id,
    level="CanNotDelete",
    notes="holds the only copy of a key",
    opts=pulumi.ResourceOptions(depends_on=[stored, wrapping]),
)
greeting = local.Command("greeting", create="echo hello", opts=pulumi.ResourceOptions(depends_on=[lock]))

pulumi.export("client", application.client_id)
pulumi.export("password", secret.value)
pulumi.export("certificate", signed.cert_pem)
pulumi.export("secret", stored.properties.secret_uri)
pulumi.export("vault", vault.properties.vault_uri)
