"""Writing pipelines into a repository: a file that somebody edited is not replaced without being asked for."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from os.path import lexists
from pathlib import Path
from typing import Final, Literal

from bluelamp import __version__
from bluelamp.core.files import read, replace
from bluelamp.errors import UsageError, unwritable

_HEAD: Final = "# Rendered by bluelamp {version}; SHA-256 of all lines below: {digest}\n"
_OURS: Final = re.compile(rb"# Rendered by bluelamp [^;\n]{1,40}; SHA-256 of all lines below: ([0-9a-f]{64})\n")
_LARGEST: Final = 1_000_000


@dataclass(frozen=True)
class Wrote:
    """The files that were written, and those that were as they should be; paths below the folder."""

    written: tuple[str, ...]
    unchanged: tuple[str, ...]


def write(files: Mapping[str, str], folder: Path, *, force: bool = False) -> Wrote:
    """Writes `files`, text by path below `folder`, each in one step and with its own digest in the first line.

    A file whose digest does not fit was edited, and one without is somebody's own: then nothing is written, and
    `UsageError` names them all. With `force` they are replaced. Raises `BluelampError` where a file cannot be
    written.
    """
    texts = {name: marked(text) for name, text in files.items()}
    states = {name: _state(folder / name, text) for name, text in texts.items()}
    edited = [name for name, state in states.items() if state in ("edited", "foreign")]
    if edited and not force:
        said = ", ".join(f"{name} ({_WHY[states[name]]})" for name in edited)
        raise UsageError(
            f"{folder}: not replaced: {said}",
            next_step="add --force to replace them, or compare them with a rendering elsewhere: --out DIR",
        )
    written = [name for name, state in states.items() if state != "same"]
    for name in written:
        try:
            replace(folder / name, texts[name])
        except OSError as error:
            raise unwritable(folder / name, error, "name a folder with --out") from None
    return Wrote(tuple(written), tuple(name for name in states if name not in written))


_WHY: Final = {"edited": "it was edited after it was rendered", "foreign": "Bluelamp did not render it"}


def marked(text: str) -> str:
    """`text` with the line that tells an edited file from one that is as it was rendered."""
    return _HEAD.format(version=__version__, digest=hashlib.sha256(text.encode()).hexdigest()) + text


def _state(path: Path, text: str) -> Literal["absent", "same", "ours", "edited", "foreign"]:
    if not lexists(path):
        return "absent"
    if path.is_symlink():
        return "foreign"
    try:
        there = read(path, _LARGEST)
    except OSError:
        return "foreign"
    if there == text.encode():
        return "same"
    # git may have checked the file out with the line ends of Windows.
    there = there.replace(b"\r\n", b"\n")
    found = _OURS.match(there)
    if not found:
        return "foreign"
    return "ours" if hashlib.sha256(there[found.end() :]).hexdigest().encode() == found[1] else "edited"
