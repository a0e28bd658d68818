"""Where a project's rehearsals live: `.bluelamp/rehearsal/`, with the cloud's store, the engine's state and its home.

Nothing of it is the user's: the folder can be deleted at any time, and the next rehearsal starts from an empty cloud.
Only its owner may look into it: folders have the mode 0700 and files 0600, whatever the umask and whatever they had.
"""

import contextlib
import json
import os
import shutil
from pathlib import Path
from typing import Final

from bluelamp.core import private
from bluelamp.engine.find import Engine
from bluelamp.errors import RehearsalError
from bluelamp.rehearsal import outside
from bluelamp.rehearsal.passphrase import passphrase, provided
from bluelamp.rehearsal.store import Store, StoreError

_STARTUP: Final = Path(__file__).with_name("startup")
"""The folder of the start-up code for each Python program of a rehearsal."""


class Space:
    """The rehearsals below `root`."""

    def __init__(self, root: Path) -> None:
        self.folder = root / ".bluelamp" / "rehearsal"
        self._kept = root / ".bluelamp"
        self.state = self.folder / "state"
        self.stacks = self.folder / "stacks"
        self.home = self.folder / "home"

    @property
    def store_path(self) -> Path:
        """The cloud's file."""
        return self.folder / "cloud.db"

    def prepare(self) -> None:
        """Makes the folders, and keeps other users out of them. Raises `RehearsalError` where that cannot be done."""
        try:
            private.folder(self._kept)
            for folder in (self.state, self.stacks, self.home):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._keep_no_log()
            self._forget_cut_files()
            self.tighten()
        except OSError as error:
            raise RehearsalError(
                f"{error.filename or self.folder} cannot be made or kept private: {error.strerror}",
                next_step="free disk space, or make it yours: it must belong to the user who runs this",
            ) from error

    def tighten(self) -> None:
        """Takes from group and others what they may do with what was written since. Raises `OSError`."""
        private.tighten(self._kept)

    def _keep_no_log(self) -> None:
        """Puts a file where the engine would make a folder for its log of every step, which it then does without.

        The log takes a quarter of a run's time and grows to hundreds of megabytes; the engine has no switch for it.
        """
        logs = self.home / "logs"
        if logs.is_dir():
            shutil.rmtree(logs, ignore_errors=True)
        logs.touch()

    def _forget_cut_files(self) -> None:
        """Deletes the engine's own notes where a full disk has cut them short: it makes them anew, or does without."""
        for path in (*self.home.glob("*.json"), *(self.home / "workspaces").glob("*.json")):
            try:
                json.loads(path.read_bytes())
            except ValueError:
                path.unlink(missing_ok=True)

    def open_store(self) -> Store:
        """The cloud's store. Raises `RehearsalError` where its file cannot be used."""
        self.prepare()
        secret = passphrase(os.environ)
        try:
            return Store(self.store_path, secret)
        except StoreError as error:
            raise RehearsalError(
                f"the rehearsal cloud's store cannot be used: {error}",
                next_step="free disk space, or reset the rehearsal: bluelamp cloud reset",
            ) from error

    def reset(self) -> None:
        """Deletes the rehearsals. Raises `RehearsalError` where that cannot be done."""
        with contextlib.suppress(FileNotFoundError):
            try:
                shutil.rmtree(self.folder)
            except FileNotFoundError:
                raise
            except OSError as error:
                raise RehearsalError(f"{error.filename} cannot be deleted: {error.strerror}") from error

    def environment(self, engine: Engine, debug_providers: str) -> dict[str, str]:
        """The environment in which any command uses the rehearsal cloud instead of a real one."""
        environment = engine.environment()
        environment = outside.without(environment)
        environment.update(outside.closed(self.folder / "outside"))
        environment.update(
            # Without side files of attributes: those are not written atomically, and a kill leaves them empty.
            PULUMI_BACKEND_URL=f"{self.state.resolve().as_uri()}?metadata=skip",
            PULUMI_HOME=str(self.home.resolve()),
            PULUMI_DEBUG_PROVIDERS=debug_providers,
            PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION="true",
            PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER="true",
            # Only what Bluelamp serves, or has put into the engine's home: no plugin of the user's PATH.
            PULUMI_IGNORE_AMBIENT_PLUGINS="true",
            BLUELAMP_REHEARSAL=str(self.folder.resolve()),
        )
        path = environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = f"{_STARTUP}{os.pathsep}{path}" if path else str(_STARTUP)
        environment.update(provided(environment))
        return environment
