"""The project has an own rule that passes its cases and judges resources as the task says."""

from collections.abc import Iterator, Mapping
from typing import Any

from bluelamp.core.problems import Problem
from bluelamp.core.resource import UNKNOWN, Resource
from bluelamp.learn.exercise import Model
from bluelamp.learn.project import LearnerProject
from bluelamp.policies.model import Verdict


class Probe(Model):
    """A resource with these properties and its verdict. `unknown` names a property that is not known yet."""

    what: str
    verdict: Verdict
    properties: Mapping[str, Any] = {}
    unknown: str = ""


class Wanted(Model):
    """The type that a rule must judge, and resources with the required verdicts."""

    type: str
    probes: tuple[Probe, ...]


def check(project: LearnerProject, wanted: Wanted) -> Iterator[Problem]:
    """Each case that fails, and each probe with another verdict.

    Raises `SettingsError` for rules that cannot be read, and for missing cases.
    """
    from bluelamp.policies.discovery import baseline
    from bluelamp.policies.judging import judge
    from bluelamp.policies.own import FOLDER, load
    from bluelamp.policies.testing import checked, run

    folder = project.root / FOLDER
    rules = load(folder, baseline(), project.root)
    if not rules:
        yield project.problem("holds no rule", "write rules/NAME.py, with its cases in rules/NAME.yaml", file=FOLDER)
        return
    checked(rules, folder, project.root)
    for rule in rules:
        for case in run(rule, project.root):
            if case.difference:
                file, _, line = case.where.rpartition(":")
                yield Problem(
                    file, int(line), path=rule.id, message=case.difference, next_step="run: bluelamp test-rules"
                )
    name = "probe"
    urn = f"urn:pulumi:{project.force}::bluelamp::{wanted.type}::{name}"
    for probe in wanted.probes:
        properties = {**probe.properties, **({probe.unknown: UNKNOWN} if probe.unknown else {})}
        found = judge([Resource(urn, wanted.type, name, properties)], rules)
        verdicts = sorted({str(each.verdict) for each in found})
        if verdicts != [str(probe.verdict)]:
            judged = f"is judged {' and '.join(verdicts)}" if verdicts else f"no rule looks at {wanted.type}"
            message = f"{probe.what}: {judged}; the task asks for {probe.verdict}"
            yield project.problem(message, "docs/own-rules.md describes how to write a rule", file=FOLDER)
