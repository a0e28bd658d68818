"""With `--format json` every command writes one document that follows a published schema, whatever its result."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from typer.main import get_command

from bluelamp import __version__, schemas
from bluelamp.cli import app as module
from bluelamp.cli.envelope import asks_for_json, problem_as_json
from bluelamp.core.camel import camel
from bluelamp.core.problems import Problem
from tests.conftest import ROOT, Project, in_process
from tests.thorough import tries

SCHEMA = Draft202012Validator(schemas.output())
CAMEL = re.compile(r"[a-z][A-Za-z0-9]*")


def commands() -> dict[str, Any]:
    """Every command that has `--format`, as command-line words."""

    def walk(group: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
        for name, verb in group.commands.items():
            if hasattr(verb, "commands"):
                yield from walk(verb, (*path, name))
            elif any("--format" in parameter.opts for parameter in verb.params):
                yield " ".join((*path, name)), verb

    module.load()
    return dict(walk(get_command(module.app), ()))


def run(folder: Path, *words: str) -> tuple[int, Any, str]:
    """The exit status, the document and the text on stderr."""
    status, out, err = in_process(folder, words)
    document = json.loads(out)
    assert list(SCHEMA.iter_errors(document)) == []
    assert document["status"] == status
    assert document["version"] == __version__
    return status, document, err


def test_every_command_with_a_format_has_a_published_result() -> None:
    assert set(commands()) == {name.replace(".", " ") for name in schemas.commands()}


def test_the_published_schemas_are_those_of_the_package_and_valid() -> None:
    for name, schema in ((schemas.OUTPUT, schemas.output()), (schemas.FINDINGS, schemas.findings())):
        Draft202012Validator.check_schema(schema)
        for folder in (schemas.HERE, ROOT / "docs" / "schemas"):
            assert json.loads((folder / name).read_text("utf-8")) == schema, "run: make docs"


def test_every_member_of_every_schema_is_in_camel_case() -> None:
    odd = []

    def walk(schema: Any) -> None:
        if isinstance(schema, dict):
            for name in schema.get("properties") or {}:
                if not CAMEL.fullmatch(name):
                    odd.append(name)
            for inner in schema.values():
                walk(inner)
        for inner in schema if isinstance(schema, list) else ():
            walk(inner)

    walk(schemas.output())
    # The keys are verdicts, which are data.
    assert set(odd) <= {"not applicable"}


@pytest.mark.parametrize("command", sorted(commands()))
def test_every_command_reports_a_wrong_option_in_a_document(command: str, tmp_path: Path) -> None:
    status, document, output = run(tmp_path, *command.split(), "--no-such-option", "--format", "json")
    assert (status, document["command"], document["result"]) == (2, command, None)
    assert "--no-such-option" in document["problems"][0]["message"]
    assert "no-such-option" in output


@pytest.mark.parametrize(
    ("words", "status", "command", "message"),
    [
        ("chek --format json", 2, "", "No such command 'chek'"),
        ("cloud lss --format=json", 2, "cloud", "No such command 'lss'"),
        ("check nowhere -f json", 2, "check", "nowhere"),
        ("check -qf json", 2, "check", "no force selected"),
        ("check essex --all -fjson", 2, "check", "mutually exclusive"),
        ("explain BL-NOT-1 --format json", 2, "explain", "BL-NOT-1"),
        ("verify nowhere --format json", 2, "verify", "nowhere"),
        ("cloud show x --format json", 2, "cloud show", "holds no 'x'"),
        ("audit --from manifests missing.yaml --format json", 2, "audit", "missing.yaml"),
    ],
)
def test_a_failure_is_a_document(words: str, status: int, command: str, message: str, project: Project) -> None:
    code, document, _ = run(project.root, *words.split())
    assert (code, document["command"], document["result"]) == (status, command, None)
    assert any(message in json.dumps(problem) for problem in document["problems"])


def test_a_mistake_in_the_settings_has_its_place_the_value_and_the_allowed_values(project: Project) -> None:
    file = project.settings("dyfed-powys")
    lines = file.read_text("utf-8").replace("sku: standard", "sku: standart")
    file.write_text(lines, "utf-8")
    _, document, _ = run(project.root, "check", "dyfed-powys", "--format", "json")
    (problem,) = document["problems"]
    line = next(number for number, text in enumerate(lines.splitlines(), 1) if "standart" in text)
    assert (problem["file"], problem["line"]) == ("stacks/Pulumi.dyfed-powys.yaml", line)
    assert problem["path"] == "bluelamp:azure.keyVault.sku"
    assert problem["found"] == "standart"
    assert "premium" in problem["allowed"] + problem["nextStep"]


@pytest.mark.parametrize(
    "words",
    [
        "doctor",
        "cloud ls",
        "cloud fault",
        "cloud reset",
        "explain BL-NET-001",
        "exemptions dyfed-powys",
        "policy dyfed-powys",
        "check dyfed-powys",
        "check --changed HEAD",
        "affected HEAD",
        "render dyfed-powys --out rendered",
        "compile --to admission --out compiled --rule BL-K8S-001",
        "key mine.pem",
        "new kent --owner a@kent.police.example --cost-centre KNT-1",
        "audit dyfed-powys --no-history",
    ],
)
def test_a_result_follows_the_schema(words: str, project: Project) -> None:
    if "HEAD" in words or "new" in words:
        (project.root / "stacks" / "Pulumi.kent.yaml").unlink(missing_ok=True)
        for command in ("init -q", "add -A", "-c user.name=a -c user.email=a@b commit -qm a"):
            project_git(project, *command.split())
    status, document, _ = run(project.root, *words.split(), "--format", "json")
    assert status in (0, 1)
    assert document["result"] is not None
    assert document["command"] == " ".join(words.split()[: 2 if words.startswith("cloud") else 1])


def project_git(project: Project, *words: str) -> None:
    import subprocess

    subprocess.run(["git", *words], cwd=project.root, check=True, capture_output=True)


def test_passes_are_included_only_on_request(project: Project) -> None:
    def verdicts(*words: str) -> set[str]:
        (one,) = run(project.root, "check", "dyfed-powys", "--format", "json", *words)[1]["result"]["forces"]
        return {finding["verdict"] for finding in one["report"]["findings"]}

    assert verdicts() == {"fail"}
    assert {"pass", "not applicable"} < verdicts("--passes")


def test_words_for_another_command_are_passed_through() -> None:
    assert not asks_for_json(["rehearse", "--", "pulumi", "stack", "--format", "json"])
    assert not asks_for_json(["check", "--format", "text", "json"])
    assert asks_for_json(["check", "--format", "json", "--", "x"])


@settings(max_examples=tries(200), derandomize=True, deadline=None)
@given(st.lists(st.sampled_from(["ab", "c", "de9", "f"]), min_size=1, max_size=5))
def test_names_are_in_camel_case(words: list[str]) -> None:
    name = camel("_".join(words))
    assert CAMEL.fullmatch(name)
    assert name.lower() == "".join(words)


@settings(max_examples=tries(200), derandomize=True, deadline=None)
@given(
    st.builds(
        Problem,
        st.text(),
        st.integers(0, 5),
        st.integers(0, 5),
        st.text(),
        st.text(min_size=1),
        st.text(),
        st.text(),
        st.text(),
    )
)
def test_every_problem_follows_the_schema(problem: Problem) -> None:
    made = problem_as_json(problem)
    document = {
        "schema": schemas.SCHEMA,
        "command": "",
        "version": "1",
        "status": 1,
        "problems": [made],
        "result": None,
    }
    assert list(SCHEMA.iter_errors(document)) == []
    assert (made["line"] is None) == (problem.line == 0)
