"""Saved plans and their approvals: which are refused, by whom and why; no engine runs."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bluelamp.core.folders import OccupiedError
from bluelamp.core.problems import SettingsError
from bluelamp.core.wire import SECRET, SIGNATURE
from bluelamp.engine.events import Step
from bluelamp.errors import Status, UsageError
from bluelamp.fleet.approvals import (
    NotApprovedError,
    People,
    approval_statuses,
    approvals,
    approve,
    needed,
    read_people,
    refuse_unapproved,
)
from bluelamp.fleet.deploy import Result
from bluelamp.fleet.inputs import Inputs, state_digest
from bluelamp.fleet.risk import data_stores, losses
from bluelamp.fleet.saved import Opened, Saving, open_plans, refuse_folder, refuse_plan, save
from bluelamp.reports.keys import fingerprint
from tests.conftest import ROOT, in_process

KEYS = {name: Ed25519PrivateKey.generate() for name in ("pipeline", "national-siro", "national-ciso", "head-of-essex")}
KNOWN = {fingerprint(key.public_key()): name for name, key in KEYS.items()}
STATE = {"deployment": {"manifest": {"time": "2026-11-01T00:00:00Z"}, "resources": []}}
AT_ONCE = timedelta()
INPUTS = Inputs(
    "c" * 40,
    False,
    "a" * 64,
    "b" * 64,
    {"pulumi": "3.272.0", "engine": "3.259.0"},
    {"essex": "1" * 64, "kent": "2" * 64},
    {"essex": "3" * 64, "kent": "4" * 64},
)


def now() -> datetime:
    """The time to the second, as in plans; tests may run long after they were collected."""
    return datetime.now(UTC).replace(microsecond=0)


def urn(force: str, type_: str, name: str) -> str:
    return f"urn:pulumi:{force}::bluelamp::{type_}::{name}"


GROUP = "azure-native:resources:ResourceGroup"
ACCOUNT = "azure-native:storage/v20240101:StorageAccount"
DELETED = Step(urn("essex", GROUP, "old"), "delete")
CREATED = Step(urn("essex", GROUP, "new"), "create")


def saved(
    folder: Path,
    *steps: Step,
    forces: tuple[str, ...] = ("essex",),
    authors: tuple[str, ...] = ("dev@essex.police.uk",),
    inputs: Inputs = INPUTS,
    key: Ed25519PrivateKey = KEYS["pipeline"],
    plan: object = None,
) -> Path:
    work = folder.parent / "engine"
    work.mkdir(exist_ok=True)
    saving = Saving(work, {})
    results = []
    for force in forces:
        saving.starts_from(force, STATE)
        content = plan or {"resourcePlans": {urn(force, GROUP, "new"): {"goal": {}}}}
        saving.plan_of(force).write_text(json.dumps(content), encoding="utf-8")
        counts: dict[str, int] = {"same": 7}
        for step in steps:
            counts[step.op] = counts.get(step.op, 0) + 1
        results.append(Result(force, "preview", Status.DONE, steps=steps, counts=counts))
    save(folder, saving, results, inputs, authors, key, rehearse=True)
    return folder


@pytest.fixture
def plans(tmp_path: Path) -> Path:
    return saved(tmp_path / "plans", CREATED)


def refused(folder: Path, known: dict[str, str] = KNOWN) -> str:
    with pytest.raises(UsageError) as error:
        open_plans(folder, known)
    assert error.value.next_step
    return error.value.message


# The folder is unchanged and signed by a known key


def test_an_unchanged_folder_opens(plans: Path) -> None:
    opened = open_plans(plans, KNOWN)
    assert opened.name == "pipeline"
    assert opened.manifest.forces["essex"].changes == {"create": 1}
    assert json.loads((plans / "essex" / "preview.json").read_text("utf-8"))["force"] == "essex"


def test_every_edit_is_refused(plans: Path) -> None:
    plan = plans / "essex" / "plan.json"
    plan.write_text(plan.read_text("utf-8").replace("new", "mew"), encoding="utf-8")
    (plans / "essex" / "preview.json").unlink()
    (plans / "extra.json").write_text("{}", encoding="utf-8")
    output = refused(plans)
    assert "essex/plan.json was changed" in output
    assert "essex/preview.json is missing" in output
    assert "extra.json was added" in output


@pytest.mark.parametrize(
    ("old", "new"), [('"rehearsed": true', '"rehearsed": false'), ('"create": 1', '"create": 2'), ("dev@", "nobody@")]
)
def test_an_edited_manifest_is_refused(plans: Path, old: str, new: str) -> None:
    manifest = plans / "manifest.json"
    text = manifest.read_text("utf-8")
    assert old in text
    manifest.write_text(text.replace(old, new), encoding="utf-8")
    assert "manifest.json: was changed" in refused(plans)


def test_a_manifest_signed_by_another_key_is_refused(plans: Path, tmp_path: Path) -> None:
    other = saved(tmp_path / "other", CREATED, key=Ed25519PrivateKey.generate())
    assert "signed by an unknown key" in refused(other)
    shutil.copy(other / "manifest.sig", plans / "manifest.sig")
    assert "is not signed by" in refused(plans)
    (plans / "manifest.sig").unlink()
    assert "is not signed" in refused(plans)


def test_a_newer_format_is_named_and_not_called_changed(plans: Path) -> None:
    manifest = plans / "manifest.json"
    newer = manifest.read_text("utf-8").replace("bluelamp-plan/1", "bluelamp-plan/2")
    manifest.write_text(newer, encoding="utf-8")
    said = refused(plans)
    assert "has the format bluelamp-plan/2, which this version of Bluelamp does not read" in said
    assert "changed" not in said


def test_a_folder_with_other_files_is_refused_before_any_preview(plans: Path, tmp_path: Path, people: People) -> None:
    approve(open_plans(plans, KNOWN), people, KEYS["national-siro"], now())
    refuse_folder(plans)
    refuse_folder(tmp_path / "new" / "plans")
    (plans / "notes.md").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match=r"has files that are no part of saved plans: notes\.md"):
        refuse_folder(plans)
    with pytest.raises(NotADirectoryError):
        refuse_folder(plans / "notes.md" / "plans")


def test_a_link_in_place_of_a_file_is_refused(plans: Path, tmp_path: Path) -> None:
    plan = plans / "essex" / "plan.json"
    shutil.move(plan, tmp_path / "plan.json")
    plan.symlink_to(tmp_path / "plan.json")
    assert "is a link where a file was" in refused(plans)


def test_another_forces_plan_in_its_place_is_refused(tmp_path: Path) -> None:
    folder = saved(tmp_path / "plans", CREATED, forces=("essex", "kent"))
    shutil.copy(folder / "kent" / "plan.json", folder / "essex" / "plan.json")
    assert "essex/plan.json was changed" in refused(folder)
    with pytest.raises(UsageError, match="the plan is of another stack"):
        refuse_plan((folder / "kent" / "plan.json").read_bytes(), "essex")


def test_a_plan_with_a_secret_in_clear_text_is_not_saved(tmp_path: Path) -> None:
    secret = {SIGNATURE: SECRET, "plaintext": '"correct horse"'}
    plan = {"resourcePlans": {urn("essex", GROUP, "new"): {"goal": {"inputs": [{"password": secret}]}}}}
    with pytest.raises(UsageError, match="has a secret in clear text") as error:
        saved(tmp_path / "plans", CREATED, plan=plan)
    assert "horse" not in str(error.value)
    assert not (tmp_path / "plans").exists()
    encrypted = {SIGNATURE: SECRET, "ciphertext": "v1:x"}
    plan = {"resourcePlans": {urn("essex", GROUP, "new"): {"goal": {"inputs": [{"password": encrypted}]}}}}
    assert saved(tmp_path / "plans", CREATED, plan=plan).is_dir()


def test_a_plan_of_another_machine_is_accepted_unchanged(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "here").mkdir()
    there, here = Saving(tmp_path / "there", {}), Saving(tmp_path / "here", {})
    there.starts_from("essex", STATE)
    there.plan_of("essex").write_text(json.dumps({"resourcePlans": {urn("essex", GROUP, "new"): {}}}), "utf-8")
    here.take("essex", there.planned("essex"))
    assert here.planned("essex") == there.planned("essex")
    there.plan_of("essex").write_text(json.dumps({"resourcePlans": {urn("kent", GROUP, "new"): {}}}), "utf-8")
    with pytest.raises(UsageError, match="of another stack"):
        there.planned("essex")


def test_saving_again_replaces_plans_and_approvals_and_nothing_else(
    plans: Path, people: People, tmp_path: Path
) -> None:
    approve(open_plans(plans, KNOWN), people, KEYS["national-siro"], now())
    saved(plans, CREATED, forces=("kent",))
    assert not (plans / "essex").exists()
    assert not (plans / "approvals").exists()
    own = tmp_path / "own"
    own.mkdir()
    (own / "manifest.json").write_text("mine", encoding="utf-8")
    with pytest.raises(OccupiedError):
        saved(own, CREATED)
    assert (own / "manifest.json").read_text("utf-8") == "mine"


# Nothing that it depends on has changed


def changes(opened: Opened, now: Inputs, *, rehearse: bool = True) -> str:
    with pytest.raises(UsageError) as error:
        opened.refuse_changes(now, ["essex"], rehearse=rehearse)
    return error.value.message


def test_every_change_is_named(plans: Path) -> None:
    opened = open_plans(plans, KNOWN)
    opened.refuse_changes(INPUTS, ["essex"], rehearse=True)
    now = replace(
        INPUTS,
        commit="d" * 40,
        dirty=True,
        program="0" * 64,
        lock="0" * 64,
        versions={"pulumi": "3.273.0", "engine": "3.260.0"},
        settings={"essex": "0" * 64},
        rules={"essex": "0" * 64},
    )
    output = changes(opened, now)
    for part in (
        "the commit is dddddddddddd, and was cccccccccccc",
        "files differ from the commit now",
        "the program, its modules or Bluelamp changed",
        "the lock file changed",
        "engine is 3.260.0, and was 3.259.0",
        "pulumi is 3.273.0, and was 3.272.0",
        "the settings of essex changed",
        "the rules of essex changed",
    ):
        assert part in output
    assert "made in a rehearsal" in changes(opened, INPUTS, rehearse=False)


def test_a_state_written_since_is_refused(plans: Path) -> None:
    opened = open_plans(plans, KNOWN)
    opened.refuse_state("essex", STATE)
    later = {"deployment": {"manifest": {"time": "2026-11-02T00:00:00Z"}, "resources": []}}
    with pytest.raises(UsageError, match="the state was changed after the plan was saved") as error:
        opened.refuse_state("essex", later)
    assert "2026-11-02" in error.value.message
    assert state_digest(later) != state_digest(STATE) != state_digest({})


# Approvals


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "stacks").mkdir(parents=True)
    for name in ("forces.yaml", "approvers.yaml"):
        shutil.copy(ROOT / "stacks" / name, root / "stacks")
    with (root / "stacks" / "approvers.yaml").open("a", encoding="utf-8") as file:
        file.write(
            "  - id: head-of-essex\n    name: Head of ICT\n    role: Head of ICT of Essex\n"
            "    emails: [head.of.ict@essex.police.example]\n    severities: [low]\n    forces: [essex]\n"
            f'    validUntil: "{now().date() + timedelta(days=3)}"\nplanApprovals: required\n'
        )
    return root


@pytest.fixture
def people(root: Path) -> Iterator[People]:
    return read_people(root, KNOWN)


@dataclass
class Signing:
    """Approves one folder of plans."""

    folder: Path
    people: People

    def __call__(self, name: str, later: timedelta = AT_ONCE) -> None:
        approve(open_plans(self.folder, KNOWN), self.people, KEYS[name], now() + later)

    def refused(self, name: str, later: timedelta = AT_ONCE) -> str:
        with pytest.raises(UsageError) as error:
            self(name, later)
        return error.value.message

    def lacking(self, *stacks: str, later: timedelta = AT_ONCE) -> str:
        """Why the plans may not be applied; empty if they may."""
        opened = open_plans(self.folder, KNOWN)
        try:
            refuse_unapproved(opened, self.people, stacks or list(opened.manifest.forces), now() + later)
        except NotApprovedError as error:
            return f"{error.message} ({error.status.name})"
        return ""


def test_one_person_approves_an_addition_and_two_a_deletion(tmp_path: Path, people: People) -> None:
    one = Signing(saved(tmp_path / "one", CREATED), people)
    assert "essex needs 1 person (RULES_BROKEN)" in one.lacking()
    one("national-siro")
    assert one.lacking() == ""
    two = Signing(saved(tmp_path / "two", CREATED, DELETED), people)
    two("national-siro")
    two("national-siro")
    assert "essex needs 2 different people, and has national-siro" in two.lacking()
    two("national-ciso")
    assert two.lacking() == ""


def test_a_plan_without_changes_needs_no_approval(tmp_path: Path, people: People) -> None:
    assert Signing(saved(tmp_path / "plans"), people).lacking() == ""


def test_replacing_a_data_store_can_lose_data_and_another_replacement_cannot(tmp_path: Path) -> None:
    steps = [Step(urn("essex", ACCOUNT, "a"), op) for op in ("delete-replaced", "replace", "create-replacement")]
    assert [(loss.urn, loss.why) for loss in losses(steps)] == [(steps[0].urn, "replaced data store")]
    assert losses([Step(urn("essex", GROUP, "a"), "replace"), Step(urn("essex", ACCOUNT, "b"), "update")]) == []
    component = Step(urn("essex", "bluelamp:index:Hub", "hub"), "delete", custom=False)
    assert losses([component, Step(urn("essex", "pulumi:providers:azure-native", "p"), "delete")]) == []
    assert needed(open_plans(saved(tmp_path / "plans", *steps), KNOWN), "essex") == 2
    assert "azure-native:storage:StorageAccount" in data_stores()


@pytest.mark.parametrize(
    "author",
    ["siro@national.police.example", "siro+git@pnn.national.police.example", "s.i.r.o@national.police.example"],
)
def test_an_author_may_not_approve_under_any_of_their_addresses(tmp_path: Path, people: People, author: str) -> None:
    signing = Signing(saved(tmp_path / "plans", CREATED, authors=("dev@essex.police.uk", author)), people)
    assert signing.refused("national-siro") == "national-siro is an author of the change"
    signing("national-ciso")


@pytest.mark.parametrize("inputs", [replace(INPUTS, dirty=True), replace(INPUTS, commit="")])
def test_a_change_with_unknown_authors_cannot_be_approved(tmp_path: Path, people: People, inputs: Inputs) -> None:
    authors = () if not inputs.commit else ("dev@essex.police.uk",)
    signing = Signing(saved(tmp_path / "plans", CREATED, inputs=inputs, authors=authors), people)
    with pytest.raises(UsageError, match="the authors of the change are not known") as error:
        signing("national-siro")
    assert error.value.next_step == "commit the files, then run: bluelamp preview --save"


def test_an_approver_is_registered_in_date_and_for_the_force(tmp_path: Path, people: People) -> None:
    signing = Signing(saved(tmp_path / "plans", CREATED, forces=("essex", "kent")), people)
    assert "pipeline, the holder of the key, is not in stacks/approvers.yaml" in signing.refused("pipeline")
    stranger = Ed25519PrivateKey.generate()
    with pytest.raises(UsageError, match="is not in stacks/signers/"):
        approve(open_plans(signing.folder, KNOWN), people, stranger, now())
    signing("head-of-essex")
    assert "kent needs 1 person" in signing.lacking()
    assert "essex" not in signing.lacking().partition("not approved: ")[2].partition(" needs")[0]
    assert signing.lacking("essex") == ""
    # The person may approve for three more days: later, an earlier approval no longer counts.
    later = timedelta(days=5)
    assert "head-of-essex may approve until" in signing.lacking("essex", later=later)
    assert "head-of-essex may approve until" in signing.refused("head-of-essex", later)


def test_an_approval_of_another_plan_or_by_another_key_does_not_count(tmp_path: Path, people: People) -> None:
    first = Signing(saved(tmp_path / "first", CREATED), people)
    first("national-siro")
    second = Signing(saved(tmp_path / "second", CREATED, authors=("other@essex.police.uk",)), people)
    shutil.copytree(first.folder / "approvals", second.folder / "approvals")
    assert "is of another plan" in second.lacking()

    approval = first.folder / "approvals" / "national-siro.json"
    approval.write_text(approval.read_text("utf-8").replace("national-siro", "national-ciso"), encoding="utf-8")
    assert "was changed" in first.lacking()

    third = Signing(saved(tmp_path / "third", CREATED), people)
    third("national-siro")
    holders = {**KNOWN, fingerprint(KEYS["national-siro"].public_key()): "somebody"}
    [output] = approvals(open_plans(third.folder, KNOWN), replace(people, holders=holders), now())
    assert output.refused == "the approval of national-siro is signed with the key of somebody"


def test_an_approval_from_the_future_or_before_the_plan_does_not_count(tmp_path: Path, people: People) -> None:
    signing = Signing(saved(tmp_path / "plans", CREATED), people)
    assert "is older than the plan" in signing.refused("national-siro", -timedelta(hours=1))
    signing("national-siro", timedelta(hours=1))
    assert "which is in the future" in signing.lacking()
    opened = open_plans(signing.folder, KNOWN)
    later = now() + timedelta(hours=2)
    [standing] = approval_statuses(opened, approvals(opened, people, later), ["essex"])
    assert standing.missing == 0


def test_approvals_are_required_only_if_the_register_says_so(root: Path) -> None:
    assert read_people(root, KNOWN).required
    register = root / "stacks" / "approvers.yaml"
    text = register.read_text("utf-8")
    register.write_text(text.replace("planApprovals: required\n", ""), encoding="utf-8")
    assert not read_people(root, KNOWN).required
    register.write_text(text.replace("planApprovals: required", "planApprovals: always"), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"approvers.yaml:\d+:\d+: planApprovals"):
        read_people(root, KNOWN)


def test_mutually_exclusive_options_are_refused(tmp_path: Path) -> None:
    folder = ROOT
    for words, output in (
        (("preview", "kent", "--save", str(tmp_path / "p")), "a saved plan is always signed"),
        (("preview", "kent", "--sign-with", "key.pem"), "--sign-with belongs to --save"),
        (("preview", "kent", "--since", "HEAD"), "--since belongs to --save"),
        (("preview", "kent", "--save", str(tmp_path / "p"), "--sign-with", "k", "--refresh"), "are mutually exclusive"),
        (("up", "--rehearse", "--plan", str(tmp_path / "none")), "is not a folder"),
        (("approve", str(tmp_path / "none")), "is not a folder"),
    ):
        status, _, err = in_process(folder, words)
        assert (status, output in err) == (2, True), (words, err)
