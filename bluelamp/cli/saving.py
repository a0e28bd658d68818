"""`preview --save`: signed plans for `bluelamp approve` and `up --plan`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bluelamp.cli.screen import Screen, escape
from bluelamp.core import git
from bluelamp.core.folders import OccupiedError
from bluelamp.core.text import first_of
from bluelamp.errors import BluelampError, UsageError, unwritable
from bluelamp.fleet.deploy import Result
from bluelamp.fleet.inputs import Inputs
from bluelamp.fleet.saved import Saving, refuse_folder, save
from bluelamp.reports.words import some

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


@dataclass(frozen=True)
class Save:
    """The folder of saved plans, the signing key, and the commit before the change (empty: before the last commit)."""

    folder: Path
    key: "Ed25519PrivateKey"
    root: Path
    saving: Saving
    since: str = ""
    rehearse: bool = False

    def finish(self, screen: Screen, results: Sequence[Result], inputs: Inputs) -> dict[str, Any] | None:
        """Writes the plans of successful previews; returns their JSON members, or None without any."""
        good = [each for each in results if each.completed]
        left = [each.force for each in results if each not in good]
        if not good:
            screen.error("no plan is saved: no preview succeeded", "correct the failures, then preview again")
            return None
        authors = self._authors(screen, inputs)
        try:
            save(self.folder, self.saving, good, inputs, authors, self.key, rehearse=self.rehearse)
        except OccupiedError as error:
            raise UsageError(
                f"{error.filename}: is not a part of saved plans, and is not replaced", next_step="name another folder"
            ) from None
        except OSError as error:
            raise _unsaved(error.filename or self.folder, error) from None
        screen.say(escape(f"plans of {some(len(good), 'force')} saved: {self.folder}"))
        if left:
            screen.warn(f"not saved, as the preview did not succeed: {first_of(left, 20)}")
        return {"folder": str(self.folder), "forces": [each.force for each in good], "notSaved": left}

    def _authors(self, screen: Screen, inputs: Inputs) -> list[str]:
        if not inputs.commit or inputs.dirty:
            screen.warn("the plan is not made from a commit alone, so it cannot be approved")
            return []
        try:
            found = git.authors(self.root, inputs.commit, self.since)
            why = "" if found else "no commit is after the one that --since or --changed names"
        except git.GitError as error:
            found, why = [], str(error)
        if why:
            screen.warn(f"the authors of the change are not known ({why}), so the plan cannot be approved")
        return found


def _unsaved(path: object, error: OSError) -> BluelampError:
    return unwritable(path, error, what="the plans cannot be saved")


@contextmanager
def saving(
    root: Path, folder: Path | None, key: Path | None, since: str | None, *, refresh: bool, rehearse: bool
) -> Iterator[Save | None]:
    """The options `--save`, `--sign-with` and `--since`; None without `--save`. Raises `UsageError`."""
    if folder is None:
        if key is not None or since is not None:
            raise UsageError(f"{'--sign-with' if key else '--since'} belongs to --save", next_step="add --save DIR")
        yield None
        return
    if key is None:
        raise UsageError(
            "a saved plan is always signed", next_step="add --sign-with KEY; `bluelamp key FILE` makes a key"
        )
    if refresh:
        raise UsageError(
            "--save and --refresh are mutually exclusive: a plan starts from the state, which a refresh would change",
            next_step="bring the state up to date first: bluelamp up, or repair the drift",
        )
    from bluelamp.reports.keys import private_key

    signer = private_key(key)
    try:
        refuse_folder(folder)
    except OSError as error:
        raise _unsaved(error.filename or folder, error) from None
    base = ""
    if since is not None:
        try:
            base = git.resolve(root, since)
        except git.GitError as error:
            raise UsageError(
                f"--since {since[:60]!r}: {error}", next_step="name one commit of this repository: a branch or a hash"
            ) from None
    with TemporaryDirectory(prefix="bluelamp-plans-") as work:
        yield Save(folder, signer, root, Saving(Path(work), {}), base, rehearse)
