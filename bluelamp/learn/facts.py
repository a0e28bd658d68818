"""Functions that compute the answers to questions from the learner's project. Data calls them facts."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from bluelamp.core.files import read
from bluelamp.core.os_errors import reason_of
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.errors import UsageError
from bluelamp.learn.project import LearnerProject, value

Fact = Callable[..., Any]
FACTS: Final[dict[str, Fact]] = {}
_LARGEST: Final = 64 << 20


def _fact(function: Fact) -> Fact:
    FACTS[function.__name__.replace("_", "-")] = function
    return function


@_fact
def planned_resources(project: LearnerProject, type: str = "*") -> int:
    """How many resources of a type the plan creates in the cloud."""
    from fnmatch import fnmatchcase

    return sum(1 for each in project.plan.managed if fnmatchcase(each.type, type))


@_fact
def without_rule(project: LearnerProject) -> int:
    """How many of the planned resources have no rule."""
    return int(project.report.totals.as_dict()["withoutRule"])


@_fact
def planned_value(project: LearnerProject, resource: str, path: str) -> Any:
    """A property of the planned resource with this logical name."""
    (found,) = (each for each in project.plan.managed if each.name == resource)
    return value(found.inputs, path)


@_fact
def failing_rules(project: LearnerProject, enforcement: str) -> frozenset[str]:
    """The rules of an enforcement that fail in the plan."""
    found = project.report.broken if enforcement == "mandatory" else project.report.advised
    return frozenset(each.rule.id for each in found)


@_fact
def drifted(project: LearnerProject, part: str) -> Any:
    """The `resource`, `path` or `value` of the out-of-band change that was prepared."""
    (change,) = project.exercise.prepare.drift
    return getattr(change, part)


@_fact
def reported(project: LearnerProject, folder: str, path: str) -> Any:
    """A value at a path in a report's `findings.json`, such as `totals.mandatoryFailures`."""
    return value(_findings(project, folder), path)


@_fact
def report_within(project: LearnerProject, folder: str) -> bool:
    """Whether a report says that the force is within its baseline."""
    return bool(_findings(project, folder)["answer"] == "within baseline")


@_fact
def report_failing(
    project: LearnerProject, folder: str, part: str, enforcement: str = "mandatory", control: str = ""
) -> frozenset[str]:
    """The rules or names of resources (`part`) of the failures in a report, optionally of one control."""
    content = _findings(project, folder)
    names = {urn: subject["name"] for urn, subject in content["subjects"].items()}
    return frozenset(
        names[each["resource"]] if part == "resource" else each["rule"]
        for each in content["findings"]
        if each["verdict"] == "fail" and each["enforcement"] == enforcement and control in ("", *each["controls"])
    )


@_fact
def report_source(project: LearnerProject, folder: str, rule: str, part: str) -> Any:
    """The `file` or the `line` of the failure of a rule."""
    found = [
        each for each in _findings(project, folder)["findings"] if each["rule"] == rule and each["verdict"] == "fail"
    ]
    return found[0]["source"][part]


@_fact
def unjudged_kinds(project: LearnerProject, folder: str) -> frozenset[str]:
    """The kinds of resources that have no rule, without the provider and module in the name."""
    found = _findings(project, folder)["notJudged"]
    return frozenset(each["kind"].rpartition(":")[2] for each in found if each["why"].startswith("no rule"))


@_fact
def control_rules(project: LearnerProject, folder: str, control: str, verdict: str) -> frozenset[str]:
    """The rules that are evidence for a control and have this verdict on a resource."""
    found = _findings(project, folder)["findings"]
    return frozenset(each["rule"] for each in found if control in each["controls"] and each["verdict"] == verdict)


@_fact
def control_extent(project: LearnerProject, control: str) -> str:
    """Whether rules assess all of a control, a part of it, or nothing: `assessed`, `partly` or `not-assessable`."""
    del project
    from bluelamp.policies.catalogues import catalogues

    (row,) = (
        row
        for each in catalogues()
        for id_, row in each.controls.items()
        if f"{each.framework} {each.edition} {id_}" == control
    )
    return str(row.extent)


@_fact
def intact_reports(project: LearnerProject, folders: list[str]) -> frozenset[str]:
    """The reports that are unchanged since they were written."""
    return frozenset(each for each in folders if not _flaws(project, each))


@_fact
def changed_files(project: LearnerProject, folder: str) -> frozenset[str]:
    """The files of a report that were changed, added or removed."""
    return frozenset(_flaws(project, folder))


@_fact
def signed(project: LearnerProject, folder: str) -> bool:
    """Whether a report has a signature."""
    from bluelamp.reports.verifying import Signature, verify

    return verify(_folder(project, folder))[0].signature is not Signature.NONE


def _flaws(project: LearnerProject, folder: str) -> list[str]:
    from bluelamp.reports.verifying import verify

    return [each.file for each in verify(_folder(project, folder))[0].flaws]


def _folder(project: LearnerProject, folder: str) -> Path:
    path = project.root / folder
    if not path.is_dir():
        raise UsageError(
            f"{folder} is missing; the questions are about this report",
            next_step=f"run: bluelamp learn reset {project.exercise.name}",
        )
    return path


def _findings(project: LearnerProject, folder: str) -> Mapping[str, Any]:
    path, name = _folder(project, folder) / "findings.json", f"{folder}/findings.json"
    step = f"run: bluelamp learn reset {project.exercise.name}"
    try:
        content: Mapping[str, Any] = json.loads(read(path, _LARGEST))
    except OSError as error:
        reason = f"cannot be read: {reason_of(error)}"
        raise SettingsError([Problem(name, message=reason, next_step=step)]) from None
    except ValueError:
        raise SettingsError([Problem(name, message="is not JSON", next_step=step)]) from None
    return content
