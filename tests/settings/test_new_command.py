"""`bluelamp new` from an empty entry onwards, and with existing files."""

import shutil

import pytest

from bluelamp.core.register import read_register
from bluelamp.infra.force import load
from tests.conftest import ROOT, Project

OWNER = ("--owner", "ict@kent.police.example", "--cost-centre", "KNT-1")
SUBSCRIPTION = "11111111-2222-4333-8444-555555555555"
SEVERN = ("--name", "Severn Police", "--region", "south-west", "--code", "sev")


@pytest.fixture
def empty(root) -> Project:
    """A project with the register and nothing else."""
    shutil.copy(ROOT / "Pulumi.yaml", root)
    return Project(root)


@pytest.mark.parametrize("entry", ["nothing", "folder", "empty file", "comment", "new stack", "new stack with a key"])
def test_it_works_from_an_empty_entry(empty, entry):
    path = empty.settings("kent")
    before = {
        "empty file": "",
        "comment": "# soon\n",
        "new stack": "encryptionsalt: v1:a:b\n",
        "new stack with a key": "secretsprovider: azurekeyvault://v.vault.azure.net/keys/k\nencryptedkey: c2VjcmV0\n",
    }.get(entry)
    if entry == "folder":
        (empty.root / "stacks/kent").mkdir()
    if before is not None:
        path.write_text(before)
    run = empty.here("new", "kent", *OWNER)
    assert run.returncode == 0, run.stderr
    assert "next: bluelamp check kent" in run.stderr
    assert load("kent", root=empty.root).owner.email == "ict@kent.police.example"
    for line in (before or "").splitlines():
        key, _, value = line.partition(": ")
        assert line.startswith("#") or f'{key}: "{value}"' in path.read_text(), "the engine's keys are kept"


def test_existing_settings_are_kept_and_the_next_step_is_given(empty):
    assert empty.here("new", "kent", *OWNER).returncode == 0
    before = empty.settings("kent").read_bytes()
    for words in (("kent", *OWNER), ("kent",)):
        run = empty.here("new", *words)
        assert run.returncode == 2
        assert "already exists, and is not overwritten" in run.stderr
        assert "bluelamp check kent" in run.stderr
        assert "bluelamp new kent --environment dev" in run.stderr
    assert empty.settings("kent").read_bytes() == before


def test_a_force_missing_from_the_register_is_added(empty):
    unknown = empty.here("new", "severn", *OWNER)
    assert unknown.returncode == 2
    assert 'to add it: bluelamp new severn --name "…" --region … --code …' in unknown.stderr
    partly = empty.here("new", "severn", *OWNER, "--name", "Severn Police")
    assert (partly.returncode, "--region and --code must be given too" in partly.stderr) == (2, True)
    before = read_register(empty.root)
    run = empty.here("new", "severn", *OWNER, *SEVERN)
    assert run.returncode == 0, run.stderr
    after = read_register(empty.root)
    assert {slug: entry for slug, entry in after.forces.items() if slug != "severn"} == before.forces
    assert load("severn", root=empty.root).name == "Severn Police"
    taken = empty.here("new", "essex2", *OWNER, "--name", "Essex Two", "--region", "eastern", "--code", "essex")
    assert (taken.returncode, "essex is the code of essex already" in taken.stderr) == (2, True)
    assert read_register(empty.root) == after


def test_a_register_without_forces_is_valid(empty):
    path = empty.root / "stacks/forces.yaml"
    text = path.read_text()
    path.write_text(text[: text.index("\nforces:")] + "\nforces: {}\n")
    run = empty.here("new", "severn", *OWNER, *SEVERN)
    assert run.returncode == 0, run.stderr
    assert list(read_register(empty.root).forces) == ["severn"]
    path.unlink()
    gone = empty.here("new", "severn", *OWNER, *SEVERN)
    assert (gone.returncode, "stacks/forces.yaml: cannot be read" in gone.stderr) == (2, True)


def test_an_environment_is_added_to_its_force(empty):
    words = ("new", "kent", "--environment", "dev", "--subscription", SUBSCRIPTION)
    early = empty.here(*words)
    assert (early.returncode, "kent has no settings yet; `bluelamp new kent` first" in early.stderr) == (2, True)
    assert empty.here("new", "kent", *OWNER).returncode == 0
    assert "needs --subscription" in empty.here("new", "kent-dev").stderr
    assert empty.here(*words).returncode == 0
    dev = load("kent-dev", root=empty.root)
    assert (dev.environment, dev.owner.email, dev.azure.subscription_id) == ("dev", OWNER[1], SUBSCRIPTION)
    again = empty.here("new", "kent-dev", "--subscription", SUBSCRIPTION)
    assert (again.returncode, "bluelamp new kent --environment test" in again.stderr) == (2, True)
    own = (
        "--subscription",
        SUBSCRIPTION[:-1] + "6",
        "--owner",
        "t@kent.example",
        "--cost-centre",
        "T-1",
        "--budget",
        "90",
    )
    assert empty.here("new", "kent-test", *own).returncode == 0
    test = load("kent-test", root=empty.root)
    assert (test.owner.email, test.cost_centre, test.azure.budget.amount) == ("t@kent.example", "T-1", 90)
    same = empty.here("new", "kent-preprod", "--subscription", SUBSCRIPTION)
    assert (same.returncode, "is already a subscription of kent-dev" in same.stderr) == (2, True)
    assert not empty.settings("kent-preprod").exists()
    for wrong, output in (("prod", "leave --environment out"), ("deev", "did you mean dev?")):
        run = empty.here("new", "kent", "--environment", wrong, "--subscription", SUBSCRIPTION)
        assert (run.returncode, output in run.stderr) == (2, True)
