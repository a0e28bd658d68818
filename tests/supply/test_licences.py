"""Every dependency's licence is on the allow-list; one that is not is named."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supply.__main__ import dependencies, main
from supply.go_modules import Module, modules
from supply.licences import licence_of, policy, problems
from supply.python_packages import Package, locked, needed_to_run
from tests.conftest import ROOT
from tests.thorough import tries

PACKAGES, MODULES = dependencies()
MANY = {"derandomize": True, "deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}


def test_every_dependency_is_on_the_allow_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["licences"]) == 0
    output = capsys.readouterr().out
    assert f"{len(PACKAGES)} Python packages" in output
    assert f"{len(MODULES)} Go modules" in output


def test_every_pin_of_the_lock_is_read() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = [line for line in text.splitlines() if "==" in line and not line.startswith((" ", "#"))]
    assert len(PACKAGES) == len(pins) > 100
    assert all(one.hashes and one.required_by for one in PACKAGES)
    assert sum(len(one.hashes) for one in PACKAGES) == text.count("--hash=sha256:")


def test_every_requirement_of_the_engine_is_read() -> None:
    text = (ROOT / "bluelamp" / "engine" / "gomod" / "go.mod").read_text(encoding="utf-8")
    assert len(MODULES) == sum(line.startswith("\t") for line in text.splitlines()) + text.count("\nrequire github.com")
    assert {one.path for one in MODULES} >= {"github.com/pulumi/pulumi/pkg/v3", "github.com/tgummerer/clipboard"}
    assert all(one.hash.startswith("h1:") for one in MODULES)


def test_test_dependencies_are_distinguished_from_those_of_the_product() -> None:
    needed = needed_to_run(PACKAGES, ROOT / "pyproject.toml")
    assert {"pulumi", "grpcio", "pydantic-core", "cryptography", "duckdb"} <= needed
    assert not {"pytest", "ruff", "uv", "paramiko", "cyclonedx-python-lib", "arrow"} & needed


NAME = "paramiko"
EXPRESSIONS = st.recursive(
    st.sampled_from(
        ["MIT", "Apache-2.0", "GPL-3.0-only", "AGPL-3.0-or-later", "SSPL-1.0", "LGPL-2.1", "BUSL-1.1", "ISC"]
    ),
    lambda each: st.builds("({} {} {})".format, each, st.sampled_from(["AND", "OR"]), each),
    max_leaves=5,
)


def permitted(expression: str, allowed: frozenset[str]) -> bool:
    """The meaning of the expression, evaluated as Python."""
    words = expression.replace("(", " ( ").replace(")", " ) ").split()
    given_ = {"AND": "and", "OR": "or", "(": "(", ")": ")"}
    return bool(eval(" ".join(given_.get(word) or str(word in allowed) for word in words)))


@settings(max_examples=tries(400), **MANY)
@given(expression=EXPRESSIONS)
def test_an_expression_passes_only_if_its_licences_are_allowed(expression: str) -> None:
    base = policy()
    one = Package("x", "1", ())
    found = list(problems([one], [], replace(base, exceptions={}, read={"x": expression})))
    refused = [line for line in found if line.startswith("x 1:")]
    assert bool(refused) == (not permitted(expression, base.allowed)), refused


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Proprietary",
        "MIT-ish",
        "MIT and others",
        "UNKNOWN",
        "LicenseRef-mine",
        "GPL-2.0-only WITH Classpath-exception-2.0",
        "Apache-2.0 AND",
        "MIT\nGPL-3.0-only",
        "see LICENSE",
        "mit; not",
    ],
)
def test_an_unclear_licence_does_not_pass(text: str) -> None:
    given_ = replace(policy(), exceptions={}, read={"x": text})
    assert any(line.startswith("x 1:") for line in problems([Package("x", "1", ())], [], given_))


def test_a_module_without_a_known_licence_does_not_pass() -> None:
    one = Module("example.org/new", "v1.0.0", "h1:x")
    assert any(line.startswith("example.org/new v1.0.0: no licence") for line in problems([], [one], policy()))


def test_an_exception_is_for_one_licence_and_one_dependency() -> None:
    base = policy()
    assert base.exceptions[NAME][0] == "LGPL-2.1"
    changed = replace(base, read={**base.read, NAME: "GPL-3.0-only"})
    assert any("the exception is for LGPL-2.1" in line for line in problems(PACKAGES, MODULES, changed))
    without = [one for one in PACKAGES if one.name != NAME]
    assert any(line.startswith(f"{NAME}: a row") for line in problems(without, MODULES, base))


def test_a_licence_of_another_installed_version_is_not_used() -> None:
    one = next(one for one in PACKAGES if one.name == "attrs")
    assert licence_of(one, policy()) == "MIT"
    assert licence_of(replace(one, version="0.0.1"), policy()) == ""


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("allowed: [MIT, Free]\nexceptions: {}", "SPDX"),
        ("allowed: [MIT]\nexceptions: {x: {licence: GPL-3.0-only, reason: ' '}}", "no reason"),
    ],
)
def test_a_wrong_allow_list_is_refused(tmp_path: Path, line: str, wrong: str) -> None:
    (tmp_path / "list.yaml").write_text(f"{line}\nread: {{}}\nspellings: {{}}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=wrong):
        policy(tmp_path / "list.yaml")


@pytest.mark.parametrize(
    "line", ["-e .", "pulumi>=3", "--index-url https://example.org", "git+https://example.org/x", "    --hash=md5:0"]
)
def test_a_line_without_a_pin_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "lock").write_text(
        f"attrs==26.1.0 \\\n    --hash=sha256:{'a' * 64}\n    # via x\n{line}\n", encoding="utf-8"
    )
    with pytest.raises(ValueError, match="lock:4"):
        locked(tmp_path / "lock")


def test_a_module_without_a_hash_is_refused(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module x\n\nrequire example.org/a v1.0.0\n", encoding="utf-8")
    (tmp_path / "go.sum").write_text("example.org/a v1.0.0/go.mod h1:x\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no hash"):
        modules(tmp_path)
