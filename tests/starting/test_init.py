"""`bluelamp init`: a force's own project."""

import json
import stat
import subprocess
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.core.problems import SettingsError
from bluelamp.core.register import read_register
from bluelamp.errors import UsageError
from bluelamp.fleet.judge import check_plan
from bluelamp.infra.force import load
from bluelamp.starting import start
from tests.comparing import differing
from tests.conftest import ROOT, bluelamp

NATIONAL = read_register(ROOT)
OWNER, CODE = "platforms@police.example", "ABC-1"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("force", sorted(NATIONAL.forces))
def test_every_force_can_have_a_project(tmp_path: Path, force: str) -> None:
    done = start(tmp_path / "estate", force, OWNER, CODE)
    assert done.kept == ()
    assert set(done.written) == set(contents(tmp_path / "estate"))
    loaded = load(force, root=tmp_path / "estate")
    assert loaded.entry == NATIONAL.entry(force)
    assert force in read_register(tmp_path / "estate").forces
    assert len(read_register(tmp_path / "estate").forces) <= 2


def test_the_project_has_the_settings_types_and_no_environment_of_the_checkout(tmp_path: Path) -> None:
    start(tmp_path, "kent", OWNER, CODE)
    made, ours = (yaml.safe_load((root / "Pulumi.yaml").read_text("utf-8")) for root in (tmp_path, ROOT))
    assert made["config"] == ours["config"]
    assert made["runtime"] == {"name": "python"}
    assert yaml.safe_load((tmp_path / "policies/PulumiPolicy.yaml").read_text("utf-8"))["runtime"] == {"name": "python"}
    assert "bluelamp==" in (tmp_path / "pyproject.toml").read_text("utf-8")
    for ignored in (".bluelamp/", "/reports/", "*.key", "*.pem", "/rendered/", "/compiled/"):
        assert ignored in (tmp_path / ".gitignore").read_text("utf-8").splitlines()


@settings(max_examples=40, derandomize=True, deadline=None)
@given(there=st.sets(st.integers(0, 11)), force=st.sampled_from([None, "kent"]))
def test_no_existing_file_is_changed(
    tmp_path_factory: pytest.TempPathFactory, there: set[int], force: str | None
) -> None:
    fresh, folder = tmp_path_factory.mktemp("fresh"), tmp_path_factory.mktemp("folder")
    start(fresh, "kent", OWNER, CODE)
    names = sorted(contents(fresh))
    own = {names[number]: contents(fresh)[names[number]] + b"# ours\n" for number in there}
    for name, content in own.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    done = start(folder, force, OWNER, CODE) if force else start(folder)
    after = contents(folder)
    assert {name: after[name] for name in own} == own
    assert set(done.kept) >= set(own) - (set() if force else {"stacks/Pulumi.kent.yaml", "stacks/kent/addresses.yaml"})
    assert set(done.written) == set(after) - set(own)


def test_it_lists_written_and_kept_files(tmp_path: Path) -> None:
    words = ["init", "estate", "--force", "kent", "--owner", OWNER, "--cost-centre", CODE, "--format", "json"]
    first, second = (bluelamp(words, tmp_path) for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0)
    one, two = (json.loads(run.stdout)["result"] for run in (first, second))
    assert one["kept"] == two["written"] == []
    assert sorted(one["written"]) == sorted(two["kept"])
    assert two["next"] == "bluelamp check kent"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["estate", "--force", "kemt", "--owner", OWNER, "--cost-centre", CODE], "did you mean kent"),
        (["estate", "--force", "kent", "--owner", "nobody", "--cost-centre", CODE], "owner"),
        (["estate", "--force", "kent"], "--owner and --cost-centre"),
        (["estate", "--owner", OWNER], "--force"),
        (["taken", "--force", "kent", "--owner", OWNER, "--cost-centre", CODE], "another Pulumi project"),
        (["file/estate"], "cannot be written"),
        (["file"], "cannot be written"),
    ],
)
def test_a_mistake_is_explained_and_nothing_is_written(tmp_path: Path, words: list[str], message: str) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "Pulumi.yaml").write_text("name: other\nruntime: go\n", encoding="utf-8")
    (tmp_path / "file").write_text("a file\n", encoding="utf-8")
    before = contents(tmp_path)
    run = bluelamp(["init", *words], tmp_path)
    assert run.returncode == 2, run.stdout + run.stderr
    assert message in run.stderr
    assert "Traceback" not in run.stderr
    assert contents(tmp_path) == before


def test_a_projects_own_register_is_used(tmp_path: Path) -> None:
    start(tmp_path, "kent", OWNER, CODE)
    register = tmp_path / "stacks" / "forces.yaml"
    register.write_text(register.read_text("utf-8").replace("code: kent", "code: knt"), encoding="utf-8")
    (tmp_path / "stacks" / "Pulumi.kent.yaml").unlink()
    start(tmp_path, "kent", OWNER, CODE)
    assert load("kent", root=tmp_path).code == "knt"
    with pytest.raises(SettingsError, match="essex"):
        start(tmp_path, "essex", OWNER, CODE)


def test_files_are_readable_by_others(tmp_path: Path) -> None:
    start(tmp_path, "kent", OWNER, CODE)
    assert {stat.S_IMODE(path.stat().st_mode) & 0o044 for path in tmp_path.rglob("*") if path.is_file()} == {0o044}


def test_a_broken_link_is_kept(tmp_path: Path) -> None:
    (tmp_path / "README.md").symlink_to(tmp_path / "nowhere")
    assert "README.md" in start(tmp_path).kept
    assert not (tmp_path / "nowhere").exists()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "Pulumi.yaml").symlink_to(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="another Pulumi project"):
        start(tmp_path / "elsewhere")


def test_another_version_of_bluelamp_changes_every_force(tmp_path: Path) -> None:
    start(tmp_path, "kent", OWNER, CODE)
    git = ["git", "-C", str(tmp_path), "-c", "user.email=platforms@police.example", "-c", "user.name=Platforms"]
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "start"]):
        subprocess.run([*git, *words], check=True)
    assert differing(tmp_path, "HEAD") == []
    pinned = tmp_path / "pyproject.toml"
    pinned.write_text(pinned.read_text("utf-8").replace("bluelamp==", "bluelamp>="), encoding="utf-8")
    assert differing(tmp_path, "HEAD") == ["kent"]


def test_check_plans_the_projects_own_resources(tmp_path: Path) -> None:
    start(tmp_path, "dyfed-powys", OWNER, CODE)
    before = check_plan("dyfed-powys", tmp_path)
    (tmp_path / "infra" / "records.py").write_text(
        "from pulumi_azure_native import storage\n"
        "def make():\n"
        "    storage.StorageAccount('records', resource_group_name='records', kind='StorageV2',\n"
        "        sku={'name': 'Standard_LRS'}, allow_blob_public_access=True, location='uksouth')\n",
        encoding="utf-8",
    )
    with (tmp_path / "infra" / "__main__.py").open("a", encoding="utf-8") as program:
        program.write("\nimport records\n\nrecords.make()\n")
    after = check_plan("dyfed-powys", tmp_path)
    assert before.report is not None
    assert after.report is not None, after.failure
    assert not before.report.broken
    assert any(finding.urn.endswith("::records") for finding in after.report.broken)


def test_the_next_step_of_a_project_with_a_force_is_to_check_it(tmp_path: Path) -> None:
    start(tmp_path, "kent", OWNER, CODE)
    run = bluelamp(("init", "."), tmp_path)
    assert run.returncode == 0
    assert run.stderr.splitlines()[-1] == "next: bluelamp check kent"
    assert "bluelamp new FORCE" in bluelamp(("init", "empty"), tmp_path).stderr


def test_a_projects_own_rules_have_one_place(tmp_path: Path) -> None:
    start(tmp_path, "kent", OWNER, CODE)
    places = [line for line in (tmp_path / "README.md").read_text("utf-8").splitlines() if "rules of your own" in line]
    assert len(places) == 1
    assert places[0].startswith("| `rules/` |")


def test_every_file_that_new_writes_is_named(tmp_path: Path) -> None:
    start(tmp_path, "kent", OWNER, CODE)
    before = set(contents(tmp_path))
    words = ("new", "kent", "--environment", "dev", "--subscription", "00000000-0000-4000-8000-000000000009")
    run = bluelamp(words, tmp_path)
    assert run.returncode == 0, run.stderr
    new = {name for name in set(contents(tmp_path)) - before if not name.startswith(".bluelamp/")}
    assert new == {"stacks/Pulumi.kent-dev.yaml", "stacks/kent-dev/addresses.yaml"}
    assert {line.split()[1].rstrip(",") for line in run.stdout.splitlines()} == new


def test_the_settings_of_the_force_are_those_that_new_writes(tmp_path: Path) -> None:
    start(tmp_path / "init", "kent", OWNER, CODE)
    start(tmp_path / "new")
    run = bluelamp(("new", "kent", "--owner", OWNER, "--cost-centre", CODE), tmp_path / "new")
    assert run.returncode == 0, run.stderr
    for name in ("stacks/Pulumi.kent.yaml", "stacks/kent/addresses.yaml"):
        assert (tmp_path / "init" / name).read_text() == (tmp_path / "new" / name).read_text()


def test_the_modules_are_described_in_a_project_without_its_own(tmp_path: Path) -> None:
    start(tmp_path, "kent", OWNER, CODE)
    described = bluelamp(["explain", "azure/hub"], tmp_path)
    assert described.returncode == 0, described.stderr
    assert "Hub" in described.stdout
    assert "azure/hub" in bluelamp(["list", "modules"], tmp_path).stdout
