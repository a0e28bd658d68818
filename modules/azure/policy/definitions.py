"""Creates the custom definitions and initiatives at the top of the hierarchy."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_azure_native import authorization

from bluelamp.modules.azure.management_groups import PREFIX
from bluelamp.modules.azure.policy.catalogue import policy_id


class OwnDefinitions:
    """The created definitions and initiatives, for assignments to refer to."""

    def __init__(self, name: str, root: pulumi.Input[str], options: pulumi.ResourceOptions) -> None:
        self._name, self._root, self._options = name, root, options
        self._made: dict[str, tuple[str, pulumi.Resource]] = {}

    def definition(self, key: str, definition: Mapping[str, Any]) -> None:
        """Creates a definition of `definitions.yaml`."""
        made = authorization.PolicyDefinitionAtManagementGroup(
            f"{self._name}-definition-{key}",
            management_group_id=self._root,
            policy_definition_name=key,
            policy_type="Custom",
            display_name=definition["display_name"],
            description=definition["display_name"],
            mode=definition["mode"],
            metadata={"category": definition["category"], "source": "bluelamp"},
            parameters={},
            policy_rule=definition["rule"],
            opts=self._options,
        )
        self._made[key] = ("policyDefinitions", made)

    def initiative(self, key: str, initiative: Mapping[str, Any]) -> None:
        """Creates an initiative of `initiatives.yaml`. Its definitions must exist already."""
        custom = [each["custom"] for each in initiative["definitions"].values() if "custom" in each]
        made = authorization.PolicySetDefinitionAtManagementGroup(
            f"{self._name}-initiative-{key}",
            management_group_id=self._root,
            policy_set_definition_name=key,
            policy_type="Custom",
            display_name=initiative["display_name"],
            description=initiative["display_name"],
            metadata={"category": initiative["category"], "source": "bluelamp"},
            parameters={name: _parameter(each) for name, each in initiative.get("parameters", {}).items()},
            policy_definitions=[self._reference(name, each) for name, each in initiative["definitions"].items()],
            opts=pulumi.ResourceOptions.merge(
                self._options, pulumi.ResourceOptions(depends_on=[self._made[each][1] for each in custom])
            ),
        )
        self._made[key] = ("policySetDefinitions", made)

    def id_of(self, key: str) -> pulumi.Output[str]:
        """The id, known before creation."""
        kind, _ = self._made[key]
        return pulumi.Output.concat(PREFIX, self._root, f"/providers/Microsoft.Authorization/{kind}/{key}")

    def resource(self, key: str) -> pulumi.Resource:
        """The resource on which an assignment depends."""
        return self._made[key][1]

    def _reference(self, name: str, each: Mapping[str, Any]) -> authorization.PolicyDefinitionReferenceArgs:
        parameters = {**({"effect": each["effect"]} if "effect" in each else {}), **each.get("parameters", {})}
        return authorization.PolicyDefinitionReferenceArgs(
            policy_definition_reference_id=name,
            policy_definition_id=self.id_of(each["custom"]) if "custom" in each else policy_id(each["policy"]),
            definition_version=each.get("version"),
            parameters={key: {"value": value} for key, value in parameters.items()},
        )


def _parameter(each: Mapping[str, Any]) -> authorization.ParameterDefinitionsValueArgs:
    return authorization.ParameterDefinitionsValueArgs(
        type=each["type"], default_value=each.get("default"), allowed_values=each.get("allowed")
    )
