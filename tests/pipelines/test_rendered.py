"""`bluelamp render --pipelines`: valid by the published schemas and actionlint, and no edited file is overwritten."""

import gzip
import json
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator, TypeChecker
from jsonschema.protocols import Validator
from jsonschema.validators import extend

from bluelamp.pipelines import HOSTS, Choices, pipelines
from tests.conftest import ROOT, in_process
from tests.pipelines.actionlint import actionlint

CHOICES = Choices("main", "make .venv/.ready")
FILES = {path: text for host in HOSTS for path, text in pipelines(host, CHOICES).items()}
WORKFLOWS = [path for path in FILES if path.startswith(".github/")]
ACTION = (ROOT / "action.yml").read_text(encoding="utf-8")
PINNED = re.compile(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


@cache
def schema(name: str) -> Validator:
    content = gzip.decompress((Path(__file__).parent / "schemas" / f"{name}.json.gz").read_bytes())
    return (AZURE if name == "azure-pipelines" else Draft7Validator)(json.loads(content))


def _boolean(_: TypeChecker, value: object) -> bool:
    return value in ("true", "false")


def _integer(_: TypeChecker, value: object) -> bool:
    return isinstance(value, str) and value.isdecimal()


# Azure Pipelines reads every scalar as text, and most of its schema expects text.
AZURE = extend(
    Draft7Validator,
    type_checker=Draft7Validator.TYPE_CHECKER.redefine("boolean", _boolean).redefine("integer", _integer),
)


def steps(path: str) -> Iterator[dict[str, Any]]:
    """Every step of every job, without its place in the file."""

    def walk(value: Any) -> Iterator[dict[str, Any]]:
        for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from walk(each)
        for each in (value.get("steps") or []) if isinstance(value, dict) else ():
            yield each

    yield from walk(yaml.safe_load(FILES[path]))


def scripts(path: str) -> list[str]:
    """Every script that a shell runs."""
    if path == ".gitlab-ci.yml":
        jobs = yaml.safe_load(FILES[path]).values()
        return [
            line
            for job in jobs
            if isinstance(job, dict)
            for line in (*job.get("before_script", []), *job.get("script", []))
        ]
    found = [
        (each.get("run") or each.get("bash") or (each.get("inputs") or {}).get("inlineScript")) for each in steps(path)
    ]
    return [each for each in found if each]


@pytest.mark.parametrize("path", sorted(FILES))
def test_the_published_schema_accepts_it(path: str) -> None:
    name = {".gi": "github-workflows", ".az": "azure-pipelines"}[path[:3]] if "/" in path else "gitlab-ci"
    loader = yaml.BaseLoader if name == "azure-pipelines" else yaml.SafeLoader
    content = yaml.load(FILES[path], loader)
    if True in content:
        content["on"] = content.pop(True)  # YAML 1.1 reads `on` as true
    assert [error.message[:300] for error in schema(name).iter_errors(content)] == []


def test_the_schemas_refuse_mistakes() -> None:
    for path, name in ((WORKFLOWS[0], "github-workflows"), (".azure-pipelines/bluelamp-plan.yml", "azure-pipelines")):
        content = yaml.load(FILES[path], yaml.BaseLoader)
        content["jobs" if name == "github-workflows" else "stages"] = [{"nonsense": "x"}]
        assert list(schema(name).iter_errors(content))


def test_actionlint_accepts_the_workflows(tmp_path: Path) -> None:
    places = []
    for path in WORKFLOWS:
        places.append(tmp_path / Path(path).name)
        places[-1].write_text(FILES[path], encoding="utf-8")
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(FILES[WORKFLOWS[0]].replace("steps.affected.outputs", "steps.none.outputs"), encoding="utf-8")
    run = [str(actionlint()), "-no-color", "-shellcheck=", "-pyflakes="]
    good = subprocess.run([*run, *map(str, places)], check=False, capture_output=True, text=True, timeout=60)
    assert (good.returncode, good.stdout) == (0, "")
    assert subprocess.run([*run, str(wrong)], check=False, capture_output=True, timeout=60).returncode == 1


def test_the_action_follows_its_schema_and_installs_the_named_commit() -> None:
    assert [error.message for error in schema("github-actions").iter_errors(yaml.safe_load(ACTION))] == []
    assert "$ACTION" in ACTION


@pytest.mark.parametrize("text", [*(FILES[path] for path in WORKFLOWS), ACTION], ids=[*WORKFLOWS, "action.yml"])
def test_every_action_is_pinned_by_a_commit(text: str) -> None:
    used = re.findall(r"uses: (.*)", text)
    assert used
    assert [each for each in used if not PINNED.fullmatch(each)] == []


@pytest.mark.parametrize("path", sorted(FILES))
def test_no_value_is_inserted_into_a_script(path: str) -> None:
    """The name of a branch or a pull request is passed as a variable: inserted into a script it would be run."""
    assert scripts(path)
    assert [each for each in scripts(path) if re.search(r"\$\{\{|\$\(\w+\.\w|\$\[", each)] == []


@pytest.mark.parametrize("path", WORKFLOWS)
def test_each_job_has_exactly_the_permissions_that_it_needs(path: str) -> None:
    workflow = yaml.safe_load(FILES[path])
    assert workflow["permissions"] == {}
    for name, job in workflow["jobs"].items():
        granted = job["permissions"]
        uses = [str(each.get("uses", "")) for each in job["steps"]]
        assert ("id-token" in granted) == any("Azure/login" in each for each in uses), name
        writes = {key for key, value in granted.items() if value == "write"} - {"id-token"}
        expected = {"comment": {"pull-requests"}, "issue": {"issues"}, "record": {"contents"}}
        assert writes == expected.get(name, set()), name
        # A job that may write or log in does not persist its token in the checkout, except for the one that pushes.
        kept = [
            each["with"].get("persist-credentials") for each in job["steps"] if "checkout@" in str(each.get("uses"))
        ]
        assert kept == [name == "record"] * len(kept), name


def test_only_the_environment_of_the_apply_job_allows_the_apply_identity() -> None:
    jobs = {(path, name): job for path in WORKFLOWS for name, job in yaml.safe_load(FILES[path])["jobs"].items()}
    with_apply = {place for place, job in jobs.items() if "AZURE_APPLY_CLIENT_ID" in json.dumps(job)}
    assert with_apply == {(".github/workflows/bluelamp-apply.yml", "apply")}
    assert {jobs[place]["environment"] for place in with_apply} == {"bluelamp-apply"}
    connections = {
        (path, each["inputs"]["azureSubscription"])
        for path in FILES
        if path.startswith(".azure")
        for each in steps(path)
        if each.get("task") == "AzureCLI@2"
    }
    assert {path for path, name in connections if name == "bluelamp-apply"} == {".azure-pipelines/bluelamp-apply.yml"}


def test_a_job_with_a_write_token_runs_no_pull_request_code_and_no_cache() -> None:
    comment = yaml.safe_load(FILES[".github/workflows/bluelamp-plan.yml"])["jobs"]["comment"]
    uses = [str(each.get("uses")) for each in comment["steps"]]
    assert comment["steps"][0]["with"]["ref"] == "${{ github.event.pull_request.base.sha }}"
    assert [each for each in uses if "cache@" in each] == []


@pytest.mark.parametrize("path", sorted(FILES))
def test_there_is_no_stored_secret(path: str) -> None:
    assert not re.search(r"secrets\.|client[-_]secret|password", FILES[path], re.I)


def test_rendering_is_deterministic_and_uses_the_projects_options() -> None:
    assert {path: text for host in HOSTS for path, text in pipelines(host, CHOICES).items()} == FILES
    other = pipelines("github", Choices("trunk", "pip install --index-url $INDEX ."))
    assert all("trunk" in text or "drift" in path for path, text in other.items())
    assert all("pip install --index-url $INDEX ." in text for text in other.values())


def render(folder: Path, *words: str) -> tuple[int, str]:
    status, out, err = in_process(ROOT, ["render", "--pipelines", "github", "--out", str(folder), *words])
    return status, out + err


def test_an_edited_file_is_not_replaced(tmp_path: Path) -> None:
    assert render(tmp_path)[0] == 0
    status, output = render(tmp_path)
    assert status == 0
    assert output.count("unchanged: ") == 3
    plan, drift = (tmp_path / ".github/workflows" / f"bluelamp-{each}.yml" for each in ("plan", "drift"))
    plan.write_text(plan.read_text().replace("max-parallel: 8", "max-parallel: 2"))
    drift.write_text("name: ours\n")
    before = (plan.read_text(), drift.read_text())
    status, output = render(tmp_path, "--branch", "trunk")
    assert status == 2
    assert "bluelamp-plan.yml (it was edited after it was rendered)" in output.replace("\n", " ")
    assert "bluelamp-drift.yml (Bluelamp did not render it)" in " ".join(output.split())
    assert (plan.read_text(), drift.read_text()) == before
    assert "branches: [main]" in (tmp_path / ".github/workflows/bluelamp-apply.yml").read_text()
    assert render(tmp_path, "--force")[0] == 0
    assert "max-parallel: 8" in plan.read_text()


def test_an_unedited_file_is_replaced_even_with_windows_line_ends(tmp_path: Path) -> None:
    assert render(tmp_path)[0] == 0
    apply = tmp_path / ".github/workflows/bluelamp-apply.yml"
    apply.write_bytes(apply.read_bytes().replace(b"\n", b"\r\n"))
    status, output = render(tmp_path, "--branch", "trunk")
    assert status == 0, output
    assert "branches: [trunk]" in apply.read_text()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "name a force, or a host with --pipelines"),
        (("essex", "--pipelines", "github"), "are mutually exclusive"),
        (("--pipelines", "jenkins"), "allowed: github, azure, gitlab"),
        (("--pipelines", "github", "--branch", "a]\nb"), "not a valid branch name"),
        (("--pipelines", "github", "--install", "a\nb"), "a command is one line"),
        (("--pipelines", "github", "--diagram-only"), "neither manifests nor a diagram"),
        (("essex", "--branch", "trunk"), "belong to --pipelines"),
    ],
)
def test_wrong_use_is_refused(words: tuple[str, ...], message: str) -> None:
    status, _, err = in_process(ROOT, ["render", *words])
    assert status == 2
    assert message in " ".join(err.split())
