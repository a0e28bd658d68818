"""The ids in the rehearsal cloud are of resource types that Azure Resource Manager defines."""

import re
from pathlib import Path

from bluelamp.rehearsal.armtypes import ArmTypes
from bluelamp.rehearsal.azure import ids

UNVERIFIED = {
    f"azure-native:{line}"
    for line in Path(__file__).with_name("unverified_paths.txt").read_text().splitlines()
    if not line.startswith("#")
}


def test_each_path_is_of_a_defined_type(arm: ArmTypes) -> None:
    types = arm.types()
    providers = {kind.partition("/")[0] for kind in types}
    kinds = {token: ids.arm_type(token).lower() for token in ids.tokens() if "{" not in ids.arm_type(token)}
    unknown = {token for token, kind in kinds.items() if kind.partition("/")[0] in providers and kind not in types}
    assert unknown - UNVERIFIED - NOT_AT_HAND == set()
    assert not [token for token in UNVERIFIED if kinds[token] in types]


NOT_AT_HAND = {
    "azure-native:alertsmanagement:ActionRuleByName",
    "azure-native:alertsmanagement:AlertProcessingRuleByName",
    "azure-native:alertsmanagement:PrometheusRuleGroup",
    "azure-native:alertsmanagement:SmartDetectorAlertRule",
    "azure-native:frontdoor:Experiment",
    "azure-native:frontdoor:NetworkExperimentProfile",
    "azure-native:security:SqlVulnerabilityAssessmentBaselineRule",
}
"""Types that Microsoft defines in a folder of another service, which a partial copy may lack."""


def test_ids_and_their_parts_convert_to_each_other() -> None:
    for token in ids.tokens():
        names = {name: f"x{number}" for number, name in enumerate(ids.path_parameters(token))}
        if re.search(r"\{\w+\.", ids.template(token)):
            continue  # part of the id is inside an object
        path = ids.template(token).replace("{subscriptionId}", "s")
        for name, value in names.items():
            path = path.replace("{" + name + "}", value)
        assert ids.parameters_in(token, path) == names, token
