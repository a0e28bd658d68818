"""The wheel, installed in an environment of its own away from the checkout, and used in an empty folder."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT, environment, held, left_running

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("engine"), pytest.mark.xdist_group("wheel")]

FORCE = "dyfed-powys"
PARTS = ("infra", "modules", "policies", "workloads")
OWNER = ["--owner", "platforms@dyfed-powys.police.example", "--cost-centre", "DPP-1"]
ADDED = """
import pulumi_bluelamp as bluelamp

label = {
    "force": "essex", "code": "essex", "environment": "test", "cost_centre": "EXP-2201", "spend_type": "strategic",
    "business_owner": "Head of Digital", "classification": "OFFICIAL", "roadmap_milestone": "landing-zone",
}
group = bluelamp.ResourceGroup("records", label=label, location="uksouth", workload="records")
logs = bluelamp.LogAnalyticsArgs(
    label=bluelamp.LabelArgs(**label), location="uksouth", workload="records", resource_group_name=group.name
)
bluelamp.LogAnalytics("logs", logs)
"""
VIRTUALENV = b"  options:\n    virtualenv: "


@dataclass(frozen=True)
class Installed:
    wheel: Path
    sdist: Path
    python: Path

    @property
    def package(self) -> Path:
        return next(self.python.parents[1].glob("lib/python*/site-packages/bluelamp"))

    def run(self, *words: str, cwd: Path, status: int = 0, **extra: str) -> str:
        """Runs the installed command with nothing of the checkout in its environment; returns its stdout."""
        clean = {
            name: value for name, value in environment(**extra).items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")
        }
        clean["PATH"] = os.pathsep.join(
            folder for folder in clean["PATH"].split(os.pathsep) if not Path(folder).is_relative_to(ROOT)
        )
        clean.update(extra)
        run = subprocess.run(
            [str(self.python.with_name("bluelamp")), *words],
            check=False, capture_output=True, text=True, cwd=cwd, env=clean, stdin=subprocess.DEVNULL, timeout=300,
        )  # fmt: skip
        assert run.returncode == status, f"{words}: {run.returncode}\n{run.stdout}{run.stderr}"
        assert "Traceback" not in run.stderr
        return run.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel, built from the source distribution and installed; its dependencies are the checkout's."""
    place = tmp_path_factory.mktemp("wheel")
    source, dist, env = place / "source", place / "dist", place / "env"
    source.mkdir()
    for name in ("README.md", "LICENSE", "pyproject.toml", "setup.py", "Pulumi.yaml"):
        shutil.copy(ROOT / name, source)
    for name in ("bluelamp", *PARTS, "stacks"):
        shutil.copytree(ROOT / name, source / name, symlinks=True)
    uv = str(Path(sys.executable).with_name("uv"))
    build = [
        "build",
        "--quiet",
        "--no-build-isolation",
        "--python",
        sys.executable,
        "--out-dir",
        str(dist),
        str(source),
    ]
    subprocess.run([uv, *build], check=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(env)], check=True)
    (wheel,), (sdist,) = dist.glob("*.whl"), dist.glob("*.tar.gz")
    python = env / "bin" / "python"
    subprocess.run([uv, "pip", "install", "--quiet", "--python", str(python), "--no-deps", str(wheel)], check=True)
    made = Installed(wheel, sdist, python)
    # A path in a .pth file adds the packages of that folder but does not follow its own .pth files to the checkout.
    (made.package.parent / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    shutil.rmtree(source)
    return made


def wanted() -> dict[str, Path]:
    """Every file of the package in the checkout, by its name in the wheel."""
    found = {}
    for top in ("bluelamp", *PARTS):
        for path in (ROOT / top).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                name = path.relative_to(ROOT).as_posix()
                found[name if top == "bluelamp" else f"bluelamp/{name}"] = path
    return found


def test_the_wheel_has_every_file_of_the_tree_and_no_other_top_level_package(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as wheel:
        inside = {name: wheel.read(name) for name in wheel.namelist() if ".dist-info/" not in name}
    assert set(inside) == set(wanted())
    for name, path in wanted().items():
        content = path.read_bytes()
        if VIRTUALENV in content:  # the environment of the checkout, which the wheel does not have
            assert VIRTUALENV not in inside[name]
        else:
            assert inside[name] == content, name


def test_the_source_distribution_has_every_file_too(installed: Installed) -> None:
    with tarfile.open(installed.sdist) as archive:
        files = {name.partition("/")[2] for name in archive.getnames()}
    assert set(wanted()) <= files
    assert {"pyproject.toml", "setup.py", "README.md", "LICENSE"} <= files


def test_the_command_works_in_an_empty_folder(installed: Installed, tmp_path: Path) -> None:
    assert installed.run("--version", cwd=tmp_path).startswith("bluelamp ")
    assert "Internet" in installed.run("explain", "BL-NET-010", cwd=tmp_path)
    assert "CAF" in installed.run("explain", "B4.a", cwd=tmp_path)
    installed.run("check", FORCE, cwd=tmp_path, status=2)
    assert list(tmp_path.iterdir()) == []


def test_every_rule_is_there(installed: Installed) -> None:
    code = (
        "from bluelamp.policies import rules\n"
        "from bluelamp.policies.compiled import to_admission\n"
        "print(*sorted(f'{rule.id} {len(rule.cases)}' for rule in rules()), sep='\\n')"
    )
    output = [
        subprocess.run([str(python), "-c", code], check=True, capture_output=True, text=True, cwd="/").stdout
        for python in (installed.python, sys.executable)
    ]
    assert output[0] == output[1]
    assert output[0].count("\n") > 300


def test_a_force_goes_from_init_to_a_verified_report(installed: Installed, tmp_path: Path) -> None:
    installed.run("init", "estate", "--force", FORCE, *OWNER, cwd=tmp_path)
    root = tmp_path / "estate"
    installed.run("assets", FORCE, "--propose", cwd=root)
    assert "within its baseline" in installed.run("check", FORCE, cwd=root)
    assert "(38 resources, " in installed.run("up", "--rehearse", FORCE, cwd=root)
    plain = ["rehearse", "--", "pulumi", "preview", "--stack", FORCE, "--policy-pack", "policies"]
    output = installed.run(*plain, "--expect-no-changes", cwd=root)
    assert "unchanged" in output
    assert "BL-NET-012" in output
    installed.run("audit", "--from", "state", "--rehearse", FORCE, "--report", "reports/state", cwd=root)
    assert "unchanged since" in installed.run("verify", "reports/state", cwd=root)
    assert "modules/azure/hub" in installed.run("explain", FORCE, "hub-hub-rules", cwd=root)
    assert left_running(root) == []


def test_a_module_works_in_a_project_with_modules_of_its_own(installed: Installed, tmp_path: Path) -> None:
    """The program of docs/projects.md."""
    page = (ROOT / "docs" / "projects.md").read_text(encoding="utf-8")
    program = page.partition("```python\n")[2].partition("```")[0]
    assert len([line for line in program.splitlines() if line]) <= 6 + 1  # one line is wrapped for its length
    for part in PARTS:
        (tmp_path / part).mkdir()
        (tmp_path / part / "__init__.py").write_text("OWN = True\n", encoding="utf-8")
    (tmp_path / "Pulumi.yaml").write_text("name: records\nruntime: python\n", encoding="utf-8")
    own = "import infra, modules, policies\nassert infra.OWN and modules.OWN and policies.OWN\n"
    (tmp_path / "__main__.py").write_text(program + own, encoding="utf-8")
    output = installed.run("rehearse", "--", "pulumi", "up", cwd=tmp_path)
    assert "azure-native:resources:ResourceGroup" in output
    assert "3 created" in output
    assert held(tmp_path) == 1
    assert left_running(tmp_path) == []


def test_the_installed_modules_are_a_component_package(installed: Installed, tmp_path: Path) -> None:
    """`pulumi package add`, and a program that imports the generated SDK and nothing else of Bluelamp."""
    (tmp_path / "Pulumi.yaml").write_text("name: records\nruntime: python\n", encoding="utf-8")
    (tmp_path / "__main__.py").write_text(ADDED, encoding="utf-8")
    output = installed.run(
        "rehearse", "--", "pulumi", "package", "add", str(installed.package / "modules"), cwd=tmp_path
    )
    assert "import pulumi_bluelamp" in output
    assert "bluelamp" in (tmp_path / "Pulumi.yaml").read_text(encoding="utf-8")
    installed.run("rehearse", "--", "pulumi", "up", "--yes", "--skip-preview", cwd=tmp_path)
    assert held(tmp_path) == 3
    assert left_running(tmp_path) == []
