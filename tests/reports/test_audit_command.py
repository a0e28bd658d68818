"""`bluelamp audit` and `bluelamp verify` over manifests, for which no force has to be planned."""

import csv
import io
import json
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from tests.conftest import ROOT, bluelamp, in_process

POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: custody
  namespace: digital-evidence
spec:
  containers:
    - name: web
      image: registry.essex.police.uk/web:1
      securityContext:
        privileged: true
"""


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "pod.yaml").write_text(POD)
    return tmp_path


def run(here: Path, *words: str, **extra: str) -> "CompletedProcess[str]":
    done = bluelamp(words, here, **extra)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def audit(here: Path, *words: str, **extra: str) -> "CompletedProcess[str]":
    return run(here, "audit", "--from", "manifests", "pod.yaml", *words, **extra)


def findings(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "findings.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def test_a_report_is_written_signed_and_verified(here: Path) -> None:
    made = run(here, "key", "force.pem")
    assert made.returncode == 0, made.stderr
    done = audit(here, "--report", "out", "--sign-with", "force.pem")
    assert done.returncode == 3, done.stderr
    output = run(here, "verify", "out", "--signer", "force.pub.pem")
    assert output.returncode == 0, output.stdout
    assert "unchanged since" in output.stdout
    (here / "out" / "report.md").write_text("all is well")
    output = run(here, "verify", "out", "--signer", "force.pub.pem", "--format", "json")
    assert output.returncode == 1
    (one,) = json.loads(output.stdout)["result"]["reports"]
    assert (one["intact"], [flaw["file"] for flaw in one["flaws"]]) == (False, ["report.md"])


def test_a_finding_names_its_file_and_line(here: Path) -> None:
    audit(here, "--report", "out", "--formats", "json,sarif,csv")
    failing = [each for each in findings(here / "out")["findings"] if each["verdict"] == "fail"]
    assert {(each["source"]["file"], each["source"]["line"]) for each in failing} == {("pod.yaml", 1)}
    (result, *_) = json.loads((here / "out" / "findings.sarif").read_text())["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "pod.yaml"
    table = (here / "out" / "findings.csv").read_text(encoding="utf-8-sig")
    assert {row["file"] for row in csv.DictReader(io.StringIO(table, newline=""))} == {"pod.yaml"}
    assert {path.name for path in (here / "out").iterdir()} == {
        "findings.json",
        "findings.sarif",
        "findings.csv",
        "report.csv",
        "rules.csv",
        "manifest.json",
    }


def test_only_selected_rules_decide_the_status(here: Path) -> None:
    assert audit(here, "--framework", "pod-security-standards:restricted", "--report", "out").returncode == 3
    output = findings(here / "out")
    assert output["filters"] == ["framework Pod Security Standards 1.36, restricted"]
    assert all(
        any(control.startswith("Pod Security Standards ") for control in each["controls"])
        for each in output["findings"]
    )
    done = audit(here, "--area", "data", "--report", "out")
    assert done.returncode == 0
    assert "within its baseline" not in done.stdout


def test_all_formats_can_be_requested_by_one_word(here: Path) -> None:
    audit(here, "--report", "out", "--formats", "json,all")
    audit(here, "--report", "usual")
    assert {path.name for path in (here / "out").iterdir()} == {path.name for path in (here / "usual").iterdir()}
    assert (here / "out" / "assessment-results.json").is_file()


def test_the_report_continues_the_chain_of_an_older_one_in_the_folder(here: Path) -> None:
    audit(here, "--report", "may")
    audit(here, "--report", "june", "--previous", "may")
    assert run(here, "verify", "june", "--previous", "may").returncode == 0
    again = run(here, "verify", "may", "--previous", "june")
    assert (again.returncode, "follows no report" in again.stdout) == (1, True)


def test_changes_are_reported_if_a_history_is_kept(here: Path) -> None:
    audit(here, "--history", "h.duckdb", "--report", "out")
    assert findings(here / "out")["sinceLast"]["previous"] is None
    (here / "pod.yaml").write_text(POD.replace("privileged: true", "privileged: false"))
    audit(here, "--history", "h.duckdb", "--report", "out")
    fixed = findings(here / "out")["sinceLast"]["fixed"]
    assert [key.split()[0] for key in fixed if "BL-K8S-001" in key] == ["BL-K8S-001"]
    assert not (here / ".bluelamp").exists()


def test_a_damaged_history_is_reported_and_the_report_is_written(here: Path) -> None:
    (here / "h.duckdb").write_text("no database")
    done = audit(here, "--history", "h.duckdb", "--report", "out")
    assert done.returncode == 3
    assert "warning: h.duckdb: cannot be used" in done.stderr
    assert findings(here / "out")["sinceLast"] is None


def test_a_redacted_report_shows_no_names_on_the_screen_either(here: Path) -> None:
    done = audit(here, "--redact", "--report", "out", "--format", "json")
    written = "".join(path.read_text(encoding="utf-8") for path in (here / "out").iterdir())
    for word in ("custody", "digital-evidence", "registry.essex.police.uk"):
        assert word not in done.stdout
        assert word not in written
    assert "[name-" in done.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--formats", "csv,sariff"], "did you mean sarif?"),
        (["--formats", ","], "--formats names no format"),
        (["--framework", "pod-securty"], "is not a known framework"),
        (["--rule", "BL-K8-001"], "is not a known rule"),
        (["--sign-with", "nowhere.pem"], "`bluelamp key FILE` makes one"),
        (["--history", "h", "--no-history"], "are mutually exclusive"),
        (["--previous", "nowhere"], "holds no report to follow"),
    ],
)
def test_wrong_use_is_reported_and_nothing_is_written(here: Path, words: list[str], message: str) -> None:
    done = audit(here, "--report", "out", *words)
    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert not (here / "out").exists()


def test_an_unwritable_folder_is_reported(here: Path) -> None:
    done = audit(here, "--report", "pod.yaml/out")
    assert done.returncode == 2
    assert "the report cannot be written: a file exists where a folder is expected" in done.stderr
    assert (here / "pod.yaml").read_text() == POD


@pytest.mark.parametrize(
    "words",
    [
        ["check", "dyfed-powys", "--report"],
        ["preview", "--rehearse", "dyfed-powys", "--report"],
        ["up", "--rehearse", "dyfed-powys", "--report"],
        ["check", "dyfed-powys", "--changed", "HEAD", "--comment"],
    ],
)
def test_a_file_that_cannot_be_written_is_refused_before_the_work(words: list[str]) -> None:
    status, out, err = in_process(ROOT, [*words, "Pulumi.yaml/out"])
    assert (status, out) == (2, ""), err
    assert "Pulumi.yaml/out: " in err
    assert "cannot be written: " in err
    assert "dyfed-powys" not in err


def test_verifying_something_other_than_a_report_is_refused(here: Path) -> None:
    assert "is not a folder" in run(here, "verify", "nowhere").stderr
    done = run(here, "verify", ".")
    assert done.returncode == 1
    assert "manifest.json: is missing" in done.stdout
    assert "is not an Ed25519 public key" in run(here, "verify", ".", "--signer", "pod.yaml").stderr
