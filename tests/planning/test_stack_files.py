"""A stack file has the same meaning offline and in a rehearsal as for the engine."""

import yaml

from bluelamp.planning.plan import stack_config
from bluelamp.stack_files import parse


def test_words_that_yaml_1_1_reads_as_booleans_stay_words():
    text = "config: {a: off, b: yes, c: true, d: False, e: trueman}\n"
    assert parse(text) == {"config": {"a": "off", "b": "yes", "c": True, "d": False, "e": "trueman"}}
    # They also stay words when the copy is read again.
    assert parse(yaml.safe_dump(parse(text))) == parse(text)


def test_an_offline_plan_gets_the_words_too(tmp_path):
    path = tmp_path / "Pulumi.essex.yaml"
    path.write_text("config:\n  bluelamp:components: {clusters: off}\n  bluelamp:profile: full\n", "utf-8")
    assert stack_config(path) == {"bluelamp:components": '{"clusters": "off"}', "bluelamp:profile": "full"}
