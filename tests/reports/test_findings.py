import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from bluelamp.policies import UNKNOWN, Resource, Rule, Severity, Verdict, rules
from bluelamp.reports import Answer, Report, Source, assess
from bluelamp.reports.provenance import provenance, rules_hash
from bluelamp.reports.words import explanation, headline, one_line

ReportOn = Callable[..., Report]
Locked = Callable[..., Rule]

ANSWERS = [
    (["shut"], True, Answer.WITHIN),
    (["shut", "skip"], True, Answer.WITHIN),
    (["skip"], True, Answer.WITHIN),
    (["open"], True, Answer.NOT_WITHIN),
    (["open", UNKNOWN, "jam"], True, Answer.NOT_WITHIN),
    (["shut", UNKNOWN], True, Answer.UNDECIDED),
    (["shut", "jam"], True, Answer.UNDECIDED),
    ([], True, Answer.UNDECIDED),
    (["open", UNKNOWN, "jam"], False, Answer.WITHIN),
]


@pytest.mark.parametrize(("locks", "mandatory", "answer"), ANSWERS)
def test_the_overall_result(
    report_on: ReportOn, locked: Locked, locks: list[Any], mandatory: bool, answer: Answer
) -> None:
    report = report_on(*locks, rules=[locked(mandatory=mandatory)])
    assert report.answer is answer
    assert len(report.broken) == (locks.count("open") if mandatory else 0)
    assert report.as_dict()["answer"] == answer


def test_every_verdict_is_counted_separately(report_on: ReportOn) -> None:
    report = report_on("shut", "shut", "open", "skip", UNKNOWN, "jam")
    assert report.counts == {
        Verdict.FAIL: 1,
        Verdict.ERROR: 1,
        Verdict.UNKNOWN: 1,
        Verdict.EXEMPT: 0,
        Verdict.PASS: 2,
        Verdict.NOT_APPLICABLE: 1,
    }
    assert sum(report.counts.values()) == len(report.findings) == report.resources


def test_each_rule_gives_one_finding_for_each_resource(busy: Report) -> None:
    pairs = [(finding.rule.id, finding.urn) for finding in busy.findings]
    assert len(pairs) == len(set(pairs)) > 1000
    assert {finding.verdict for finding in busy.findings} == set(Verdict) - {Verdict.EXEMPT}


def test_a_finding_is_complete(report_on: ReportOn) -> None:
    (finding,) = report_on("open").broken
    assert finding.as_dict() == {
        "rule": "T-001",
        "severity": "high",
        "enforcement": "mandatory",
        "controls": ["NCSC CAF 4.0 B3.c", "Box Standard 1 BX-1"],
        "verdict": "fail",
        "resource": "urn:pulumi:essex::bluelamp::bluelamp:index:Hub$test:box:Box::box-0",
        "source": None,
        "path": "lock",
        "observed": "open",
        "expected": "shut",
        "message": "lock: found open, expected shut",
    }
    assert (finding.rule.rationale, finding.rule.fix) == ("An open box is soon empty.", "Shut the box.")


def test_shared_data_is_in_the_report_once(busy: Report) -> None:
    data = busy.as_dict()
    subjects, controls, rules = data["subjects"], data["controls"], data["rules"]
    for finding, output in zip(busy.findings, data["findings"], strict=True):
        assert subjects[output["resource"]] == {
            "type": finding.type,
            "name": finding.name,
            "inputHash": finding.input_hash,
        }
        assert [controls[each]["id"] for each in output["controls"]] == [each.id for each in finding.rule.controls]
        assert (rules[output["rule"]]["title"], rules[output["rule"]]["fix"]) == (finding.rule.title, finding.rule.fix)
        assert output.get("message", "") == finding.message
    assert set(subjects) == {finding.urn for finding in busy.findings}


def test_the_worst_comes_first(report_on: ReportOn, locked: Locked) -> None:
    severities = [Severity.LOW, Severity.CRITICAL, Severity.MEDIUM, Severity.HIGH]
    report = report_on("open", rules=[locked(f"T-{severity}", severity) for severity in severities])
    assert [finding.rule.severity for finding in report.broken] == list(Severity)


def test_the_json_does_not_depend_on_the_order_of_the_resources(locked: Locked, tmp_path: Path) -> None:
    boxes = [Resource(f"urn:{number}", "test:box:Box", str(number), {"lock": "open"}) for number in range(20)]

    def text(resources: list[Resource]) -> str:
        report = assess("essex", resources, Source.PLAN, root=tmp_path, rules=[locked("T-2"), locked("T-1")])
        data = json.loads(report.to_json())
        del data["started"], data["ended"]
        return json.dumps(data)

    assert text(boxes) == text(boxes[::-1])


def test_the_json_is_sorted_and_complete(busy: Report) -> None:
    text = busy.to_json()
    data = json.loads(text)
    assert data == busy.as_dict()
    dense = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert "".join(text.split("\n")) == dense
    lines = {line.removesuffix(",") for line in text.split("\n")}
    short = [each for each in data["findings"] if len(json.dumps(each)) < 1_000]
    assert len(short) > 1_000
    assert all(json.dumps(each, ensure_ascii=False, separators=(",", ":")) in lines for each in short)
    assert data["counts"] == {str(verdict): count for verdict, count in busy.counts.items()}
    assert len(data["findings"]) == len(busy.findings)
    assert data["force"] == "essex"
    assert data["name"] == "Essex Police"
    assert set(data["rules"]) >= {finding["rule"] for finding in data["findings"]}


def test_times_are_utc(report_on: ReportOn) -> None:
    summer = datetime(2026, 7, 1, 10, 0, tzinfo=timezone(timedelta(hours=1)))
    report = report_on("shut", started=summer)
    assert report.as_dict()["started"] == "2026-07-01T09:00:00Z"
    assert summer < report.ended <= datetime.now(UTC)


def test_two_resources_with_one_urn_are_refused(tmp_path: Path) -> None:
    twice = [Resource("urn:a", "test:box:Box", "a", {})] * 2
    with pytest.raises(ValueError, match="same URN"):
        assess("essex", twice, Source.PLAN, root=tmp_path)


def test_a_report_can_be_sent_between_processes(busy: Report) -> None:
    assert pickle.loads(pickle.dumps(busy)) == busy


def git(folder: Path, *words: str) -> str:
    name = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org"]
    run = subprocess.run(["git", "-C", str(folder), *name, *words], check=True, capture_output=True, text=True)
    return run.stdout.strip()


def test_the_commit_is_shown_and_whether_files_differ_from_it(tmp_path: Path) -> None:
    assert provenance(tmp_path, []).commit == ""
    git(tmp_path, "init", "--quiet")
    assert provenance(tmp_path, []).commit == ""
    (tmp_path / "file").write_text("one")
    git(tmp_path, "add", "file")
    git(tmp_path, "commit", "--quiet", "--message", "One")
    clean = provenance(tmp_path, [])
    assert (clean.commit, clean.dirty) == (git(tmp_path, "rev-parse", "HEAD"), False)
    (tmp_path / "file").write_text("two")
    assert provenance(tmp_path, []).dirty


def test_the_versions_of_the_rules_and_the_program_are_shown(report_on: ReportOn) -> None:
    versions = report_on().as_dict()["provenance"]["versions"]
    assert {"bluelamp", "python", "pulumi", "pulumi-azure-native", "pulumi-kubernetes"} <= set(versions)


def test_the_hash_of_the_rules_depends_on_their_parameters() -> None:
    parametered = next(rule for rule in rules() if rule.parameters.keys() & {"minimum"})
    stricter = parametered.using(minimum=parametered.parameters["minimum"] + 1)
    assert rules_hash([parametered]) == rules_hash([parametered])
    assert len({rules_hash([parametered]), rules_hash([stricter]), rules_hash([])}) == 3


def test_the_result_in_words(report_on: ReportOn, locked: Locked) -> None:
    within = report_on("shut")
    assert headline(within) == "Essex Police is within its security baseline."
    assert explanation(within) == ["No mandatory rule is broken, and none is left undecided."]
    advised = report_on("open", rules=[locked("T-2", mandatory=False), locked("T-3", mandatory=False)])
    assert explanation(advised)[-1] == "2 advisory rules fail; they do not stop a deployment."
    broken = report_on("open", "open", UNKNOWN, "jam", rules=[locked(), locked("T-2", Severity.LOW, mandatory=False)])
    assert headline(broken) == "Essex Police is not within its security baseline."
    assert explanation(broken) == [
        "1 mandatory rule is broken, on 2 resources.",
        "1 mandatory verdict is in error, as the rule failed: T-001 on box-3. Report the error to the maintainers of "
        "the rules.",
        "1 mandatory verdict is known after deployment: T-001 on box-2. After deployment, run "
        "`bluelamp audit --from state essex`.",
        "1 advisory rule fails too; it does not stop a deployment.",
    ]
    assert one_line(broken) == "not within its baseline: 2 mandatory failures (2 high)"
    assert one_line(report_on(UNKNOWN, "jam")) == (
        "undecided: 1 mandatory verdict is in error, as the rule failed (report the error to the maintainers of the "
        "rules); 1 mandatory verdict is known after deployment (after deployment, run `bluelamp audit --from state essex`)"
    )
    assert one_line(report_on("shut")) == "within its baseline"
    assert one_line(report_on(UNKNOWN, source=Source.STATE)) == (
        "undecided: 1 mandatory verdict needs values that the state does not hold (run `pulumi refresh`, then run "
        "`bluelamp audit --from state` again)"
    )
    assert one_line(report_on()) == "undecided: there was nothing to judge"


def test_importing_reports_is_cheap() -> None:
    costly = ["jinja2", "rich", "pulumi", "google.protobuf", "pydantic", "pulumi_azure_native"]
    code = f"import sys, bluelamp.reports; print([name for name in {costly} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout.strip() == "[]"
