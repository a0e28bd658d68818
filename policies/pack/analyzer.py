"""The engine's analyzer: judges each resource as it comes, and all together at the end.

The engine asks twice. `Analyze` has a resource's inputs; `AnalyzeStack` has every resource, and from which others its
values come, but with its outputs, from which what is only an input (a resource group's name, say) is gone. So the
inputs are kept, and rules that need to see everything judge those. A resource is read once, whatever the number of
rules, and each rule reports under its own name.

`pulumi policy analyze` never names the stack (`ConfigureStack`). Each resource's URN does: it is then held to the
baseline and the exemptions of that stack, and what several stacks hold is judged stack by stack.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from threading import RLock
from typing import Any, Final

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2 as proto
from pulumi.runtime.proto import analyzer_pb2_grpc, plugin_pb2

from bluelamp.core.dates import today
from bluelamp.core.resource import Resource, ancestors, stack_of
from bluelamp.policies.baseline import configured
from bluelamp.policies.governance import Governance
from bluelamp.policies.judging import Baseline
from bluelamp.policies.known import CONCERNING, KNOWN_PREFIX, Before, why_new
from bluelamp.policies.model import Enforcement, Judgement, Severity, Verdict
from bluelamp.policies.pack.wire import fields
from bluelamp.policies.pack.wire import resource as described
from bluelamp.policies.placeholders import without_placeholders
from bluelamp.policies.rule import Rule
from bluelamp.policies.views import Context

NAME: Final = "bluelamp"

_LEVELS: Final = {Enforcement.MANDATORY: proto.MANDATORY, Enforcement.ADVISORY: proto.ADVISORY}
_ENFORCEMENTS: Final = {
    proto.MANDATORY: Enforcement.MANDATORY,
    proto.REMEDIATE: Enforcement.MANDATORY,
    proto.ADVISORY: Enforcement.ADVISORY,
}
"""The engine's enforcement levels; any other level, such as that of a disabled rule, is none."""
_SEVERITIES: Final = {
    Severity.CRITICAL: proto.POLICY_SEVERITY_CRITICAL,
    Severity.HIGH: proto.POLICY_SEVERITY_HIGH,
    Severity.MEDIUM: proto.POLICY_SEVERITY_MEDIUM,
    Severity.LOW: proto.POLICY_SEVERITY_LOW,
}
_REPORTED: Final = frozenset({Verdict.FAIL, Verdict.ERROR, Verdict.UNKNOWN, Verdict.EXEMPT})


class Analyzer(analyzer_pb2_grpc.AnalyzerServicer):
    """Judges by `rules`; the engine may tighten levels and parameters (`--policy-pack-config`).

    `settle` makes of them what a stack is held to, once the engine has named it; `today` says which exemptions hold.
    `block_unknown` makes what is unknown about a mandatory rule stop a deployment whatever the baseline says. `known`
    gives the findings of an earlier report on a stack, by rule and URN: what is no worse now stops nothing.
    """

    def __init__(
        self,
        rules: Iterable[Rule],
        version: str,
        *,
        name: str = NAME,
        settle: Callable[[str, tuple[Rule, ...]], Governance] = lambda _, rules: Governance(rules),
        today: Callable[[], date] = today,
        block_unknown: bool = False,
        known: Callable[[str], Mapping[str, Before]] = lambda _: {},
    ) -> None:
        self._name = name
        self._version = version
        self._settle = settle
        self._today = today
        self._block_unknown = block_unknown
        self._known_of = known
        self._known: Mapping[str, Before] = {}
        self._inputs: dict[str, Resource] = {}
        self._unsure: set[str] = set()
        self._told: dict[str, set[str]] = {}
        self._stack: str | None = None
        self._named = False
        self._asked: tuple[Mapping[str, Enforcement | None], Mapping[str, Mapping[str, Any]]] = ({}, {})
        self._alone_at_it = RLock()
        self._hold(Governance(tuple(rules)))
        self._written = self._given

    def _hold(self, governance: Governance) -> None:
        self._governance = replace(governance, block_unknown=governance.block_unknown or self._block_unknown)
        self._given = governance.rules
        self._use(self._given)

    def _use(self, rules: tuple[Rule, ...]) -> None:
        self._governance = replace(self._governance, rules=rules)
        self._rules = {rule.id: rule for rule in rules}
        self._others: dict[frozenset[str], Any] = {}
        self._alone = Baseline(rule for rule in rules if not rule.estate)
        self._together = Baseline(rule for rule in rules if rule.estate)

    def _hold_to(self, stack: str, context: Any) -> None:
        """Hold what follows to the baseline of `stack`; a mistake in that stops the engine."""
        try:
            self._hold(self._settle(stack, self._written))
            self._known = self._known_of(stack)
        except ValueError as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"{error}\nnext: bluelamp check {stack}")
        self._stack = stack
        if not self._named and any(self._asked):
            # The engine configured the pack before a URN named the stack.
            self._tighten(*self._asked, context)

    def Analyze(self, request: Any, context: Any) -> Any:  # noqa: N802 - the protocol's name
        """Judge one resource by the rules that need no other."""
        if self._named:
            return self._analyzed(request)
        with self._alone_at_it:
            stack = stack_of(request.urn)
            if stack != self._stack:
                self._hold_to(stack, context)
            return self._analyzed(request)

    def _analyzed(self, request: Any) -> Any:
        resource = described(
            request.urn,
            request.type,
            request.properties,
            protect=request.options.protect,
            parent=request.options.parent,
        )
        resource = self._inputs[resource.urn] = without_placeholders(resource)
        judgements = self._alone.judge([resource], Context([resource], complete=False))
        today = self._today()
        decided = [
            judgement
            for judgement in judgements
            if judgement.verdict is not Verdict.UNKNOWN and not self._governance.waits(judgement, today)
        ]
        if len(decided) < len(judgements):
            self._unsure.add(resource.urn)
        self._told[resource.urn] = {judgement.rule for judgement in decided if judgement.verdict in _REPORTED}
        response = self._response(decided)
        response.MergeFrom(self._unconcerned(frozenset(judgement.rule for judgement in judgements)))
        return response

    def _unconcerned(self, concerned: frozenset[str]) -> Any:
        """That all other rules have nothing to say of a resource: hundreds of entries, made once for each type."""
        made = self._others.get(concerned)
        if made is None:
            made = self._others[concerned] = proto.AnalyzeResponse(
                not_applicable=[
                    proto.PolicyNotApplicable(policy_name=rule.id, reason="it is about other types")
                    for rule in self._alone.rules
                    if rule.id not in concerned
                ]
            )
        return made

    def AnalyzeStack(self, request: Any, context: Any) -> Any:  # noqa: N802 - the protocol's name
        """Judge all resources by the rules that have to see them together.

        What is not decided for one alone is judged again: where an unknown value comes from is only known now. So is
        what other resources decide: patches, what others apply, and how much the pattern of an exemption covers.
        """
        if self._named:
            return self._analyzed_together(request.resources)
        stacks: dict[str, list[Any]] = {} if request.resources else {self._stack or "": []}
        for each in request.resources:
            stacks.setdefault(stack_of(each.urn), []).append(each)
        # What names no stack belongs to the only one that is named.
        if len(stacks) == 2 and "" in stacks:
            stacks = {"".join(stacks): list(request.resources)}
        response = proto.AnalyzeResponse()
        with self._alone_at_it:
            for stack, resources in stacks.items():
                if stack != self._stack:
                    self._hold_to(stack, context)
                response.MergeFrom(self._analyzed_together(resources))
        return response

    def _analyzed_together(self, given: Iterable[Any]) -> Any:
        listed = self._staying(given)
        parents = {each.urn: each.parent for each in listed}
        resources = [self._whole(each, parents) for each in listed]
        context = Context(resources)
        late = [each for each in resources if each.urn in self._unsure or context.late(each)]
        again = [
            judgement
            for judgement in self._alone.judge(late, context)
            if judgement.verdict in _REPORTED and judgement.rule not in self._told.get(judgement.urn, ())
        ]
        return self._response([*again, *self._together.judge(resources, context)], resources)

    def _staying(self, resources: Iterable[Any]) -> list[Any]:
        """The resources that the program asks for, which are those that are there after the update.

        An engine that refreshes the state first (`--refresh`) lists all that it has refreshed, also what the update
        deletes and the old URN of what is renamed. `Analyze` has only seen what the program asks for. Where it has seen
        nothing, no program ran, and all that is listed stays.
        """
        listed = list(resources)
        return [each for each in listed if each.urn in self._inputs] if self._inputs else listed

    def _whole(self, each: Any, parents: Mapping[str, str]) -> Resource:
        """The inputs of a resource, with what the engine only tells at the end: its references and all around it."""
        inputs = self._inputs.get(each.urn) or without_placeholders(
            described(each.urn, each.type, each.properties, protect=each.options.protect, parent=each.parent)
        )
        references = {key: tuple(sorted(of.urns)) for key, of in each.propertyDependencies.items()}
        return replace(inputs, references=references, ancestors=ancestors(inputs.parent, parents))

    def GetAnalyzerInfo(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """The name and the rules of the pack."""
        return proto.AnalyzerInfo(
            name=self._name,
            displayName="Bluelamp security baseline",
            version=self._version,
            supportsConfig=True,
            policies=[self._info(rule) for rule in self._given],
        )

    def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Take stricter enforcement levels and parameters than the rules have; anything looser stops the engine."""
        levels = {name: _ENFORCEMENTS.get(each.enforcementLevel) for name, each in request.policyConfig.items()}
        parameters = {
            name: {key: _given(value) for key, value in fields(each.properties).items()}
            for name, each in request.policyConfig.items()
        }
        self._tighten(levels, parameters, context)
        # The engine repeats what it was told of every rule: only what differs was asked for.
        told = {rule.id: rule for rule in self._given}
        self._asked = (
            {name: level for name, level in levels.items() if level is not told[name].enforcement},
            {
                name: {key: value for key, value in each.items() if value != told[name].parameters.get(key)}
                for name, each in parameters.items()
            },
        )
        return empty_pb2.Empty()

    def _tighten(
        self,
        levels: Mapping[str, Enforcement | None],
        parameters: Mapping[str, Mapping[str, Any]],
        context: Any,
    ) -> None:
        rules, mistakes = configured(self._given, levels, parameters)
        if mistakes:
            said = "".join(f"\n{mistake}" for mistake in mistakes)
            context.abort(
                grpc.StatusCode.FAILED_PRECONDITION, f"the policy pack's configuration is not accepted:{said}"
            )
        self._use(rules)

    def Remediate(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """Nothing: the rules judge and never change a resource."""
        return proto.RemediateResponse()

    def Handshake(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """Agree to everything."""
        return proto.AnalyzerHandshakeResponse()

    def ConfigureStack(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Hold the stack to its force's baseline; with a mistake in that, nothing is judged and the engine stops."""
        self._named = True
        self._hold_to(request.stack, context)
        return proto.AnalyzerStackConfigureResponse()

    def GetPluginInfo(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """The pack's version."""
        return plugin_pb2.PluginInfo(version=self._version)

    def Cancel(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """Nothing to stop: a judgement is done before anybody could ask."""
        return empty_pb2.Empty()

    def _response(self, judgements: list[Judgement], resources: list[Resource] | None = None) -> Any:
        response = proto.AnalyzeResponse()
        judgements, _ = self._governance.excuse(judgements, self._today(), resources)
        for judgement in judgements:
            rule = self._rules[judgement.rule]
            if judgement.verdict in _REPORTED:
                response.diagnostics.append(self._diagnostic(rule, judgement))
            elif judgement.verdict is Verdict.NOT_APPLICABLE and not rule.estate:
                response.not_applicable.append(proto.PolicyNotApplicable(policy_name=rule.id, reason=judgement.message))
        return response

    def _diagnostic(self, rule: Rule, judgement: Judgement) -> Any:
        level = _LEVELS[rule.enforcement]
        if judgement.verdict is Verdict.ERROR:
            level = proto.MANDATORY
        elif judgement.verdict is not Verdict.FAIL:
            blocks = self._governance.block_unknown and judgement.verdict is Verdict.UNKNOWN
            level = level if blocks else proto.ADVISORY
        known = judgement.verdict in CONCERNING and not self._why_new(rule, judgement)
        return proto.AnalyzeDiagnostic(
            policyName=rule.id,
            policyPackName=self._name,
            policyPackVersion=self._version,
            description=rule.heading(judgement.verdict),
            message=f"{KNOWN_PREFIX if known else ''}{message(rule, judgement)}",
            enforcementLevel=proto.ADVISORY if known else level,
            urn=judgement.urn,
            severity=_SEVERITIES[rule.severity],
        )

    def _why_new(self, rule: Rule, judgement: Judgement) -> str:
        before = self._known.get(f"{rule.id} {judgement.urn}")
        return why_new(before, judgement.verdict, rule.enforcement, rule.severity)

    def _info(self, rule: Rule) -> Any:
        info = proto.PolicyInfo(
            name=rule.id,
            displayName=rule.title,
            description=rule.title,
            message=rule.rationale,
            enforcementLevel=_LEVELS[rule.enforcement],
            severity=_SEVERITIES[rule.severity],
            policy_type=proto.POLICY_TYPE_STACK if rule.estate else proto.POLICY_TYPE_RESOURCE,
            tags=[rule.area, *map(str, rule.controls)],
            remediation_steps=f"{rule.fix}\n\n{rule.example}",
        )
        for name, value in rule.parameters.items():
            info.configSchema.properties[name] = _schema(value)
        return info


def message(rule: Rule, judgement: Judgement) -> str:
    """The message in Pulumi's output: the rule, the place, the observed value, the controls and the fix.

    What is unknown or exempt calls for nothing to be done, so it is one line; Pulumi puts the rule's id before it.
    """
    title = rule.heading(judgement.verdict)
    if judgement.verdict is Verdict.EXEMPT:
        return f"{title}: by {judgement.exemption}: {judgement.message}"
    if judgement.verdict is Verdict.UNKNOWN:
        return f"{title}: {judgement.message}"
    lines = [f"{rule.id} {title}", judgement.message]
    ids: dict[str, list[str]] = {}
    for control in rule.controls:
        ids.setdefault(f"{control.framework} {control.edition}", []).append(control.id)
    lines.append("Controls: " + "; ".join(f"{edition} {', '.join(each)}" for edition, each in ids.items()))
    if judgement.verdict is Verdict.FAIL:
        lines.append(f"Fix: {rule.fix}")
    return "\n".join(lines)


def _given(value: Any) -> Any:
    """A parameter as rules take it: the protocol knows neither tuples nor whole numbers."""
    if isinstance(value, list):
        return tuple(_given(item) for item in value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _schema(value: Any) -> dict[str, Any]:
    if isinstance(value, tuple):
        item = "number" if value and not isinstance(value[0], str) else "string"
        return {"type": "array", "items": {"type": item}, "default": list(value)}
    return {"type": "number" if isinstance(value, (int, float)) else "string", "default": value}
