"""A new force's stack file."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bluelamp.infra.force import ROOT, SettingsError, load
from bluelamp.infra.scaffold.stack import scaffold
from bluelamp.infra.settings.register import read_register


def test_every_force_of_the_register_can_start(root):
    spaces = set()
    for slug in read_register(ROOT).forces:
        path = scaffold(slug, f"ict@{slug}.police.example", "ICT-1", root=root)
        assert path == root / f"stacks/Pulumi.{slug}.yaml"
        force = load(slug, root=root)
        assert force.owner.email == f"ict@{slug}.police.example"
        assert force.azure.hub.address_space == force.allocation.first_hub("uksouth")
        spaces.add(force.azure.hub.address_space)
    assert len(spaces) == 48
    assert len(list((root / "stacks").iterdir())) == 49, "nothing else is written"


def test_an_existing_file_is_not_overwritten(root):
    path = scaffold("kent", "ict@kent.police.example", "ICT-1", root=root)
    path.write_text("mine")
    with pytest.raises(SettingsError) as caught:
        scaffold("kent", "ict@kent.police.example", "ICT-1", root=root)
    assert str(caught.value) == (
        "stacks/Pulumi.kent.yaml: already exists, and is not overwritten; change it, and see what `bluelamp check kent` "
        "says; another environment of the force: `bluelamp new kent --environment dev`"
    )
    assert path.read_text() == "mine"


def test_a_refused_file_is_not_written(root):
    with pytest.raises(SettingsError) as caught:
        scaffold("kent", "the chief", " ", root=root)
    paths = [problem.path for problem in caught.value.problems]
    assert paths == ["bluelamp:owner.email", "bluelamp:costCentre", "bluelamp:azure.budget.contacts[0]"]
    with pytest.raises(SettingsError, match="unknown force 'kant'; did you mean kent"):
        scaffold("kant", "ict@kent.police.example", "ICT-1", root=root)
    assert [path.name for path in (root / "stacks").iterdir()] == ["forces.yaml"]


@pytest.mark.parametrize("text", ['"', "'", "a: b", " #", "\\", "$email", "{}", "£", "\U0001f46e"])
def test_a_value_cannot_break_out_of_its_line(root, text):
    scaffold("kent", "ict@kent.police.example", "ICT-1", owner_role=f"a{text}b", root=root)
    force = load("kent", root=root)
    assert force.owner.role == f"a{text}b"
    assert force.environment == "prod"


@pytest.mark.parametrize("text", ["x\n  bluelamp:environment: dev", "\ud800", "\x00", "\x07", "e" * 200])
def test_a_value_that_is_no_line_of_text_is_refused(root, text):
    with pytest.raises(SettingsError) as caught:
        scaffold("kent", "ict@kent.police.example", "ICT-1", owner_role=f"a{text}b", root=root)
    [problem] = caught.value.problems
    assert problem.line == 7
    assert not (root / "stacks/Pulumi.kent.yaml").exists()


def test_of_many_concurrent_writers_one_wins(root):
    code = (
        "import sys; from pathlib import Path; from bluelamp.infra.force import SettingsError; from bluelamp.infra.scaffold.stack import scaffold\n"
        "sys.stdin.read()\n"
        "try: scaffold('kent', sys.argv[2], 'ICT-1', root=Path(sys.argv[1]))\n"
        "except SettingsError as error: sys.exit(2 if 'already exists' in str(error) else 1)\n"
    )
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", code, root, f"ict{n}@kent.police.example"], cwd=ROOT, stdin=subprocess.PIPE
        )
        for n in range(4)
    ]
    for run in runs:
        run.stdin.close()
    assert sorted(run.wait() for run in runs) == [0, 2, 2, 2]
    assert load("kent", root=root).owner.email.startswith("ict")


@pytest.mark.parametrize("reason", ["read-only", "no folder"])
def test_an_unwritable_folder_is_reported(reason, root, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    if reason == "read-only":
        monkeypatch.setattr(os, "link", refuse)  # root may write everywhere, so permissions cannot be removed
        with pytest.raises(
            SettingsError, match=r"^stacks/Pulumi\.kent\.yaml: cannot be written: read-only file system$"
        ):
            scaffold("kent", "ict@kent.police.example", "ICT-1", root=root)
        assert [path.name for path in (root / "stacks").iterdir()] == ["forces.yaml"]
    else:
        with pytest.raises(SettingsError, match=r"^stacks/forces\.yaml: cannot be read"):
            scaffold("kent", "ict@kent.police.example", "ICT-1", root=Path(root) / "nowhere")
