"""The scripts of rendered pipelines run in order, in a repository, against a stand-in for the host."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bluelamp.folders import cache
from bluelamp.pipelines import Choices, pipelines
from bluelamp.reports.keys import make_key
from tests import thorough
from tests.conftest import COMMAND, ROOT, Project, environment, make_project
from tests.pipelines import azure, gitlab
from tests.pipelines.github import Runner
from tests.pipelines.loopback import TOKEN, Kept, host
from tests.pipelines.standins import JobResult, functions

pytestmark = pytest.mark.xdist_group("pipelines")

FORCE = "dyfed-powys"
SETTINGS = (
    "AZURE_TENANT_ID",
    "AZURE_SUBSCRIPTION_ID",
    "AZURE_PLAN_CLIENT_ID",
    "AZURE_APPLY_CLIENT_ID",
    "PULUMI_BACKEND_URL",
    "BLUELAMP_VAULT",
)
CHOICES = Choices("main", "test -x .venv/bin/bluelamp")


def git(root: Path, *words: str) -> str:
    named = ("-c", "user.name=Someone", "-c", "user.email=someone@example.org", "-c", "commit.gpgsign=false")
    run = subprocess.run(["git", "-C", str(root), *named, *words], check=True, capture_output=True, text=True)
    return run.stdout.strip()


def commit(project: Project, message: str, **settings: str) -> str:
    """Commits the force's settings with some words replaced; returns the commit's hash."""
    file = project.settings(FORCE)
    text = file.read_text()
    for before, after in settings.items():
        text = text.replace(before, after)
    file.write_text(text)
    git(project.root, "add", "--all")
    git(project.root, "commit", "--quiet", f"--message={message}")
    return git(project.root, "rev-parse", "HEAD")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A repository with one force, a remote, and the public key of its pipeline."""
    made = make_project(tmp_path_factory.mktemp("pipelines") / "project", [FORCE])
    (made.root / ".gitignore").write_text(".venv\n.bluelamp\n")
    public, _ = make_key(made.root.parent / "plan.pem")
    (made.root / "stacks" / "signers").mkdir(exist_ok=True)
    public.rename(made.root / "stacks" / "signers" / "pipeline.pem")
    git(made.root, "init", "--quiet", "--initial-branch=main")
    commit(made, "base")
    git(made.root.parent, "init", "--quiet", "--bare", "origin")
    git(made.root, "remote", "add", "origin", str(made.root.parent / "origin"))
    return made


def stand_ins(folder: Path, key: Path) -> Path:
    """Stand-ins for a runner's commands: `bluelamp` uses the rehearsal cloud, and `az` reads the key's file."""
    folder.mkdir()
    rehearsed = f"""#!/bin/sh
verb=$1; shift
case $verb in preview | up | drift) set -- --rehearse "$@" ;; esac
exec {COMMAND} "$verb" "$@"
"""
    for name, text in (("bluelamp", rehearsed), ("az", f"#!/bin/sh\ncat {key}\n")):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def kept() -> Iterator[Kept]:
    with host("github") as there:
        yield there


@pytest.fixture(scope="module")
def runner(project: Project, kept: Kept) -> Runner:
    folder = project.root.parent
    event = folder / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 7}}))
    own = ("GITHUB_", "CI_", "SYSTEM_", "TF_", "BLUELAMP_POST")
    variables = {key: value for key, value in environment().items() if not key.startswith(own)}
    # As on a runner, plans are cached between the steps.
    (folder / "cache").mkdir()
    (folder / "cache" / "engine").symlink_to(cache() / "engine")
    variables |= {
        "BLUELAMP_CACHE": str(folder / "cache"),
        "BLUELAMP_NO_CACHE": "",
        "FIRST": str(stand_ins(folder / "bin", folder / "plan.pem")),
        "GITHUB_SHA": git(project.root, "rev-parse", "main"),
        "GITHUB_ACTIONS": "true",
        "GITHUB_API_URL": kept.url,
        "GITHUB_REPOSITORY": "force/estate",
        "GITHUB_EVENT_PATH": str(event),
    }
    context = {
        "github.token": TOKEN,
        "github.event.pull_request.number": "7",
        "github.event.pull_request.base.sha": git(project.root, "rev-parse", "main"),
        "runner.os": "Linux",
        "github.run_id": "1",
        "github.run_attempt": "1",
        **{f"vars.{name}": name for name in SETTINGS},
        "hashFiles('requirements.lock', 'pyproject.toml')": "0",
    }
    (folder / "jobs").mkdir()
    return Runner(project.root, folder / "jobs", context, variables)


def workflow(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(pipelines("github", CHOICES)[f".github/workflows/bluelamp-{name}.yml"])
    return found


def pushed(runner: Runner, sha: str) -> tuple[JobResult, JobResult]:
    """The results of a pull request's jobs for a commit."""
    runner.context["github.sha"] = sha
    check = runner.run(workflow("plan"), "check")
    return check, runner.run(workflow("plan"), "comment")


def test_a_pull_request_has_one_comment_that_the_next_push_updates(
    project: Project, runner: Runner, kept: Kept
) -> None:
    git(project.root, "checkout", "--quiet", "-b", "change")
    check, comment = pushed(runner, commit(project, "premium", **{"sku: standard": "sku: premium"}))
    assert check.failed == [], check.output
    assert json.loads(check.outputs["matrix"])["include"] == [{"force": FORCE, "environment": "prod"}]
    assert comment.failed == []
    assert len(kept.comments) == 1
    first = kept.comments[0]["body"]
    assert "vault-vault" in first
    assert "logs-workspace" not in first

    git(project.root, "checkout", "--quiet", "change")
    check, comment = pushed(runner, commit(project, "shorter", **{"retentionDays: 365": "retentionDays: 90"}))
    # A mandatory rule is broken: the check fails, and the comment says so.
    assert check.failed == ["Check them, and write the comment"]
    assert check.statuses["Check them, and write the comment"] == 3
    assert comment.failed == []
    assert len(kept.comments) == 1
    assert "1 new mandatory failure" in kept.comments[0]["body"]
    assert kept.comments[0]["body"] != first
    assert TOKEN not in check.output + comment.output
    assert kept.tokens == {f"Bearer {TOKEN}"}
    assert (runner.work.parent / "artefacts/bluelamp-reports/findings.sarif").is_file()


@pytest.mark.engine
@pytest.mark.usefixtures("engine")
def test_a_merge_is_planned_applied_exactly_and_recorded(project: Project, runner: Runner) -> None:
    runner.context["github.sha"] = "main"
    for number in range(2):
        planned = runner.run(workflow("apply"), "plan")
        assert planned.failed == [], planned.output
        assert planned.outputs["saved"] == ("" if number else "true")
        if number:
            break  # the applied commit is the base of the next plan, which has no changes
        applied = runner.run(workflow("apply"), "apply")
        assert applied.failed == ["Fetch the approvals, where there are any"] or applied.failed == [], applied.output
        assert f"{FORCE}: 50 created" in applied.output
        assert runner.run(workflow("apply"), "record").failed == []
        git(project.root, "fetch", "--quiet", "origin")
    assert git(project.root, "rev-parse", "origin/bluelamp-applied") == git(project.root, "rev-parse", "main")


@pytest.mark.engine
@pytest.mark.usefixtures("engine")
def test_drift_opens_one_issue_that_closes_without_drift(project: Project, runner: Runner, kept: Kept) -> None:
    """Continues the test above."""
    runner.context["github.sha"] = "main"
    assert project.run("cloud", "drift", "hub-hub-rules", "tags.cost-centre", "x").returncode == 0
    found = runner.run(workflow("drift"), "drift")
    assert (found.failed, found.outputs["status"]) == ([], "4"), found.output
    place = runner.work.parent / "artefacts/bluelamp-drift"
    for text, status in (("### 1 resource of 1 force drifted", "4"), ("### Not compared", "1"), ("### No drift", "0")):
        if status != "4":
            (place / "drift.md").write_text(f"{text}\n\n<!-- bluelamp-drift -->\n")
        result = runner.run(workflow("drift"), "issue", **{"needs.drift.outputs.status": status})
        assert result.failed == [], result.output
        assert [each["body"].splitlines()[0] for each in kept.issues] == [text]
        assert kept.issues[0]["state"] == ("closed" if status == "0" else "open")
    assert kept.issues[0]["labels"] == ["bluelamp-drift"]


@pytest.fixture(scope="module")
def shared(project: Project, runner: Runner) -> dict[str, str]:
    """The environment of a job on another host, with the same cached plans and engine."""
    kept = {key: value for key, value in runner.variables.items() if not key.startswith(("GITHUB_", "FIRST"))}
    project_variables = {name: name for name in SETTINGS}
    return {**kept, **project_variables, **functions(project.root.parent / "plan.pem")}


@pytest.fixture(scope="module")
def on_gitlab(project: Project, runner: Runner, shared: dict[str, str]) -> Iterator[tuple[gitlab.Runner, Kept]]:
    folder = project.root.parent
    (folder / "gitlab").mkdir()
    # A job pushes to the project's address, which contains its token.
    address = f"https://gitlab-ci-token:{TOKEN}@gitlab.example/force/estate.git"
    git(project.root, "config", f"url.{folder / 'origin'}.insteadOf", address)
    (project.root / ".bluelamp").mkdir(exist_ok=True)
    (project.root / ".bluelamp" / "cache").symlink_to(folder / "cache")
    with host("gitlab") as there:
        yield (
            gitlab.Runner(
                project.root,
                folder / "gitlab",
                {
                    **shared,
                    "GITLAB_CI": "true",
                    "CI_API_V4_URL": there.url,
                    "CI_COMMIT_BRANCH": "main",
                    "CI_JOB_TOKEN": TOKEN,
                    "CI_MERGE_REQUEST_IID": "7",
                    "CI_PIPELINE_ID": "11",
                    "CI_PROJECT_DIR": str(project.root),
                    "CI_PROJECT_ID": "3",
                    "CI_PROJECT_PATH": "force/estate",
                    "CI_SERVER_HOST": "gitlab.example",
                },
            ),
            there,
        )


@pytest.fixture(scope="module")
def on_azure(project: Project, runner: Runner, shared: dict[str, str]) -> Iterator[tuple[azure.Runner, Kept]]:
    folder = project.root.parent
    (folder / "azure").mkdir()
    workspace = folder / "azure-workspace"
    workspace.mkdir()
    with host("azure") as there:
        yield (
            azure.Runner(
                project.root,
                folder / "azure",
                {
                    **shared,
                    "TF_BUILD": "True",
                    "BUILD_BUILDID": "12",
                    "BUILD_REPOSITORY_ID": "r-1",
                    "BUILD_REPOSITORY_URI": "https://dev.azure.example/force/estate",
                    "PIPELINE_WORKSPACE": str(workspace),
                    "SYSTEM_COLLECTIONURI": f"{there.url}/",
                    "SYSTEM_PULLREQUEST_PULLREQUESTID": "7",
                    "SYSTEM_TEAMPROJECTID": "p-1",
                },
                {
                    "Pipeline.Workspace": str(workspace),
                    "System.AccessToken": TOKEN,
                    "System.JobAttempt": "1",
                    "System.PullRequest.TargetBranchName": "main",
                },
            ),
            there,
        )


def stages(name: str) -> dict[str, Any]:
    """The stages of one of the Azure DevOps pipelines, by name."""
    content = yaml.safe_load(pipelines("azure", CHOICES)[f".azure-pipelines/bluelamp-{name}.yml"])
    return {stage["stage"]: stage for stage in content["stages"]}


def changed(project: Project, message: str, **settings: str) -> str:
    """A commit of `main` with other settings, which the remote does not have yet."""
    git(project.root, "checkout", "--quiet", "main")
    git(project.root, "push", "--quiet", "origin", "main")
    git(project.root, "fetch", "--quiet", "origin")
    return commit(project, message, **settings)


@pytest.mark.engine
@pytest.mark.usefixtures("engine")
def test_gitlabs_jobs_comment_plan_apply_exactly_and_record(
    project: Project, on_gitlab: tuple[gitlab.Runner, Kept]
) -> None:
    """Continues the tests above: the force is up, and has drifted."""
    runner, kept = on_gitlab
    jobs = yaml.safe_load(pipelines("gitlab", CHOICES)[".gitlab-ci.yml"])
    base = git(project.root, "rev-parse", "main")
    sha = changed(project, "premium", **{"sku: standard": "sku: premium"})
    for job in ("check", "comment") if thorough.ALL else ():
        result = runner.run(jobs, job, sha, "merge_request_event", CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
        assert result.failed == [], result.output
    assert ["vault-vault" in each["body"] for each in kept.comments] == [True] * thorough.ALL
    output = ""
    for job in ("plan", "apply", "record"):
        result = runner.run(jobs, job, sha, "push")
        assert result.failed == [], result.output
        output += result.output
    assert f"{FORCE}: 1 updated" in output
    assert TOKEN not in output
    assert git(project.root, "ls-remote", "origin", "bluelamp-applied").split()[0] == sha
    for status, ends, first, state in (
        ("", 0, "### 1 resource of 1 force drifted", "open"),
        ("1", 1, "### drift ends with 1", "open"),
        ("0", 0, "### drift ends with 0", "closed"),
    ):
        result = runner.run(jobs, "drift", sha, "schedule", DRIFT_ENDS=status)
        assert result.statuses == {"drift": ends}, result.output
        (issue,) = kept.issues
        assert (str(issue.get("description")).splitlines()[0], issue["state"]) == (first, state)


@pytest.mark.engine
@pytest.mark.usefixtures("engine")
def test_azures_stages_comment_plan_apply_exactly_and_record(
    project: Project, on_azure: tuple[azure.Runner, Kept]
) -> None:
    """Continues the test above."""
    runner, kept = on_azure
    sha = changed(project, "standard", **{"sku: premium": "sku: standard"})
    plan, apply, drift = stages("plan"), stages("apply"), stages("drift")
    for job in ("affected", "comment") if thorough.ALL else ():
        result = runner.run(plan["check"], job, sha)
        assert result.failed == [], result.output
    assert ["vault-vault" in each["content"] for each in kept.comments] == [True] * thorough.ALL
    assert runner.wanted(plan["preview"]) == thorough.ALL
    output = ""
    for name in ("plan", "apply", "record"):
        assert runner.wanted(apply[name])
        result = runner.run(apply[name], name, sha)
        assert result.failed == [], result.output
        output += result.output
    assert f"{FORCE}: 1 updated" in output
    assert TOKEN not in output
    assert git(project.root, "ls-remote", "origin", "bluelamp-applied").split()[0] == sha
    for status, failed, first in (
        ("", [], "### 1 resource of 1 force drifted"),
        ("1", ["Find drift"], "### drift ends with 1"),
        ("0", [], "### drift ends with 0"),
    ):
        runner.variables["DRIFT_ENDS"] = status
        result = runner.run(drift["drift"], "drift", sha)
        assert result.failed == failed, result.output
        (item,) = kept.issues
        assert first in str(item["steps"])


def test_the_matrix_of_azure_pipelines_has_a_job_for_each_force(project: Project, tmp_path: Path) -> None:
    steps = yaml.safe_load(pipelines("azure", CHOICES)[".azure-pipelines/bluelamp-plan.yml"])["stages"][0]["jobs"][0]
    (step,) = [each for each in steps["steps"] if each.get("name") == "affected"]
    stand_in = tmp_path / "bluelamp"
    rows = '{"include":[{"force":"dyfed-powys","environment":"prod"},{"force":"essex-dev","environment":"dev"}]}'
    stand_in.write_text(f"#!/bin/sh\necho '{rows}'\n")
    stand_in.chmod(0o755)
    run = subprocess.run(
        ["bash", "-c", step["bash"]],
        check=True,
        capture_output=True,
        text=True,
        cwd=project.root,
        env={**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "TARGET": "main"},
    )
    matrix, some = run.stdout.splitlines()
    assert json.loads(matrix.partition("]")[2]) == {
        "force_dyfed_powys": {"FORCE": "dyfed-powys"},
        "force_essex_dev": {"FORCE": "essex-dev"},
    }
    assert some == "##vso[task.setvariable variable=any;isOutput=true]true"


def test_the_child_pipeline_of_gitlab_has_a_job_for_each_force(tmp_path: Path) -> None:
    job = yaml.safe_load(pipelines("gitlab", CHOICES)[".gitlab-ci.yml"])
    line = job["check"]["script"][0]
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    for rows, expected in (
        ([{"force": "essex", "environment": "prod"}], {"force": {"extends": ".preview", "parallel": MATRIX}}),
        ([], {"none": {"stage": "plan", "script": ["echo no force is affected"]}}),
    ):
        (tmp_path / "bluelamp").write_text(f"#!/bin/sh\necho '{json.dumps({'include': rows})}'\n")
        (tmp_path / "bluelamp").chmod(0o755)
        path = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
        subprocess.run(["bash", "-e", "-c", line], check=True, cwd=tmp_path, env=path)
        assert json.loads((tmp_path / "preview" / "forces.yml").read_text()) == expected
    assert job["preview"]["trigger"]["include"][1] == {"artifact": "preview/forces.yml", "job": "check"}
    assert '"$FORCE"' in job[".preview"]["script"][0]


MATRIX = {"matrix": [{"FORCE": ["essex"]}]}


def test_the_hook_checks_differences_from_the_last_commit(project: Project) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert (hook["language"], hook["pass_filenames"]) == ("python", False)
    git(project.root, "checkout", "--quiet", "main")
    program, *words = [*hook["entry"].split(), *hook["args"]]
    assert program == "bluelamp"
    # No difference: no force is planned.
    run = project.run(*words)
    assert (run.returncode, run.stdout) == (0, "no force changed\n"), run.stderr


def test_the_actions_steps_check_and_comment(project: Project, runner: Runner, kept: Kept) -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    git(project.root, "checkout", "--quiet", "main")
    kept.comments.clear()
    for name, given in action["inputs"].items():
        runner.context[f"inputs.{name}"] = str(given.get("default", ""))
    runner.context |= {"inputs.base": "main", "inputs.token": TOKEN, "github.action_path": "."}
    # This checkout is already installed.
    steps = [each | {"if": None} for each in action["runs"]["steps"] if each["name"] != "Install Bluelamp"]
    result = runner.run(
        {"jobs": {"action": {"steps": steps, "outputs": {"matrix": action["outputs"]["matrix"]["value"]}}}}, "action"
    )
    assert result.failed == [], result.output
    # No difference: the comment says so, which replaces its earlier text.
    assert json.loads(result.outputs["matrix"]) == {"include": []}
    assert [each["body"].splitlines()[:2] for each in kept.comments] == [
        ["<!-- bluelamp:check -->", "### ✅ No force is affected"]
    ]
