"""The effects of a change on a force, with reasons, compared with a base revision of the project."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

import bluelamp
from bluelamp.cli.verbs.affected import matrix
from bluelamp.comparison import Action, Cause, ChangedResource, Comparison, Force, VerdictStatus, compare
from bluelamp.core import current
from bluelamp.errors import UsageError
from bluelamp.fleet.processes import in_processes
from bluelamp.planning import plan_force
from bluelamp.plans import Plans
from bluelamp.plans.store import Store
from bluelamp.starting import start
from tests.conftest import ROOT
from tests.conftest import bluelamp as command

pytestmark = pytest.mark.xdist_group("compare")

FORCE = "dyfed-powys"
STACK = f"stacks/Pulumi.{FORCE}.yaml"


def git(root: Path, *words: str) -> str:
    own = ("-c", "user.email=a@police.example", "-c", "user.name=A", "-c", "commit.gpgsign=false")
    return subprocess.check_output(["git", "-C", str(root), *own, *words], text=True).strip()


def commit(root: Path) -> str:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "change")
    return git(root, "rev-parse", "HEAD")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A force's own project in git, and beside it a folder of cached plans."""
    root = tmp_path_factory.mktemp("compared") / "project"
    start(root, FORCE, "ict@dyfed-powys.police.example", "DPP-1180")
    shutil.copy(ROOT / STACK, root / STACK)
    shutil.copytree(ROOT / "stacks" / FORCE, root / "stacks" / FORCE, dirs_exist_ok=True)
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    plan_force(FORCE, ROOT)  # so that the processes below have the modules that plans import
    yield root
    current.use(None)


@pytest.fixture
def root(repository: Path) -> Iterator[Path]:
    """The project as first committed; each test may change it."""
    yield repository
    git(repository, "checkout", "--quiet", "--force", "main")
    git(repository, "clean", "--quiet", "--force", "-d")


def found(root: Path, reference: str = "main", *, kept: bool = True) -> Comparison:
    """The comparison, made by a new process."""

    def work(_: str) -> Comparison:
        current.use(root)
        bluelamp.STARTED = time.time()
        plans = Plans(root, store=Store(root.parent / "plans")) if kept else None
        return compare(root, reference, plans=plans)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BLUELAMP_CACHE", str(root.parent))
        return next(iter(in_processes(work, ["it"], 1)))


def edit(root: Path, old: str, new: str, name: str = STACK) -> None:
    text = (root / name).read_text("utf-8")
    assert old in text
    (root / name).write_text(text.replace(old, new), encoding="utf-8")


def test_settings_change_resources_verdicts_and_cost_and_are_the_reason(root: Path) -> None:
    edit(root, "retentionDays: 365", "retentionDays: 90")
    comparison = found(root)
    (force,) = comparison.affected
    (resource,) = force.resources
    assert (resource.what, resource.name, resource.component) == (Action.UPDATED, "logs-workspace", "logs")
    assert [(each.path, each.before, each.after) for each in resource.properties] == [("retentionInDays", 365, 90)]
    assert [(each.rule, each.turn, each.breaks) for each in force.verdicts] == [("BL-AST-006", VerdictStatus.NEW, True)]
    assert force.cost.change < 0
    assert force.cost.after == force.cost.before + force.cost.change
    (reason,) = force.reasons
    line = (root / STACK).read_text("utf-8").splitlines()[reason.line - 1]
    assert (reason.because, reason.file, line.strip()) == (Cause.SETTINGS, STACK, "retentionDays: 90")
    assert str(reason) == f"settings: {STACK}:{reason.line} bluelamp:azure.logAnalytics.retentionDays: 365 -> 90"
    assert found(root).reused == 1
    anew = found(root, kept=False)
    assert [each.as_dict() for each in anew.forces] == [each.as_dict() for each in comparison.forces]


def test_an_irrelevant_change_affects_no_force(root: Path) -> None:
    (root / "notes.md").write_text("of no force\n", encoding="utf-8")
    assert found(root).forces == (Force(FORCE, "prod", reused=True),)
    edit(root, "config:", "# of no resource\nconfig:")
    (root / "requirements.lock").write_text("pulumi==3.1.0\n", encoding="utf-8")
    comparison = found(root)
    assert comparison.affected == ()
    assert comparison.forces[0].same
    assert any(note.startswith("requirements.lock differs") for note in comparison.notes)


def test_replacements_are_distinguished_from_updates(root: Path) -> None:
    with (root / "infra" / "__main__.py").open("a", encoding="utf-8") as program:
        program.write(
            "\nfrom pulumi_azure_native import resources\n"
            "resources.ResourceGroup('own', resource_group_name='rg-own', location='uksouth')\n"
            "resources.ResourceGroup('old', resource_group_name='rg-old', location='uksouth')\n"
            "resources.ResourceGroup('gone', resource_group_name='rg-gone', location='uksouth')\n"
        )
    git(root, "switch", "--quiet", "--create", "more")
    base = commit(root)
    edit(root, "rg-own', location='uksouth'", "rg-own', location='ukwest'", "infra/__main__.py")
    edit(root, "rg-old', location='uksouth'", "rg-old', location='uksouth', tags={'a': 'b'}", "infra/__main__.py")
    edit(
        root,
        "ResourceGroup('gone', resource_group_name='rg-gone'",
        "ResourceGroup('new', resource_group_name='n'",
        "infra/__main__.py",
    )
    (force,) = found(root, base).affected
    assert [(each.what, each.name) for each in force.resources] == [
        (Action.DELETED, "gone"),
        (Action.REPLACED, "own"),
        (Action.UPDATED, "old"),
        (Action.CREATED, "new"),
    ]
    assert [each.path for each in force.resources[1].properties if each.replaces] == ["location"]
    assert [(each.because, each.file) for each in force.reasons] == [(Cause.PROGRAM, "infra/__main__.py")]


def test_a_side_that_cannot_be_planned_affects_the_force_with_a_reason(root: Path) -> None:
    edit(root, "sku: standard", "sku: standart")
    (force,) = found(root).affected
    assert "standart" in force.head_error
    assert [each.because for each in force.reasons] == [Cause.HEAD, Cause.SETTINGS]
    git(root, "switch", "--quiet", "--create", "broken")
    base = commit(root)
    edit(root, "sku: standart", "sku: standard")
    (force,) = found(root, base).affected
    assert "standart" in force.base_error
    assert not force.head_error
    assert force.reasons[0].because is Cause.BASE
    assert "the base does not plan" in str(force.reasons[0])


def test_new_and_removed_forces_are_listed(root: Path) -> None:
    moved = root / STACK
    git(root, "switch", "--quiet", "--create", "without")
    text = moved.read_text("utf-8")
    moved.unlink()
    (force,) = found(root).affected
    assert {each.what for each in force.resources} == {Action.DELETED}
    assert [each.because for each in force.reasons] == [Cause.REMOVED]
    assert force.cost.after == Decimal(0)
    base = commit(root)
    moved.write_text(text, encoding="utf-8")
    (force,) = found(root, base).affected
    assert {each.what for each in force.resources} == {Action.CREATED}
    assert [each.because for each in force.reasons] == [Cause.NEW]
    assert all(each.turn is VerdictStatus.NEW for each in force.verdicts)
    edit(root, "sku: standard", "sku: standart")
    (force,) = found(root, base).affected
    assert [each.because for each in force.reasons] == [Cause.HEAD, Cause.NEW]


def test_a_revision_that_a_shallow_checkout_lacks_is_said_to_need_the_history(root: Path, tmp_path: Path) -> None:
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth=1", root.as_uri(), str(shallow))
    with pytest.raises(UsageError, match="this checkout is shallow") as error:
        compare(shallow, "origin/release")
    assert "fetch-depth: 0" in error.value.next_step


def test_a_submodule_is_compared_at_the_commit_of_each_side(root: Path, tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    git(inner, "init", "--quiet")
    shutil.copytree(root / "stacks" / FORCE / "assets", inner, dirs_exist_ok=True)
    commit(inner)
    assets = f"stacks/{FORCE}/assets"
    git(root, "switch", "--quiet", "--create", "submodule")
    shutil.rmtree(root / assets)
    git(root, "rm", "--quiet", "-r", "--cached", assets)
    git(root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), assets)
    base = commit(root)
    assert not found(root, base).affected
    shutil.rmtree(root / assets)
    nothing_checked_out = found(root, base)
    assert [assets in each for each in nothing_checked_out.notes] == [True]


def test_a_removed_force_is_named_if_no_other_has_changed(root: Path) -> None:
    (root / STACK).unlink()
    given = {"BLUELAMP_NO_CACHE": "", "BLUELAMP_CACHE": str(root.parent)}
    run = command(("check", "--changed", "main"), root, **given)
    assert (run.returncode, run.stdout) == (0, f"no other force changed; removed: {FORCE}\n"), run.stderr
    assert f"{FORCE}: " in run.stderr
    assert f"the force is removed: {STACK}" in run.stderr


def test_the_base_is_the_merge_base(root: Path) -> None:
    first = git(root, "rev-parse", "main")
    git(root, "switch", "--quiet", "--create", "ahead")
    edit(root, "retentionDays: 365", "retentionDays: 90")
    commit(root)
    git(root, "switch", "--quiet", "--create", "work", "main")
    (root / "notes.md").write_text("of no force\n", encoding="utf-8")
    commit(root)
    comparison = found(root, "ahead")
    assert (comparison.base, comparison.diverged, comparison.affected) == (first, True, ())
    assert f"ahead and HEAD have diverged: compared with their merge base {first[:12]}" in comparison.notes


def test_revisions_without_a_common_commit_are_refused(root: Path, tmp_path: Path) -> None:
    git(root, "switch", "--quiet", "--orphan", "other")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "other")
    git(root, "checkout", "--quiet", "main")
    with pytest.raises(UsageError, match="no common ancestor with HEAD"):
        compare(root, "other")
    commit(root)
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{root}", str(tmp_path / "shallow")], check=True)
    subprocess.run(
        ["git", "-C", str(tmp_path / "shallow"), "fetch", "-q", "--depth", "1", "origin", "other"], check=True
    )
    with pytest.raises(UsageError, match="shallow") as refused:
        compare(tmp_path / "shallow", "FETCH_HEAD")
    assert "--unshallow" in refused.value.next_step


def test_the_command_groups_forces_with_the_same_change(root: Path) -> None:
    edit(root, "sku: standard", "sku: premium")
    given = {"BLUELAMP_NO_CACHE": "", "BLUELAMP_CACHE": str(root.parent)}
    run = command(("affected", "main", "--expect-no-changes"), root, **given)
    assert run.returncode == 4, run.stderr
    assert f"{FORCE}: 1 updated" in run.stdout
    assert "vault-vault: properties.sku.name" in run.stdout
    assert "bluelamp:azure.keyVault.sku: standard -> premium" in run.stdout
    assert "1 affected, " in run.stdout
    run = command(("affected", "main", "--format", "matrix"), root, **given)
    assert (run.returncode, run.stdout.count("\n")) == (0, 1)
    assert json.loads(run.stdout) == {"include": [{"force": FORCE, "environment": "prod"}]}
    run = command(("check", "--changed", "main", "--format", "json"), root, **given)
    assert [each["force"] for each in json.loads(run.stdout)["result"]["forces"]] == [FORCE]
    assert "because of" not in run.stdout
    assert "bluelamp:azure.keyVault.sku: standard -> premium" in run.stderr
    git(root, "checkout", "--quiet", "--force", "main")
    run = command(("affected", "main", "--format", "json", "--expect-no-changes"), root, **given)
    assert run.returncode == 0
    assert json.loads(run.stdout)["result"]["affected"] == []


def test_an_empty_matrix_is_valid() -> None:
    assert matrix([]) == '{"include":[]}'


def test_forces_with_the_same_change_are_one_group() -> None:
    added = (ChangedResource(Action.CREATED, "urn:pulumi:a::b::t::n", "t", "n"),)
    forces = (
        Force("essex", resources=added, alike="1"),
        Force("kent", resources=added, alike="2"),
        Force("surrey", alike="2"),
        Force("sussex", resources=added, alike="2"),
    )
    comparison = Comparison("main", "b", "h", False, forces)
    assert [[each.force for each in group] for group in comparison.groups] == [["kent", "sussex"], ["essex"]]
    assert comparison.as_dict()["affected"] == ["essex", "kent", "sussex"]
