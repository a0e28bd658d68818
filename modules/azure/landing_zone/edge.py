"""Web application firewalls of a landing zone."""

import pulumi
from pulumi_azure_native import cdn, frontdoor, network

from bluelamp.modules import naming
from bluelamp.modules.azure.landing_zone.arguments import LandingZoneArgs
from bluelamp.modules.azure.log_analytics import send_logs
from bluelamp.modules.component import after


def regional_firewall(
    name: str, args: LandingZoneArgs, group: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> pulumi.Output[str]:
    """A policy for the service's Application Gateway, which terminates TLS in the landing zone's region."""
    policy = network.WebApplicationFirewallPolicy(
        f"{name}-firewall",
        policy_name=naming.name("web_application_firewall", args["workload"], args["label"], args["location"]),
        resource_group_name=group,
        location=args["location"],
        policy_settings=network.PolicySettingsArgs(
            state="Enabled",
            mode="Prevention",
            request_body_check=True,
            request_body_enforcement=True,
            max_request_body_size_in_kb=128,
            file_upload_limit_in_mb=100,
        ),
        managed_rules=network.ManagedRulesDefinitionArgs(
            managed_rule_sets=[
                network.ManagedRuleSetArgs(rule_set_type="Microsoft_DefaultRuleSet", rule_set_version="2.1"),
                network.ManagedRuleSetArgs(rule_set_type="Microsoft_BotManagerRuleSet", rule_set_version="1.1"),
            ]
        ),
        tags=naming.tags(args["label"]),
        opts=opts,
    )
    policy_id: pulumi.Output[str] = policy.id
    return policy_id


def front_door(
    name: str, args: LandingZoneArgs, group: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> pulumi.Output[str]:
    """A Front Door with an endpoint and a firewall in prevention mode. The service adds its origins and routes."""
    label, workload = args["label"], args["workload"]
    where = {"resource_group_name": group, "location": "global", "tags": naming.tags(label)}
    profile_name = naming.name("front_door", workload, label)
    profile = cdn.Profile(
        f"{name}-front-door",
        profile_name=profile_name,
        sku=cdn.SkuArgs(name="Premium_AzureFrontDoor"),
        origin_response_timeout_seconds=60,
        identity=cdn.ManagedServiceIdentityArgs(type="SystemAssigned"),
        **where,
        opts=opts,
    )
    send_logs(f"{name}-front-door-logs", profile, args["workspace_id"], opts)
    endpoint = cdn.AFDEndpoint(
        f"{name}-front-door-endpoint",
        endpoint_name=naming.name("front_door_endpoint", workload, label),
        profile_name=after(profile_name, profile),
        enabled_state="Enabled",
        **where,
        opts=opts,
    )
    policy = frontdoor.Policy(
        f"{name}-firewall",
        policy_name=naming.name("front_door_firewall", workload, label),
        sku=frontdoor.SkuArgs(name="Premium_AzureFrontDoor"),
        policy_settings=frontdoor.PolicySettingsArgs(
            enabled_state="Enabled", mode="Prevention", request_body_check="Enabled"
        ),
        managed_rules=frontdoor.ManagedRuleSetListArgs(
            managed_rule_sets=[
                frontdoor.ManagedRuleSetArgs(
                    rule_set_type="Microsoft_DefaultRuleSet", rule_set_version="2.1", rule_set_action="Block"
                ),
                frontdoor.ManagedRuleSetArgs(rule_set_type="Microsoft_BotManagerRuleSet", rule_set_version="1.1"),
            ]
        ),
        **where,
        opts=opts,
    )
    cdn.SecurityPolicy(
        f"{name}-front-door-firewall",
        security_policy_name="firewall",
        profile_name=after(profile_name, profile),
        resource_group_name=group,
        parameters=cdn.SecurityPolicyWebApplicationFirewallParametersArgs(
            type="WebApplicationFirewall",
            waf_policy=cdn.ResourceReferenceArgs(id=policy.id),
            associations=[
                cdn.SecurityPolicyWebApplicationFirewallAssociationArgs(
                    domains=[cdn.ActivatedResourceReferenceArgs(id=endpoint.id)], patterns_to_match=["/*"]
                )
            ],
        ),
        opts=opts,
    )
    policy_id: pulumi.Output[str] = policy.id
    return policy_id
