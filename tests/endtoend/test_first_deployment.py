"""The first deployment with the real engine: the page's commands up to the login, and the engine's refusals."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import COMMAND, ROOT, Project, environment, make_project

FORCE = "dyfed-powys"
STARTED = re.compile(r"^```sh\n(.*?)^```", re.M | re.S)
LOGIN = "## 6. The login to Azure"

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("engine"), pytest.mark.xdist_group("first-deployment")]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, dict[str, str]]:
    """A project whose force has a stack in a file backend, and the environment to reach it."""
    folder = tmp_path_factory.mktemp("first")
    (folder / "backend").mkdir()
    made = make_project(folder / "project")
    variables = {
        "PULUMI_BACKEND_URL": (folder / "backend").as_uri(),
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_CONFIG_PASSPHRASE": "right",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }
    run = made.run("stack", "init", FORCE, **variables)
    assert run.returncode == 0, run.stderr
    assert f"{FORCE}: created the stack" in run.stdout
    assert f"next: bluelamp preview {FORCE}" in run.stderr
    return made, variables


def test_the_pages_commands_run_in_order(project: Project, tmp_path: Path) -> None:
    page = (ROOT / "docs/first-deployment.md").read_text("utf-8").partition(LOGIN)
    assert page[1]
    script = "set -eu\n" + "".join(STARTED.findall(page[0])).replace("essex", FORCE)
    assert script.count("bluelamp") > 5
    cache = Path(os.environ.get("BLUELAMP_CACHE") or Path.home() / ".cache/bluelamp")
    extra = {
        "HOME": str(tmp_path),
        "BLUELAMP_CACHE": str(cache),
        "PATH": f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}",
    }
    run = subprocess.run(
        ["sh", "-c", script],
        check=False,
        capture_output=True,
        text=True,
        cwd=project.root,
        env=environment(**extra),
        stdin=subprocess.DEVNULL,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{FORCE}: created the stack" in run.stdout
    assert "encryptionsalt" in project.settings(FORCE).read_text()
    assert project.run("check", FORCE).returncode == 0, "the engine's keys are no mistakes"


def test_the_environments_page_commands_run(project: Project) -> None:
    page = (ROOT / "docs/environments.md").read_text("utf-8")
    [block, *_] = STARTED.findall(page)
    for line in block.replace("essex", FORCE).splitlines():
        if "--rehearse" not in line:
            run = project.run(*line.split()[1:])
            assert run.returncode == 0, f"{line}: {run.stderr}"


def test_an_existing_stack_is_left_unchanged(stack: tuple[Project, dict[str, str]]) -> None:
    project, variables = stack
    again = project.run("stack", "init", FORCE, "--format", "json", **variables)
    assert (again.returncode, json.loads(again.stdout)["result"]["created"]) == (0, False)
    unknown = project.run("stack", "init", f"{FORCE}-devel", **variables)
    assert (unknown.returncode, "did you mean dyfed-powys-dev?" in unknown.stderr) == (2, True)
    wrong = project.run("stack", "init", "kent", "--secrets-provider", "nothing", **variables)
    assert (wrong.returncode, "azurekeyvault://" in wrong.stderr) == (2, True)


def lock(variables: dict[str, str]) -> Path:
    """A lock as another engine leaves it."""
    folder = (
        Path(variables["PULUMI_BACKEND_URL"].removeprefix("file://")) / ".pulumi/locks/organization/bluelamp" / FORCE
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "0000.json"
    holder = {"pid": 1, "username": "u", "hostname": "elsewhere", "timestamp": "2026-01-01T00:00:00Z"}
    path.write_text(json.dumps(holder))
    return path


REFUSALS = {
    "no login": ({"PULUMI_BACKEND_URL": ""}, 2, "no state backend is set", "bluelamp pulumi login"),
    "no stack": ({}, 2, "the backend has no stack kent", "bluelamp stack init kent"),
    "no passphrase": ({"PULUMI_CONFIG_PASSPHRASE": None}, 2, "passphrase is missing", "set PULUMI_CONFIG_PASSPHRASE"),
    "wrong passphrase": (
        {"PULUMI_CONFIG_PASSPHRASE": "wrong"},
        2,
        "the passphrase is wrong for this stack",
        "to the passphrase of the stack",
    ),
    "no folder": (
        {"PULUMI_BACKEND_URL": "file:///nowhere/at/all"},
        1,
        "cannot be opened",
        "correct PULUMI_BACKEND_URL",
    ),
    "no backend": (
        {"PULUMI_BACKEND_URL": "https://127.0.0.1:1", "PULUMI_ACCESS_TOKEN": "pul-0"},
        1,
        "the backend cannot be reached",
        "check PULUMI_BACKEND_URL",
    ),
    "no plugin": ({}, 1, "the provider azure-native is not installed", "without a network, add --file ARCHIVE"),
    "locked": ({}, 1, "locked by another update", f"bluelamp pulumi cancel --stack {FORCE}"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_by_the_engine_names_the_next_command(stack: tuple[Project, dict[str, str]], case: str) -> None:
    project, variables = stack
    change, status, output, step = REFUSALS[case]
    chosen = {key: value for key, value in (variables | change).items() if value is not None}
    words = ("destroy", "--yes") if case == "locked" else ("preview",)
    held = lock(variables) if case == "locked" else None
    try:
        run = project.run(*words, "kent" if case == "no stack" else FORCE, "--format", "json", **chosen)
    finally:
        if held:
            held.unlink()
    [force] = json.loads(run.stdout)["result"]["forces"]
    text = " ".join(force["errors"])
    assert run.returncode == force["status"] == status, run.stdout + run.stderr
    assert output in text
    assert step in text
    assert "Traceback" not in run.stderr


def test_the_engines_own_commands_pass_through(stack: tuple[Project, dict[str, str]]) -> None:
    project, variables = stack
    assert project.run("pulumi", "version").stdout == project.run("pulumi", "--", "version").stdout != ""
    listed = project.run("pulumi", "stack", "ls", "--json", **variables)
    assert [each["name"] for each in json.loads(listed.stdout)] == [FORCE]
    for words in (("--help",), ("stack", "--help"), ("-h",)):
        shown = project.run("pulumi", *words)
        assert (shown.returncode, "bluelamp" in shown.stdout.lower()) == (0, False)
    assert project.run("pulumi", "stack", "output", "-s", FORCE, "--json", **variables).stdout.strip() == "{}"
    assert project.run("pulumi", "refresh", "-s", FORCE, "--yes", "--non-interactive", **variables).returncode == 0
    assert project.run("pulumi", "--bogus").returncode != 0


def test_arguments_and_status_are_the_engines(tmp_path: Path) -> None:
    """The engine gets the arguments unchanged, whatever they are, and its status is kept."""
    engine = tmp_path / "pulumi"
    engine.write_text(
        f"#!{sys.executable}\nimport json, os, sys\n"
        "if sys.argv[1:] == ['version']: print('v3.300.0'); sys.exit()\n"
        "print(json.dumps([sys.argv[1:], os.environ.get('PULUMI_SKIP_UPDATE_CHECK')])); sys.exit(37)\n"
    )
    engine.chmod(0o755)
    for words in (["up", "--", "-s", "x"], ["--format", "json"], ["-q", "", "a b", "é"], ["--help"], ["--", "--"]):
        run = subprocess.run(
            [COMMAND, "pulumi", "--", *words],
            check=False,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment(BLUELAMP_ENGINE=str(engine)),
        )
        assert (json.loads(run.stdout), run.returncode) == ([words, "true"], 37)


def test_environments_are_rehearsed_separately(project: Project) -> None:
    """Two environments of a force in one cloud: each has its own names, and one is destroyed without the other."""
    dev = f"{FORCE}-dev"
    made = project.run("new", FORCE, "--environment", "dev", "--subscription", "11111111-2222-4333-8444-555555555555")
    assert made.returncode == 0, made.stderr
    up = project.run("up", "--rehearse", FORCE, dev, "--format", "json")
    assert up.returncode == 0, up.stdout + up.stderr
    assert [(each["force"], each["environment"]) for each in json.loads(up.stdout)["result"]["forces"]] == [
        (FORCE, "prod"),
        (dev, "dev"),
    ]
    ids = {stack: ids_of(project, stack) for stack in (FORCE, dev)}
    placement = {each for each in ids[dev] if "/subscriptions/" in each and each.startswith("/providers/")}
    assert len(placement) == 1, "of the subscription that only the environment names"
    assert len(ids[FORCE]) == len(ids[dev] - placement) > 30
    assert not ids[FORCE] & ids[dev], "also where both were in one subscription"
    pages = project.root / ".bluelamp/reports-compared"
    assert "Dyfed-Powys Police (dev)" in (pages / "index.html").read_text()
    assert json.loads((pages / dev / "findings.json").read_text())["environment"] == "dev"
    plain = project.run("rehearse", "--", "pulumi", "preview", "-s", dev, "--expect-no-changes")
    assert plain.returncode == 0, plain.stdout + plain.stderr
    gone = project.run("destroy", "--rehearse", FORCE, "--environment", "dev")
    assert f"{dev}: " in gone.stdout
    assert ids_of(project, dev) == set()
    assert ids_of(project, FORCE) == ids[FORCE]


def ids_of(project: Project, stack: str) -> set[str]:
    """The ids of a stack's resources in the cloud, without the subscription."""
    held = json.loads(project.run("cloud", "ls", "--force", stack, "--format", "json").stdout)
    if held["result"] is None:
        assert held["problems"], "nothing of it is there"
        return set()
    found = {each["id"] for each in held["result"]["resources"] if each["type"].startswith("azure-native:")}
    return {re.sub(r"^/subscriptions/[^/]+", "", each).lower() for each in found}
