"""A force held to more than its resources are: every moment tells the same, and each area can be a pack of its own."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bluelamp.engine.events import Outcome, Violation
from bluelamp.reports import Report, Source, assess, from_plan
from policies import Verdict, rules
from policies.discovery import AREAS
from policies.pack.settled import of as settled
from tests.conftest import ROOT, Project, make_project

FORCE = "west-midlands"
REPORTED = {Verdict.FAIL, Verdict.UNKNOWN, Verdict.ERROR, Verdict.EXEMPT}
STRICT = {
    "BL-DAT-001": {"among": ["ukwest"]},
    "BL-SPD-001": {
        "required": ["cost-centre", "business-owner", "classification", "roadmap-milestone", "reviewed"],
    },
    "BL-LOG-001": {"minimum": 4000},
    "BL-NET-001": {"ports": [22, 443, 3389, 5985, 5986]},
    "BL-K8S-012": {"fields": ["requests.cpu", "requests.memory", "limits.memory", "limits.cpu"]},
}
"""A baseline that nobody's resources meet: what has to be found in every moment."""

Found = set[tuple[str, str, Verdict]]


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory, engine: Path) -> Iterator[Project]:
    """A project in which the force came up, and was then held to a stricter baseline."""
    project = make_project(tmp_path_factory.mktemp("strict") / "project")
    up = project.run("up", "--rehearse", FORCE)
    assert up.returncode == 0, up.stdout + up.stderr
    baseline = project.root / "stacks" / FORCE / "baseline.yaml"
    baseline.parent.mkdir(exist_ok=True)
    baseline.write_text(yaml.safe_dump({"rules": {id_: {"parameters": given} for id_, given in STRICT.items()}}))
    yield project


def previewed(project: Project, *packs: str) -> tuple[list[Violation], str]:
    """The violations in a preview of the real engine, and what a person reads of them."""
    words = ["rehearse", "--", "pulumi", "preview", "--stack", FORCE]
    for pack in packs:
        words += ["--policy-pack", str(project.root / pack)]
    told = project.run(*words, "--json", PULUMI_ENABLE_STREAMING_JSON_PREVIEW="true")
    outcome = Outcome()
    for line in told.stdout.splitlines():
        outcome.hear(json.loads(line))
    assert outcome.violations, told.stdout[-2000:] + told.stderr
    return outcome.violations, told.stdout


def judged(project: Project, source: str) -> Report:
    ...
