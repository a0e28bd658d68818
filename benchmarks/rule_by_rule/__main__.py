"""Every rule of Bluelamp as one policy of Pulumi's own policy SDK, as anybody with as many rules would write it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy, StackValidationPolicy
from pulumi_policy.proxy import UnknownValueError

from bluelamp.core.resource import UNKNOWN, Resource
from bluelamp.policies import rules
from bluelamp.policies.judging import Baseline
from bluelamp.policies.model import Enforcement, Verdict
from bluelamp.policies.rule import Rule


def plain(value: Any) -> Any:
    """A property without the SDK's proxy around it."""
    if isinstance(value, Mapping):
        return {key: _read(value, key) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_read(value, index) for index in range(len(value))]
    return value


def _read(holder: Any, key: Any) -> Any:
    try:
        return plain(holder[key])
    except UnknownValueError:
        return UNKNOWN


def _resource(args: Any) -> Resource:
    return Resource(args.urn, args.resource_type, args.name, plain(args.props))


def _alone(rule: Rule) -> Callable[[Any, Any], None]:
    judging = Baseline([rule])

    def validate(args: Any, report_violation: Any) -> None:
        if not rule.places(args.resource_type):
            args.not_applicable()
        for each in judging.judge([_resource(args)]):
            if each.verdict is Verdict.FAIL:
                report_violation(each.message)

    return validate


def _together(rule: Rule) -> Callable[[Any, Any], None]:
    judging = Baseline([rule])

    def validate(args: Any, report_violation: Any) -> None:
        for each in judging.judge([_resource(one) for one in args.resources]):
            if each.verdict is Verdict.FAIL:
                report_violation(each.message, each.urn)

    return validate


PolicyPack(
    "rule-by-rule",
    policies=[
        (StackValidationPolicy if rule.estate else ResourceValidationPolicy)(
            rule.id,
            rule.title,
            _together(rule) if rule.estate else _alone(rule),
            EnforcementLevel.MANDATORY if rule.enforcement is Enforcement.MANDATORY else EnforcementLevel.ADVISORY,
        )
        for rule in rules()
    ],
)
