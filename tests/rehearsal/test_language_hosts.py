"""The languages that a rehearsal can run, and the source of their hosts."""

from pathlib import Path

import pytest
import yaml

from bluelamp.errors import UsageError
from bluelamp.rehearsal import language_hosts
from bluelamp.rehearsal.command_line import CommandLine
from bluelamp.rehearsal.project import Project


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_only_language_hosts_and_policy_runners_on_the_path_are_supplied(tmp_path: Path) -> None:
    engine = program(tmp_path / "engine" / "pulumi")
    program(tmp_path / "engine" / "pulumi-language-python")
    program(tmp_path / "engine" / "pulumi-language-python-exec")
    path, user, home = tmp_path / "path", tmp_path / "user", tmp_path / "home"
    for name in ("language-yaml", "language-python", "resource-police", "tool-police", "converter-police"):
        program(path / f"pulumi-{name}")
    program(path / "pulumi-analyzer-policy-python")
    (path / "pulumi-language-broken").write_text("not a program")
    program(user / "plugins" / "language-java-v1.2.3" / "pulumi-language-java")
    program(home / "plugins" / "resource-police-v1.0.0" / "pulumi-resource-police")
    language_hosts.supply(home, engine, {"PATH": f"{path}:relative", "PULUMI_HOME": str(user)})
    assert sorted(each.name for each in (home / "plugins").glob("*/*")) == [
        "pulumi-analyzer-policy-python",
        "pulumi-language-java",
        "pulumi-language-yaml",
    ]
    assert language_hosts.languages(engine, {"PATH": f"{path}:relative", "PULUMI_HOME": str(user)}) == [
        "java",
        "python",
        "yaml",
    ]


def test_a_language_without_a_host_is_refused_with_the_supported_ones(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        language_hosts.check("nodejs", ["python", "yaml"], tmp_path / "Pulumi.yaml")
    assert "the runtime 'nodejs'; available runtimes: python, yaml" in refused.value.message
    assert "pulumi-language-nodejs" in refused.value.next_step
    language_hosts.check("yaml", ["python", "yaml"], tmp_path / "Pulumi.yaml")


@pytest.mark.parametrize(
    ("line", "verb", "stack", "changes"),
    [
        ("up -s dev", "up", "dev", True),
        ("--cwd x update --stack=acme/p/dev", "up", "acme/p/dev", True),
        ("-C x stack init dev", "stack init", None, False),
        ("pre --diff", "preview", None, False),
        ("destroy --preview-only", "destroy", None, False),
        ("down --yes", "destroy", None, True),
        ("stack rm dev --yes", "stack rm", None, True),
        ("state delete urn", "state", None, True),
        ("stack", "stack", None, False),
        ("--color never config set key value", "config", None, False),
        ("version", "version", None, False),
        ("", "", None, False),
    ],
)
def test_the_action_of_a_command_is_read_from_its_arguments(
    line: str, verb: str, stack: str | None, changes: bool
) -> None:
    words = CommandLine(tuple(line.split()))
    assert (words.verb, words.stack, words.changes) == (verb, stack, changes)


def test_a_stack_of_any_organisation_belongs_to_the_rehearsal(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "p", "runtime": "python"}))
    project = Project.at(tmp_path)
    assert project is not None

    def local(line: str) -> str:
        return " ".join(project.local(CommandLine(tuple(line.split()))).arguments)

    assert local("up --stack acme/p/dev") == "up --stack dev"
    assert local("up --stack=acme/dev -- acme/dev") == "up --stack=dev -- dev"
    assert local("stack output --stack acme/other/dev") == "stack output --stack organization/other/dev"
    assert local("stack rm acme/p/dev") == "stack rm dev"
