"""A project's rehearsal folder, `.bluelamp/rehearsal/`: the cloud's store, the engine's backend and its home folder.

The folder can be deleted at any time; the next rehearsal starts from an empty cloud. It is private to its owner:
folders have mode 0700 and files 0600, regardless of the umask.
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
from bluelamp.rehearsal import isolation
from bluelamp.rehearsal.passphrase import passphrase, provided
from bluelamp.rehearsal.store import Store, StoreError

_STARTUP: Final = Path(__file__).with_name("startup")
"""The folder with the start-up code of Python programs in a rehearsal."""


class Space:
    """The rehearsal folder of the project at `root`."""

    def __init__(self, root: Path) -> None:
        self.folder = root / ".bluelamp" / "rehearsal"
        self._kept = root / ".bluelamp"
        self.state = self.folder / "state"
        self.stacks = self.folder / "stacks"
        self.home = self.folder / "home"

    @property
    def store_path(self) -> Path:
        """The file of the cloud's store."""
        return self.folder / "cloud.db"

    def prepare(self) -> None:
        """Creates the folders, private to this user. Raises `RehearsalError` if that fails."""
        try:
            private.folder(self._kept)
            for folder in (self.state, self.stacks, self.home):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._disable_log()
            self._delete_truncated_files()
            self.restrict_permissions()
        except OSError as error:
            raise RehearsalError(
                f"{error.filename or self.folder} cannot be created or made private: {error.strerror}",
                next_step="free disk space, or change the folder's owner to the user who runs this command",
            ) from error

    def restrict_permissions(self) -> None:
        """Removes the permissions of group and others from everything in the folder. Raises `OSError`."""
        private.tighten(self._kept)

    def _disable_log(self) -> None:
        """Disables the engine's log of every step: a file in the place of the log folder.

        The log takes a quarter of a run's time and grows to hundreds of megabytes. The engine has no option for it.
        """
        logs = self.home / "logs"
        if logs.is_dir():
            shutil.rmtree(logs, ignore_errors=True)
        logs.touch()

    def _delete_truncated_files(self) -> None:
        """Deletes the engine's own files that a full disk has truncated. The engine recreates what it needs."""
        for path in (*self.home.glob("*.json"), *(self.home / "workspaces").glob("*.json")):
            try:
                json.loads(path.read_bytes())
            except ValueError:
                path.unlink(missing_ok=True)

    def open_store(self) -> Store:
        """The cloud's store. Raises `RehearsalError` if its file cannot be used."""
        self.prepare()
        secret = passphrase(os.environ)
        try:
            return Store(self.store_path, secret)
        except StoreError as error:
            raise RehearsalError(
                f"the rehearsal cloud's store cannot be used: {error}",
                next_step="free disk space, or reset the rehearsal with: bluelamp cloud reset",
            ) from error

    def reset(self) -> None:
        """Deletes the folder. Raises `RehearsalError` if that fails."""
        with contextlib.suppress(FileNotFoundError):
            try:
                shutil.rmtree(self.folder)
            except FileNotFoundError:
                raise
            except OSError as error:
                raise RehearsalError(f"{error.filename} cannot be deleted: {error.strerror}") from error

    def environment(self, engine: Engine, debug_providers: str) -> dict[str, str]:
        """The environment in which commands use the rehearsal cloud instead of a real one."""
        environment = engine.environment()
        environment = isolation.without_access(environment)
        environment.update(isolation.no_credentials(self.folder / "no-credentials"))
        environment.update(
            # No metadata files: they are not written atomically, so a killed run leaves them empty.
            PULUMI_BACKEND_URL=f"{self.state.resolve().as_uri()}?metadata=skip",
            PULUMI_HOME=str(self.home.resolve()),
            PULUMI_DEBUG_PROVIDERS=debug_providers,
            PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION="true",
            PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER="true",
            # Ignore plugins on the user's PATH.
            PULUMI_IGNORE_AMBIENT_PLUGINS="true",
            BLUELAMP_REHEARSAL=str(self.folder.resolve()),
        )
        path = environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = f"{_STARTUP}{os.pathsep}{path}" if path else str(_STARTUP)
        environment.update(provided(environment))
        return environment
