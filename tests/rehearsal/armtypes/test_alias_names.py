"""What the rules take for Azure's names of types and properties is what Azure's own definitions have."""

import yaml

from tests.policies.azure_names import FILE, Names, written


def test_every_path_that_a_compiled_rule_names_is_azures(arm):
    said = FILE.read_text(encoding="utf-8")
    assert written(Names(arm._library), yaml.safe_load(said)) == said
