"""A force's baseline and exemptions from the files: they inherit, and every mistake is located."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from bluelamp.core.problems import SettingsError
from bluelamp.governance.read import every, governance
from bluelamp.policies import Enforcement, Verdict, rules
from bluelamp.policies.pack import stack_governance
from tests.conftest import ROOT
from tests.exempting import APPROVERS_FILE, EXEMPTIONS_FILE

URN = "urn:pulumi:essex::bluelamp::azure-native:storage:StorageAccount::records-drop"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project without any baseline or exemptions."""
    (tmp_path / "stacks").mkdir()
    shutil.copy(ROOT / "stacks" / "forces.yaml", tmp_path / "stacks")
    return tmp_path


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / "stacks" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def minimum(days: int, rule: str = "BL-LOG-001") -> str:
    return f"rules:\n  {rule}:\n    parameters:\n      minimum: {days}\n"


def retention(root: Path, force: str) -> object:
    """How long the force must keep its logs; the command and the policy pack agree."""
    ours, packs = governance(root, force), stack_governance.of(root, force, rules())
    assert ours == packs
    return ours.by_id["BL-LOG-001"].parameters["minimum"]


def test_without_files_the_rules_apply_as_written(root: Path) -> None:
    assert governance(root, "essex").rules == stack_governance.of(root, "essex", rules()).rules == rules()


def test_country_region_and_force_tighten_in_turn(root: Path) -> None:
    write(root, {"baseline.yaml": minimum(120), "regions/eastern.yaml": minimum(180)})
    write(root, {"essex/baseline.yaml": minimum(365)})
    assert [retention(root, force) for force in ("essex", "west-midlands", "kent")] == [365, 120, 180]


def test_the_engine_judges_an_unknown_stack_by_the_national_baseline(root: Path) -> None:
    write(root, {"baseline.yaml": minimum(120)})
    assert stack_governance.of(root, "someone", rules()).by_id["BL-LOG-001"].parameters["minimum"] == 120


def test_resources_of_no_force_are_judged_by_the_national_baseline(root: Path) -> None:
    write(root, {"baseline.yaml": minimum(120), "essex/exemptions.yaml": EXEMPTIONS_FILE})
    settled_for_all = governance(root, None)
    assert settled_for_all.by_id["BL-LOG-001"].parameters["minimum"] == 120
    assert not settled_for_all.exemptions


def test_blocking_unknown_verdicts_can_be_enabled_and_not_disabled(root: Path) -> None:
    assert not governance(root, "essex").block_unknown
    assert governance(root, "essex", block_unknown=True).block_unknown
    write(root, {"baseline.yaml": "blockUnknown: true\n", "essex/baseline.yaml": "blockUnknown: false\n"})
    assert governance(root, "essex").block_unknown
    assert stack_governance.of(root, "essex", rules()).block_unknown


def test_exemptions_are_of_the_force_itself(root: Path) -> None:
    write(root, {"essex/exemptions.yaml": EXEMPTIONS_FILE})
    (exemption,) = governance(root, "essex").exemptions
    assert stack_governance.of(root, "essex", rules()).exemptions == (exemption,)
    assert (exemption.start, exemption.expiry) == (date(2026, 2, 1), date(2026, 4, 1))
    assert not governance(root, "kent").exemptions


MISTAKES = {
    "a setting that loosens": (
        {"baseline.yaml": minimum(180), "essex/baseline.yaml": minimum(120)},
        [
            "stacks/essex/baseline.yaml:4:16: rules.BL-LOG-001.parameters.minimum: would loosen BL-LOG-001: "
            "it may only be raised (found 120); now 180; a baseline may only tighten; "
            "for a deviation of the force, write an exemption"
        ],
    ),
    "a rule that is not there": (
        {"essex/exemptions.yaml": EXEMPTIONS_FILE.replace("BL-STO-005", "BL-STO-05")},
        ["stacks/essex/exemptions.yaml:3:11: exemptions[0].rule: there is no rule BL-STO-05"],
    ),
    "mistakes in every file at once": (
        {
            "baseline.yaml": "rules: {BL-SPD-05: {}}\n",
            "regions/eastern.yaml": "rules: []\n",
            "essex/baseline.yaml": "blockUnknown: perhaps\nrules: {BL-LOG-001: {enforcement: advisory}}\n",
            "essex/exemptions.yaml": EXEMPTIONS_FILE.replace("owner", "owned"),
        },
        [
            "stacks/baseline.yaml:1:20: rules.BL-SPD-05: there is no rule BL-SPD-05; did you mean BL-SPD-005?",
            "stacks/essex/baseline.yaml:1:15: blockUnknown: 'perhaps' is not true or false",
            "stacks/essex/baseline.yaml:2:35: rules.BL-LOG-001.enforcement: BL-LOG-001 is mandatory already",
            "stacks/essex/exemptions.yaml:8:5: exemptions[0].owned: there is no setting called 'owned' here",
            "stacks/regions/eastern.yaml:1:8: rules: a list is not a mapping",
        ],
    ),
    "an exemption of another force": (
        {"essex/exemptions.yaml": EXEMPTIONS_FILE.replace("urn:pulumi:essex", "urn:pulumi:kent")},
        ["stacks/essex/exemptions.yaml:4:12: exemptions[0].scope: is not a URN of essex"],
    ),
    "days the wrong way round, and an id twice": (
        {
            "essex/exemptions.yaml": EXEMPTIONS_FILE.replace("2026-04-01", "2026-01-01")
            + EXEMPTIONS_FILE.partition("\n")[2]
        },
        [
            "stacks/essex/exemptions.yaml:12:13: exemptions[0].expiry: 2026-01-01 is before its start, 2026-02-01",
            "stacks/essex/exemptions.yaml:14:9: exemptions[1].id: EX-ESX-1 is the id of exemption 1 already",
        ],
    ),
    "an empty file": ({"essex/exemptions.yaml": ""}, ["stacks/essex/exemptions.yaml: is empty"]),
    "no YAML": ({"essex/baseline.yaml": "rules: [\n"}, ["stacks/essex/baseline.yaml:2:1: is not YAML"]),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_refused_with_its_location(case: str, root: Path) -> None:
    files, output = MISTAKES[case]
    write(root, files)
    with pytest.raises(SettingsError) as raised:
        governance(root, "essex")
    lines = sorted(map(str, raised.value.problems))
    for line, wanted in zip(lines, output, strict=True):
        assert line.startswith(wanted)


@pytest.mark.parametrize("case", MISTAKES)
def test_the_engine_judges_nothing_while_there_is_a_mistake(case: str, root: Path) -> None:
    write(root, MISTAKES[case][0])
    with pytest.raises(ValueError, match=r"stacks/"):
        stack_governance.of(root, "essex", rules())


def test_mistakes_of_several_forces_are_reported_together(root: Path) -> None:
    write(root, {"baseline.yaml": minimum(5), "essex/baseline.yaml": "x: 1\n", "kent/baseline.yaml": "y: 1\n"})
    with pytest.raises(SettingsError) as raised:
        every(root, ["essex", "kent"])
    assert [problem.file for problem in raised.value.problems] == [
        "stacks/baseline.yaml",
        "stacks/essex/baseline.yaml",
        "stacks/kent/baseline.yaml",
    ]


def test_the_shipped_baselines_apply_to_every_force() -> None:
    from bluelamp.infra.settings.register import read_register

    settled_for = every(ROOT, read_register(ROOT).forces)
    assert len(settled_for) >= 48
    changed = [
        rule
        for made in settled_for.values()
        for rule in made.rules
        if rule != next(each for each in rules() if each.id == rule.id)
    ]
    assert changed
    assert all(rule.enforcement is Enforcement.MANDATORY or rule.parameters for rule in changed)


def test_an_exemption_of_the_force_applies(root: Path) -> None:
    from bluelamp.policies import Resource

    write(root, {"essex/exemptions.yaml": EXEMPTIONS_FILE, "approvers.yaml": APPROVERS_FILE})
    account = Resource(URN, "azure-native:storage:StorageAccount", "records-drop", {"publicNetworkAccess": "Enabled"})
    judgements, _ = governance(root, "essex").judge([account], date(2026, 3, 1))
    verdicts = {each.rule: each.verdict for each in judgements}
    assert verdicts["BL-STO-005"] is Verdict.EXEMPT
    assert verdicts["BL-STO-003"] is Verdict.FAIL
