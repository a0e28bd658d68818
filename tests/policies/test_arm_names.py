"""The names by which rules recognise the target of an id are those of Azure Resource Manager."""

from bluelamp.policies.azure._arm import NAMES
from bluelamp.rehearsal.azure.ids import template


def test_every_type_that_rules_look_up_by_id_has_that_id():
    group = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers"
    wrong = [
        token
        for token, (arm_type, name) in NAMES.items()
        if template(token).lower() != f"{group}/{arm_type}/{{{name}}}".lower()
    ]
    assert not wrong
