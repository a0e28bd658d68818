"""Output of reports: history, redaction, files, signatures."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bluelamp.cli.files import refuse_unwritable_report
from bluelamp.cli.screen import Screen, escape
from bluelamp.core import private
from bluelamp.core.suggestions import did_you_mean_or
from bluelamp.errors import UsageError
from bluelamp.reports.findings import Report
from bluelamp.reports.write import Detail

_ALL: Final = "all"


@dataclass(frozen=True)
class Output:
    """Options of reports; `folder` is None if no report is written."""

    folder: Path | None = None
    formats: str | None = None
    redact: bool = False
    sign_with: Path | None = None
    previous: Path | None = None
    history: Path | None = None
    no_history: bool = False
    detail: Detail | None = None

    def check(self) -> None:
        """Raises `UsageError` for impossible options before the work starts."""
        from bluelamp.reports.keys import private_key

        self._formats()
        if self.no_history and self.history is not None:
            raise UsageError("--history and --no-history are mutually exclusive", next_step="give one of them")
        if self.sign_with is not None:
            private_key(self.sign_with)
        refuse_unwritable_report(self.folder)

    @property
    def keeps(self) -> bool:
        """Whether history or redaction is requested, either of which needs the reports' evidence."""
        return self.folder is not None or self.redact or not self.no_history

    def prepared(self, screen: Screen, root: Path, reports: Sequence[Report]) -> list[Report]:
        """The reports to show: with evidence, changes since the last run and, if requested, redaction.

        Raises `SettingsError` for mistakes in the evidence files.
        """
        from bluelamp.reports.statements.reading import with_statements

        shown = with_statements(root, reports)
        if not self.no_history:
            from bluelamp.reports.history import FILE, remember

            own = root / ".bluelamp"
            with contextlib.suppress(OSError):
                if self.history is None:
                    private.folder(own)
            remembered = remember(shown, self.history or own / FILE)
            with contextlib.suppress(OSError):
                if self.history is None:
                    private.tighten(own)
            shown = list(remembered.reports)
            if remembered.trouble:
                screen.warn(remembered.trouble)
        if self.redact:
            from bluelamp.reports.anonymous import Anonymous

            anonymous = Anonymous()
            shown = [anonymous(report) for report in shown]
        return shown

    def write(self, screen: Screen, reports: Sequence[Report], root: Path) -> None:
        """Writes them into the folder and lists the written files; `root` has the project's known signers."""
        if self.folder is None:
            return
        from bluelamp.reports import write
        from bluelamp.reports.keys import private_key
        from bluelamp.reports.signers import known_signers

        key = private_key(self.sign_with) if self.sign_with else None
        signers: Mapping[str, str] = {}
        if key:
            try:
                signers = known_signers(root)
            except UsageError as error:
                screen.warn(f"{error.message}; the report names the key that signs it, and no holder")
        formats, detail = self._formats(), self.detail
        for path in write(
            reports, self.folder, formats, key=key, previous=self.previous, detail=detail, signers=signers
        ):
            screen.say(f"wrote {escape(path)}")

    def _formats(self) -> list[str]:
        """The formats named, or none if the number of forces decides."""
        from bluelamp.reports.write import FORMATS

        if self.formats is None:
            return []
        requested = [word.strip() for word in self.formats.split(",") if word.strip()]
        known = (*FORMATS, _ALL)
        for word in requested:
            if word not in known:
                step = did_you_mean_or(word, known, lead="allowed:")
                raise UsageError(f"--formats: {word!r} is not a report format", next_step=step)
        if not requested:
            raise UsageError("--formats names no format", next_step=f"allowed: {', '.join(known)}")
        return list(FORMATS) if _ALL in requested else list(dict.fromkeys(requested))
