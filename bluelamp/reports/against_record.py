"""The comparison of a report's findings with an earlier report, as values; see `bluelamp.reports.against`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Against:
    """The findings against an earlier report, each named by its `key`.

    A finding here is a failure, a rule in error, or an undecided verdict on a mandatory rule. `new` has why each is
    new; `known` are the others, and `changed` those of them where the property or the value found is another. `absent`
    are findings of the earlier report that are none now, of the rules that were judged. `written` (UTC, ISO 8601),
    `source`, `commit` and `manifest` (the SHA-256 of its manifest) say which report it is.
    """

    written: str
    source: str = ""
    commit: str = ""
    manifest: str = ""
    new: Mapping[str, str] = field(default_factory=dict)
    known: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    gates: bool = True
    """Whether known findings fail no run; false against the base of a pull request without an earlier report."""

    def as_dict(self) -> dict[str, Any]:
        """The comparison as JSON values."""
        return {
            "written": self.written,
            "source": self.source,
            "commit": self.commit,
            "manifest": self.manifest,
            "new": dict(sorted(self.new.items())),
            "known": list(self.known),
            "changed": list(self.changed),
            "absent": list(self.absent),
            "gates": self.gates,
        }
