"""A rule has a verdict on resources."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from bluelamp.core.problems import Problem
from bluelamp.learn.at import At
from bluelamp.learn.exercise import Model
from bluelamp.policies.model import Enforcement, Verdict


class Wanted(Model):
    """The verdict of the rule `id` on every resource whose logical name matches `resource`, and its enforcement."""

    id: str
    verdict: Verdict
    resource: str = "*"
    enforcement: Enforcement | None = None


def check(at: At, wanted: Wanted) -> Iterator[Problem]:
    """Each resource with another verdict; a rule that judges none of them."""
    record = next((each for each in at.report.rules if each.id == wanted.id), None)
    if record is not None and wanted.enforcement is not None and record.enforcement is not wanted.enforcement:
        yield at.problem(
            f"{wanted.id} is {record.enforcement} for {at.force}, and has to be {wanted.enforcement}",
            f"set its enforcement in stacks/baseline.yaml; run: bluelamp explain {wanted.id}",
            file="stacks/baseline.yaml",
        )
    found = [
        each
        for each in at.report.findings
        if each.rule.id == wanted.id
        and each.verdict is not Verdict.NOT_APPLICABLE
        and fnmatchcase(each.name, wanted.resource)
    ]
    if not found:
        what = "any resource" if wanted.resource == "*" else wanted.resource
        yield at.problem(
            f"{wanted.id} no longer judges {what}", "leave the resource in the plan, and change what it is made with"
        )
    # A mandatory failure is what the check `baseline` reports, where the exercise has it.
    told = any("baseline" in each for each in at.exercise.checks)
    for each in found:
        if each.verdict is not wanted.verdict and not (told and each.verdict is Verdict.FAIL and each.mandatory):
            file, line = each.source or (at.stack, 0)
            message = f"{wanted.id} has the verdict {each.verdict} on {each.name}; the task asks for {wanted.verdict}"
            path = f"{each.name}.{each.path}" if each.path else each.name
            step = each.message or f"run: bluelamp explain {wanted.id}"
            yield Problem(file, line, path=path, message=message, next_step=step)
