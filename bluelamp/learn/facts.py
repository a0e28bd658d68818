"""The answers to questions, each computed from what the learner looks at. A fact of this name is a function here."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from bluelamp.core.files import read
from bluelamp.core.os_errors import reason_of
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.errors import UsageError
from bluelamp.learn.at import At, value

Fact = Callable[..., Any]
FACTS: Final[dict[str, Fact]] = {}
_LARGEST: Final = 64 << 20


def _fact(function: Fact) -> Fact:
    FACTS[function.__name__.replace("_", "-")] = function
    return function


@_fact
def planned_resources(at: At, type: str = "*") -> int:
    """How many resources of a type a provider would make in the cloud."""
    from fnmatch import fnmatchcase

    return sum(1 for each in at.plan.managed if fnmatchcase(each.type, type))


@_fact
def without_rule(at: At) -> int:
    """How many of the planned resources no rule judges."""
    return int(at.report.totals.as_dict()["withoutRule"])


@_fact
def planned_value(at: At, resource: str, path: str) -> Any:
    """A property of the planned resource with this logical name."""
    (found,) = (each for each in at.plan.managed if each.name == resource)
    return value(found.inputs, path)


@_fact
def failing_rules(at: At, enforcement: str) -> frozenset[str]:
    """The rules of an enforcement that fail in the plan."""
    found = at.report.broken if enforcement == "mandatory" else at.report.advised
    return frozenset(each.rule.id for each in found)


@_fact
def drifted(at: At, part: str) -> Any:
    """The `resource`, `path` or `value` of the out-of-band change that was prepared."""
    (change,) = at.exercise.prepare.drift
    return getattr(change, part)


@_fact
def reported(at: At, folder: str, path: str) -> Any:
    """A value at a path in a report's `findings.json`, such as `totals.mandatoryFailures`."""
    return value(_findings(at, folder), path)


@_fact
def report_within(at: At, folder: str) -> bool:
    """Whether a report says that the force is within its baseline."""
    return bool(_findings(at, folder)["answer"] == "within baseline")


@_fact
def report_failing(at: At, folder: str, part: str, enforcement: str = "mandatory", control: str = "") -> frozenset[str]:
    """Of the failures in a report, each `rule`, or the name of each `resource`; of one control where it is named."""
    content = _findings(at, folder)
    names = {urn: subject["name"] for urn, subject in content["subjects"].items()}
    return frozenset(
        names[each["resource"]] if part == "resource" else each["rule"]
        for each in content["findings"]
        if each["verdict"] == "fail" and each["enforcement"] == enforcement and control in ("", *each["controls"])
    )


@_fact
def report_source(at: At, folder: str, rule: str, part: str) -> Any:
    """The `file` or the `line` of the failure of a rule."""
    found = [each for each in _findings(at, folder)["findings"] if each["rule"] == rule and each["verdict"] == "fail"]
    return found[0]["source"][part]


@_fact
def unjudged_kinds(at: At, folder: str) -> frozenset[str]:
    """The kinds of resources that no rule concerns, without the provider's part of the name."""
    found = _findings(at, folder)["notJudged"]
    return frozenset(each["kind"].rpartition(":")[2] for each in found if each["why"].startswith("no rule"))


@_fact
def control_rules(at: At, folder: str, control: str, verdict: str) -> frozenset[str]:
    """The rules that answer to a control and have this verdict on some resource."""
    found = _findings(at, folder)["findings"]
    return frozenset(each["rule"] for each in found if control in each["controls"] and each["verdict"] == verdict)


@_fact
def control_extent(at: At, control: str) -> str:
    """Whether rules see all of a control, a part of it, or nothing: `assessed`, `partly` or `not-assessable`."""
    del at
    from bluelamp.policies.catalogues import catalogues

    (row,) = (
        row
        for each in catalogues()
        for id_, row in each.controls.items()
        if f"{each.framework} {each.edition} {id_}" == control
    )
    return str(row.extent)


@_fact
def intact_reports(at: At, folders: list[str]) -> frozenset[str]:
    """Those of the reports that are, byte for byte, as they were written."""
    return frozenset(each for each in folders if not _flaws(at, each))


@_fact
def changed_files(at: At, folder: str) -> frozenset[str]:
    """The files of a report that are not as they were written."""
    return frozenset(_flaws(at, folder))


@_fact
def signed(at: At, folder: str) -> bool:
    """Whether a report says that it is signed."""
    from bluelamp.reports.verifying import Signature, verify

    return verify(_folder(at, folder))[0].signature is not Signature.NONE


def _flaws(at: At, folder: str) -> list[str]:
    from bluelamp.reports.verifying import verify

    return [each.file for each in verify(_folder(at, folder))[0].flaws]


def _folder(at: At, folder: str) -> Path:
    path = at.root / folder
    if not path.is_dir():
        raise UsageError(
            f"{folder} is missing: it is the report that the questions are about",
            next_step=f"run: bluelamp learn reset {at.exercise.name}",
        )
    return path


def _findings(at: At, folder: str) -> Mapping[str, Any]:
    path, name = _folder(at, folder) / "findings.json", f"{folder}/findings.json"
    step = f"run: bluelamp learn reset {at.exercise.name}"
    try:
        content: Mapping[str, Any] = json.loads(read(path, _LARGEST))
    except OSError as error:
        reason = f"cannot be read: {reason_of(error)}"
        raise SettingsError([Problem(name, message=reason, next_step=step)]) from None
    except ValueError:
        raise SettingsError([Problem(name, message="is not JSON", next_step=step)]) from None
    return content
