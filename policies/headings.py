"""Headings of findings: a rule's title for a pass, its failure for a failure."""

from typing import Final

from bluelamp.policies.model import Verdict

_PREFIXES: Final = {
    Verdict.UNKNOWN: "Inconclusive",
    Verdict.ERROR: "Rule error",
    Verdict.NOT_APPLICABLE: "Not applicable",
}


def heading(title: str, failure: str, verdict: Verdict) -> str:
    """The heading of a finding of `verdict` by a rule with this `title` and `failure`.

    Only a pass has the title alone: no other verdict confirms what it says.
    """
    if verdict is Verdict.PASS:
        return title
    if verdict is Verdict.FAIL:
        return failure
    if verdict is Verdict.EXEMPT:
        return f"Exempt: {failure}"
    return f"{_PREFIXES[verdict]}: {title}"
