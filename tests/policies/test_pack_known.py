"""The policy pack passes failures that an earlier report already has, and says so."""

import grpc
import pytest
from pulumi.runtime.proto import analyzer_pb2 as proto
from test_exemptions import URN
from test_pack_settled import ACCOUNT, OPEN, Context, reported

from bluelamp.policies import Enforcement, Severity, Verdict, rules
from bluelamp.policies.known import Before
from bluelamp.policies.known import write as write_known
from bluelamp.policies.pack.analyzer import Analyzer
from bluelamp.rehearsal import values


def pack(before):
    known = {f"BL-STO-005 {URN}": before} if before else {}
    analyzer = Analyzer(rules(), "1", known=lambda _: known)
    analyzer.ConfigureStack(proto.AnalyzerStackConfigureRequest(stack="essex"), Context())
    return analyzer


def test_a_known_failure_is_advisory_and_marked():
    diagnostic = reported(pack(Before(Verdict.FAIL, Enforcement.MANDATORY, Severity.CRITICAL)), OPEN)
    assert diagnostic.enforcementLevel == proto.ADVISORY
    assert diagnostic.message.startswith("known: BL-STO-005 ")


@pytest.mark.parametrize(
    "before",
    [
        None,
        Before(Verdict.FAIL, Enforcement.ADVISORY, Severity.CRITICAL),
        Before(Verdict.FAIL, Enforcement.MANDATORY, Severity.LOW),
        Before(Verdict.EXEMPT, Enforcement.MANDATORY, Severity.CRITICAL, "EX-1"),
        Before(Verdict.UNKNOWN, Enforcement.MANDATORY, Severity.CRITICAL),
    ],
)
def test_a_new_or_worse_failure_stops(before):
    diagnostic = reported(pack(before), OPEN)
    assert diagnostic.enforcementLevel == proto.MANDATORY
    assert diagnostic.message.startswith("BL-STO-005 ")


def test_the_served_pack_reads_the_file_and_refuses_another_stacks(monkeypatch, tmp_path):
    from test_pack import PACK, served

    file = tmp_path / "known.json"
    write_known(file, "essex", {f"BL-STO-005 {URN}": Before(Verdict.FAIL, Enforcement.MANDATORY, Severity.CRITICAL)})
    monkeypatch.setenv("BLUELAMP_KNOWN_FINDINGS", str(file))
    with served(PACK, cwd=tmp_path) as (stub, _):
        with pytest.raises(grpc.RpcError, match="is of essex, not of kent"):
            stub.ConfigureStack(proto.AnalyzerStackConfigureRequest(stack="kent"))
        stub.ConfigureStack(proto.AnalyzerStackConfigureRequest(stack="essex"))
        response = stub.Analyze(proto.AnalyzeRequest(type=ACCOUNT, urn=URN, properties=values.encode(OPEN)))
    (diagnostic,) = [each for each in response.diagnostics if each.policyName == "BL-STO-005"]
    assert diagnostic.enforcementLevel == proto.ADVISORY


def test_only_the_option_names_known_findings(monkeypatch, project):
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
        environment = {"BLUELAMP_KNOWN_FINDINGS": "/somebody/elses.json"}
        yield Session(root, lambda force: Target(None, force, root, environment), lambda _: [], lambda _: {})

    def work(target, _on_step, _gate):
        environments.append(dict(target.environment))
        return Result(target.stack, "preview", Status.DONE)

    environments = []
    monkeypatch.setattr(operate, "session", session)
    operate.run(
        Screen(Format.JSON, quiet=True), project.root, ["essex"], "preview", RunOptions(needs_settings=False), work
    )
    assert environments == [{}]
