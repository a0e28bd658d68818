"""The settings as written: the checks' view follows the models, and accepts values of any type."""

import copy
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import yaml

from bluelamp.core.source import Source
from bluelamp.infra.checks.context import Context
from bluelamp.infra.force import ROOT, SettingsError, from_source
from bluelamp.infra.settings import written
from bluelamp.infra.settings.register import read_register

REGISTER = read_register(ROOT)
CONTEXT = Context(REGISTER.entry("essex"), REGISTER, ROOT)
WHOLE = yaml.safe_load(Path(__file__).with_name("whole.yaml").read_text("utf-8"))["config"]


def test_every_value_that_a_check_reads_is_a_setting():
    groups = [each for each in vars(written).values() if isinstance(each, type) and hasattr(each, "shape")]
    assert len(groups) > 30
    for group in groups:
        known = {info.alias or name for name, info in group.shape.model_fields.items()}
        read = {each.key for each in vars(group).values() if isinstance(each, written.one | written.many)}
        assert read <= known, group


def paths(tree: object, at: tuple = ()) -> Iterator[tuple]:
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        yield (*at, key)
        yield from paths(value, (*at, key))


@pytest.mark.parametrize("value", [{"a": {}}, [{"a": [1]}], True], ids=["a mapping", "a list", "a boolean"])
def test_a_value_of_another_type_is_a_problem_without_a_traceback(value):
    for path in paths(WHOLE):
        tree = copy.deepcopy(WHOLE)
        around = tree
        for step in path[:-1]:
            around = around[step]
        around[path[-1]] = value
        with suppress(SettingsError):
            from_source(Source("stacks/Pulumi.essex.yaml", {"config": tree}), CONTEXT)
