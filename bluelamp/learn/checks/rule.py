"""A rule has a verdict on resources."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from bluelamp.core.problems import Problem
from bluelamp.learn.exercise import Model
from bluelamp.learn.project import LearnerProject
from bluelamp.policies.model import Enforcement, Verdict


class Wanted(Model):
    """The verdict of the rule `id` on every resource whose logical name matches `resource`, and its enforcement."""

    id: str
    verdict: Verdict
    resource: str = "*"
    enforcement: Enforcement | None = None


def check(project: LearnerProject, wanted: Wanted) -> Iterator[Problem]:
    """Each resource with another verdict; also if the rule judges no resource."""
    record = next((each for each in project.report.rules if each.id == wanted.id), None)
    if record is not None and wanted.enforcement is not None and record.enforcement is not wanted.enforcement:
        yield project.problem(
            f"{wanted.id} is {record.enforcement} for {project.force}, and must be {wanted.enforcement}",
            f"set its enforcement in stacks/baseline.yaml; run: bluelamp explain {wanted.id}",
            file="stacks/baseline.yaml",
        )
    found = [
        each
        for each in project.report.findings
        if each.rule.id == wanted.id
        and each.verdict is not Verdict.NOT_APPLICABLE
        and fnmatchcase(each.name, wanted.resource)
    ]
    if not found:
        what = "any resource" if wanted.resource == "*" else wanted.resource
        yield project.problem(
            f"{wanted.id} no longer judges {what}", "keep the resource in the plan, and change its settings"
        )
    # The check `baseline`, if the exercise has it, reports mandatory failures.
    reported = any("baseline" in each for each in project.exercise.checks)
    for each in found:
        if each.verdict is not wanted.verdict and not (reported and each.verdict is Verdict.FAIL and each.mandatory):
            file, line = each.source or (project.stack, 0)
            message = f"{wanted.id} has the verdict {each.verdict} on {each.name}; the task asks for {wanted.verdict}"
            path = f"{each.name}.{each.path}" if each.path else each.name
            step = each.message or f"run: bluelamp explain {wanted.id}"
            yield Problem(file, line, path=path, message=message, next_step=step)
