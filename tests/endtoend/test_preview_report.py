"""The reports that a pipeline gets from a preview, and about what is deployed."""

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import Project

FORCE = "dyfed-powys"
pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("engine")]


def test_a_preview_report_has_its_changes_and_an_audit_has_its_lines(project: Project, brought_up: Path) -> None:
    preview = project.here("preview", "--rehearse", FORCE, "--report", "preview", "--format", "json")
    assert preview.returncode == 0, preview.stdout + preview.stderr
    (force,) = json.loads(preview.stdout)["result"]["forces"]
    text = (project.root / "preview" / "report.md").read_text("utf-8")
    assert text.startswith(r"### ✅ Dyfed\-Powys Police is within its security baseline.")
    assert f"**Changes:** {len(force['changes'])} to create." in text
    advisory = re.search(r"<summary><b>(\d+) advisory failures</b></summary>", text)
    assert advisory
    assert "Fix in the settings: `bluelamp:components.ddosPlan: full`" in text

    shutil.rmtree(project.root / ".bluelamp")
    shutil.copytree(brought_up, project.root / ".bluelamp")
    settings = project.settings(FORCE)
    settings.write_text(settings.read_text("utf-8").replace("sku: standard", "sku: premium"), "utf-8")
    assert project.here("preview", "--rehearse", FORCE, "--report", "preview").returncode == 0
    text = (project.root / "preview" / "report.md").read_text("utf-8")
    assert "**Changes:** 1 to update." in text
    assert "  - `properties.sku.name`: `standard` → `premium`" in text
    assert f"<summary><b>{int(advisory[1]) - 1} advisory failures</b></summary>" in text

    project.here("audit", "--from", "state", "--rehearse", FORCE, "--report", "state", "--no-history")
    (run,) = json.loads((project.root / "state" / "findings.sarif").read_text("utf-8"))["runs"]
    assert run["results"]
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        lines = (project.root / place["artifactLocation"]["uri"]).read_text("utf-8").splitlines()
        assert 1 <= place["region"]["startLine"] <= len(lines)
