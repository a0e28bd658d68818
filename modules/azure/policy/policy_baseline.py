"""The policy baseline of a hierarchy of management groups."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_azure_native import authorization

from bluelamp.modules import naming
from bluelamp.modules.azure.policy.arguments import AssignmentChange, PolicyBaselineArgs
from bluelamp.modules.azure.policy.assigning import Place, assign
from bluelamp.modules.azure.policy.catalogue import (
    DNS_INITIATIVE,
    Assignment,
    assignments,
    definitions,
    dns_initiative,
    initiatives,
)
from bluelamp.modules.azure.policy.checks import assigned_at, check
from bluelamp.modules.azure.policy.definitions import OwnDefinitions
from bluelamp.modules.azure.policy.exempting import exempt
from bluelamp.modules.component import Component


class PolicyBaseline(Component):
    """Definitions, assignments, remediation identities and exemptions."""

    assignment_ids: pulumi.Output[dict[str, str]]
    """The assignments' ids by `<group>/<name>`, such as `root/Deny-Resource-Locations`."""
    left_out: pulumi.Output[dict[str, str]]
    """The assignments that are omitted, by name, with the missing argument."""

    def __init__(self, name: str, args: PolicyBaselineArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        check(f"PolicyBaseline {name!r}", args)
        groups = args["groups"]
        place = Place(name, groups, args["location"], self.child())
        own = OwnDefinitions(name, groups["root"], self.child())
        for key, definition in definitions().items():
            own.definition(key, definition)
        for key, initiative in _initiatives(args).items():
            own.initiative(key, initiative)

        made: dict[str, authorization.PolicyAssignment] = {}
        left_out: dict[str, str] = {}
        given, joined, changes = _given(args), _joined(args), _changed(args)
        for row in assignments().values():
            lacking = [key for key in row.needs if not args.get(key)]
            if lacking:
                left_out[row.name] = ", ".join(lacking)
                continue
            usual = {**_filled(row.parameters, given), **args.get("parameters", {}).get(row.name, {})}
            for group in row.scopes:
                change = changes.get((row.name, group), AssignmentChange(assignment=row.name))
                if group in groups and change.get("enforcement") != "Off":
                    made[f"{group}/{row.name}"] = assign(
                        place,
                        group,
                        row,
                        own.id_of(row.custom) if row.custom else row.built_in_id,
                        {**usual, **change.get("parameters", {})},
                        change.get("enforcement") or _mode(row, args),
                        [own.resource(row.custom)] if row.custom else [],
                        joined,
                        change,
                    )
                elif group in groups:
                    left_out[f"{group}/{row.name}"] = "it is off"
        for exemption in args.get("exemptions", []):
            at = assigned_at(exemption, groups)
            key = f"{at}/{exemption['assignment']}"
            if key not in made:
                needed = left_out.get(exemption["assignment"])
                why = f"because {needed} is missing" if needed else "because it is off"
                raise ValueError(
                    f"PolicyBaseline {name!r}: exemption {exemption['id']}: {exemption['assignment']} is not assigned, "
                    f"{why}; remove the exemption from the register"
                )
            exempt(place, exemption, at, made[key])
        self.assignment_ids = pulumi.Output.all(**{key: each.id for key, each in made.items()})
        self.left_out = pulumi.Output.from_input(left_out)
        self.finish()


def _initiatives(args: PolicyBaselineArgs) -> dict[str, Mapping[str, Any]]:
    zones = args.get("private_dns_zone_ids")
    return {**initiatives(), **({DNS_INITIATIVE: dns_initiative(zones)} if zones else {})}


def _given(args: PolicyBaselineArgs) -> dict[str, Any]:
    """The values of the parameter references in the baseline."""
    return {
        "location": args["location"],
        "locations": args.get("locations", list(naming.regions())),
        "workspace_id": args["workspace_id"],
        "ddos_plan_id": args.get("ddos_plan_id"),
        "export_resource_group": naming.name("resource_group", "defender-export", args["label"], args["location"]),
    }


def _changed(args: PolicyBaselineArgs) -> dict[tuple[str, str], AssignmentChange]:
    """The changes to assignments, by name and group."""
    return {
        (change["assignment"], group): change
        for change in args.get("changes", [])
        for group in change.get("at") or assignments()[change["assignment"]].scopes
    }


def _joined(args: PolicyBaselineArgs) -> dict[str, Mapping[str, pulumi.Input[str]]]:
    """The ids of linked resources, by argument and short name."""
    zones = {zone.replace(".", "-"): found for zone, found in args.get("private_dns_zone_ids", {}).items()}
    joined: dict[str, Mapping[str, pulumi.Input[str]]] = {
        "workspace_id": {"workspace": args["workspace_id"]},
        "private_dns_zone_ids": args.get("private_dns_zone_scopes", zones),
    }
    plan = args.get("ddos_plan_id")
    return joined if plan is None else {**joined, "ddos_plan_id": {"ddos-plan": plan}}


def _filled(parameters: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: given[value.removeprefix("$")] if isinstance(value, str) and value.startswith("$") else value
        for key, value in parameters.items()
    }


def _mode(row: Assignment, args: PolicyBaselineArgs) -> str:
    if args.get("audit_only"):
        return "DoNotEnforce"
    return args.get("enforcement", {}).get(row.name, "Default")
