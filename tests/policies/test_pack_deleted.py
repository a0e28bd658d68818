"""Deletions in an update: the pack judges the resulting resources, as `bluelamp check` does."""

import json

import pytest
from pulumi.runtime.proto import analyzer_pb2 as proto

from bluelamp.policies import rules
from bluelamp.policies.pack.analyzer import Analyzer
from bluelamp.rehearsal import values
from tests.conftest import Project

FORCE = "dyfed-powys"
TABLE = "azure-native:network:RouteTable"
TO_INTERNET = {"routes": [{"name": "out", "addressPrefix": "0.0.0.0/0", "nextHopType": "Internet"}]}


def analyzed(seen: list[str], listed: list[str]) -> set[tuple[str, str]]:
    """The rules that the `listed` route tables break together, if the program registers those in `seen`."""
    analyzer, properties = Analyzer(rules(), "1"), values.encode(TO_INTERNET)
    for urn in seen:
        analyzer.Analyze(proto.AnalyzeRequest(type=TABLE, urn=urn, name=urn, properties=properties), None)
    resources = [proto.AnalyzerResource(type=TABLE, urn=urn, name=urn, properties=properties) for urn in listed]
    request = proto.AnalyzeStackRequest(resources=resources)
    return {(each.policyName, each.urn) for each in analyzer.AnalyzeStack(request, None).diagnostics}


def test_an_unregistered_resource_is_not_judged_with_the_rest() -> None:
    both = analyzed(["urn:kept", "urn:gone"], ["urn:kept", "urn:gone"])
    assert ("BL-NET-010", "urn:gone") in both
    assert analyzed(["urn:kept"], ["urn:kept", "urn:gone"]) == {each for each in both if each[1] == "urn:kept"}


def test_without_a_program_run_everything_is_judged() -> None:
    assert ("BL-NET-010", "urn:there") in analyzed([], ["urn:there"])


@pytest.mark.engine
@pytest.mark.usefixtures("engine")
def test_an_update_with_deletions_is_judged_as_check_judges_it(project: Project) -> None:
    settings = project.settings(FORCE)
    text = settings.read_text("utf-8")
    with_firewall = text.replace("enabled: false", "enabled: true")
    assert with_firewall != text
    settings.write_text(with_firewall, "utf-8")
    up = project.here("up", "--rehearse", FORCE)
    assert up.returncode == 0, up.stdout + up.stderr

    settings.write_text(text, "utf-8")
    checked = project.here("check", FORCE, "--format", "json")
    (force,) = json.loads(checked.stdout)["result"]["forces"]
    expected = {
        (finding["rule"], finding["resource"])
        for finding in force["report"]["findings"]
        if finding["verdict"] in ("fail", "error", "exempt")
    }
    for words in (("preview", "--refresh"), ("up",)):
        run = project.here(*words, "--rehearse", FORCE, "--format", "json")
        assert run.returncode == 0, run.stdout + run.stderr
        (result,) = json.loads(run.stdout)["result"]["forces"]
        gone = {change["urn"] for change in result["changes"] if change["op"] == "delete"}
        assert any(urn.endswith("::hub-firewall") for urn in gone)
        output = result["violations"]
        assert not gone & {each["urn"] for each in output}
        inconclusive = {(each["rule"], each["urn"]) for each in output if "Inconclusive" in each["message"]}
        assert {(each["rule"], each["urn"]) for each in output} - inconclusive == expected
