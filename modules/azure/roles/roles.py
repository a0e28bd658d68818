"""The custom roles of a landing zone."""

import uuid
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

import pulumi
import yaml
from pulumi_azure_native import authorization

from bluelamp.modules.azure.management_groups import PREFIX
from bluelamp.modules.component import Component
from bluelamp.modules.shared_arguments import LabelledArgs

_NAMESPACE: Final = uuid.UUID("7e6a4f7e-9d3b-5c1f-8a44-0b6d3c2e91a5")
"""The namespace of the roles' GUIDs. A change would replace every role."""


class RolesArgs(LabelledArgs):
    """Arguments of the roles."""

    management_group: pulumi.Input[str]
    """Name of the hierarchy's top group. The roles are assignable at and below it, and their GUIDs and names derive
    from it."""


class Roles(Component):
    """Application owners, network management, subnet contributors, security operations and subscription owners."""

    role_ids: pulumi.Output[dict[str, str]]
    """The roles' definition ids by the reference architecture's names, such as `Network-Management`."""
    role_names: pulumi.Output[dict[str, str]]
    """The roles' names in this tenant, by the same names."""

    def __init__(self, name: str, args: RolesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        root = pulumi.Output.from_input(args["management_group"])
        scope = pulumi.Output.concat(PREFIX, root)
        made: dict[str, authorization.RoleDefinition] = {}
        titles: dict[str, pulumi.Output[str]] = {}
        for key, role in roles().items():
            # The role name, like the GUID, is unique in a tenant, which may hold a canary hierarchy or another force.
            titles[key] = pulumi.Output.concat(key, " (", root, ")")
            made[key] = authorization.RoleDefinition(
                f"{name}-{key.lower()}",
                role_definition_id=root.apply(partial(role_guid, role=key)),
                role_name=titles[key],
                role_type="CustomRole",
                description=role["description"],
                scope=scope,
                assignable_scopes=[scope],
                permissions=[
                    {
                        "actions": role["actions"],
                        "not_actions": role.get("not_actions", []),
                        "data_actions": [],
                        "not_data_actions": [],
                    }
                ],
                opts=self.child(),
            )
        self.role_ids = pulumi.Output.all(**{key: each.id for key, each in made.items()})
        self.role_names = pulumi.Output.all(**titles)
        self.finish()


def role_guid(hierarchy: str, role: str) -> str:
    """The GUID of `role` for the hierarchy with the top group `hierarchy`; deterministic and unique."""
    return str(uuid.uuid5(_NAMESPACE, f"{hierarchy}/{role}"))


@cache
def roles() -> dict[str, Any]:
    """The roles of `roles.yaml`, by name."""
    read: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("roles.yaml").read_text("utf-8"))
    return read
