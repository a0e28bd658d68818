"""Programs that do not use Bluelamp come up unmodified, have no changes, and are destroyed."""

import importlib.util
import json
import re
import shutil
from pathlib import Path

import pytest
from pulumi import ConfigMissingError

from bluelamp.planning import Plan, plan_program
from bluelamp.rehearsal.sdk.schema import Catalogue
from tests import thorough
from tests.conftest import ROOT, bluelamp, held
from tests.endtoend.foreign import NAMES, PROGRAMS, STACK, deployed, examples, together

LIVED = (
    "integration",
    "data",
    "containers",
    "guestbook",
    *sorted({*NAMES} - {"integration", "data", "containers", "guestbook"}),
)
"""The programs, those first that have most in common with the others. All are deployed without an engine below."""
LIFE = """
pulumi up --skip-preview
echo =again
pulumi up --skip-preview --expect-no-changes
echo =refresh
pulumi refresh --skip-preview --expect-no-changes
echo =export
pulumi stack export --file "$EXPORTED"
echo =destroy
pulumi destroy --skip-preview
"""


def files(folder: Path) -> dict[str, bytes]:
    """Every file in a folder except those of a rehearsal."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".bluelamp" not in path.parts
    }


@pytest.mark.engine
@pytest.mark.parametrize("program", [pytest.param(name, marks=together(name)) for name in thorough.some(LIVED, 4)])
@pytest.mark.usefixtures("engine")
def test_a_program_comes_up_has_no_changes_and_is_destroyed(program: str, tmp_path: Path) -> None:
    folder, exported = tmp_path / program, tmp_path / "state.json"
    shutil.copytree(PROGRAMS / program, folder, ignore=shutil.ignore_patterns("__pycache__"))
    before = files(folder)

    run = bluelamp(["rehearse", "--", "sh", "-ec", LIFE], folder, EXPORTED=str(exported))
    output = run.stdout + run.stderr
    assert run.returncode == 0, output
    _, again, refresh, _, _ = re.split(r"^=\w+$", run.stdout, flags=re.MULTILINE)
    assert "unchanged" in again
    assert "unchanged" in refresh
    state = json.loads(exported.read_text(encoding="utf-8"))["deployment"]
    made = [one for one in state["resources"] if one["custom"] and not one["type"].startswith("pulumi:")]
    assert len(made) == len(deployed(program).steps)
    assert not [one for one in made if not one.get("id")]
    assert held(folder) == 0
    assert files(folder) == before


@pytest.mark.engine
@pytest.mark.usefixtures("engine")
def test_each_command_finds_the_cloud_as_the_previous_one_left_it(tmp_path: Path) -> None:
    folder = tmp_path / "guestbook"
    shutil.copytree(PROGRAMS / "guestbook", folder)
    held_after = []
    for words in (["up"], ["up", "--expect-no-changes"], ["refresh", "--expect-no-changes"], ["destroy"]):
        run = bluelamp(["rehearse", "--", "pulumi", *words], folder)
        assert run.returncode == 0, run.stdout + run.stderr
        held_after.append(held(folder))
    assert held_after[0] > 0
    assert held_after == [held_after[0]] * 3 + [0]


def test_forty_azure_types_that_no_module_uses() -> None:
    modules = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "modules").rglob("*.py"))
    programs = "".join(path.read_text(encoding="utf-8") for name in NAMES for path in (PROGRAMS / name).glob("*.py"))
    known = set(Catalogue("azure-native").tokens())
    found = {
        f"azure-native:{module}:{kind}"
        for module, kind in re.findall(r"\b(\w+)\.(\w+)\(", programs)
        if not re.search(rf"\b{kind}\(", modules)
    }
    assert len(found & known) >= 40, sorted(found & known)


PUBLISHED = {"kubernetes": 25, "random": 1, "tls": 1, "azuread": 90, "command": 3}
"""The SDKs whose documentation has examples, and how many of those must be complete and accepted."""
NOT_THE_CLOUDS = (NameError, SyntaxError, AttributeError, TypeError, FileNotFoundError, ConfigMissingError)
"""Errors of an example that is incomplete, uses names from an older SDK, or is written in two languages."""
UNKNOWN_KEYS = {
    "microsoftGraph": "an earlier version's spelling of MicrosoftGraph",
    "Group.Read.All": "the permissions that Microsoft's own applications publish are not rehearsed",
}


@pytest.mark.parametrize("package", PUBLISHED)
def test_the_examples_of_an_sdks_documentation_are_accepted(package: str, tmp_path: Path) -> None:
    accepted, refused = [], {}
    for name, text in examples(package).items():
        if name.startswith(("helm/", "v3/", "v4/", "kustomize/")) or not runnable(text):
            continue
        try:
            plan = planned(name, text, tmp_path)
        except NOT_THE_CLOUDS:
            continue
        except KeyError as error:
            if error.args[0] not in UNKNOWN_KEYS:
                refused[name] = [error]
            continue
        if plan.refused or plan.errors:
            refused[name] = [failure for one in plan.refused for failure in one.failures] or plan.errors
        else:
            accepted.append(name)
    assert not refused
    assert len(accepted) >= PUBLISHED[package], accepted


def runnable(text: str) -> bool:
    """Whether the packages that an example imports are installed."""
    imported = re.findall(r"^(?:import|from) (\w+)", text, re.MULTILINE)
    return all(importlib.util.find_spec(one) is not None for one in imported)


def planned(name: str, text: str, folder: Path) -> Plan:
    code = compile(text, name, "exec")
    return plan_program(STACK, lambda: exec(code, {"__name__": "__main__"}), {}, root=folder, project="examples")


TOGETHER = ("v1/Deployment[0]", "v1/StatefulSet[0]", "v1/Job[0]", "v1/Pod[0]", "v1/Ingress[0]")


@pytest.mark.engine
@pytest.mark.usefixtures("engine")
def test_published_kubernetes_examples_come_up_and_are_destroyed(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: published\nruntime: python\n", encoding="utf-8")
    known = examples("kubernetes")
    (tmp_path / "__main__.py").write_text("\n".join(known[name] for name in TOGETHER), encoding="utf-8")
    run = bluelamp(["rehearse", "--", "sh", "-ec", LIFE], tmp_path, EXPORTED=str(tmp_path / "state.json"))
    assert run.returncode == 0, run.stdout + run.stderr
    state = json.loads((tmp_path / "state.json").read_text(encoding="utf-8"))["deployment"]["resources"]
    kinds = {one["type"].rpartition(":")[2] for one in state}
    assert kinds >= {"Deployment", "StatefulSet", "Service", "Job", "Pod", "Ingress"}
    assert held(tmp_path) == 0
