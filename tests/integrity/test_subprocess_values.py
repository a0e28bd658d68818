"""A value from the command line, a setting, the environment or a checkout never becomes an option or a program."""

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bluelamp.cli.select import select
from bluelamp.core import git
from bluelamp.core.problems import SettingsError
from bluelamp.core.processes import ProcessError, run
from bluelamp.errors import UsageError
from bluelamp.infra.settings.register import read_register
from bluelamp.rehearsal.project import checked
from bluelamp.reports.provenance import provenance
from tests.comparing import differing
from tests.conftest import ROOT, Project, bluelamp, environment, make_project
from tests.thorough import tries

IDENTITY = ("-c", "user.name=Jo", "-c", "user.email=jo@example.org", "-c", "init.defaultBranch=main")


def command(folder: Path, *words: str) -> str:
    """Runs git as the owner of a checkout would."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    ran = subprocess.run(["git", *IDENTITY, *words], cwd=folder, check=True, capture_output=True, text=True, env=kept)
    return ran.stdout.strip()


def commit_all(folder: Path) -> str:
    command(folder, "add", "--all")
    command(folder, "commit", "--quiet", "--message", "All")
    return command(folder, "rev-parse", "HEAD")


@pytest.fixture
def checkout(tmp_path: Path) -> Project:
    """A project whose files are one commit."""
    made = make_project(tmp_path / "project")
    command(made.root, "init", "--quiet")
    commit_all(made.root)
    return made


@pytest.fixture(scope="module")
def shared() -> Iterator[Project]:
    """A checkout that no test changes, with a file as a target for hostile values."""
    with tempfile.TemporaryDirectory() as folder:
        made = make_project(Path(folder) / "project")
        (made.root / "CANARY").write_text("alive", encoding="utf-8")
        command(made.root, "init", "--quiet")
        commit_all(made.root)
        command(made.root, "tag", "v1")
        yield made


def everything(root: Path) -> set[tuple[str, int]]:
    """Every path below a project with its size, without git's own files and the targets of symbolic links."""
    found = set()
    for folder, names, files in os.walk(root.parent):
        if ".git" in names:
            names.remove(".git")
        found |= {(os.path.join(folder, name), os.lstat(os.path.join(folder, name)).st_size) for name in files}  # noqa: PTH118
    return found


def test_the_reported_option_truncates_no_file(checkout: Project) -> None:
    canary = checkout.root / "CANARY"
    canary.write_text("alive", encoding="utf-8")
    output = checkout.run("check", f"--changed=--output={canary}")
    assert output.returncode == 2, output.stderr
    assert "Traceback" not in output.stderr
    assert "--changed" in output.stderr
    assert "next:" in output.stderr
    assert canary.read_text(encoding="utf-8") == "alive"


def outcome(work: Callable[[], Any]) -> tuple[Any, str]:
    """The result of `work`, or None and the user-visible refusal; any other exception is raised."""
    try:
        return work(), ""
    except UsageError as error:
        assert error.next_step  # noqa: PT017 - every refusal says what to do
        return None, error.message
    except (git.GitError, SettingsError) as error:
        return None, str(error)


OPTIONS = st.sampled_from(
    [
        "--output",
        "--ext-diff",
        "--textconv",
        "-O",
        "--no-index",
        "--stdin",
        "--exec-path",
        "-c",
        "--git-dir",
        "--all",
        "--work-tree",
        "-C",
        "--upload-pack",
        "--open-files-in-pager",
        "--config-env",
        "--show-toplevel",
        "-S",
        "-G",
        "--namespace",
        "--glob",
        "--branches",
        "--path-format",
        "--parseopt",
        "--sq-quote",
        "--not",
        "--ignore-matching",
    ]
)
TARGETS = st.sampled_from(
    ["CANARY", "./CANARY", "../CANARY", "$PWD/CANARY", "/dev/null", "core.pager=touch CANARY", ""]
)
JOINS = st.sampled_from(["=", " ", "", "\n", "\t", "\0", "=./", "^{commit} "])
REVISIONS = st.sampled_from(
    [
        "HEAD",
        "main",
        "v1",
        "@",
        "HEAD~0",
        "HEAD^{tree}",
        "HEAD:CANARY",
        ":/All",
        "HEAD..main",
        "main...HEAD",
        "^HEAD",
        "refs/heads/*",
        "HEAD^@",
        "HEAD^!",
        "HEAD^-",
        "FETCH_HEAD",
        "@{u}",
        "@{-1}",
        "stash@{0}",
        ":CANARY",
        ":0:CANARY",
    ]
)
EDGES = st.text(
    alphabet=st.sampled_from(" \t\n\r\0-^~:.@{}=/\\'\"`$;|&<>*?[]()!#%+,\u2028\u202e\udc80\x1b"), max_size=4
)
HOSTILE = st.one_of(
    st.builds("".join, st.tuples(EDGES, OPTIONS, JOINS, TARGETS, EDGES)),
    st.builds("".join, st.tuples(EDGES, REVISIONS, EDGES)),
    st.builds(" ".join, st.tuples(REVISIONS, OPTIONS)),
    st.text(max_size=20),
)
MANY = {"derandomize": True, "deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}


@settings(max_examples=tries(1500), **MANY)
@given(value=HOSTILE)
def test_a_revision_is_one_commit_or_refused(shared: Project, value: str) -> None:
    head = command_head(shared)
    before = everything(shared.root)
    found, refusal = outcome(lambda: git.resolve(shared.root, value))
    assert found == head if found is not None else refusal
    assert "\n" not in refusal
    assert everything(shared.root) == before


_HEADS: dict[Path, str] = {}


def command_head(project: Project) -> str:
    if project.root not in _HEADS:
        _HEADS[project.root] = command(project.root, "rev-parse", "HEAD")
    return _HEADS[project.root]


@settings(max_examples=tries(400), **MANY)
@given(value=HOSTILE)
def test_changed_takes_no_option_from_its_value(shared: Project, value: str) -> None:
    before = everything(shared.root)
    found, refusal = outcome(lambda: differing(shared.root, value))
    assert found == [] if found is not None else refusal.startswith("--changed ")
    assert everything(shared.root) == before


SLUGS = st.sampled_from(["essex", "kent", "dyfed-powys", "west-midlands"])
NAMES = st.one_of(
    st.builds(
        "".join, st.tuples(st.sampled_from(["../", "../../", "/", "./", "..\\", "~/", "-", "--", "file:"]), SLUGS)
    ),
    st.builds(
        "".join, st.tuples(SLUGS, st.sampled_from(["/..", "/../x", "/", "\0", "\n", " ", ".yaml", "/baseline", "*"]))
    ),
    st.builds("".join, st.tuples(EDGES, OPTIONS, JOINS, TARGETS)),
    st.text(max_size=30),
)


@settings(max_examples=tries(2000), **MANY)
@given(name=NAMES, more=st.lists(SLUGS, max_size=2))
def test_a_force_is_in_the_register_or_refused(shared: Project, name: str, more: list[str]) -> None:
    known = read_register(shared.root).forces
    chosen, refusal = outcome(lambda: select(shared.root, [*more, name], every=False, region=None, changed=None))
    assert (chosen is None) == (name not in known)
    assert set(chosen) <= set(known) if chosen is not None else "force" in refusal


@settings(max_examples=tries(2000), **MANY)
@given(name=st.one_of(NAMES, HOSTILE, st.sampled_from([".", "..", "...", "a" * 101, "-s", "a/b", ""])))
def test_a_stack_or_project_is_a_name_and_no_path_or_option(name: str) -> None:
    _, refusal = outcome(lambda: checked("stack", name, "rename it"))
    if refusal:
        assert "allowed:" in refusal
        return
    assert not name.startswith("-")
    assert Path(name).name == name
    assert name.isascii()
    assert name.isprintable()


@pytest.mark.parametrize(
    "words", [("check",), ("compile", "--to", "admission"), ("new",), ("render",), ("policy",)], ids=str
)
@pytest.mark.parametrize("name", ["../../x", "/etc/x", "..", "", "essex/../kent", "essex\n", "./essex"])
def test_no_command_accepts_a_path_as_a_force(shared: Project, words: tuple[str, ...], name: str) -> None:
    before = everything(shared.root)
    extra = ("--owner", "a@b.police.example", "--cost-centre", "X-1") if words == ("new",) else ()
    output = in_process(shared.root, *words, *extra, "--", name)
    assert output == 2
    assert everything(shared.root) == before


def in_process(root: Path, *words: str) -> int:
    """The exit status of the command, run in this process in a project's folder; an unexpected exception is raised."""
    from bluelamp.cli.app import main

    here = Path.cwd()
    os.chdir(root)
    try:
        main(words)
    except SystemExit as ended:
        return int(ended.code or 0)
    finally:
        os.chdir(here)


def test_a_stack_file_without_a_force_is_refused(checkout: Project) -> None:
    (checkout.root / "stacks" / "Pulumi.--help.yaml").write_text("config: {}\n", encoding="utf-8")
    output = checkout.run("check", "--all")
    assert output.returncode == 2
    assert "Pulumi.--help.yaml" in output.stderr


# A hostile checkout: each setting names a program that git would run, or hides a change.

PROGRAMS = {
    "fsmonitor": [("core.fsmonitor", "{run}")],
    "filter-clean": [("filter.x.clean", "{run}; cat")],
    "filter-process": [("filter.x.process", "{run}")],
    "filter-required": [("filter.x.clean", "{run}; cat"), ("filter.x.required", "true")],
    "filter-odd-name": [("filter.x=y.z.clean", "{run}; cat")],
    "external": [("diff.external", "{run}")],
    "driver": [("diff.x.command", "{run}"), ("diff.x.textconv", "{run}")],
    "pager": [("core.pager", "{run}"), ("pager.diff", "{run}"), ("pager.status", "{run}")],
    "alias": [("alias.diff", "!{run}"), ("alias.status", "!{run}"), ("alias.rev-parse", "!{run}")],
    "refs": [("core.alternateRefsCommand", "{run}"), ("core.sshCommand", "{run}"), ("core.editor", "{run}")],
    "hooks": [("core.hooksPath", "{hooks}")],
    "promisor": [
        ("remote.origin.url", "ext::{run}"),
        ("remote.origin.promisor", "true"),
        ("extensions.partialClone", "origin"),
        ("protocol.ext.allow", "always"),
        ("protocol.allow", "always"),
    ],
    "include": [("include.path", "{include}")],
}
HOOKS = (
    "post-index-change",
    "pre-auto-gc",
    "reference-transaction",
    "post-checkout",
    "fsmonitor-watchman",
    "query-watchman",
)


def arm(root: Path, kind: str, place: Path) -> Path:
    """Writes settings into the checkout that would create the returned file, and makes git read every file again."""
    canary = place / "ran"
    program = place / "run"
    program.write_text(f"#!/bin/sh\ntouch '{canary}'\ncat >/dev/null 2>&1 </dev/null\n", encoding="utf-8")
    program.chmod(0o755)
    hooks = place / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in HOOKS:
        (hooks / name).write_text(program.read_text(encoding="utf-8"), encoding="utf-8")
        (hooks / name).chmod(0o755)
    include = place / "included"
    include.write_text(f'[core]\n\tfsmonitor = {program}\n[filter "x"]\n\tclean = {program}\n', encoding="utf-8")
    attributes = "* filter=x diff=x\n" if kind != "filter-odd-name" else "* filter=x=y.z\n"
    (root / ".git" / "info" / "attributes").write_text(attributes, encoding="utf-8")
    for key, value in PROGRAMS[kind]:
        command(root, "config", key, value.format(run=program, hooks=hooks, include=include))
    for file in (*root.glob("*.yaml"), *(root / "stacks").glob("*.yaml")):
        os.utime(file, (1, 1))
    return canary


@pytest.mark.parametrize("kind", ["fsmonitor", "filter-clean", "filter-process", "filter-odd-name", "hooks", "include"])
def test_plain_git_would_run_them(checkout: Project, kind: str, tmp_path: Path) -> None:
    canary = arm(checkout.root, kind, tmp_path)
    subprocess.run(["git", "status", "--porcelain"], cwd=checkout.root, check=False, capture_output=True)
    assert canary.exists()


@pytest.mark.parametrize("kind", PROGRAMS)
def test_a_checkout_cannot_choose_a_program_to_run(checkout: Project, kind: str, tmp_path: Path) -> None:
    head = command_head(checkout)
    if kind == "promisor":
        shard = checkout.root / ".git" / "objects" / head[:2] / head[2:]
        tree = command(checkout.root, "rev-parse", "HEAD^{tree}")
        (checkout.root / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
        assert shard.exists()
    canary = arm(checkout.root, kind, tmp_path)
    (checkout.root / "stacks" / "Pulumi.essex.yaml").open("a", encoding="utf-8").write("# changed\n")
    for ask in (
        lambda: git.changed(checkout.root, git.resolve(checkout.root, "HEAD")),
        lambda: git.dirty(checkout.root, ("stacks",)),
        lambda: provenance(checkout.root, []),
    ):
        outcome(ask)
    assert not canary.exists()


@pytest.mark.parametrize("kind", ["fsmonitor", "filter-clean"])
def test_a_submodule_cannot_choose_a_program_to_run(checkout: Project, kind: str, tmp_path: Path) -> None:
    inner = checkout.root / "stacks" / "extra"
    inner.mkdir()
    command(inner, "init", "--quiet")
    (inner / "file.yaml").write_text("a: 1\n", encoding="utf-8")
    commit_all(inner)
    commit_all(checkout.root)
    assert not provenance(checkout.root, []).dirty
    canary = arm(inner, kind, tmp_path)
    (inner / "file.yaml").write_text("a: 2\n", encoding="utf-8")
    assert provenance(checkout.root, []).dirty
    assert git.changed(checkout.root, command(checkout.root, "rev-parse", "HEAD")) == ["stacks/extra"]
    assert not canary.exists()


VARIABLES = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_EXTERNAL_DIFF",
    "GIT_PAGER",
    "GIT_SSH_COMMAND",
    "GIT_EXEC_PATH",
]
VARIABLES += [
    "GIT_TRACE",
    "GIT_TRACE2",
    "GIT_TRACE2_EVENT",
    "GIT_TRACE_SETUP",
    "GIT_CONFIG_PARAMETERS",
    "GIT_OBJECT_DIRECTORY",
]
VARIABLES += [
    "GIT_NAMESPACE",
    "GIT_ATTR_SOURCE",
    "GIT_DIFF_OPTS",
    "GIT_LITERAL_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
    "GIT_TEMPLATE_DIR",
]


@settings(max_examples=tries(150), **MANY)
@given(data=st.data(), names=st.sets(st.sampled_from(VARIABLES), min_size=1, max_size=5))
def test_an_environment_variable_changes_nothing(shared: Project, data: st.DataObject, names: set[str]) -> None:
    before, head = everything(shared.root), command_head(shared)
    values = st.sampled_from(
        [str(shared.root / "CANARY"), "/nowhere", "--output=CANARY", "'core.fsmonitor=touch NEW'", "2"]
    )
    with pytest.MonkeyPatch.context() as patch:
        for name in sorted(names):
            patch.setenv(name, data.draw(values))
        assert git.resolve(shared.root, "HEAD") == head
        assert git.changed(shared.root, head) == []
        assert not git.dirty(shared.root, ("stacks",))
    assert everything(shared.root) == before


# A change hidden from git must not hide a force from --changed, or a difference from the report.


def hide_assumed(root: Path) -> None:
    command(root, "update-index", "--assume-unchanged", "stacks/Pulumi.essex.yaml")


def hide_skipped(root: Path) -> None:
    command(root, "update-index", "--skip-worktree", "stacks/Pulumi.essex.yaml")


def hide_untracked(root: Path) -> None:
    command(root, "rm", "--quiet", "--cached", "stacks/Pulumi.essex.yaml")
    command(root, "commit", "--quiet", "--message", "Fewer")
    command(root, "config", "status.showUntrackedFiles", "no")


def hide_times(root: Path) -> None:
    command(root, "config", "core.ignoreStat", "true")
    command(root, "config", "core.checkStat", "minimal")


HIDING = [hide_assumed, hide_skipped, hide_untracked, hide_times]


@pytest.mark.parametrize("hide", HIDING, ids=lambda hide: hide.__name__)
def test_a_hidden_change_is_found(checkout: Project, hide: object) -> None:
    assert callable(hide)
    hide(checkout.root)
    file = checkout.root / "stacks" / "Pulumi.essex.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    assert differing(checkout.root, "HEAD") == ["essex"]
    assert provenance(checkout.root, []).dirty


def test_an_ignored_settings_file_is_in_no_commit(checkout: Project) -> None:
    (checkout.root / ".git" / "info" / "exclude").write_text("/stacks/regions/x.yaml\n", encoding="utf-8")
    assert not provenance(checkout.root, []).dirty
    (checkout.root / "stacks" / "regions").mkdir(exist_ok=True)
    (checkout.root / "stacks" / "regions" / "x.yaml").write_text("a: 1\n", encoding="utf-8")
    assert provenance(checkout.root, []).dirty


def test_settings_that_name_another_work_tree_are_ignored(checkout: Project, tmp_path: Path) -> None:
    other = tmp_path / "other"
    command(checkout.root, "worktree", "add", "--quiet", "--detach", str(other))
    command(checkout.root, "config", "core.worktree", str(other))
    (checkout.root / "stacks" / "Pulumi.essex.yaml").open("a", encoding="utf-8").write("# changed\n")
    assert provenance(checkout.root, []).dirty
    with pytest.raises(UsageError, match="work tree"):
        differing(checkout.root, "HEAD")


ODD = st.text(alphabet=st.characters(blacklist_characters="/\0", blacklist_categories=["Cs"]), min_size=1, max_size=12)


@settings(max_examples=10, **MANY)
@given(name=ODD.filter(lambda name: name not in (".", "..") and len(name.encode()) < 200))
def test_a_file_of_any_name_marks_its_force_as_changed(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        (root / "stacks" / "essex").mkdir(parents=True)
        for file in ("forces.yaml", "Pulumi.essex.yaml", "Pulumi.kent.yaml"):
            (root / "stacks" / file).write_bytes((ROOT / "stacks" / file).read_bytes())
        (root / "stacks" / "essex" / name).write_text("a: 1\n", encoding="utf-8")
        command(root, "init", "--quiet")
        head = commit_all(root)
        assert differing(root, head) == []
        (root / "stacks" / "essex" / name).write_text("a: 2\n", encoding="utf-8")
        assert differing(root, head) == ["essex"]


def test_a_renamed_file_counts_at_its_old_path(checkout: Project) -> None:
    command(checkout.root, "mv", "stacks/baseline.yaml", "notes.yaml")
    chosen = differing(checkout.root, "HEAD")
    assert len(chosen) > 40


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    "words", ["check", "audit", "audit --from state", "preview", "preview --rehearse", "up", "up --rehearse"]
)
def test_without_changed_forces_there_is_nothing_to_do(
    shared: Project, capfd: pytest.CaptureFixture[str], words: str, form: str
) -> None:
    before = everything(shared.root)
    for quiet in ((), ("--quiet",)):
        assert in_process(shared.root, *words.split(), "--changed", "HEAD", "--format", form, *quiet) == 0
        out, err = capfd.readouterr()
        if form == "text":
            assert (out, err) == ("no force changed\n", "")
        else:
            result = json.loads(out)["result"]
            assert result["reports" if words.startswith("audit") else "forces"] == []
            assert err == ("" if quiet else "no force changed\n")
    assert everything(shared.root) == before


@pytest.mark.parametrize("words", ["check", "audit", "preview --rehearse", "up --rehearse", "drift --rehearse"])
def test_all_without_forces_is_wrong_use(tmp_path: Path, capfd: pytest.CaptureFixture[str], words: str) -> None:
    root = make_project(tmp_path / "project").root
    for file in (root / "stacks").glob("Pulumi.*.yaml"):
        file.unlink()
    assert in_process(root, *words.split(), "--all") == 2
    assert "no force has a stack file" in capfd.readouterr().err


def test_without_git_the_error_says_so(tmp_path: Path) -> None:
    made = make_project(tmp_path / "project")
    output = bluelamp(("check", "--changed", "HEAD"), made.root, PATH=str(tmp_path))
    assert output.returncode == 2
    assert "git is not installed" in output.stderr


def test_a_git_in_a_relative_path_is_not_run(checkout: Project) -> None:
    trap = checkout.root / "git"
    trap.write_text(f"#!/bin/sh\ntouch {checkout.root}/ran\n", encoding="utf-8")
    trap.chmod(0o755)
    output = bluelamp(("check", "--changed", "HEAD"), checkout.root, PATH=f".:{environment()['PATH']}")
    assert output.returncode == 2
    assert "PATH" in output.stderr
    assert not (checkout.root / "ran").exists()


def test_an_endless_program_is_ended_with_its_children() -> None:
    with pytest.raises(ProcessError, match="did not end within"):
        run(["/bin/sh", "-c", "sleep 4242 & wait"], seconds=0.5)
    listed = subprocess.run(["ps", "-eo", "args"], check=True, capture_output=True, text=True).stdout
    assert "sleep 4242" not in listed


def test_a_program_with_endless_output_is_ended() -> None:
    with pytest.raises(ProcessError, match="wrote more than"):
        run(["/bin/sh", "-c", "yes"], seconds=60, limit=100_000)


def test_a_background_process_does_not_keep_the_output_open() -> None:
    ended = run(["/bin/sh", "-c", "echo out; echo err >&2; sleep 4343 &"], seconds=60)
    assert (ended.status, ended.output, ended.complaint) == (0, b"out\n", "err")
