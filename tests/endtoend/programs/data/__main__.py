"""A data platform: events in, a lake and databases, search and notebooks over them."""

import pulumi
from pulumi_azure_native import (
    authorization,
    cosmosdb,
    databricks,
    dbforpostgresql,
    eventhub,
    kusto,
    resources,
    search,
    servicebus,
    storage,
    streamanalytics,
    synapse,
)
from pulumi_random import RandomPassword, RandomUuid

analysts = pulumi.Config().require("analysts")
me = authorization.get_client_config_output()
group = resources.ResourceGroup("platform")


def in_group(**more):
    return {"resource_group_name": group.name, **more}


hub_namespace = eventhub.Namespace(
    "events", **in_group(sku=eventhub.SkuArgs(name="Standard", tier="Standard", capacity=1))
)
hub = eventhub.EventHub(
    "readings", **in_group(namespace_name=hub_namespace.name, message_retention_in_days=3, partition_count=4)
)
consumers = eventhub.ConsumerGroup(
    "lake-writer", **in_group(namespace_name=hub_namespace.name, event_hub_name=hub.name)
)
sender = eventhub.EventHubAuthorizationRule(
    "sender", **in_group(namespace_name=hub_namespace.name, event_hub_name=hub.name, rights=["Send"])
)
sender_keys = eventhub.list_event_hub_keys_output(
    **in_group(namespace_name=hub_namespace.name, event_hub_name=hub.name, authorization_rule_name=sender.name)
)

bus = servicebus.Namespace("bus", **in_group(sku=servicebus.SBSkuArgs(name="Premium", tier="Premium", capacity=1)))
queue = servicebus.Queue(
    "jobs", **in_group(namespace_name=bus.name, lock_duration="PT1M", max_delivery_count=5, requires_session=True)
)
topic = servicebus.Topic("changes", **in_group(namespace_name=bus.name, default_message_time_to_live="P14D"))
subscription = servicebus.Subscription("audit", **in_group(namespace_name=bus.name, topic_name=topic.name))
servicebus.Rule(
    "only-deletes",
    **in_group(
        namespace_name=bus.name,
        topic_name=topic.name,
        subscription_name=subscription.name,
        filter_type="SqlFilter",
        sql_filter=servicebus.SqlFilterArgs(sql_expression="action = 'delete'"),
    ),
)

cosmos = cosmosdb.DatabaseAccount(
    "documents",
    **in_group(
        database_account_offer_type=cosmosdb.DatabaseAccountOfferType.STANDARD,
        locations=[cosmosdb.LocationArgs(location_name=group.location, failover_priority=0)],
        consistency_policy=cosmosdb.ConsistencyPolicyArgs(
            default_consistency_level=cosmosdb.DefaultConsistencyLevel.SESSION
        ),
    ),
)
documents = cosmosdb.SqlResourceSqlDatabase(
    "cases", **in_group(account_name=cosmos.name, resource=cosmosdb.SqlDatabaseResourceArgs(id="cases"))
)
container = cosmosdb.SqlResourceSqlContainer(
    "events-by-case",
    **in_group(
        account_name=cosmos.name,
        database_name=documents.name,
        resource={
            "id": "events",
            "partition_key": {"paths": ["/caseId"], "kind": "Hash"},
            "indexing_policy": {"indexing_mode": "consistent", "automatic": True},
        },
        options={"autoscale_settings": {"max_throughput": 4000}},
    ),
)
cosmos_keys = cosmosdb.list_database_account_keys_output(account_name=cosmos.name, resource_group_name=group.name)

password = RandomPassword("database", length=20, override_special="!#-_")
postgres = dbforpostgresql.Server(
    "postgres",
    **in_group(
        administrator_login="platform",
        administrator_login_password=password.result,
        version="16",
        sku=dbforpostgresql.SkuArgs(name="Standard_D2ds_v5", tier="GeneralPurpose"),
        storage=dbforpostgresql.StorageArgs(storage_size_gb=128),
        backup=dbforpostgresql.BackupArgs(backup_retention_days=14, geo_redundant_backup="Disabled"),
    ),
)
dbforpostgresql.Database("warehouse", **in_group(server_name=postgres.name, charset="UTF8", collation="en_US.utf8"))
dbforpostgresql.Configuration(
    "extensions",
    **in_group(
        server_name=postgres.name, configuration_name="azure.extensions", value="PG_TRGM", source="user-override"
    ),
)

lake = storage.StorageAccount(
    "lake",
    **in_group(
        kind="StorageV2",
        sku={"name": "Standard_ZRS"},
        is_hns_enabled=True,
        allow_blob_public_access=False,
    ),
)
raw = storage.BlobContainer("raw", **in_group(account_name=lake.name))
storage.Queue("notices", **in_group(account_name=lake.name))
storage.Table("watermarks", **in_group(account_name=lake.name, table_name="watermarks"))
storage.ManagementPolicy(
    "ageing",
    **in_group(
        account_name=lake.name,
        management_policy_name="default",
        policy={
            "rules": [
                {
                    "name": "cool-then-gone",
                    "type": "Lifecycle",
                    "enabled": True,
                    "definition": {
                        "filters": {"blob_types": ["blockBlob"], "prefix_match": ["raw/"]},
                        "actions": {
                            "base_blob": {
                                "tier_to_cool": {"days_after_modification_greater_than": 30},
                                "delete": {"days_after_modification_greater_than": 2555},
                            }
                        },
                    },
                }
            ]
        },
    ),
)

workspace = synapse.Workspace(
    "analysis",
    **in_group(
        identity=synapse.ManagedIdentityArgs(type=synapse.ResourceIdentityType.SYSTEM_ASSIGNED),
        default_data_lake_storage=synapse.DataLakeStorageAccountDetailsArgs(
            account_url=lake.primary_endpoints.dfs, filesystem="raw"
        ),
        sql_administrator_login="platform",
        sql_administrator_login_password=password.result,
    ),
)
synapse.IpFirewallRule(
    "office", **in_group(workspace_name=workspace.name, start_ip_address="203.0.113.0", end_ip_address="203.0.113.255")
)
synapse.SqlPool("pool", **in_group(workspace_name=workspace.name, sku={"name": "DW100c"}, create_mode="Default"))
synapse.BigDataPool(
    "spark",
    **in_group(
        workspace_name=workspace.name,
        big_data_pool_name="spark",
        node_size="Small",
        node_size_family="MemoryOptimized",
        node_count=3,
        auto_pause={"enabled": True, "delay_in_minutes": 15},
        spark_version="3.4",
    ),
)

contributor = pulumi.Output.concat(
    "/subscriptions/",
    me.subscription_id,
    "/providers/Microsoft.Authorization/roleDefinitions/ba92f5b4-2d11-453d-a403-e96b0029c9fe",
)
authorization.RoleAssignment(
    "analysis-writes",
    scope=lake.id,
    role_assignment_name=RandomUuid("analysis-writes").result,
    role_definition_id=contributor,
    principal_id=workspace.identity.principal_id,
    principal_type="ServicePrincipal",
)
authorization.RoleAssignment(
    "analysts-write",
    scope=raw.id,
    role_definition_id=contributor,
    principal_id=analysts,
    principal_type=authorization.PrincipalType.GROUP,
)

adx = kusto.Cluster("adx", **in_group(sku=kusto.AzureSkuArgs(name="Standard_E2ads_v5", tier="Standard", capacity=2)))
kusto.ReadWriteDatabase(
    "telemetry", **in_group(cluster_name=adx.name, kind="ReadWrite", location=group.location, hot_cache_period="P7D")
)
streamanalytics.StreamingJob(
    "windowing",
    **in_group(
        sku=streamanalytics.SkuArgs(name="Standard"),
        output_error_policy="Drop",
        events_out_of_order_max_delay_in_seconds=5,
        transformation=streamanalytics.TransformationArgs(
            name="transformation", streaming_units=3, query="SELECT * INTO out FROM readings"
        ),
    ),
)
index = search.Service("find", **in_group(sku=search.SkuArgs(name="standard"), replica_count=2, partition_count=1))
notebooks = databricks.Workspace(
    "notebooks",
    **in_group(
        sku=databricks.SkuArgs(name="premium"),
        managed_resource_group_id=pulumi.Output.concat(
            "/subscriptions/", me.subscription_id, "/resourceGroups/", group.name, "-notebooks"
        ),
        parameters=databricks.WorkspaceCustomParametersArgs(
            enable_no_public_ip=databricks.WorkspaceNoPublicIPBooleanParameterArgs(value=True)
        ),
    ),
)

pulumi.export("documents", cosmos.document_endpoint)
pulumi.export("documents-key", pulumi.Output.secret(cosmos_keys.primary_master_key))
pulumi.export("send", sender_keys.primary_connection_string)
pulumi.export("sql", workspace.connectivity_endpoints.apply(lambda known: known["sql"]))
pulumi.export("postgres", postgres.fully_qualified_domain_name)
