"""The README's commands run as written, on small forces in place of the large ones."""

import re
import shlex
import shutil
import subprocess

import pytest

from tests.conftest import COMMAND, ROOT, Project, environment

BLOCK = r"^## {}\n+```sh\n(.*?)^```"
SMALL = {"west-midlands": "wiltshire", "--all": "wiltshire dyfed-powys"}
STATUS = {"drift": 4}
"""Of a verb that does not end with 0."""
MANIFEST = (
    "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: x, namespace: y}\nautomountServiceAccountToken: false\n"
)


def commands(section: str = "Audit") -> list[list[str]]:
    """The words of each command, without the program itself."""
    found = re.search(BLOCK.format(section), (ROOT / "README.md").read_text("utf-8"), re.M | re.S)
    assert found, f"the README has no section {section} that begins with its commands"
    text = found[1]
    for large, small in SMALL.items():
        text = re.sub(rf"(?<![\w-]){large}(?![\w-])", small, text)
    lines = [shlex.split(line, comments=True) for line in text.splitlines()]
    return [words for _, *words in filter(None, lines)]


def git(project: Project, *words: str) -> str:
    """The output of git in the project."""
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


@pytest.mark.engine
@pytest.mark.usefixtures("engine")
def test_the_use_section_runs_as_written_and_in_order(project: Project) -> None:
    """Helm is not available here: its output is given on the standard input."""
    swapped = {"essex": "dyfed-powys", "kent": "dyfed-powys"}
    done = [[swapped.get(word, word) for word in words] for words in commands("Use")]
    assert len(done) > 12
    assert ["rehearse", "--", "pulumi", "up", "-s", "dyfed-powys"] in done
    for words in done:
        if "|" in words:
            piped = words[words.index("|") + 2 :]
            run = subprocess.run(
                [str(COMMAND), *piped],
                check=False,
                capture_output=True,
                text=True,
                cwd=project.root,
                env=environment(),
                input=MANIFEST,
            )
        else:
            run = project.run(*words)
        assert run.returncode == STATUS.get(words[0], 0), f"{' '.join(words)}: {run.stdout}{run.stderr}"


@pytest.mark.engine
@pytest.mark.usefixtures("engine")
def test_a_rehearsal_without_a_force_asks_for_one(project: Project) -> None:
    run = project.run("rehearse", "--", "pulumi", "up")
    assert run.returncode == 2
    assert "no stack is selected" in run.stderr
    assert "bluelamp rehearse -- pulumi up --stack FORCE" in run.stderr
