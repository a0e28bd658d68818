"""Every unreadable file is reported with its path and status 2: nothing in a folder is skipped silently.

Permissions do not apply to root, so everything here is read as an ordinary user, whoever runs the tests.
"""

import json
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bluelamp.cli import main
from bluelamp.cli.select import with_stacks
from bluelamp.core import files
from bluelamp.core.problems import SettingsError
from bluelamp.core.walk import printable
from bluelamp.errors import UsageError
from bluelamp.rehearsal.armtypes.library import Library, LibraryError
from bluelamp.resources.manifests import reading as manifests
from bluelamp.resources.skipped import Skipped
from bluelamp.resources.templates import reading as templates
from tests.thorough import tries

NOBODY = 65534
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: web}]}\n"
TEMPLATE = json.dumps(
    {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "resources": [{"type": "Microsoft.Storage/storageAccounts", "name": "a"}],
    }
)
KINDS = {"manifests": (manifests.read, ".yaml", POD), "templates": (templates.read, ".json", TEMPLATE)}


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Runs as a user to whom permissions apply: another one if root runs the tests."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@contextmanager
def open_place() -> Iterator[Path]:
    """A folder that every user can enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="bluelamp-") as name:
        Path(name).chmod(0o777)
        try:
            yield Path(name)
        finally:
            _open_again(name)


def _open_again(folder: str) -> None:
    """Lets an ordinary user remove its content."""
    for here, folders, _ in os.walk(folder):
        for each in (Path(here, name) for name in folders):
            if not each.is_symlink():
                each.chmod(0o755)


@pytest.fixture
def place() -> Iterator[Path]:
    with open_place() as folder:
        yield folder


@pytest.fixture(autouse=True, scope="module")
def loaded() -> None:
    """Modules are imported on demand, and another user may not have access to their files."""
    with open_place() as folder:
        for kind, (_, ending, text) in KINDS.items():
            (folder / f"good{ending}").write_text(text)
            with pytest.raises(SystemExit):
                main(["audit", "--from", kind, str(folder / f"good{ending}"), "--quiet"])
            with pytest.raises(SystemExit):
                main(["audit", "--from", kind, str(folder / "none")])


def refused(kind: str, *paths: Path | str) -> list[str]:
    """The files that are reported as unreadable; the rest is judged."""
    read, *_ = KINDS[kind]
    left: list[Skipped] = []
    with ordinary_user():
        try:
            read([str(path) for path in paths], skip=left.append)
        except SettingsError as error:
            return [each.file for each in error.problems]
    return [each.name for each in left if each.unread]


# Makes `path` unreadable and returns the path that must be named, which may be one above it.
def _closed_folder(path: Path, ending: str, text: str) -> Path:
    path.mkdir()
    (path / f"x{ending}").write_text(text)
    path.chmod(0)
    return path


def _unsearchable_folder(path: Path, ending: str, text: str) -> Path:
    _closed_folder(path, ending, text)
    path.chmod(0o444)
    return path


def _closed_file(path: Path, ending: str, text: str) -> Path:
    file = path.with_name(path.name + ending)
    file.write_text(text)
    file.chmod(0)
    return file


def _link(target: str):
    def made(path: Path, ending: str, text: str) -> Path:
        file = path.with_name(path.name + ending)
        file.symlink_to(target)
        return file

    return made


def _loop(path: Path, ending: str, text: str) -> Path:
    file = path.with_name(path.name + ending)
    file.symlink_to(file.name)
    return file


def _fifo(path: Path, ending: str, text: str) -> Path:
    file = path.with_name(path.name + ending)
    os.mkfifo(file)
    return file


def _link_to_fifo(path: Path, ending: str, text: str) -> Path:
    os.mkfifo(path)
    file = path.with_name(path.name + ending)
    file.symlink_to(path.name)
    return file


def _folder_elsewhere(path: Path, ending: str, text: str) -> Path:
    path.symlink_to("/usr")
    return path


def _no_text(path: Path, ending: str, text: str) -> Path:
    file = path.with_name(path.name + ending)
    file.write_bytes(b"\xff\xfe\x00")
    return file


DAMAGES = {
    "a closed folder": _closed_folder,
    "an unsearchable folder": _unsearchable_folder,
    "a closed file": _closed_file,
    "a link to nothing": _link("nowhere"),
    "a link to a device": _link("/dev/zero"),
    "a link to itself": _loop,
    "a FIFO": _fifo,
    "a link to a FIFO": _link_to_fifo,
    "a link to a folder elsewhere": _folder_elsewhere,
    "a file that is not text": _no_text,
}
NAMES = st.binary(min_size=1, max_size=6).map(
    lambda raw: os.fsdecode(b"n" + raw.replace(b"/", b"x").replace(b"\0", b"x"))
)


@pytest.mark.parametrize("kind", KINDS)
@settings(
    max_examples=tries(1250),
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    damage=st.sampled_from(sorted(DAMAGES)),
    steps=st.lists(NAMES, max_size=4),
    name=NAMES,
    beside=st.booleans(),
    upper=st.booleans(),
)
def test_an_unreadable_file_is_named_wherever_it_is(kind, damage, steps, name, beside, upper):
    _, ending, text = KINDS[kind]
    ending = ending.upper() if upper else ending
    with open_place() as folder:
        here = folder.joinpath(*steps)
        here.mkdir(parents=True, exist_ok=True)
        if beside:
            (folder / f"good{ending}").write_text(text)
        culprit = DAMAGES[damage](here / name, ending, text)
        messages = refused(kind, folder)
        assert any(each == printable(str(culprit)) or each.startswith(printable(f"{culprit}/")) for each in messages), (
            messages
        )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("damage", [name for name in DAMAGES if name not in {"a link to a folder elsewhere"}])
def test_a_named_file_that_is_unreadable_ends_with_status_2(kind, damage, place, capsys):
    _, ending, text = KINDS[kind]
    culprit = DAMAGES[damage](place / "it", ending, text)
    with ordinary_user(), pytest.raises(SystemExit) as ended:
        main(["audit", "--from", kind, str(culprit)])
    output = capsys.readouterr().err
    assert ended.value.code == 2
    assert str(culprit) in output.replace("\n", "")
    assert "Traceback" not in output


@pytest.mark.parametrize("kind", KINDS)
def test_a_path_below_an_inaccessible_folder_is_named(kind, place):
    _, ending, text = KINDS[kind]
    closed = _closed_folder(place / "closed", ending, text)
    assert refused(kind, closed / f"x{ending}") == [str(closed / f"x{ending}")]


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_without_files_of_the_kind_is_refused_among_others(kind, place):
    _, ending, text = KINDS[kind]
    (place / "good").mkdir()
    (place / "good" / f"x{ending}").write_text(text)
    (place / "empty").mkdir()
    read = KINDS[kind][0]
    with pytest.raises(UsageError, match="empty"):
        read([str(place / "good"), str(place / "empty")])


@pytest.mark.parametrize("kind", KINDS)
def test_links_to_files_that_are_read_anyway_are_no_problem(kind, place):
    _, ending, text = KINDS[kind]
    (place / "a").mkdir()
    (place / "a" / f"x{ending}").write_text(text)
    (place / "a" / "up").symlink_to("..")
    (place / "b").symlink_to("a")
    (place / f"file{ending}").symlink_to(f"a/x{ending}")
    assert len(KINDS[kind][0]([str(place)])) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_names_that_are_not_utf_8_are_read_and_shown(kind, place, capsys):
    _, ending, text = KINDS[kind]
    (place / os.fsdecode(b"\xff\xfe" + ending.encode())).write_text(text)
    with pytest.raises(SystemExit) as ended:
        main(["audit", "--from", kind, str(place), "--format", "json"])
    assert ended.value.code == 3
    assert "\\\\xff\\\\xfe" in capsys.readouterr().out


def test_an_unreadable_parameters_file_is_named(place):
    (place / "main.json").write_text(TEMPLATE)
    closed = place / "main.parameters.json"
    closed.write_text("{}")
    closed.chmod(0)
    assert str(closed) in refused("templates", place / "main.json")


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_that_disappears_while_it_is_read_is_named(kind, place, monkeypatch):
    _, ending, text = KINDS[kind]
    for name in ("a", "b"):
        (place / name).mkdir()
        (place / name).chmod(0o777)
        (place / name / f"x{ending}").write_text(text)
    whole = files.read

    def read_and_remove(path: Path, limit: int) -> bytes:
        shutil.rmtree(place / "b", ignore_errors=True)
        return whole(path, limit)

    module = manifests if kind == "manifests" else templates
    monkeypatch.setattr(module, "read_file", read_and_remove)
    assert refused(kind, place) == [str(place / "b")]


@pytest.mark.parametrize("kind", ["socket", "fifo", "device", "folder"])
def test_only_regular_files_are_read(kind, place):
    path = place / "it"
    if kind == "socket":
        socket.socket(socket.AF_UNIX).bind(str(path))
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        path.mkdir()
    with pytest.raises(files.FileRefusedError):
        files.read(path, 10)


@pytest.mark.parametrize("mode", [0, 0o111])
def test_an_unlistable_stacks_folder_is_reported(place, mode):
    stacks = place / "stacks"
    stacks.mkdir()
    (stacks / "Pulumi.essex.yaml").write_text("config: {}\n")
    assert with_stacks(place) == ["essex"]
    stacks.chmod(mode)
    with ordinary_user(), pytest.raises(UsageError, match="stacks: cannot be read"):
        with_stacks(place)


def test_an_unlistable_folder_of_type_definitions_is_reported(place):
    closed = place / "network" / "microsoft.network"
    (closed / "2024-05-01").mkdir(parents=True)
    (closed / "2024-05-01" / "types.json").write_text("[]")
    closed.chmod(0)
    with ordinary_user(), pytest.raises(LibraryError, match=r"microsoft\.network: cannot be read"):
        Library(place)
