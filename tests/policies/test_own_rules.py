"""A force's own rules: found, judged, reported and tested like the baseline's, and never in place of one."""

import json
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.core.problems import SettingsError
from bluelamp.policies import Resource, Verdict, judge
from bluelamp.policies.discovery import baseline, rules
from bluelamp.policies.governance import governance_from
from bluelamp.policies.own import load
from bluelamp.policies.pack.stack_governance import of
from bluelamp.policies.rule import Must
from tests.conftest import ROOT, Project
from tests.exempting import exemption
from tests.thorough import tries

PAGE = (ROOT / "docs" / "own-rules.md").read_text()
NETWORK = "azure-native:network:VirtualNetwork"
ID = "ESX-NET-001"
CODE = """\
from bluelamp.policies.controls import iso
from bluelamp.policies.model import Severity
from bluelamp.policies.rule import Must, rule

@rule(
    "ESX-NET-001",
    "Virtual networks encrypt traffic between virtual machines",
    must=Must("encryption.enabled", be=True, default=False),
    failure="Virtual network does not encrypt traffic",
    severity=Severity.HIGH,
    controls=iso("8.20", "8.24"),
    at="azure-native:network:VirtualNetwork",
    fix="Set encryption.enabled to true.",
    example="network.VirtualNetwork(..., encryption={'enabled': True})",
)
def encrypted() -> None:
    '''The force's data policy asks for encryption on every network, also inside the region.'''
"""
CASES = """\
ESX-NET-001:
  - pass: {encryption: {enabled: true}}
  - fail: {encryption: {enabled: false}}
    path: encryption.enabled
  - fail: {}
    missing: true
  - unknown: {encryption: !unknown }
"""


def block(language: str) -> str:
    """The first code block of the page in `language`."""
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


def add(root: Path, code: str = "", cases: str = "", name: str = "network") -> Path:
    folder = root / "rules"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.py").write_text(code or CODE)
    (folder / f"{name}.yaml").write_text(cases or CASES)
    return folder


def mistakes(root: Path) -> str:
    with pytest.raises(SettingsError) as error:
        load(root / "rules", baseline(), root)
    return str(error.value)


def test_the_example_on_the_page_works_as_described(project: Project) -> None:
    add(project.root, block("python"), block("yaml"), "bastion")
    for line in block("console").strip().splitlines():
        run = project.run(*line.split()[1:])
        assert "Traceback" not in run.stdout + run.stderr
        assert "ESX-BAS-001" in run.stdout
        assert run.returncode == (3 if "check" in line else 0), run.stderr
    assert run.stdout.startswith(block("text"))


def test_the_settings_on_the_page_meet_its_rule(project: Project) -> None:
    add(project.root, block("python"), block("yaml"), "bastion")
    stack = project.settings("essex")
    stack.write_text(stack.read_text().replace("      bastion:\n", "      bastion:\n        sku: Premium\n"))
    run = project.run("audit", "essex", "--rule", "ESX-BAS-001", "--format", "json")
    assert run.returncode == 0, run.stderr
    (report,) = json.loads(run.stdout)["result"]["reports"]
    assert {each["verdict"] for each in report["findings"]} <= {"pass"}
    assert report["counts"]["pass"] == 2


def test_the_page_lists_the_parts_of_must_and_of_a_case() -> None:
    for name in (each.name for each in fields(Must)):
        assert f"| `{name}` |" in PAGE
    for key in ("`pass`, `fail`, `not applicable`, `unknown`", "`with`", "`type`", "`parameters`", "`!unknown judged`"):
        assert key in PAGE
    assert "cases.py" not in PAGE


def test_the_report_has_the_forces_own_rule(project: Project) -> None:
    add(project.root)
    report = json.loads(project.run("check", "dyfed-powys", "--format", "json").stdout)["result"]["forces"][0]["report"]
    found = [each for each in report["findings"] if each["rule"] == ID]
    assert {each["verdict"] for each in found} == {"fail"}
    assert report["rules"][ID]["failure"] == "Virtual network does not encrypt traffic"
    assert report["rules"][ID]["area"] == "own"


def test_a_baseline_and_an_exemption_may_name_it(project: Project) -> None:
    add(project.root)
    kept = project.root / "stacks" / "dyfed-powys"
    kept.mkdir(exist_ok=True)
    (kept / "baseline.yaml").write_text(f"rules:\n  {ID}: {{enforcement: mandatory}}\n")
    assert project.run("check", "dyfed-powys").returncode == 3
    (kept / "baseline.yaml").write_text("rules:\n  ESX-NET-002: {enforcement: mandatory}\n")
    run = project.run("check", "dyfed-powys")
    assert run.returncode == 2
    assert f"there is no rule ESX-NET-002; did you mean {ID}?" in run.stderr


def test_it_judges_manifests_and_can_be_selected(project: Project) -> None:
    code = CODE.replace(NETWORK, "kubernetes:core/v1:Namespace").replace("encryption.enabled", "metadata.x")
    add(project.root, code)
    (project.root / "x.yaml").write_text("apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n")
    words = ("audit", "--from", "manifests", "x.yaml", "--rule", ID, "--report", "out", "--formats", "html,sarif,csv")
    run = project.run(*words)
    assert run.returncode == 3, run.stderr
    assert f"{ID} Virtual network does not encrypt traffic" in run.stdout
    for name in ("report.html", "controls.html", "findings.sarif", "findings.csv"):
        assert ID in (project.root / "out" / name).read_text()


def test_the_pack_has_it_and_refuses_a_stack_with_invalid_rules(tmp_path: Path) -> None:
    add(tmp_path)
    assert ID in {rule.id for rule in of(tmp_path, "any").rules}
    assert len(of(tmp_path, "any").rules) == len(baseline()) + 1
    (tmp_path / "other").mkdir()
    add(tmp_path / "other", "x = (", name="broken")
    with pytest.raises(ValueError, match=r"rules/broken.py:1: cannot be loaded: SyntaxError"):
        of(tmp_path / "other", "any")


def test_the_served_pack_names_it(project: Project) -> None:
    import grpc
    from google.protobuf import empty_pb2
    from pulumi.runtime.proto import analyzer_pb2_grpc

    add(project.root)
    command = [str(project.root / ".venv/bin/python"), str(project.root / "policies"), "127.0.0.1:1", "policies"]
    served = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=project.root)
    try:
        assert served.stdout
        with grpc.insecure_channel(f"127.0.0.1:{served.stdout.readline().strip()}") as channel:
            info = analyzer_pb2_grpc.AnalyzerStub(channel).GetAnalyzerInfo(empty_pb2.Empty())
        assert ID in {policy.name for policy in info.policies}
        assert "BL-NET-001" in {policy.name for policy in info.policies}
    finally:
        served.kill()
        served.wait()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"ESX-NET-001"', '"BL-NET-001"', "has the prefix of the baseline's rules"),
        ('"ESX-NET-001"', '"BL-ESX-001"', "has the prefix of the baseline's rules"),
        ('"ESX-NET-001"', '"esx-net-001"', "is not a valid rule id"),
        ('"ESX-NET-001"', '"ESX"', "is not a valid rule id"),
        ('"ESX-NET-001"', '"bl-net-001"', "is not a valid rule id"),
        (
            '    failure="Virtual network does not encrypt traffic",\n',
            "",
            "rules/network.py:5: ESX-NET-001: the rule lacks the field failure",
        ),
        ("Severity.HIGH", '"high"', "severity is not a Severity"),
        ('iso("8.20", "8.24")', 'iso("8.99")', "ISO/IEC 27001 Annex A 2022 has no control 8.99"),
        ('iso("8.20", "8.24")', '("8.20",)', "controls are not a tuple of Control"),
        (f'at="{NETWORK}"', 'at="no type"', "applies to an invalid resource type"),
        (f'at="{NETWORK}"', "at={}", "applies to no resource type"),
        (
            "from bluelamp.policies.rule import Must, rule",
            "from bluelamp.policies.rules import Must",
            "ModuleNotFoundError",
        ),
        ("@rule(", "raise SystemExit(0)\n@rule(", "cannot be loaded: SystemExit"),
        ("@rule(", "1 / 0\n@rule(", "cannot be loaded: ZeroDivisionError"),
        ("@rule(", "@rule((", "cannot be loaded: SyntaxError"),
    ],
)
def test_an_unusable_module_is_reported_with_its_location(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in CODE
    add(tmp_path, CODE.replace(old, new))
    output = mistakes(tmp_path)
    assert message in output
    assert re.search(r"^rules/network\.py:\d+: ", output), output


@pytest.mark.parametrize(
    "code",
    [
        "import bluelamp.policies.rule as changed\nchanged.Must._holds = lambda self, value: True\n",
        "import bluelamp.policies.rule as changed\nchanged.Must.__call__ = lambda self, place: None\n",
        "import bluelamp.policies.judging as changed\nchanged._judged = None\n",
        "import bluelamp.policies.governance as changed\nchanged.exempted = lambda *_: ([], ())\n",
        "from bluelamp.policies.discovery import baseline\nbaseline()[0].parameters['x'] = 1\n",
        "from bluelamp.policies.discovery import baseline\nobject.__setattr__(baseline()[0], 'check', lambda *_: None)\n",
        "from bluelamp.policies.discovery import baseline\nobject.__setattr__(baseline()[0], 'at', {})\n",
        "from bluelamp.policies.discovery import baseline\n"
        "rule = next(each for each in baseline() if each.id == 'BL-NET-002')\n"
        "rule.check.__code__ = (lambda subnet: None).__code__\n",
        "from bluelamp.policies.discovery import baseline\n"
        "rule = next(each for each in baseline() if each.id == 'BL-NET-001')\n"
        "rule.check.__kwdefaults__['ports'] = ()\n",
        "import bluelamp.policies.azure.network.net_core as changed\nchanged.subnet_name = lambda _: 'gatewaysubnet'\n",
    ],
)
def test_a_module_that_changes_the_baseline_is_refused(tmp_path: Path, code: str) -> None:
    """In a process of its own, because the change would otherwise affect other tests."""
    add(tmp_path, f"{code}{block('python')}")
    script = (
        "import sys; from pathlib import Path; from bluelamp.policies.own import load; from bluelamp.policies.discovery import baseline\n"
        "load(Path(sys.argv[1]) / 'rules', baseline(), Path(sys.argv[1]))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert "SettingsError" in run.stderr
    assert "rules/network.py: changes the baseline: " in run.stderr


def test_its_changes_to_a_resource_reach_no_rule_of_the_baseline(tmp_path: Path) -> None:
    code = '''
from bluelamp.policies.model import Severity
from bluelamp.policies.rule import rule


@rule("ESX-NET-009", "Accounts are changed by this rule", failure="Account is not changed by this rule",
      severity=Severity.LOW, controls=(), at="azure-native:storage:StorageAccount", fix="Do.", example="", estate=True)
def changes(place, estate):
    """It changes what it is given."""
    for resource in estate.resources:
        resource.properties["allowBlobPublicAccess"] = False
    place.resource.properties.clear()
'''
    add(tmp_path, code, "{}")
    account = Resource(
        "urn:pulumi:a::b::c::d", "azure-native:storage:StorageAccount", "d", {"allowBlobPublicAccess": True}
    )
    for order in (rules(tmp_path), tuple(reversed(rules(tmp_path)))):
        found = {each.rule: each.verdict for each in judge([account], order)}
        assert found["BL-STO-004"] is Verdict.FAIL
    assert account.properties == {"allowBlobPublicAccess": True}


def test_duplicate_ids_and_a_module_without_a_rule_are_refused(tmp_path: Path) -> None:
    add(tmp_path)
    add(tmp_path, name="second")
    add(tmp_path, code="X = 1", name="third")
    output = mistakes(tmp_path)
    assert "rules/second.py:6: ESX-NET-001: is declared in rules/network.py already" in output
    assert "rules/third.py: declares no rule" in output


@pytest.mark.parametrize("name", ["Network.PY", "network.pyw", "cases.yml", "inner/network.py", "orphan.yaml"])
def test_no_file_is_skipped_silently(tmp_path: Path, name: str) -> None:
    folder = add(tmp_path)
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(CODE)
    assert f"rules/{name.partition('/')[0]}: " in mistakes(tmp_path)


def test_helpers_are_shared_between_modules(tmp_path: Path) -> None:
    folder = add(
        tmp_path,
        "from ._x import TYPE\n" + CODE.replace(f'at="{NETWORK}"', "at=TYPE"),
    )
    (folder / "_x.py").write_text(f'TYPE = "{NETWORK}"\n')
    (folder / "README.md").write_text("Ours.\n")
    (rule,) = load(folder, baseline(), tmp_path)
    assert list(rule.at) == [NETWORK]
    assert not list(folder.rglob("__pycache__"))


@pytest.mark.parametrize(
    "verb", [("check", "dyfed-powys"), ("explain", "BL-NET-001"), ("test-rules",), ("audit", "dyfed-powys")]
)
def test_every_command_that_judges_or_explains_refuses_an_invalid_rule(project: Project, verb: tuple[str, ...]) -> None:
    add(project.root, CODE.replace("Severity.HIGH", "Severity.WORST"))
    run = project.run(*verb)
    assert run.returncode == 2
    assert "rules/network.py:10: cannot be loaded: AttributeError" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("cases", "status", "message"),
    [
        (
            "pass: {encryption: {enabled: true}}|pass: {encryption: {enabled: false}}",
            1,
            "rules/network.yaml:2: case 1 pass, enabled false: expected pass, found fail",
        ),
        ("path: encryption.enabled|path: encryption", 1, "expected the path 'encryption'"),
        (
            "- fail: {encryption: {enabled: false}}|- name: encrypted\n    fail: {encryption: {enabled: true}}",
            1,
            "case 2 fail, encrypted: expected fail, found pass",
        ),
        ("ESX-NET-001|ESX-NET-010", 2, "ESX-NET-010: is not a rule of the module; did you mean ESX-NET-001?"),
        ("  - unknown: {encryption: !unknown }\n|", 0, "3 cases: all hold"),
        ("  - pass: {encryption: {enabled: true}}\n|", 2, "has no case that is `pass`"),
        ("- pass:|- passes:", 2, "rules/network.yaml:2: ESX-NET-001: ESX-NET-001, case 1: one of"),
        ("ESX-NET-001:|ESX-NET-001: [", 2, "is not YAML"),
        ("!unknown|!!python/object:os.system", 2, "rules/network.yaml"),
    ],
)
def test_failing_cases_are_reported_with_their_line(tmp_path: Path, cases: str, status: int, message: str) -> None:
    from typer.testing import CliRunner

    old, _, new = cases.partition("|")
    assert old in CASES
    add(tmp_path, "", CASES.replace(old, new))
    run = run_here(CliRunner(), tmp_path)
    output = run.output + str(run.exception or "")
    assert message in output, output
    assert (2 if isinstance(run.exception, SettingsError) else run.exit_code) == status


def run_here(runner, root: Path):
    import typer

    from bluelamp.cli.verbs import own_rules

    app = typer.Typer()
    own_rules.add(app)
    app.command("other")(lambda: None)
    return runner.invoke(app, ["test-rules", str(root / "rules")])


def test_a_missing_file_of_cases_and_a_missing_folder_are_reported(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    folder = add(tmp_path)
    (folder / "network.yaml").unlink()
    assert "rules/network.yaml: is missing" in str(run_here(CliRunner(), tmp_path).exception)
    (folder / "network.py").unlink()
    assert "holds no rule" in str(run_here(CliRunner(), tmp_path).exception)
    folder.rmdir()
    assert "not a rules folder" in str(run_here(CliRunner(), tmp_path).exception)


@settings(derandomize=True, deadline=None, max_examples=tries(150))
@given(code=st.one_of(st.text(max_size=60), st.binary(max_size=60)))
def test_any_file_is_a_rule_or_a_reported_mistake(tmp_path_factory: pytest.TempPathFactory, code: str | bytes) -> None:
    root = tmp_path_factory.mktemp("any")
    (root / "rules").mkdir()
    written = code if isinstance(code, bytes) else code.encode("utf-8", "surrogatepass")
    # Nothing executable: only text that Python refuses or that declares nothing.
    (root / "rules" / "any.py").write_bytes(b"raise ValueError()\n" + written)
    assert mistakes(root).startswith("rules/any.py")


@settings(derandomize=True, deadline=None, max_examples=tries(200))
@given(id_=st.text(alphabet="BLESXblx019-_ ", max_size=12))
def test_an_id_must_have_its_form_and_not_be_of_the_baseline(id_: str) -> None:
    from dataclasses import replace

    from bluelamp.policies.own import _mistakes

    refused = bool(list(_mistakes(replace(baseline()[0], id=id_))))
    assert refused == (not re.fullmatch(r"[A-Z][A-Z0-9]+(-[A-Z][A-Z0-9]+)+-\d{3}", id_) or id_.startswith("BL-"))


def test_rules_that_are_not_compiled_are_listed(tmp_path: Path) -> None:
    from bluelamp.policies.compiled import to_admission, to_azure_policy

    add(tmp_path)
    add(tmp_path, CODE.replace(NETWORK, "kubernetes:core/v1:Pod").replace(ID, "ESX-K8S-001"), name="pods")
    assert "ESX-K8S-001" in to_admission(rules(tmp_path)).left_out
    compiled = to_azure_policy(rules(tmp_path))
    assert ID in {*compiled.documents, *compiled.left_out}


FIELDS = ("failure", "severity", "controls", "at", "fix", "example")


@settings(derandomize=True, deadline=None, max_examples=tries(60))
@given(missing=st.sets(st.sampled_from(FIELDS)), unknown=st.sampled_from(["", "exmple", "note"]))
def test_every_missing_and_unknown_field_is_named_at_once(
    tmp_path_factory: pytest.TempPathFactory, missing: set[str], unknown: str
) -> None:
    lines = CODE.splitlines(keepends=True)
    code = "".join(line for line in lines if line.strip().partition("=")[0] not in missing)
    if unknown:
        code = code.replace(")\ndef encrypted", f'    {unknown}="x",\n)\ndef encrypted')
    root = tmp_path_factory.mktemp("project")
    add(root, code)
    if not missing and not unknown:
        assert load(root / "rules", baseline(), root)
        return
    output = mistakes(root)
    assert re.findall(r"the rule lacks the field (\w+)", output) == [each for each in FIELDS if each in missing]
    assert re.findall(r"an unknown field: (\w+)", output) == [unknown] * bool(unknown)
    assert all(re.match(r"rules/network\.py:\d+", each) for each in output.splitlines() if "field" in each)
    assert "Error" not in output
    assert "()" not in output


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("be=True", "bee=True", "Must has an unknown field: bee"),
        ('Must("encryption.enabled", be=True, default=False)', "Must(be=True)", "Must lacks the field path"),
        ('Must("encryption.enabled", be=True, default=False)', '"encryption"', "must is not a Must"),
        ("severity=Severity.HIGH", 'severity=Severity.HIGH, title="Twice"', "the rule has title twice"),
        ("encrypted() -> None", "encrypted(place) -> None", "its function has a docstring only"),
        ("severity=Severity.HIGH", "severity=Severity.HIGH, estate=True", "must=Must(...) takes no estate"),
        (
            'must=Must("encryption.enabled", be=True, default=False),',
            "",
            "its function cannot be called: too many positional arguments",
        ),
        ('fix="Set encryption.enabled to true."', "fix=None", "has no fix"),
        ("example=\"network.VirtualNetwork(..., encryption={'enabled': True})\"", "example=None", "has no example"),
        (f'at="{NETWORK}"', "at=5", "at is not a type"),
        ('failure="Virtual network does not encrypt traffic"', 'failure=""', "failure is empty"),
        ('failure="Virtual network does not encrypt traffic"', "failure=None", "failure is empty"),
        ("severity=Severity.HIGH", 'severity=Severity.HIGH, forces="essex"', "forces is not a tuple of names"),
        ("severity=Severity.HIGH", "severity=Severity.HIGH, forces=(5,)", "forces is not a tuple of names"),
    ],
)
def test_a_field_of_the_wrong_type_is_explained(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in CODE
    add(tmp_path, CODE.replace(old, new))
    output = mistakes(tmp_path)
    assert re.search(rf"rules/network\.py:\d+.*{re.escape(message)}", output), output
    assert "Error" not in output


def test_a_function_that_uses_the_estate_declares_it(tmp_path: Path) -> None:
    code = CODE.replace('    must=Must("encryption.enabled", be=True, default=False),\n', "")
    code = code.replace("encrypted()", "encrypted(network, estate)")
    add(tmp_path, code)
    assert "add estate=True" in mistakes(tmp_path)
    (tmp_path / "declared").mkdir()
    add(tmp_path / "declared", code.replace("    severity", "    estate=True,\n    severity"))
    assert load(tmp_path / "declared" / "rules", baseline(), tmp_path / "declared")


def test_the_former_spelling_of_a_required_property_still_loads(tmp_path: Path) -> None:
    code = CODE.partition("def encrypted")[0].replace("Must, rule", "Must, require").replace("@rule(", "OLD = require(")
    code = code.replace("must=Must", "Must").replace("    fix=", '    rationale="Traffic can be read.",\n    fix=')
    add(tmp_path, code)
    (old,) = load(tmp_path / "rules", baseline(), tmp_path)
    assert (old.own, old.rationale, len(old.cases)) == (True, "Traffic can be read.", 4)


LIMIT = "    severity=Severity.HIGH,\n    forces=({},),\n"


def limited(*forces: str) -> str:
    named = ", ".join(f'"{each}"' for each in forces)
    return CODE.replace("    severity=Severity.HIGH,\n", LIMIT.format(named))


def test_a_limited_rule_is_in_no_other_forces_report(project: Project) -> None:
    add(project.root, limited("dyfed-powys"))
    reports = {
        each["force"]: each["report"]
        for each in json.loads(project.run("check", "dyfed-powys", "wiltshire", "--format", "json").stdout)["result"][
            "forces"
        ]
    }
    assert ID in reports["dyfed-powys"]["rules"]
    assert ID not in reports["wiltshire"]["rules"]
    assert {each["rule"] for each in reports["wiltshire"]["findings"]}.isdisjoint({ID})
    assert "Only for: dyfed-powys" in project.run("explain", ID).stdout


def test_a_limited_rule_applies_to_its_forces_and_their_environments_only(project: Project) -> None:
    add(project.root, limited("essex", "kent-dev"))
    held = {name: ID in {rule.id for rule in of(project.root, name).rules} for name in ("essex", "kent", "surrey", "x")}
    assert held == {"essex": True, "kent": False, "surrey": False, "x": False}
    assert ID in {rule.id for rule in of(project.root, "organisation/bluelamp/essex-dev").rules}
    assert ID in {rule.id for rule in of(project.root, "kent-dev").rules}
    assert ID not in {rule.id for rule in of(project.root, "kent-test").rules}
    (project.root / "stacks" / "baseline.yaml").write_text(f"rules:\n  {ID}: {{enforcement: mandatory}}\n")
    assert ID not in {rule.id for rule in of(project.root, "kent").rules}


def test_a_limited_rule_must_name_forces_of_the_register(project: Project) -> None:
    add(project.root, limited("esex", "essex"))
    run = project.run("check", "dyfed-powys")
    assert run.returncode == 2
    assert "rules/network.py:6: ESX-NET-001: is limited to a force that is not in the register" in run.stderr
    assert "did you mean essex?" in run.stderr


def test_an_exemption_from_a_rule_for_other_forces_is_refused(tmp_path: Path) -> None:
    add(tmp_path, limited("kent"))
    own = load(tmp_path / "rules", baseline(), tmp_path)
    _, wrong = governance_from(own, [], [exemption(rule=ID)], stack="essex", force="essex")
    assert [each.message for each in wrong[-1]] == [f"{ID} is only for kent"]
    held, wrong = governance_from(own, [], [exemption(rule=ID)], stack="essex", force="kent")
    assert wrong == [()]
    assert [each.id for each in held.rules] == [ID]
