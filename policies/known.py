"""Known findings from an earlier report, so that a run fails on new findings only.

Findings are matched by rule id and resource URN. A finding is known if the earlier report has it and it is no worse
now.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bluelamp.core.files import read
from bluelamp.policies.model import Enforcement, Severity, Verdict

KNOWN: Final = "BLUELAMP_KNOWN_FINDINGS"
"""The environment variable with the path of the file of known findings, for the policy pack; see `write`."""
FORMAT: Final = "bluelamp-known/1"
CONCERNING: Final = frozenset({Verdict.FAIL, Verdict.ERROR, Verdict.UNKNOWN})
"""The verdicts that can fail a run."""
KNOWN_PREFIX: Final = "known: "
"""The prefix of the policy pack's message on a known finding."""
_NO_WORSE: Final = {
    Verdict.FAIL: frozenset({Verdict.FAIL, Verdict.UNKNOWN}),
    Verdict.ERROR: frozenset({Verdict.UNKNOWN}),
    Verdict.UNKNOWN: frozenset({Verdict.UNKNOWN}),
}
"""The verdicts that are no worse than each earlier verdict. A rule error always stops a deployment, so it is never
known."""
_THEN: Final = {
    Verdict.EXEMPT: "exempt then",
    Verdict.UNKNOWN: "undecided then",
    Verdict.ERROR: "in error then",
    Verdict.FAIL: "a failure then",
}
_MAX_BYTES: Final = 64 << 20


@dataclass(frozen=True, slots=True)
class Before:
    """A finding in an earlier report; `exemption` is the id of its exemption, if any."""

    verdict: Verdict
    enforcement: Enforcement
    severity: Severity
    exemption: str = ""


def why_new(before: Before | None, verdict: Verdict, enforcement: Enforcement, severity: Severity) -> str:
    """The reason that a finding is new, compared with `before`; empty if it is known.

    It is new if it did not exist, its verdict is worse, its rule was advisory and is mandatory, its severity rose, or
    it is no longer exempt. A rule in error is always new.
    """
    if verdict is Verdict.ERROR:
        return "the rule is in error"
    if before is None:
        return "not in the earlier report"
    if verdict not in _NO_WORSE.get(before.verdict, ()):
        by = f" by {before.exemption}" if before.exemption else ""
        return f"{_THEN.get(before.verdict, 'no failure then')}{by}"
    if enforcement is Enforcement.MANDATORY and before.enforcement is Enforcement.ADVISORY:
        return "advisory then"
    order = list(Severity)
    return f"{before.severity} then" if order.index(severity) < order.index(before.severity) else ""


def write(path: Path, stack: str, findings: Mapping[str, Before]) -> None:
    """Writes the known findings of a stack, by key, for the policy pack. Raises OSError."""
    content = {
        key: [each.verdict, each.enforcement, each.severity, each.exemption]
        for key, each in findings.items()
        if each.verdict in CONCERNING or each.verdict is Verdict.EXEMPT
    }
    path.write_text(json.dumps({"format": FORMAT, "stack": stack, "findings": content}), encoding="utf-8")


def known(path: Path, stack: str) -> Mapping[str, Before]:
    """The known findings of `stack`. Raises ValueError if the file cannot be read, or is of another stack."""
    try:
        content = json.loads(read(path, _MAX_BYTES))
        named, findings = (content["format"], content["stack"]), content["findings"].items()
        found = {
            key: Before(Verdict(one), Enforcement(two), Severity(three), four)
            for key, (one, two, three, four) in findings
        }
    except OSError as error:
        raise ValueError(f"{KNOWN}: {path}: the known findings cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"{KNOWN}: {path}: is not a file of known findings: {error}") from error
    if named != (FORMAT, stack.rpartition("/")[2]):
        raise ValueError(f"{KNOWN}: {path}: is of {named[1]}, not of {stack}")
    return found
