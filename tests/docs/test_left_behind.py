"""Following the README and the docs leaves nothing in the working tree that git would commit, above all no key."""

import re
import shlex
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from tests.conftest import ROOT

PAGES = ["README.md", "CONTRIBUTING.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))]
PAGES += [f"docs/how-to/{path.name}" for path in sorted((ROOT / "docs" / "how-to").glob("*.md"))]
COMMAND = re.compile(
    r"(?:^|[\s`])(?:\.venv/bin/)?bluelamp ((?:audit|check|up|preview|render|compile|key) [^`\n#|]*)", re.M
)


def written(words: list[str]) -> list[str]:
    """The paths below the project that a command writes."""
    verb, *rest = words
    found = [value for option, value in pairwise(rest) if option in ("--report", "--out", "-o")]
    if verb == "key":
        [name] = rest
        found += [name, f"{name.removesuffix('.pem')}.pub.pem"]
    elif not found:
        usual = {"audit": "report", "render": "rendered/essex", "compile": "compiled/admission"}
        found = [usual[verb]] if verb in usual else []
    return [name for name in found if name.upper() != name and not name.startswith("/")]


def cases() -> list[tuple[str, str]]:
    """Each page with each path that a command on it writes."""
    found = set()
    for page in PAGES:
        for line in COMMAND.findall((ROOT / page).read_text("utf-8")):
            found |= {(page, name) for name in written(shlex.split(line))}
    return sorted(found)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty repository with this repository's ignore rules."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / ".gitignore").write_bytes((ROOT / ".gitignore").read_bytes())
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    return folder


def ignored(checkout: Path, name: str) -> bool:
    """Whether git ignores a file or a folder of this name."""
    words = ["git", "check-ignore", "--quiet", "--no-index", name if name.endswith(".pem") else f"{name}/a"]
    return subprocess.run(words, cwd=checkout, check=False).returncode == 0


def test_commands_are_found() -> None:
    assert {page for page, _ in cases()} >= {"README.md", "docs/reports.md", "docs/command.md"}
    assert ("README.md", "signing.pem") in cases()
    assert len(cases()) > 15


@pytest.mark.parametrize(("page", "name"), cases())
def test_files_that_a_page_writes_are_ignored(checkout: Path, page: str, name: str) -> None:
    assert ignored(checkout, name), f"{page}: {name}"


@pytest.mark.parametrize(
    "name", ["essex.pem", "keys/a.pem", "stacks/essex.pem", "stacks/signers/private/a.pem", "a.key"]
)
def test_keys_are_ignored_everywhere(checkout: Path, name: str) -> None:
    words = ["git", "check-ignore", "--quiet", "--no-index", name]
    assert subprocess.run(words, cwd=checkout, check=False).returncode == 0


def test_public_keys_of_signers_are_kept(checkout: Path) -> None:
    assert not ignored(checkout, "stacks/signers/essex.pem")


def test_no_file_of_the_project_is_ignored(checkout: Path) -> None:
    folders = (
        "bluelamp",
        "infra",
        "modules",
        "policies",
        "workloads",
        "stacks",
        "tests",
        "docs",
        "supply",
        "benchmarks",
    )
    kinds = (".py", ".yaml", ".json", ".js", ".j2", ".css", ".md")
    files = [each for folder in folders for each in (ROOT / folder).rglob("*") if each.suffix in kinds]
    names = "\n".join(str(each.relative_to(ROOT)) for each in files if "__pycache__" not in each.parts)
    assert len(files) > 500
    words = ["git", "check-ignore", "--no-index", "--stdin"]
    found = subprocess.run(words, cwd=checkout, check=False, input=names, capture_output=True, text=True)
    assert found.stdout == ""
