"""docs/changes.md shows what the commands print about a force that is up."""

import re
from collections.abc import Callable

import pytest

from tests.conftest import ROOT, Project

FORCE = "dyfed-powys"
SHOWN = re.findall(
    r"^```text\n\$ bluelamp ([^\n]*)\n(.*?)^```", (ROOT / "docs/changes.md").read_text("utf-8"), re.M | re.S
)
ZONE = (
    "      - {{name: {}, archetype: sandbox, expires: '2027-03-31', budget: {{amount: 9, contacts: [a@b.example]}}}}\n"
)
EDITS: tuple[Callable[[str], str], ...] = (
    lambda text: text.replace("profile: starter", "profile: starter\n  bluelamp:environment: test"),
    lambda text: text + "    landingZones:\n" + ZONE.format("records") + ZONE.format("analysis"),
    lambda text: text.replace("    hub:\n", "    hub:\n      addressSpace: 10.29.8.0/22\n"),
)
"""The changes that the page describes before each of its commands."""
STATUS = (2, 0, 2)


@pytest.mark.engine
def test_the_page_on_changes_shows_the_commands_output(deployed: Project) -> None:
    settings = deployed.settings(FORCE)
    text = settings.read_text("utf-8")
    for (words, shown), edit, status in zip(SHOWN, EDITS, STATUS, strict=True):
        changed = edit(text)
        assert changed != text
        settings.write_text(changed, "utf-8")
        run = deployed.here(*words.split())
        assert run.returncode == status
        # On the page, as on a terminal, errors come before data; lines are wrapped there.
        output = run.stderr + run.stdout if status else run.stdout + run.stderr
        assert output.split() == shown.split()
