"""An Event Hubs namespace with event hubs and a schema group."""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NotRequired, TypedDict

import pulumi
from pulumi_azure_native import eventhub

from bluelamp.modules import naming
from bluelamp.modules.azure.log_analytics import send_logs
from bluelamp.modules.azure.private_link import private_links
from bluelamp.modules.azure.storage_encryption import EncryptionKey
from bluelamp.modules.component import Component, after
from bluelamp.modules.shared_arguments import ResourceGroupScopedArgs

_GROUPS: Final = {"namespace": ["privatelink.servicebus.windows.net"]}
_HUB = re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9._-]{0,254}[a-zA-Z0-9])?")
_COMPATIBILITY: Final = ("None", "Backward", "Forward")


class CaptureHub(TypedDict):
    """One event hub."""

    partitions: NotRequired[int]
    """The number of partitions (parallel consumers), 1 to 32; 4 by default. It cannot be changed later."""
    retention_hours: NotRequired[int]
    """Retention in hours, 1 to 168; 168 by default."""


class DataCaptureArgs(ResourceGroupScopedArgs):
    """Arguments of capture."""

    workload: str
    """The purpose, such as `capture`; part of every name."""
    subnet_id: pulumi.Input[str]
    """The private endpoint subnet."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace that receives the namespace's logs."""
    hubs: dict[str, CaptureHub]
    """The event hubs by name, such as one for valid records and one for those in quarantine."""
    schema_group: NotRequired[str]
    """The name of the JSON Schema group; `forms` by default."""
    schema_compatibility: NotRequired[str]
    """Schema compatibility: `Backward` (the new version reads old records), `Forward` (the old one
    reads new records) or `None`; `None` by default. It cannot be changed later."""
    virtual_network_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Networks to link to a new private DNS zone, keyed by a short name; not used for existing zones."""
    private_zone_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Existing private DNS zones, by name; missing zones are created."""
    key: NotRequired[EncryptionKey]
    """A customer-managed encryption key, which needs the premium tier; by default a Microsoft-managed key and the
    standard
    tier. The tier of a namespace cannot be changed later."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the namespace; false by default."""


class DataCapture(Component):
    """A namespace without public network access or access keys: event hubs, a schema group and access logs."""

    id: pulumi.Output[str]
    """The namespace's ARM id."""
    name: pulumi.Output[str]
    """The namespace's name, known before it exists."""
    hub_ids: pulumi.Output[dict[str, str]]
    """The event hubs' ARM ids by name, for role assignments."""
    schema_group_id: pulumi.Output[str]
    """The schema group's ARM id."""

    def __init__(self, name: str, args: DataCaptureArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        if wrong := list(_problems(args)):
            raise ValueError(f"DataCapture {name!r}: " + "; ".join(wrong))
        namespace_name = naming.name("event_hubs_namespace", args["workload"], args["label"], args["location"])
        namespace = self._namespace(name, args, namespace_name)
        here: Mapping[str, pulumi.Input[str]] = {
            "namespace_name": after(namespace_name, namespace),
            "resource_group_name": args["resource_group_name"],
        }
        hubs = {
            hub: eventhub.EventHub(
                f"{name}-{hub}",
                event_hub_name=hub,
                **here,
                partition_count=wanted.get("partitions", 4),
                retention_description=eventhub.RetentionDescriptionArgs(
                    cleanup_policy="Delete", retention_time_in_hours=wanted.get("retention_hours", 168)
                ),
                opts=self.child(),
            )
            for hub, wanted in args["hubs"].items()
        }
        schemas = eventhub.SchemaRegistry(
            f"{name}-schemas",
            schema_group_name=args.get("schema_group", "forms"),
            **here,
            schema_type="Json",
            schema_compatibility=args.get("schema_compatibility", "None"),
            group_properties={},
            opts=self.child(),
        )
        send_logs(f"{name}-namespace-logs", namespace, args["workspace_id"], self.child())
        private_links(self, name, args, namespace, _GROUPS)
        self.id = namespace.id
        self.name = after(namespace_name, namespace)
        self.hub_ids = pulumi.Output.all(**{hub: made.id for hub, made in hubs.items()})
        self.schema_group_id = schemas.id
        self.finish()

    def _namespace(self, name: str, args: DataCaptureArgs, namespace_name: str) -> eventhub.Namespace:
        key = args.get("key")
        tier = "Premium" if key else "Standard"
        return eventhub.Namespace(
            f"{name}-namespace",
            namespace_name=namespace_name,
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            sku=eventhub.SkuArgs(name=tier, tier=tier, capacity=1),
            is_auto_inflate_enabled=None if key else True,
            maximum_throughput_units=None if key else 10,
            zone_redundant=bool(naming.region(args["location"]).zones),
            disable_local_auth=True,
            minimum_tls_version="1.2",
            public_network_access="Disabled",
            identity=eventhub.IdentityArgs(
                type=eventhub.ManagedServiceIdentityType.USER_ASSIGNED, user_assigned_identities=[key["identity_id"]]
            )
            if key
            else None,
            encryption=_encryption(key) if key else None,
            tags=naming.tags(args["label"]),
            opts=self.child(protect=args.get("protect", False)),
        )


def _encryption(key: EncryptionKey) -> eventhub.EncryptionArgs:
    return eventhub.EncryptionArgs(
        key_source=eventhub.KeySource.MICROSOFT_KEY_VAULT,
        require_infrastructure_encryption=True,
        key_vault_properties=[
            eventhub.KeyVaultPropertiesArgs(
                key_name=key["key_name"],
                key_vault_uri=key["vault_uri"],
                identity=eventhub.UserAssignedIdentityPropertiesArgs(user_assigned_identity=key["identity_id"]),
            )
        ],
    )


def _problems(args: DataCaptureArgs) -> Iterator[str]:
    if not args["hubs"]:
        yield "hubs is empty; name at least one event hub"
    for hub, wanted in args["hubs"].items():
        if not _HUB.fullmatch(hub):
            yield f"hubs.{hub} cannot be the name of an event hub: use letters, digits, dots, hyphens and underscores"
        if not 1 <= wanted.get("partitions", 4) <= 32:
            yield f"hubs.{hub}.partitions is {wanted['partitions']}; allowed are 1 to 32"
        if not 1 <= wanted.get("retention_hours", 168) <= 168:
            yield f"hubs.{hub}.retention_hours is {wanted['retention_hours']}; allowed are 1 to 168"
    compatibility = args.get("schema_compatibility", "None")
    if compatibility not in _COMPATIBILITY:
        yield f"schema_compatibility is {compatibility!r}; allowed are {', '.join(_COMPATIBILITY)}"
