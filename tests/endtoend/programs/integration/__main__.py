"""Services that join others: workflows, APIs, events, messages, models, runbooks, alerts and backups."""

import pulumi
from pulumi_azure_native import (
    apimanagement,
    appconfiguration,
    authorization,
    automation,
    batch,
    cognitiveservices,
    eventgrid,
    iothub,
    logic,
    monitor,
    recoveryservices,
    resources,
    signalrservice,
    storage,
    web,
)

oncall = pulumi.Config().require("oncall")
group = resources.ResourceGroup("joins")
name = group.name

account = storage.StorageAccount(
    "dropbox", resource_group_name=name, kind="StorageV2", sku=storage.SkuArgs(name="Standard_LRS")
)
inbox = storage.Queue("inbox", resource_group_name=name, account_name=account.name)
share = storage.FileShare("share", resource_group_name=name, account_name=account.name, share_quota=100)

client = authorization.get_client_config_output()
queue_api = pulumi.Output.format(
    "/subscriptions/{0}/providers/Microsoft.Web/locations/{1}/managedApis/azurequeues",
    client.subscription_id,
    group.location,
)
connection = web.Connection(
    "queues",
    resource_group_name=name,
    properties=web.ApiConnectionDefinitionPropertiesArgs(
        display_name="queues",
        api=web.ApiReferenceArgs(id=queue_api),
        parameter_values={"storageaccount": account.name},
    ),
)
workflow = logic.Workflow(
    "on-post",
    resource_group_name=name,
    definition={
        "$schema": "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {"$connections": {"defaultValue": {}, "type": "Object"}},
        "triggers": {"post": {"type": "Request", "kind": "Http", "inputs": {"schema": {"type": "object"}}}},
        "actions": {
            "put": {
                "type": "ApiConnection",
                "inputs": {
                    "method": "post",
                    "path": pulumi.Output.concat("/", inbox.name, "/messages"),
                    "body": "@triggerBody()",
                    "host": {"connection": {"name": "@parameters('$connections')['azurequeues']['connectionId']"}},
                },
            }
        },
    },
    parameters={
        "$connections": logic.WorkflowParameterArgs(
            value={"azurequeues": {"connectionId": connection.id, "connectionName": "queues", "id": queue_api}}
        )
    },
)
callback = logic.list_workflow_trigger_callback_url_output(
    resource_group_name=name, workflow_name=workflow.name, trigger_name="post"
)

topic = eventgrid.Topic("happenings", resource_group_name=name, input_schema="CloudEventSchemaV1_0")
eventgrid.EventSubscription(
    "to-queue",
    scope=topic.id,
    event_delivery_schema="CloudEventSchemaV1_0",
    destination=eventgrid.StorageQueueEventSubscriptionDestinationArgs(
        endpoint_type="StorageQueue", resource_id=account.id, queue_name=inbox.name
    ),
    retry_policy=eventgrid.RetryPolicyArgs(max_delivery_attempts=10, event_time_to_live_in_minutes=60),
)

service = apimanagement.ApiManagementService(
    "apis",
    resource_group_name=name,
    publisher_email=oncall,
    publisher_name="Example",
    sku=apimanagement.ApiManagementServiceSkuPropertiesArgs(name="Developer", capacity=1),
)
api = apimanagement.Api(
    "forms",
    resource_group_name=name,
    service_name=service.name,
    api_id="forms",
    display_name="Forms",
    path="forms",
    protocols=["https"],
    service_url="https://forms.example.org",
)
apimanagement.ApiOperation(
    "submit",
    resource_group_name=name,
    service_name=service.name,
    api_id=api.name,
    display_name="Submit a form",
    method="POST",
    url_template="/submit",
)
product = apimanagement.Product(
    "partners", resource_group_name=name, service_name=service.name, display_name="Partners", state="published"
)
apimanagement.ProductApi(
    "partners-forms", resource_group_name=name, service_name=service.name, product_id=product.name, api_id=api.name
)

settings = appconfiguration.ConfigurationStore(
    "settings", resource_group_name=name, sku=appconfiguration.SkuArgs(name="standard")
)
appconfiguration.KeyValue(
    "limit",
    resource_group_name=name,
    config_store_name=settings.name,
    key_value_name="forms:limit$production",
    value="100",
)

devices = iothub.IotHubResource(
    "devices",
    resource_group_name=name,
    sku=iothub.IotHubSkuInfoArgs(name="S1", capacity=1),
    properties=iothub.IotHubPropertiesArgs(
        event_hub_endpoints={"events": iothub.EventHubPropertiesArgs(partition_count=2, retention_time_in_days=1)}
    ),
)
live = signalrservice.SignalR(
    "live",
    resource_group_name=name,
    kind="SignalR",
    sku=signalrservice.ResourceSkuArgs(name="Standard_S1", capacity=1),
    features=[signalrservice.SignalRFeatureArgs(flag="ServiceMode", value="Serverless")],
)
models = cognitiveservices.Account(
    "models",
    resource_group_name=name,
    kind="OpenAI",
    sku=cognitiveservices.SkuArgs(name="S0"),
    properties=cognitiveservices.AccountPropertiesArgs(custom_sub_domain_name="example-joins-models"),
)
cognitiveservices.Deployment(
    "summaries",
    resource_group_name=name,
    account_name=models.name,
    sku=cognitiveservices.SkuArgs(name="Standard", capacity=10),
    properties=cognitiveservices.DeploymentPropertiesArgs(
        model=cognitiveservices.DeploymentModelArgs(format="OpenAI", name="gpt-4o", version="2024-08-06")
    ),
)

runner = automation.AutomationAccount(
    "runner", resource_group_name=name, sku=automation.SkuArgs(name="Basic"), identity={"type": "SystemAssigned"}
)
runbook = automation.Runbook(
    "tidy",
    resource_group_name=name,
    automation_account_name=runner.name,
    runbook_type="PowerShell",
    log_verbose=False,
    log_progress=True,
)
automation.Variable(
    "keep-days", resource_group_name=name, automation_account_name=runner.name, name="keep-days", value="30"
)

vault = recoveryservices.Vault(
    "backups",
    resource_group_name=name,
    sku={"name": "RS0", "tier": "Standard"},
    properties={"public_network_access": "Disabled"},
)
recoveryservices.ProtectionPolicy(
    "daily",
    resource_group_name=name,
    vault_name=vault.name,
    properties=recoveryservices.AzureIaaSVMProtectionPolicyArgs(
        backup_management_type="AzureIaasVM",
        time_zone="GMT Standard Time",
        instant_rp_retention_range_in_days=2,
        schedule_policy=recoveryservices.SimpleSchedulePolicyArgs(
            schedule_policy_type="SimpleSchedulePolicy",
            schedule_run_frequency="Daily",
            schedule_run_times=["2026-01-01T01:00:00Z"],
        ),
        retention_policy=recoveryservices.LongTermRetentionPolicyArgs(
            retention_policy_type="LongTermRetentionPolicy",
            daily_schedule=recoveryservices.DailyRetentionScheduleArgs(
                retention_times=["2026-01-01T01:00:00Z"],
                retention_duration=recoveryservices.RetentionDurationArgs(count=30, duration_type="Days"),
            ),
        ),
    ),
)
numbers = resources.ResourceGroup("numbers")
scratch = storage.StorageAccount(
    "scratch", resource_group_name=numbers.name, kind="StorageV2", sku=storage.SkuArgs(name="Standard_LRS")
)
batch.BatchAccount(
    "crunch",
    resource_group_name=numbers.name,
    account_name="examplecrunch",
    auto_storage=batch.AutoStorageBasePropertiesArgs(storage_account_id=scratch.id),
)

people = monitor.ActionGroup(
    "people",
    resource_group_name=name,
    location="global",
    enabled=True,
    group_short_name="oncall",
    email_receivers=[{"name": "oncall", "email_address": oncall, "use_common_alert_schema": True}],
)
monitor.MetricAlert(
    "slow-storage",
    resource_group_name=name,
    location="global",
    enabled=True,
    severity=3,
    scopes=[account.id],
    evaluation_frequency="PT5M",
    window_size="PT15M",
    criteria=monitor.MetricAlertSingleResourceMultipleMetricCriteriaArgs(
        odata_type="Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
        all_of=[
            monitor.MetricCriteriaArgs(
                criterion_type="StaticThresholdCriterion",
                name="latency",
                metric_name="SuccessE2ELatency",
                operator="GreaterThan",
                threshold=250,
                time_aggregation="Average",
            )
        ],
    ),
    actions=[monitor.MetricAlertActionArgs(action_group_id=people.id)],
)

pulumi.export("post-to", callback.value)
pulumi.export("gateway", service.gateway_url)
pulumi.export("settings", settings.endpoint)
pulumi.export("live", live.host_name)
pulumi.export("runbook", runbook.id)
pulumi.export("share", share.name)
