"""The project has a rule of its own that holds to its cases and judges resources as the task says."""

from collections.abc import Iterator, Mapping
from typing import Any

from bluelamp.core.problems import Problem
from bluelamp.core.resource import UNKNOWN, Resource
from bluelamp.learn.at import At
from bluelamp.learn.exercise import Model
from bluelamp.policies.model import Verdict


class Probe(Model):
    """A resource with these properties, of which `unknown` is one that is not known yet, and its verdict."""

    what: str
    verdict: Verdict
    properties: Mapping[str, Any] = {}
    unknown: str = ""


class Wanted(Model):
    """The type that a rule has to look at, and what it must say of each probe."""

    type: str
    probes: tuple[Probe, ...]


def check(at: At, wanted: Wanted) -> Iterator[Problem]:
    """Each case that does not hold, and each probe that is judged otherwise. Raises `SettingsError` for rules that
    cannot be read, and for cases that are missing."""
    from bluelamp.policies.discovery import baseline
    from bluelamp.policies.judging import judge
    from bluelamp.policies.own import FOLDER, load
    from bluelamp.policies.testing import checked, run

    folder = at.root / FOLDER
    rules = load(folder, baseline(), at.root)
    if not rules:
        yield at.problem("holds no rule", "write rules/NAME.py, with its cases in rules/NAME.yaml", file=FOLDER)
        return
    checked(rules, folder, at.root)
    for rule in rules:
        for case in run(rule, at.root):
            if case.wrong:
                file, _, line = case.where.rpartition(":")
                yield Problem(file, int(line), path=rule.id, message=case.wrong, next_step="run: bluelamp test-rules")
    name = "stand-in"
    urn = f"urn:pulumi:{at.force}::bluelamp::{wanted.type}::{name}"
    for probe in wanted.probes:
        properties = {**probe.properties, **({probe.unknown: UNKNOWN} if probe.unknown else {})}
        found = judge([Resource(urn, wanted.type, name, properties)], rules)
        verdicts = sorted({str(each.verdict) for each in found})
        if verdicts != [str(probe.verdict)]:
            told = f"is judged {' and '.join(verdicts)}" if verdicts else f"no rule looks at {wanted.type}"
            message = f"{probe.what}: {told}; the task asks for {probe.verdict}"
            yield at.problem(message, "see what a rule needs in docs/own-rules.md", file=FOLDER)
