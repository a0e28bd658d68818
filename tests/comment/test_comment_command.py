"""`check` and `preview` with `--changed REF --comment FILE` in a repository; the docs show the same comment."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT, Project, make_project

pytestmark = pytest.mark.xdist_group("comment-command")

FORCE = "dyfed-powys"
DOCS = (ROOT / "docs/pull-requests.md").read_text(encoding="utf-8")


def git(root: Path, *words: str) -> None:
    named = ("-c", "user.name=Someone", "-c", "user.email=someone@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(root), *named, *words], check=True, capture_output=True)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A repository with one force; the working tree has the change that the page describes."""
    made = make_project(tmp_path_factory.mktemp("comment") / "project", [FORCE])
    (made.root / ".gitignore").write_text(".venv\n.bluelamp\n")
    settings = made.settings(FORCE)
    text = settings.read_text()
    settings.write_text(text.replace("      quarantine: false\n", ""))
    git(made.root, "init", "--quiet", "--initial-branch=main")
    git(made.root, "add", "--all")
    git(made.root, "commit", "--quiet", "--message=base")
    settings.write_text(
        text.replace("retentionDays: 365", "retentionDays: 90").replace("sku: standard", "sku: premium")
    )
    return made


@pytest.fixture(scope="module")
def checked(project: Project) -> "subprocess.CompletedProcess[str]":
    """A check in GitHub Actions."""
    summary = project.root.parent / "summary.md"
    summary.write_text("before\n")
    words = ("check", "--changed", "main", "--comment", "out/comment.md", "--report", "../report", "--format", "json")
    return project.run(*words, GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary), TF_BUILD="True")


def usual(text: str) -> str:
    """`text` with a fixed commit and version."""
    return re.sub(r"Bluelamp \d\S*?(?=, )", "Bluelamp 1.2.3", re.sub(r"`[0-9a-f]{12}`", "`0123456789ab`", text))


def test_the_comment_is_the_one_in_the_docs(project: Project, checked: "subprocess.CompletedProcess[str]") -> None:
    assert checked.returncode == 3, checked.stderr
    shown = re.search(r"````markdown\n(.*?)````", DOCS, re.DOTALL)
    assert shown
    assert usual((project.root / "out/comment.md").read_text()) == shown[1]


def test_the_summary_and_the_annotations_match_it(
    project: Project, checked: "subprocess.CompletedProcess[str]"
) -> None:
    comment = (project.root / "out/comment.md").read_text()
    assert (project.root.parent / "summary.md").read_text() == f"before\n{comment}"
    lines = checked.stderr.splitlines()
    (documented,) = re.findall(r"^::error .*$", DOCS, re.M)
    (error,) = [line for line in lines if line.startswith("::error ")]
    assert error.startswith(documented)
    (issue,) = [line for line in lines if line.startswith("##vso[task.logissue type=error;")]
    assert "sourcepath=stacks/dyfed-powys/assets/platform-logs.yaml;linenumber=10;" in issue
    assert f"##vso[task.uploadsummary]{project.root}/out/comment.md" in lines


def test_the_reports_say_what_is_new_compared_with_the_base(
    project: Project, checked: "subprocess.CompletedProcess[str]"
) -> None:
    sarif = (project.root.parent / "report/findings.sarif").read_text()
    assert sarif.count('"baselineState":"new"') == 1
    assert sarif.count('"baselineState":"unchanged"') == 4
    assert 'failures="1"' in (project.root.parent / "report/junit.xml").read_text()


def test_preview_shows_the_engines_steps(project: Project, engine: Path) -> None:
    run = project.run("preview", "--rehearse", "--changed", "main", "--comment", "preview.md", "--quiet")
    assert run.returncode == 3, run.stderr
    text = (project.root / "preview.md").read_text()
    assert text.startswith("<!-- bluelamp:preview -->\n### ❌ 1 of 1 force affected, 1 new mandatory failure, ")
    assert "previewed in the rehearsal cloud" in text
    assert "a mandatory rule stops the preview of dyfed-powys" in text


def test_wrong_settings_are_in_the_comment(project: Project) -> None:
    settings = project.settings(FORCE)
    text = settings.read_text()
    settings.write_text(text.replace("regions: [uksouth]", "regions: [mars]").replace("amount: 1500", "amount: much"))
    try:
        run = project.run("check", "--changed", "main", "--comment", "wrong.md", TF_BUILD="True")
    finally:
        settings.write_text(text)
    assert run.returncode == 2, run.stderr
    comment = (project.root / "wrong.md").read_text()
    assert "### ❌ 1 of 1 force affected, 1 force failed to plan" in comment
    assert "bluelamp:azure.regions" in comment
    assert "bluelamp:azure.budget.amount" in comment
    assert len(re.findall(r"##vso\[task\.logissue type=error;sourcepath=stacks/Pulumi", run.stderr)) == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["check", FORCE, "--comment", "c.md"], "add --changed REF"),
        (["check", "--changed", "main", "--comment-limit", "5000"], "add --comment FILE"),
        (
            ["check", "--changed", "main", "--comment", "c.md", "--comment-limit", "100"],
            "the result needs 2,000 characters",
        ),
        (["check", "--changed", "nowhere", "--comment", "c.md"], "not a commit that git knows"),
        (
            ["check", FORCE, "--changed", "main", "--comment", "c.md"],
            "FORCE, --all, --region and --changed are mutually exclusive",
        ),
        (["check", "--changed", "main", "--comment", "stacks"], "stacks: cannot be written"),
    ],
)
def test_wrong_use_is_refused(project: Project, words: list[str], message: str) -> None:
    run = project.run(*words)
    assert run.returncode == 2
    assert message in run.stderr
    assert not (project.root / "c.md").exists()
