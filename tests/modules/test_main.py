import json
import runpy

import pulumi
import pytest
from planned import Planned, plan

from bluelamp.infra.force import ROOT

GOOD = {
    "bluelamp:owner": {"role": "Head of ICT", "email": "head.of.ict@kent.police.example"},
    "bluelamp:costCentre": "EXP-1",
    "bluelamp:azure": {"budget": {"amount": 100, "contacts": ["finance@kent.police.example"]}},
}


def run(config: dict, stack: str = "kent") -> Planned:
    """The registrations in a `pulumi preview` of the program with the configuration as the engine provides it."""
    text = {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}

    def program() -> None:
        pulumi.runtime.set_all_config(text, [])
        runpy.run_path(str(ROOT / "infra" / "__main__.py"), run_name="__main__")

    return plan(program, stack=stack)


def test_the_program_uses_the_engines_configuration():
    made = run({**GOOD, "bluelamp:costCentre": "EXP-OVERRIDDEN"})
    assert made.one("network:VirtualNetwork")["tags"]["cost-centre"] == "EXP-OVERRIDDEN"


def test_every_mistake_in_the_settings_is_reported_and_nothing_is_created():
    azure = {**GOOD["bluelamp:azure"], "regions": ["westeurope"], "hubb": {}}
    with pytest.raises(pulumi.RunError) as messages:
        run({**GOOD, "bluelamp:azure": azure, "bluelamp:environment": "production"})
    for part in ("westeurope", "did you mean hub?", "production"):
        assert part in str(messages.value)
    assert messages.value.__suppress_context__


def test_an_unknown_force_is_refused_with_the_nearest_name():
    with pytest.raises(pulumi.RunError, match="did you mean essex"):
        run(GOOD, stack="esex")
