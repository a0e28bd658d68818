"""A stack file means the same offline and in a rehearsal as it does to the engine."""

import yaml

from bluelamp.planning.plan import stack_config
from bluelamp.stack_files import parse


def test_words_that_older_yaml_takes_for_booleans_stay_words():
    text = "config: {a: off, b: yes, c: true, d: False, e: trueman}\n"
    assert parse(text) == {"config": {"a": "off", "b": "yes", "c": True, "d": False, "e": "trueman"}}
    # And they stay words when the copy is read again.
    assert parse(yaml.safe_dump(parse(text))) == parse(text)


def test_an_offline_plan_is_given_the_words_too(tmp_path):
    path = tmp_path / "Pulumi.essex.yaml"
    path.write_text("config:\n  bluelamp:components: {clusters: off}\n  bluelamp:profile: full\n", "utf-8")
    assert stack_config(path) == {"bluelamp:components": '{"clusters": "off"}', "bluelamp:profile": "full"}
