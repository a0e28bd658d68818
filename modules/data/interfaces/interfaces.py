"""The API Management service, with a managed identity and a log of every call."""

from typing import Final, NotRequired

import pulumi
from pulumi_azure_native import apimanagement

from bluelamp.modules import naming
from bluelamp.modules.azure.log_analytics import send_logs
from bluelamp.modules.component import Component, after
from bluelamp.modules.shared_arguments import ResourceGroupScopedArgs

DELEGATION: Final = "Microsoft.Web/serverFarms"
"""The service to which its subnet is delegated."""
_LOGGED: Final = ["Purpose"]
"""The request headers that are logged: the partner's purpose."""


class DataInterfacesArgs(ResourceGroupScopedArgs):
    """Arguments of the service."""

    workload: str
    """The purpose, such as `data`; part of every name."""
    subnet_id: pulumi.Input[str]
    """A dedicated subnet, a /27 or larger, delegated to `Microsoft.Web/serverFarms`."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace that receives the service's logs."""
    contact: str
    """The e-mail address shown to partners."""
    units: NotRequired[int]
    """The number of scale units, 1 to 10; 1 by default."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the service; false by default."""


class DataInterfaces(Component):
    """An API Management service in the tier Standard v2: VNet integration, no developer portal, a log of every call."""

    id: pulumi.Output[str]
    """The service's ARM id."""
    name: pulumi.Output[str]
    """The service's name, known before it exists."""
    resource_group_name: pulumi.Output[str]
    """The name of the service's resource group."""
    principal_id: pulumi.Output[str]
    """The object id of the service's identity, which reads the lake."""
    url: pulumi.Output[str]
    """The gateway's URL, known before it exists."""

    def __init__(self, name: str, args: DataInterfacesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        units = args.get("units", 1)
        if not 1 <= units <= 10:
            raise ValueError(f"DataInterfaces {name!r}: units is {units}; allowed are 1 to 10")
        service_name = naming.name("api_management", args["workload"], args["label"], args["location"])
        service = apimanagement.ApiManagementService(
            f"{name}-gateway",
            service_name=service_name,
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            sku=apimanagement.ApiManagementServiceSkuPropertiesArgs(name="StandardV2", capacity=units),
            identity=apimanagement.ApiManagementServiceIdentityArgs(type="SystemAssigned"),
            publisher_name=args["label"]["force"],
            publisher_email=args["contact"],
            # Inbound calls come from the Internet; outbound traffic uses the subnet.
            virtual_network_type="External",
            virtual_network_configuration=apimanagement.VirtualNetworkConfigurationArgs(
                subnet_resource_id=args["subnet_id"]
            ),
            public_network_access="Enabled",
            developer_portal_status="Disabled",
            legacy_portal_status="Disabled",
            tags=naming.tags(args["label"]),
            opts=self.child(protect=args.get("protect", False)),
        )
        send_logs(f"{name}-gateway-logs", service, args["workspace_id"], self.child(), dedicated=True)
        here = {"service_name": after(service_name, service), "resource_group_name": args["resource_group_name"]}
        request = apimanagement.PipelineDiagnosticSettingsArgs(
            request=apimanagement.HttpMessageDiagnosticArgs(headers=_LOGGED)
        )
        calls = apimanagement.Diagnostic(
            f"{name}-calls",
            diagnostic_id="azuremonitor",
            logger_id=pulumi.Output.concat(service.id, "/loggers/azuremonitor"),
            **here,
            always_log="allErrors",
            sampling=apimanagement.SamplingSettingsArgs(sampling_type="fixed", percentage=100),
            log_client_ip=True,
            verbosity="information",
            frontend=request,
            opts=self.child(),
        )
        self.id = service.id
        # Dependants wait until logging is configured.
        self.name = after(service_name, service, calls)
        self.resource_group_name = pulumi.Output.from_input(args["resource_group_name"])
        self.principal_id = service.identity.apply(lambda identity: identity.principal_id if identity else "")
        self.url = after(f"https://{service_name}.azure-api.net", service)
        self.finish()
