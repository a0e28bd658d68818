"""One force goes through its roadmap with the real engine, from one subscription to one for each area of the platform.

Each step only adds resources, and the last one destroys everything.
"""

import json

import pytest

from tests import thorough
from tests.conftest import Project, held

FORCE = "dyfed-powys"


SUBSCRIPTION = "5f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e0{}"
ONE = f"    subscriptionId: {SUBSCRIPTION.format(0)}\n"
FOUR = f"""{ONE}    platformSubscriptions:
      connectivity: {SUBSCRIPTION.format(1)}
      management: {SUBSCRIPTION.format(2)}
      identity: {SUBSCRIPTION.format(3)}
      security: {SUBSCRIPTION.format(4)}
      kept: [connectivity, management, security]
"""


def climb(project: Project, profile: str) -> dict:
    settings = project.settings(FORCE)
    lines = settings.read_text("utf-8").splitlines(keepends=True)
    written = [f"  bluelamp:profile: {profile}\n" if line.startswith("  bluelamp:profile:") else line for line in lines]
    text = "".join(written).replace(FOUR, "").replace(ONE, "")
    azure = "  bluelamp:azure:\n"
    settings.write_text(text.replace(azure, azure + (FOUR if profile == "full" else ONE)), "utf-8")
    proposed = project.here("assets", FORCE, "--propose")  # no contract covers what a higher profile stores
    assert proposed.returncode == 0, proposed.stderr
    up = project.here("up", "--rehearse", FORCE, "--format", "json")
    assert up.returncode == 0, up.stdout + up.stderr
    result: dict = json.loads(up.stdout)["result"]["forces"][0]
    return result


@pytest.mark.engine
@pytest.mark.usefixtures("engine")
def test_a_force_grows_to_four_subscriptions_and_nothing_is_replaced_or_deleted(project: Project) -> None:
    there = 0
    for profile in ("starter", "hybrid", "full") if thorough.ALL else ("starter", "full"):
        result = climb(project, profile)
        operations = {change["op"] for change in result["changes"]}
        assert operations <= {"create", "update"}, operations
        assert held(project.root) > there
        there = held(project.root)
    gone = project.here("destroy", "--rehearse", FORCE)
    assert gone.returncode == 0, gone.stdout + gone.stderr
    assert held(project.root) == 0
