"""The policy pack as the engine uses it: a process called over gRPC."""

import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import grpc
import pytest
import yaml
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2 as proto
from pulumi.runtime.proto import analyzer_pb2_grpc

from bluelamp.policies import UNKNOWN, Resource, Verdict, judge, rules
from bluelamp.policies.discovery import AREAS
from bluelamp.policies.pack.stack_governance import of
from bluelamp.rehearsal import values

PACK = Path(__file__).resolve().parents[2] / "policies"
RULES = {rule.id: rule for rule in rules()}
BLOB = "azure-native:storage:StorageAccount"


@contextmanager
def served(folder: Path, *, cwd: Path):
    """The pack, started as language hosts start it."""
    command = [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(folder)]
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, text=True)
    try:
        port = int(process.stdout.readline())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield analyzer_pb2_grpc.AnalyzerStub(channel), process
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    with served(PACK, cwd=tmp_path_factory.mktemp("elsewhere")) as (stub, _):
        yield stub


def wire(value):
    """`value` with this package's unknown replaced by the engine's."""
    if value is UNKNOWN:
        return values.UNKNOWN
    if isinstance(value, dict):
        return {key: wire(item) for key, item in value.items()}
    return [wire(item) for item in value] if isinstance(value, list) else value


def analysed(stub, resources):
    """The pack's results for `resources`: the diagnostics, and the rules that do not apply to each."""
    diagnostics, inapplicable = [], {}
    for each in resources:
        properties = values.encode(wire(each.properties))
        options = proto.AnalyzerResourceOptions(protect=each.protect)
        request = proto.AnalyzeRequest(
            type=each.type, urn=each.urn, name=each.name, properties=properties, options=options
        )
        response = stub.Analyze(request)
        diagnostics += response.diagnostics
        inapplicable[each.urn] = {each.policy_name for each in response.not_applicable}
    together = [
        proto.AnalyzerResource(
            type=each.type,
            urn=each.urn,
            name=each.name,
            options=proto.AnalyzerResourceOptions(protect=each.protect),
            propertyDependencies={
                key: proto.AnalyzerPropertyDependencies(urns=urns) for key, urns in each.references.items()
            },
        )
        for each in resources
    ]
    diagnostics += stub.AnalyzeStack(proto.AnalyzeStackRequest(resources=together)).diagnostics
    return diagnostics, inapplicable


def test_it_gives_the_verdicts_of_judging_in_process(pack):
    held_to = of(PACK.parent, "case").rules  # the national baseline
    for rule in RULES.values():
        for number, case in enumerate(rule.cases):
            mark = f"-{rule.id}-{number}"
            resources = [
                replace(
                    each,
                    urn=f"{each.urn}{mark}",
                    name=f"{each.name}{mark}",
                    references={key: tuple(f"{urn}{mark}" for urn in urns) for key, urns in each.references.items()},
                )
                for each in case.resources
            ]
            diagnostics, inapplicable = analysed(pack, resources)
            judgements = judge(resources, held_to)
            reported = {
                (each.rule, each.urn): each
                for each in judgements
                if each.verdict in {Verdict.FAIL, Verdict.UNKNOWN, Verdict.ERROR}
            }
            assert {(each.policyName, each.urn) for each in diagnostics} == reported.keys()
            for each in diagnostics:
                judgement = reported[each.policyName, each.urn]
                assert judgement.message in each.message
                advisory = judgement.verdict is Verdict.UNKNOWN or RULES[each.policyName].enforcement == "advisory"
                assert each.enforcementLevel == (proto.ADVISORY if advisory else proto.MANDATORY)
            for urn, names in inapplicable.items():
                passed = {each.rule for each in judgements if each.urn == urn and each.verdict is Verdict.PASS}
                assert not names & passed


def test_a_violation_has_everything_needed_to_fix_it(pack):
    bad = {
        "direction": "Inbound",
        "access": "Allow",
        "protocol": "Tcp",
        "sourceAddressPrefix": "*",
        "destinationPortRange": "3389",
    }
    (diagnostic,), _ = analysed(pack, [Resource("urn:rdp", "azure-native:network:SecurityRule", "rdp", bad)])
    assert diagnostic.policyName == "BL-NET-001"
    assert diagnostic.policyPackName == "bluelamp"
    assert diagnostic.enforcementLevel == proto.MANDATORY
    assert diagnostic.severity == proto.POLICY_SEVERITY_CRITICAL
    assert diagnostic.urn == "urn:rdp"
    for part in ("BL-NET-001", "sourceAddressPrefix", "found *", "expected a specific", "NCSC CAF 4.0 B4.", "Fix: Use"):
        assert part in diagnostic.message


def test_an_unknown_is_reported_in_one_line(pack):
    endpoint = {"privateLinkServiceConnections": [{"privateLinkServiceId": UNKNOWN}]}
    resources = [
        Resource("urn:vault", "azure-native:keyvault:Vault", "vault", {"vaultName": "kv"}),
        Resource("urn:pulumi:s::p::t::endpoint", "azure-native:network:PrivateEndpoint", "endpoint", endpoint),
    ]
    diagnostics, _ = analysed(pack, resources)
    (diagnostic,) = [each for each in diagnostics if each.policyName == "BL-KV-005"]
    assert diagnostic.message == (
        "Inconclusive: Key vaults have a private endpoint: "
        "privateLinkServiceConnections[0].privateLinkServiceId of endpoint: unknown until deployed"
    )


def test_secrets_of_the_engine_are_not_shown(pack):
    account = {"minimumTlsVersion": values.Secret("canary-9f"), "tags": values.Secret({"cost-centre": "canary-9f"})}
    properties = values.encode(account)
    request = proto.AnalyzeRequest(type=BLOB, urn="urn:secret", name="a", properties=properties)
    response = pack.Analyze(request)
    assert "BL-STO-002" in {each.policyName for each in response.diagnostics}
    assert b"canary" not in response.SerializeToString()


def test_it_lists_every_rule_under_its_own_name(pack):
    info = pack.GetAnalyzerInfo(empty_pb2.Empty())
    assert info.name == "bluelamp"
    assert info.version
    assert {policy.name for policy in info.policies} == RULES.keys()
    by_name = {policy.name: policy for policy in info.policies}
    assert by_name["BL-K8S-011"].enforcementLevel == proto.ADVISORY
    assert by_name["BL-KV-001"].policy_type == proto.POLICY_TYPE_RESOURCE
    assert by_name["BL-LOG-002"].policy_type == proto.POLICY_TYPE_STACK
    assert by_name["BL-LOG-001"].configSchema.properties["minimum"]["default"] == 90


def test_levels_and_parameters_can_be_tightened(tmp_path):
    share = Resource("urn:account", BLOB, "a", {"location": "ukwest", "minimumTlsVersion": "TLS1_0"})
    with served(PACK, cwd=tmp_path) as (stub, _):
        changed = proto.ConfigureAnalyzerRequest()
        for rule in stub.GetAnalyzerInfo(empty_pb2.Empty()).policies:
            changed.policyConfig[rule.name].enforcementLevel = proto.MANDATORY
        changed.policyConfig["BL-DAT-001"].properties.update({"among": ["uksouth"]})
        stub.Configure(changed)
        diagnostics, _ = analysed(stub, [share])
    levels = {each.policyName: each.enforcementLevel for each in diagnostics}
    assert levels["BL-DAT-001"] == levels["BL-STO-002"] == proto.MANDATORY


@pytest.mark.parametrize("level", [proto.ADVISORY, proto.DISABLED])
def test_no_configuration_loosens_a_rule(tmp_path, level):
    account = Resource("urn:account", BLOB, "a", {"location": "ukwest", "minimumTlsVersion": "TLS1_0"})
    with served(PACK, cwd=tmp_path) as (stub, _):
        changed = proto.ConfigureAnalyzerRequest()
        changed.policyConfig["BL-STO-002"].enforcementLevel = level
        with pytest.raises(grpc.RpcError) as caught:
            stub.Configure(changed)
        assert "BL-STO-002" in caught.value.details()
        assert "a baseline may only tighten" in caught.value.details()
        diagnostics, _ = analysed(stub, [account])
    assert ("BL-STO-002", proto.MANDATORY) in {(each.policyName, each.enforcementLevel) for each in diagnostics}


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_exits_quietly_on_a_signal(tmp_path, ending):
    with served(PACK, cwd=PACK) as (_, process):
        process.send_signal(ending)
        assert process.wait(timeout=30) == 0


@pytest.mark.parametrize("apart", [0, 1, 2, 3])
def test_it_exits_after_two_signals(tmp_path, apart):
    # A language host signals it twice: when the engine disconnects, and when the host itself exits.
    with served(PACK, cwd=tmp_path) as (stub, process):
        stub.GetAnalyzerInfo(empty_pb2.Empty())
        process.terminate()
        threading.Event().wait(apart / 1000)
        process.terminate()
        assert process.wait(timeout=30) == 0


def test_it_exits_when_the_engine_is_gone(tmp_path):
    starter = (
        "import subprocess, sys; "
        f"p = subprocess.Popen([sys.executable, '-u', {str(PACK / '__main__.py')!r}], stdout=subprocess.PIPE); "
        "print(p.pid, p.stdout.readline().decode(), flush=True)"
    )
    done = subprocess.run([sys.executable, "-c", starter], capture_output=True, text=True, check=True, cwd=tmp_path)
    pid = int(done.stdout.split()[0])
    descriptor = os.pidfd_open(pid) if _alive(pid) else None
    if descriptor is not None:
        import select

        assert select.select([descriptor], [], [], 30)[0]
        os.close(descriptor)


def _alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("area", AREAS)
def test_an_area_is_served_alone_under_its_own_name(area, tmp_path):
    # From the area's folder, where none of its modules may hide one of Python's own.
    with served(PACK / area, cwd=PACK / area) as (stub, _):
        info = stub.GetAnalyzerInfo(empty_pb2.Empty())
    assert info.name == f"bluelamp-{area}"
    assert {policy.name for policy in info.policies} == {rule.id for rule in RULES.values() if rule.area == area}


def test_no_module_of_an_area_hides_one_of_pythons_own():
    for area in AREAS:
        names = {path.stem for path in (PACK / area).iterdir()}
        assert not names & (sys.stdlib_module_names - {"__init__", "__main__"}), area


def test_all_packs_have_one_version():
    abouts = [PACK / "PulumiPolicy.yaml", *(PACK / area / "PulumiPolicy.yaml" for area in AREAS)]
    assert len({yaml.safe_load(about.read_bytes())["version"] for about in abouts}) == 1
