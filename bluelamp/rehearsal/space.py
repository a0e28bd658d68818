"""Where a project's rehearsals live: `.bluelamp/rehearsal/`, with the cloud's store, the engine's state and its home.

Nothing of it is the user's: the folder can be deleted at any time, and the next rehearsal starts from an empty cloud.
"""

import shutil
from pathlib import Path

from bluelamp.engine.find import Engine
from bluelamp.errors import RehearsalError
from bluelamp.rehearsal.store import Store, StoreError

_PASSPHRASE = "rehearsal"  # noqa: S105 - guards nothing: the rehearsal cloud's secrets are made up


class Space:
    """The rehearsals below `root`."""

    def __init__(self, root: Path) -> None:
        self.folder = root / ".bluelamp" / "rehearsal"
        self.state = self.folder / "state"
        self.stacks = self.folder / "stacks"
        self._home = self.folder / "home"

    @property
    def store_path(self) -> Path:
        """The cloud's file."""
        return self.folder / "cloud.db"

    def prepare(self) -> None:
        """Makes the folders. Raises `RehearsalError` where that cannot be done."""
        try:
            for folder in (self.state, self.stacks, self._home):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._keep_no_log()
        except OSError as error:
            raise RehearsalError(f"{self.folder} cannot be made: {error.strerror}") from error

    def _keep_no_log(self) -> None:
        """Puts a file where the engine would make a folder for its log of every step, which it then does without.

        The log takes a quarter of a run's time and grows to hundreds of megabytes; the engine has no switch for it.
        """
        logs = self._home / "logs"
        if logs.is_dir():
            shutil.rmtree(logs, ignore_errors=True)
        logs.touch()

    def open_store(self) -> Store:
        """The cloud's store. Raises `RehearsalError` where its file cannot be used."""
        self.prepare()
        try:
            return Store(self.store_path)
        except StoreError as error:
            raise RehearsalError(
                f"the rehearsal cloud's store cannot be used: {error}",
                next_step=f"free disk space, or forget the rehearsal: rm -r {self.folder}",
            ) from error

    def environment(self, engine: Engine, debug_providers: str) -> dict[str, str]:
        """The environment in which any command meets the rehearsal cloud instead of a real one."""
        environment = engine.environment()
        for name in _REAL:
            environment.pop(name, None)
        environment.update(
            # Without side files of attributes: those are not written atomically, and a kill leaves them empty.
            PULUMI_BACKEND_URL=f"{self.state.resolve().as_uri()}?metadata=skip",
            PULUMI_HOME=str(self._home.resolve()),
            PULUMI_DEBUG_PROVIDERS=debug_providers,
            PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION="true",
            PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER="true",
            BLUELAMP_REHEARSAL=str(self.folder.resolve()),
        )
        environment.setdefault("PULUMI_CONFIG_PASSPHRASE", _PASSPHRASE)
        return environment


_REAL = ("PULUMI_ACCESS_TOKEN", "PULUMI_STACK", "KUBECONFIG")
"""What would lead a rehearsal to something real."""
