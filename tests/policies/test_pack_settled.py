"""The policy pack judges a stack by its force's baseline and exemptions."""

from dataclasses import replace
from datetime import date

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2 as proto
from test_exemptions import SCOPE, URN

from bluelamp.policies import Enforcement, Severity, rules
from bluelamp.policies.governance import Governance
from bluelamp.policies.pack.analyzer import Analyzer
from bluelamp.rehearsal import values
from tests.exempting import APPROVERS, exemption
from tests.rules import made

ACCOUNT = "azure-native:storage:StorageAccount"
OPEN = {"publicNetworkAccess": "Enabled"}


class Context:
    """A call of the engine; aborting it raises."""

    def abort(self, code, details):
        raise RuntimeError(code, details)


def pack(settle=lambda _, given: Governance(given), *, used=None, block_unknown=False, today=date(2026, 3, 10)):
    analyzer = Analyzer(
        rules() if used is None else used, "1", governance_of=settle, today=lambda: today, block_unknown=block_unknown
    )
    analyzer.ConfigureStack(proto.AnalyzerStackConfigureRequest(stack="essex"), Context())
    return analyzer


def reported(analyzer, properties, rule="BL-STO-005"):
    """The pack's message about an account by one rule, if any: for the resource alone, or for all at the end."""
    account = {"type": ACCOUNT, "urn": URN, "properties": values.encode(properties)}
    alone = analyzer.Analyze(proto.AnalyzeRequest(**account), Context())
    together = analyzer.AnalyzeStack(
        proto.AnalyzeStackRequest(resources=[proto.AnalyzerResource(**account)]), Context()
    )
    found = [each for each in (*alone.diagnostics, *together.diagnostics) if each.policyName == rule]
    assert len(found) < 2, "it says it twice"
    return found[0] if found else None


def test_an_exempt_failure_stops_nothing_and_is_reported_in_one_line():
    diagnostic = reported(pack(lambda _, given: Governance(given, (exemption(),), approvers=APPROVERS)), OPEN)
    assert diagnostic.enforcementLevel == proto.ADVISORY
    assert diagnostic.message == (
        "Exempt: Storage account accepts network access from the Internet: by EX-ESX-1: "
        "publicNetworkAccess: found Enabled, expected Disabled"
    )


def test_an_expired_exemption_excuses_nothing_and_the_failure_says_so():
    diagnostic = reported(
        pack(lambda _, given: Governance(given, (exemption(),), approvers=APPROVERS), today=date(2026, 4, 2)), OPEN
    )
    assert diagnostic.enforcementLevel == proto.MANDATORY
    assert "exemption EX-ESX-1 does not hold: it expired on 2026-04-01" in diagnostic.message


def test_an_exemption_applies_to_a_failure_of_all_resources_together():
    one = exemption(rule="BL-KV-005", scope=SCOPE.replace("StorageAccount", "Vault"))
    analyzer = pack(lambda _, given: Governance(given, (one,), approvers=APPROVERS))
    urn = URN.replace("storage:StorageAccount", "keyvault:Vault")
    vault = {"type": "azure-native:keyvault:Vault", "urn": urn}
    analyzer.Analyze(proto.AnalyzeRequest(**vault, properties=values.encode({"vaultName": "kv"})), Context())
    together = proto.AnalyzeStackRequest(resources=[proto.AnalyzerResource(**vault)])
    found = [each for each in analyzer.AnalyzeStack(together, Context()).diagnostics if each.policyName == "BL-KV-005"]
    assert [each.enforcementLevel for each in found] == [proto.ADVISORY]


def test_the_engine_gets_the_forces_levels_and_parameters():
    def settle(stack, given):
        assert stack == "essex"
        made = {"BL-LOG-001": given_by("BL-LOG-001").using(minimum=365)}
        made["BL-SPD-001"] = replace(given_by("BL-SPD-001"), enforcement=Enforcement.MANDATORY)
        return Governance(tuple(made.get(rule.id, rule) for rule in given))

    policies = {each.name: each for each in pack(settle).GetAnalyzerInfo(empty_pb2.Empty(), Context()).policies}
    assert policies["BL-LOG-001"].configSchema.properties["minimum"]["default"] == 365
    assert policies["BL-SPD-001"].enforcementLevel == proto.MANDATORY


def given_by(id_):
    return next(rule for rule in rules() if rule.id == id_)


def test_a_mistake_in_the_files_stops_the_engine():
    def settle(_stack, _given):
        raise ValueError("stacks/essex/baseline.yaml: rules.BL-LOG-001: would loosen")

    with pytest.raises(RuntimeError) as raised:
        pack(settle)
    code, details = raised.value.args
    assert code is grpc.StatusCode.FAILED_PRECONDITION
    assert details == "stacks/essex/baseline.yaml: rules.BL-LOG-001: would loosen\nnext: bluelamp check essex"


@pytest.mark.parametrize("by", ["nobody", "the baseline", "the caller"])
def test_an_unknown_verdict_stops_a_deployment_only_if_enabled(by):
    analyzer = pack(
        lambda _, given: Governance(given, block_unknown=by == "the baseline"), block_unknown=by == "the caller"
    )
    diagnostic = reported(analyzer, {"publicNetworkAccess": values.UNKNOWN})
    assert diagnostic.enforcementLevel == (proto.ADVISORY if by == "nobody" else proto.MANDATORY)


@pytest.mark.parametrize("enforcement", Enforcement)
@pytest.mark.parametrize("excuse", [(), (exemption(rule="T-001"),)])
def test_a_failing_rule_function_always_stops_a_deployment(enforcement, excuse):
    @made("T-001", "Breaks", at=ACCOUNT, severity=Severity.LOW, fix="Fix it.", enforcement=enforcement)
    def breaks(_place):
        """It breaks."""
        raise ZeroDivisionError

    analyzer = pack(lambda _, given: Governance(given, excuse, approvers=APPROVERS), used=[breaks])
    diagnostic = reported(analyzer, {}, "T-001")
    assert diagnostic.enforcementLevel == proto.MANDATORY
    assert "rule T-001 raised an error: ZeroDivisionError" in diagnostic.message


@pytest.mark.parametrize("block", [True, False])
def test_a_command_tells_the_pack_to_block_unknown_verdicts(block, monkeypatch, project):
    from contextlib import contextmanager

    from bluelamp.cli import operate
    from bluelamp.cli.run_options import RunOptions
    from bluelamp.cli.screen import Format, Screen
    from bluelamp.cli.session import Session
    from bluelamp.engine.operation import Target
    from bluelamp.errors import Status
    from bluelamp.fleet.deploy import Result

    @contextmanager
    def session(_screen, root, **_):
        yield Session(root, lambda force: Target(None, force, root, {"HOME": "/"}), lambda _: [], lambda _: {})

    def work(target, _on_step, _gate):
        variables.update(target.environment)
        return Result(target.stack, "preview", Status.DONE)

    variables = {}
    monkeypatch.setattr(operate, "session", session)
    how = RunOptions(block_unknown=block, needs_settings=False)
    assert operate.run(Screen(Format.JSON, quiet=True), project.root, ["essex"], "preview", how, work) is Status.DONE
    assert variables == {"HOME": "/"} | ({"BLUELAMP_BLOCK_UNKNOWN": "1"} if block else {})


@pytest.mark.parametrize("option", ["1", "0", ""])
def test_the_served_pack_does_as_configured(option, monkeypatch, tmp_path):
    from test_pack import PACK, served

    monkeypatch.setenv("BLUELAMP_BLOCK_UNKNOWN", option)
    with served(PACK, cwd=tmp_path) as (stub, _):
        stub.ConfigureStack(proto.AnalyzerStackConfigureRequest(stack="essex"))
        account = {"type": ACCOUNT, "urn": URN, "properties": values.encode({"publicNetworkAccess": values.UNKNOWN})}
        stub.Analyze(proto.AnalyzeRequest(**account))
        response = stub.AnalyzeStack(proto.AnalyzeStackRequest(resources=[proto.AnalyzerResource(**account)]))
        info = stub.GetAnalyzerInfo(empty_pb2.Empty())
    (unknown,) = [each for each in response.diagnostics if each.policyName == "BL-STO-005"]
    assert unknown.enforcementLevel == (proto.MANDATORY if option == "1" else proto.ADVISORY)
    (kept,) = [each for each in info.policies if each.name == "BL-LOG-001"]
    assert kept.configSchema.properties["minimum"]["default"] == 365, "Essex keeps its logs for a year"


def unnamed(settle):
    """A pack whose stack the engine never names, as in `pulumi policy analyze`; it repeats its levels."""
    analyzer = Analyzer(rules(), "1", governance_of=settle, today=lambda: date(2026, 3, 10))
    repeated(analyzer)
    return analyzer


def repeated(analyzer, **parameters):
    request = proto.ConfigureAnalyzerRequest()
    for each in analyzer.GetAnalyzerInfo(empty_pb2.Empty(), Context()).policies:
        request.policyConfig[each.name].enforcementLevel = each.enforcementLevel
    for name, given in parameters.items():
        request.policyConfig[name.replace("_", "-")].properties.update(given)
    analyzer.Configure(request, Context())


def per_stack(stack, given):
    """Essex exempts the open account, and Kent has a stricter baseline than the country."""
    if stack == "essex":
        return Governance(given, (exemption(),), approvers=APPROVERS)
    stricter = {"BL-SPD-001": replace(given_by("BL-SPD-001"), enforcement=Enforcement.MANDATORY)}
    stricter["BL-LOG-001"] = given_by("BL-LOG-001").using(minimum=365)
    return Governance(tuple(stricter.get(rule.id, rule) for rule in given))


def of_stacks(analyzer, *accounts):
    """By stack, the messages about its account by `BL-STO-005`, alone or together; all resources come before the end."""
    listed = [
        {"type": ACCOUNT, "urn": URN.replace(":essex:", f":{stack}:"), "properties": values.encode(properties)}
        for stack, properties in accounts
    ]
    alone = [analyzer.Analyze(proto.AnalyzeRequest(**each), Context()) for each in listed]
    request = proto.AnalyzeStackRequest(resources=[proto.AnalyzerResource(**each) for each in listed])
    reported = [each for one in (*alone, analyzer.AnalyzeStack(request, Context())) for each in one.diagnostics]
    return {each.urn.split(":")[2]: each for each in reported if each.policyName == "BL-STO-005"}


def test_an_analysed_state_is_judged_by_the_stack_in_its_urns():
    analyzer = unnamed(per_stack)
    diagnostics = of_stacks(analyzer, ("essex", OPEN), ("kent", OPEN))
    assert {stack: each.enforcementLevel for stack, each in diagnostics.items()} == {
        "essex": proto.ADVISORY,
        "kent": proto.MANDATORY,
    }
    assert "by EX-ESX-1" in diagnostics["essex"].message


@pytest.mark.parametrize(("configured", "found"), [(400, 400), (200, 365)])
def test_configuration_from_before_the_stack_was_known_still_applies(configured, found):
    analyzer = unnamed(per_stack)
    repeated(analyzer, BL_LOG_001={"minimum": configured})
    logs = {"type": "azure-native:operationalinsights:Workspace", "urn": "urn:pulumi:kent::bluelamp::x::logs"}
    request = proto.AnalyzeRequest(**logs, properties=values.encode({"retentionInDays": 90}))
    if configured < found:
        with pytest.raises(RuntimeError, match="BL-LOG-001"):
            analyzer.Analyze(request, Context())
        return
    diagnostics = {each.policyName: each for each in analyzer.Analyze(request, Context()).diagnostics}
    assert f"expected at least {found}" in diagnostics["BL-LOG-001"].message
