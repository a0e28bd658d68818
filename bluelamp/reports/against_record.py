"""The comparison of a report's findings with an earlier report, as values; see `bluelamp.reports.against`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Against:
    """The comparison of findings with an earlier report. Each finding is identified by its `key`.

    The compared findings are failures, rules in error and undecided verdicts on mandatory rules. `new` has the reason
    why each is new, `known` the others, and `changed` the known ones with another property or value. `absent` are
    findings of the earlier report that no longer exist, for rules judged in both. `written` (UTC, ISO 8601), `source`,
    `commit` and `manifest` (the SHA-256 of its manifest) identify the earlier report.
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
    """Whether only new findings fail a run; false against the base of a pull request without an earlier report."""

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
