"""The Azure names of types and properties that rules use are in Azure's own definitions."""

import yaml

from tests.policies.azure_names import FILE, Names, written


def test_every_path_in_a_compiled_rule_is_azures(arm):
    output = FILE.read_text(encoding="utf-8")
    assert written(Names(arm._library), yaml.safe_load(output)) == output
