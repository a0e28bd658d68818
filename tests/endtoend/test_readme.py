"""What the README says of auditing runs as it is written, of a small force in the place of the large ones."""

import re
import shlex
import shutil
import subprocess

import pytest

from tests.conftest import ROOT, Project

BLOCK = re.compile(r"^## Audit\n+```sh\n(.*?)^```", re.M | re.S)
SMALL = {"west-midlands": "wiltshire", "--all": "wiltshire dyfed-powys"}


def commands() -> list[list[str]]:
    """The words of each command, without the program itself."""
    found = BLOCK.search((ROOT / "README.md").read_text("utf-8"))
    assert found, "the README has no section on auditing that begins with its commands"
    text = found[1]
    for large, small in SMALL.items():
        text = re.sub(rf"(?<![\w-]){large}(?![\w-])", small, text)
    lines = [shlex.split(line, comments=True) for line in text.splitlines()]
    return [words for _, *words in filter(None, lines)]


def git(project: Project, *words: str) -> str:
    """What git says of the project."""
    return subprocess.run(["git", *words], cwd=project.root, check=True, capture_output=True, text=True).stdout


@pytest.mark.engine
@pytest.mark.usefixtures("engine")
def test_the_audit_section_runs_as_written(project: Project) -> None:
    done = commands()
    assert len(done) > 10
    shutil.copy(ROOT / ".gitignore", project.root)
    git(project, "init", "--quiet")
    git(project, "add", "--all")
    for words in done:
        run = project.run(*words)
        assert run.returncode == 0, f"{' '.join(words)}: {run.stdout}{run.stderr}"
        if "--report" in words:
            assert (project.root / words[words.index("--report") + 1] / "manifest.json").is_file()
    changed = [line for line in git(project, "status", "--porcelain").splitlines() if not line.startswith("A  ")]
    assert changed == []
