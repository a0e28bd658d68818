"""Writes the files of a new project."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from os.path import lexists
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory
from typing import Final

import yaml

from bluelamp import __version__
from bluelamp.core.files import create, read
from bluelamp.core.modeline import SCHEMAS
from bluelamp.core.os_errors import reason_of
from bluelamp.core.register import REGISTER, read_register
from bluelamp.errors import UsageError
from bluelamp.fleet.recorded_ranges import record_ranges
from bluelamp.infra.force import load
from bluelamp.infra.scaffold.stack import scaffold
from bluelamp.infra.settings.address_file import ADDRESS_FILE
from bluelamp.infra.settings.layers import STACK_FILE
from bluelamp.schemas.editor import SHIPPED
from bluelamp.starting import register

_TEMPLATE: Final = Path(__file__).with_name("template")
_PACKAGE: Final = Path(__file__).parents[1]
_SHARED: Final = ("infra/__main__.py", "policies/PulumiPolicy.yaml", "policies/__main__.py")
"""What the engine starts, in a project as in the package."""
_NATIONAL: Final = Path(__file__).with_name("national")
_NATIONAL_NAMES: Final = {
    "forces.yaml": REGISTER,
    "baseline.yaml": "stacks/baseline.yaml",
    "approvers.yaml": "stacks/approvers.yaml",
    "signers.md": "stacks/signers/README.md",
}
_NAMES: Final = {"gitignore": ".gitignore", "pyproject.txt": "pyproject.toml"}
_FILLED: Final = frozenset({"README.md", "pyproject.txt"})
_VIRTUALENV: Final = re.compile(r"^  options:\n    virtualenv:.*\n", re.MULTILINE)
"""The checkout's own virtual environment, removed as a project uses the active one."""
_PROJECT: Final = "Pulumi.yaml"
_LARGEST: Final = 1_000_000


@dataclass(frozen=True)
class Started:
    """The files that were written, and those that existed and were kept; paths relative to the project's folder."""

    folder: Path
    written: tuple[str, ...]
    kept: tuple[str, ...]


def start(folder: Path, force: str | None = None, owner: str = "", cost_centre: str = "") -> Started:
    """Writes a project into `folder`, which need not exist. Existing files are not changed.

    With `force` the register has only that force, and its stack file and address ranges are written, with the mailbox
    `owner` and `cost_centre`; without, the register has every force. Each file is written atomically, and none if the
    settings are invalid.

    Raises `UsageError` if the folder contains another Pulumi project or cannot be written, `SettingsError` if the force
    is unknown or a value is invalid.
    """
    _refuse_foreign(folder)
    with TemporaryDirectory() as temporary:
        draft = Path(temporary)
        for name, content in _files(force):
            _write(draft / name, content)
        if lexists(folder / REGISTER):
            shutil.copyfile(folder / REGISTER, draft / REGISTER)
        elif force is not None:
            _narrow(draft, force)
        stack = STACK_FILE.format(slug=force) if force is not None else ""
        there = bool(stack) and lexists(folder / stack)
        if force is not None and not there:
            scaffold(force, owner, cost_centre, root=draft)
            # As in `new`: networks keep their ranges when the settings change.
            record_ranges(draft, load(force, root=draft), {})
        names = sorted(path.relative_to(draft).as_posix() for path in draft.rglob("*") if path.is_file())
        written = [name for name in names if _created(folder / name, (draft / name).read_bytes())]
    kept = [name for name in names if name not in written]
    if there:
        kept += [stack, *(each for each in [ADDRESS_FILE.format(slug=force)] if lexists(folder / each))]
    return Started(folder, tuple(written), tuple(kept))


def _refuse_foreign(folder: Path) -> None:
    path = folder / _PROJECT
    if not lexists(path):
        return
    try:
        content = yaml.safe_load(read(path, _LARGEST))
    except (OSError, ValueError, yaml.YAMLError):
        content = None
    if not isinstance(content, dict) or content.get("name") != "bluelamp":
        raise UsageError(
            f"{path} belongs to another Pulumi project",
            next_step="name a new folder; a module in a project of another kind needs no init, see docs/projects.md",
        )


def _files(force: str | None) -> Iterator[tuple[str, str]]:
    """The files of every project, by their path within it, with their content."""
    for path in sorted(_TEMPLATE.iterdir()):
        text = _VIRTUALENV.sub("", path.read_text(encoding="utf-8"))
        if path.name in _FILLED:
            text = Template(text).substitute(version=__version__, force=force or "FORCE")
        yield _NAMES.get(path.name, path.name), text
    for name in _SHARED:
        yield name, _VIRTUALENV.sub("", (_PACKAGE / name).read_text(encoding="utf-8"))
    for name, target in _NATIONAL_NAMES.items():
        yield target, (_NATIONAL / name).read_text(encoding="utf-8")
    for path in sorted(SHIPPED.glob("*.json")):
        yield f"{SCHEMAS}/{path.name}", path.read_text(encoding="utf-8")


def _narrow(draft: Path, force: str) -> None:
    """Reduces the draft's register to the force and its successors."""
    national = read_register(draft)
    slugs: list[str] = []
    following: str | None = force
    while following is not None and following not in slugs:
        slugs.append(following)
        following = national.entry(following).successor
    path = draft / REGISTER
    path.write_text(register.only(path.read_text(encoding="utf-8"), slugs), encoding="utf-8")


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")


def _created(path: Path, content: bytes) -> bool:
    """Whether the file was written; False if it exists already."""
    if lexists(path):
        return False
    try:
        create(path, content, mode=0o644)
    except FileExistsError:
        if lexists(path):
            return False
        raise _unwritable(path, "a parent folder is a file") from None
    except OSError as error:
        raise _unwritable(path, reason_of(error)) from None
    return True


def _unwritable(path: Path, reason: str) -> UsageError:
    return UsageError(f"{path}: cannot be written: {reason}", next_step="name another folder, or correct this one")
