"""On-premises servers, connected to Azure Arc."""

from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import hybridcompute, monitor

from bluelamp.modules import naming
from bluelamp.modules.component import Component, after
from bluelamp.modules.hybrid.arc_servers.policies import assign, onboarding
from bluelamp.modules.shared_arguments import LabelledArgs

_AGENTS = {"windows": "AzureMonitorWindowsAgent", "linux": "AzureMonitorLinuxAgent"}
_KINDS = ("VMware", "SCVMM", "HCI")


class ArcMachine(TypedDict):
    """One machine."""

    os_type: str
    """`windows` or `linux`."""
    kind: NotRequired[str]
    """`VMware`, `SCVMM` or `HCI` for a machine of an Arc resource bridge, which is created; by default the machine is
    connected already."""


class ArcServersArgs(LabelledArgs):
    """Arguments of connected servers."""

    location: str
    """The Azure region of the Arc resources, `uksouth` or `ukwest`; the servers are on premises."""
    workload: str
    """The purpose of the servers, such as `servers`."""
    resource_group_name: pulumi.Input[str]
    """The resource group of the servers, preferably without other resources."""
    resource_group_id: pulumi.Input[str]
    """The resource group's ARM id, the scope of policies and role assignments."""
    data_collection_rule_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """The data collection rules for `windows` and `linux`; nothing is collected from an operating system without a
    rule."""
    onboarding_principal_id: NotRequired[pulumi.Input[str]]
    """The object id of the service principal that connects servers, which gets no other permission."""
    private_link_scope_id: NotRequired[pulumi.Input[str]]
    """The Arc private link scope of the agents; public endpoints by default."""
    machines: NotRequired[dict[str, ArcMachine]]
    """Machines by their names in Azure, which get the agent and the rule directly instead of by policy."""


class ArcServers(Component):
    """A resource group's connected servers: onboarding permission and policies."""

    identity_id: pulumi.Output[str]
    """The remediation identity of the policies."""
    machine_ids: pulumi.Output[dict[str, str]]
    """The ARM ids of `machines` by name. They depend on the machines."""
    resource_group_name: pulumi.Output[str]
    """The resource group's name, for extensions. It depends on `machines`."""
    connect_commands: pulumi.Output[dict[str, str]]
    """The commands that connect a server, for `windows` and `linux`. Run them as an administrator; they prompt for
    sign-in."""

    def __init__(self, name: str, args: ArcServersArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        rules = args.get("data_collection_rule_ids", {})
        wrong = _problems(args)
        if wrong:
            raise ValueError(f"ArcServers {name!r}: " + "; ".join(wrong))
        self.identity_id = assign(self, name, args, rules).id
        principal = args.get("onboarding_principal_id")
        if principal is not None:
            onboarding(self, name, args, principal)
        self._made: list[hybridcompute.Machine] = []
        ids = {short: self._machine(name, args, short, wanted) for short, wanted in args.get("machines", {}).items()}
        self.machine_ids = pulumi.Output.all(**ids)
        self.resource_group_name = pulumi.Output.from_input(args["resource_group_name"]).apply(
            lambda known: after(str(known), *self._made)
        )
        self.connect_commands = pulumi.Output.all(
            group=args["resource_group_id"], scope=args.get("private_link_scope_id") or ""
        ).apply(lambda known: _commands(args, known["group"], known["scope"]))
        self.finish()

    def _machine(self, name: str, args: ArcServersArgs, short: str, wanted: ArcMachine) -> pulumi.Output[str]:
        """Installs the agent and associates the rule. Also creates the machine if it belongs to a resource bridge."""
        opts = self.child()
        made: pulumi.Input[str] = ""
        if "kind" in wanted:
            machine = hybridcompute.Machine(
                f"{name}-{short}",
                machine_name=short,
                resource_group_name=args["resource_group_name"],
                location=args["location"],
                kind=wanted["kind"],
                os_type=wanted["os_type"],
                identity=hybridcompute.IdentityArgs(type="SystemAssigned"),
                private_link_scope_resource_id=args.get("private_link_scope_id"),
                agent_upgrade=hybridcompute.AgentUpgradeArgs(enable_automatic_upgrade=True),
                tags=naming.tags(args["label"]),
                opts=self.child(),
            )
            self._made.append(machine)
            opts = self.child(depends_on=[machine])
            made = machine.urn
        agent = _AGENTS[wanted["os_type"]]
        hybridcompute.MachineExtension(
            f"{name}-{short}-agent",
            machine_name=short,
            extension_name=agent,
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            properties=hybridcompute.MachineExtensionPropertiesArgs(
                publisher="Microsoft.Azure.Monitor",
                type=agent,
                auto_upgrade_minor_version=True,
                enable_automatic_upgrade=True,
            ),
            tags=naming.tags(args["label"]),
            opts=opts,
        )
        machine_id = pulumi.Output.concat(
            args["resource_group_id"], "/providers/Microsoft.HybridCompute/machines/", short
        )
        rule = args.get("data_collection_rule_ids", {}).get(wanted["os_type"])
        if rule is not None:
            monitor.DataCollectionRuleAssociation(
                f"{name}-{short}-rule",
                association_name=f"{args['workload']}-rule",
                data_collection_rule_id=rule,
                resource_uri=machine_id,
                opts=opts,
            )
        return pulumi.Output.all(machine_id, made).apply(lambda known: str(known[0]))


def _problems(args: ArcServersArgs) -> list[str]:
    systems = " or ".join(_AGENTS)
    found = [
        f"data_collection_rule_ids.{key} is not an operating system; use {systems}"
        for key in args.get("data_collection_rule_ids", {})
        if key not in _AGENTS
    ]
    for short, wanted in args.get("machines", {}).items():
        if wanted["os_type"] not in _AGENTS:
            found.append(f"machines.{short}.os_type is {wanted['os_type']!r}; use {systems}")
        if wanted.get("kind", _KINDS[0]) not in _KINDS:
            found.append(f"machines.{short}.kind is {wanted.get('kind')!r}; use {', '.join(_KINDS)}")
    return found


def _commands(args: ArcServersArgs, group_id: str, scope_id: str) -> dict[str, str]:
    _, _, subscription, _, group, *_ = [*group_id.split("/"), "", "", "", "", ""]
    tags = ",".join(f"{key}={value}" for key, value in naming.tags(args["label"]).items() if "," not in value)
    words = [
        "azcmagent connect",
        f"--subscription-id {subscription}",
        f"--resource-group {group}",
        f"--location {args['location']}",
        *([f"--private-link-scope {scope_id}"] if scope_id else []),
        f'--tags "{tags}"',
    ]
    return {"windows": " ".join(words), "linux": "sudo " + " ".join(words)}
