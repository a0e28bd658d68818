"""The engine's analyzer: judges each resource at its registration, and all together at the end.

The engine calls twice. `Analyze` has a resource's inputs; `AnalyzeStack` has all resources with their dependencies, but
with outputs, which lack input-only properties such as a resource group's name. The analyzer therefore stores the
inputs, and rules on the whole estate judge those. Each resource is read once for all rules, and each rule reports under
its own name.

`pulumi policy analyze` does not call `ConfigureStack`. The stack is then read from each resource's URN, and each stack
is judged separately, by its own baseline and exemptions.
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

    `governance_of` returns the governance of a stack, from the stack and `rules`; `today` returns the day for which
    exemptions are evaluated. With `block_unknown`, unknown verdicts of mandatory rules stop a deployment regardless of
    the baseline. `known` returns a stack's findings in an earlier report, by rule and URN; known findings stop nothing.
    """

    def __init__(
        self,
        rules: Iterable[Rule],
        version: str,
        *,
        name: str = NAME,
        governance_of: Callable[[str, tuple[Rule, ...]], Governance] = lambda _, rules: Governance(rules),
        today: Callable[[], date] = today,
        block_unknown: bool = False,
        known: Callable[[str], Mapping[str, Before]] = lambda _: {},
    ) -> None:
        self._name = name
        self._version = version
        self._governance_of = governance_of
        self._today = today
        self._block_unknown = block_unknown
        self._known_of = known
        self._known: Mapping[str, Before] = {}
        self._inputs: dict[str, Resource] = {}
        self._undecided: set[str] = set()
        self._reported: dict[str, set[str]] = {}
        self._stack: str | None = None
        self._stack_configured = False
        self._requested: tuple[Mapping[str, Enforcement | None], Mapping[str, Mapping[str, Any]]] = ({}, {})
        self._lock = RLock()
        self._set_governance(Governance(tuple(rules)))
        self._all_rules = self._stack_rules

    def _set_governance(self, governance: Governance) -> None:
        self._governance = replace(governance, block_unknown=governance.block_unknown or self._block_unknown)
        self._stack_rules = governance.rules
        self._use(self._stack_rules)

    def _use(self, rules: tuple[Rule, ...]) -> None:
        self._governance = replace(self._governance, rules=rules)
        self._rules = {rule.id: rule for rule in rules}
        self._not_applicable: dict[frozenset[str], Any] = {}
        self._single = Baseline(rule for rule in rules if not rule.estate)
        self._estate_wide = Baseline(rule for rule in rules if rule.estate)

    def _select_stack(self, stack: str, context: Any) -> None:
        """Uses the governance of `stack` from now on; a mistake in it stops the engine."""
        try:
            self._set_governance(self._governance_of(stack, self._all_rules))
            self._known = self._known_of(stack)
        except ValueError as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"{error}\nnext: bluelamp check {stack}")
        self._stack = stack
        if not self._stack_configured and any(self._requested):
            # The engine configured the pack before a URN named the stack.
            self._tighten(*self._requested, context)

    def Analyze(self, request: Any, context: Any) -> Any:  # noqa: N802 - the protocol's name
        """Judges one resource by the rules on single resources."""
        if self._stack_configured:
            return self._analyzed(request)
        with self._lock:
            stack = stack_of(request.urn)
            if stack != self._stack:
                self._select_stack(stack, context)
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
        judgements = self._single.judge([resource], Context([resource], complete=False))
        today = self._today()
        decided = [
            judgement
            for judgement in judgements
            if judgement.verdict is not Verdict.UNKNOWN and not self._governance.needs_all_resources(judgement, today)
        ]
        if len(decided) < len(judgements):
            self._undecided.add(resource.urn)
        self._reported[resource.urn] = {judgement.rule for judgement in decided if judgement.verdict in _REPORTED}
        response = self._response(decided)
        response.MergeFrom(self._unconcerned_rules(frozenset(judgement.rule for judgement in judgements)))
        return response

    def _unconcerned_rules(self, concerned: frozenset[str]) -> Any:
        """The entries of the rules that do not concern a resource: hundreds, cached by the concerned rules."""
        response = self._not_applicable.get(concerned)
        if response is None:
            response = self._not_applicable[concerned] = proto.AnalyzeResponse(
                not_applicable=[
                    proto.PolicyNotApplicable(policy_name=rule.id, reason="it is about other types")
                    for rule in self._single.rules
                    if rule.id not in concerned
                ]
            )
        return response

    def AnalyzeStack(self, request: Any, context: Any) -> Any:  # noqa: N802 - the protocol's name
        """Judges all resources by the rules on the whole estate.

        Undecided verdicts on single resources are judged again, as the sources of unknown values are known only now. So
        are resources that depend on others: patches, applied contents, and failures in the pattern of an exemption.
        """
        if self._stack_configured:
            return self._analyzed_together(request.resources)
        by_stack: dict[str, list[Any]] = {} if request.resources else {self._stack or "": []}
        for each in request.resources:
            by_stack.setdefault(stack_of(each.urn), []).append(each)
        # Resources without a stack belong to the only stack.
        if len(by_stack) == 2 and "" in by_stack:
            by_stack = {"".join(by_stack): list(request.resources)}
        response = proto.AnalyzeResponse()
        with self._lock:
            for stack, resources in by_stack.items():
                if stack != self._stack:
                    self._select_stack(stack, context)
                response.MergeFrom(self._analyzed_together(resources))
        return response

    def _analyzed_together(self, resources_in_request: Iterable[Any]) -> Any:
        listed = self._remaining(resources_in_request)
        parents = {each.urn: each.parent for each in listed}
        resources = [self._complete(each, parents) for each in listed]
        context = Context(resources)
        dependent = [each for each in resources if each.urn in self._undecided or context.depends_on_others(each)]
        repeated = [
            judgement
            for judgement in self._single.judge(dependent, context)
            if judgement.verdict in _REPORTED and judgement.rule not in self._reported.get(judgement.urn, ())
        ]
        return self._response([*repeated, *self._estate_wide.judge(resources, context)], resources)

    def _remaining(self, resources: Iterable[Any]) -> list[Any]:
        """The resources that exist after the update: those that the program registers.

        With `--refresh`, the engine lists all refreshed resources, including those that the update deletes and old URNs
        of renamed ones. `Analyze` gets only the registered ones. If it got none, no program ran, and all remain.
        """
        listed = list(resources)
        return [each for each in listed if each.urn in self._inputs] if self._inputs else listed

    def _complete(self, each: Any, parents: Mapping[str, str]) -> Resource:
        """The inputs of a resource, with its references and ancestors, which the engine provides at the end only."""
        inputs = self._inputs.get(each.urn) or without_placeholders(
            described(each.urn, each.type, each.properties, protect=each.options.protect, parent=each.parent)
        )
        references = {key: tuple(sorted(dependencies.urns)) for key, dependencies in each.propertyDependencies.items()}
        return replace(inputs, references=references, ancestors=ancestors(inputs.parent, parents))

    def GetAnalyzerInfo(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """The name and the rules of the pack."""
        return proto.AnalyzerInfo(
            name=self._name,
            displayName="Bluelamp security baseline",
            version=self._version,
            supportsConfig=True,
            policies=[self._info(rule) for rule in self._stack_rules],
        )

    def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Tightens enforcement levels and parameters; a looser value stops the engine."""
        levels = {name: _ENFORCEMENTS.get(each.enforcementLevel) for name, each in request.policyConfig.items()}
        parameters = {
            name: {key: _parameter(value) for key, value in fields(each.properties).items()}
            for name, each in request.policyConfig.items()
        }
        self._tighten(levels, parameters, context)
        # The engine repeats every rule's current settings; only differences are requests.
        current = {rule.id: rule for rule in self._stack_rules}
        self._requested = (
            {name: level for name, level in levels.items() if level is not current[name].enforcement},
            {
                name: {key: value for key, value in each.items() if value != current[name].parameters.get(key)}
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
        rules, mistakes = configured(self._stack_rules, levels, parameters)
        if mistakes:
            listed = "".join(f"\n{mistake}" for mistake in mistakes)
            context.abort(
                grpc.StatusCode.FAILED_PRECONDITION, f"the policy pack's configuration is not accepted:{listed}"
            )
        self._use(rules)

    def Remediate(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """An empty response: rules never change a resource."""
        return proto.RemediateResponse()

    def Handshake(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """An empty response."""
        return proto.AnalyzerHandshakeResponse()

    def ConfigureStack(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Selects the stack's governance; a mistake in it stops the engine."""
        self._stack_configured = True
        self._select_stack(request.stack, context)
        return proto.AnalyzerStackConfigureResponse()

    def GetPluginInfo(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """The pack's version."""
        return plugin_pb2.PluginInfo(version=self._version)

    def Cancel(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """An empty response: there is nothing to cancel."""
        return empty_pb2.Empty()

    def _response(self, judgements: list[Judgement], resources: list[Resource] | None = None) -> Any:
        response = proto.AnalyzeResponse()
        judgements, _ = self._governance.exempt(judgements, self._today(), resources)
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

    Unknown and exempt verdicts have one line, which Pulumi prefixes with the rule's id.
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


def _parameter(value: Any) -> Any:
    """A parameter in the type that rules use; the protocol has neither tuples nor integers."""
    if isinstance(value, list):
        return tuple(_parameter(item) for item in value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _schema(value: Any) -> dict[str, Any]:
    if isinstance(value, tuple):
        item = "number" if value and not isinstance(value[0], str) else "string"
        return {"type": "array", "items": {"type": item}, "default": list(value)}
    return {"type": "number" if isinstance(value, (int, float)) else "string", "default": value}
