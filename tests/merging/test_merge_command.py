"""`bluelamp merge`: two forces, the questions and answers, and a merged force that plans and passes `check`."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from bluelamp import schemas
from bluelamp.core.files import create
from bluelamp.infra.settings.register import read_register
from bluelamp.merging.draft import Draft, Named, drafted
from bluelamp.merging.questions import Answer, Answers
from bluelamp.merging.steps import Comparison, steps
from tests import thorough
from tests.conftest import Project, in_process
from tests.editor.test_schemas import names_its_schema

INTO = ("--into", "mid-wales", "--name", "Mid Wales Police", "--code", "midw")
PAIRS = [("dyfed-powys", "wiltshire"), ("sussex", "cumbria"), *([("west-midlands", "essex")] if thorough.ALL else [])]


def answered(path: Path, chance: random.Random) -> None:
    """Answers every open question of the file, each with one of its options."""
    document = yaml.safe_load(path.read_text("utf-8"))
    for name, row in document["questions"].items():
        row["answer"] = answer(name, row.get("options") or {}, chance)
    path.write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")


def answer(name: str, options: dict[str, Any], chance: random.Random) -> Any:
    if name == "register:validFrom":
        return {"value": "2028-04-01"}
    return chance.choice(list(options)) if options else {"value": 64512 + chance.randrange(1000)}


def all_answered(project: Project, first: str, second: str, named: Named, chance: random.Random) -> Draft:
    """The draft with every question answered. An answer may raise more, for example if both services continue."""
    given: dict[str, Answer] = {}
    draft = drafted(project.root, first, second, named, answers := Answers(given))
    while answers.open:
        for question in answers.open:
            made = answer(question.id, dict(question.options), chance)
            given[question.id] = Answer(value=made["value"]) if isinstance(made, dict) else Answer(made)
        draft = drafted(project.root, first, second, named, answers := Answers(given))
    return draft


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_the_answered_result_plans_and_passes_check(first: str, second: str, project: Project) -> None:
    before = (project.root / "stacks" / "forces.yaml").read_bytes()
    status, out, err = in_process(project.root, ["merge", first, second, *INTO, "--format", "json"])
    assert status == 0, err
    document = json.loads(out)
    assert list(Draft202012Validator(schemas.output()).iter_errors(document)) == []
    result = document["result"]
    assert result["open"]
    assert len(result["open"]) == len(result["questions"])
    assert result["duplicates"]
    folder = project.root / "merges" / "mid-wales"
    assert "Answer the" in (folder / "plan.md").read_text("utf-8")
    in_process(project.root, ["schemas", "--write", "schemas"])
    assert names_its_schema(folder / "questions.yaml", project.root)
    assert (project.root / "stacks" / "forces.yaml").read_bytes() == before

    refused = in_process(project.root, ["merge", first, second, *INTO, "--write"])
    assert refused[0] == 2
    assert "questions are open" in refused[2]
    assert "next: answer them first" in refused[2]

    answered(folder / "questions.yaml", random.Random(7))
    status, out, err = in_process(project.root, ["merge", first, second, *INTO, "--write", "--format", "json"])
    assert status == 0, err
    assert json.loads(out)["result"]["open"] == []
    checked = in_process(project.root, ["check", "mid-wales", "--format", "json"])
    assert checked[0] == 0, checked[1]
    register = read_register(project.root)
    assert [str(register.entry(each).valid_to) for each in (first, second)] == ["2028-03-31"] * 2
    assert {register.entry(each).successor for each in (first, second)} == {"mid-wales"}
    for each in (first, second):
        assert in_process(project.root, ["check", each])[0] == 0

    again = in_process(project.root, ["merge", first, second, *INTO])
    assert again[0] == 2
    assert "mid-wales already exists in the project" in again[2]


def test_any_two_forces_have_a_draft_whose_settings_load(project: Project) -> None:
    """Pairs of all forces, answered at random; `drafted` loads the draft if no question is open."""
    chance = random.Random(3)
    slugs = sorted(read_register(project.root).forces)
    for _ in range(60 if thorough.ALL else 12):
        first, second = chance.sample(slugs, 2)
        named = Named("united", "United Police", "national", "unit")
        assert all_answered(project, first, second, named, chance).complete


def test_use_of_a_resource_that_the_new_force_does_not_plan_is_left_out(project: Project) -> None:
    use = "1 10k operations/month"
    text = f"resources: {{vault-vault: {{vaultOperations: {use}}}, old-vault: {{vaultOperations: {use}}}}}\n"
    (project.root / "stacks" / "dyfed-powys" / "usage.yaml").write_text(text, "utf-8")
    named = Named("mid-wales", "Mid Wales Police", "wales", "midw")
    draft = all_answered(project, "dyfed-powys", "wiltshire", named, random.Random(7))
    assert draft.dropped == ("resources.old-vault",)
    file = draft.files["stacks/mid-wales/usage.yaml"]
    assert yaml.safe_load(file) == {"resources": {"vault-vault": {"vaultOperations": use}}}
    assert "# Omitted, as the new force has no resource with this usage:\n#  - resources.old-vault\n" in file
    none = Comparison((), (), ())
    (step,) = [each for each in steps(draft, none) if "usage.yaml" in each.title]
    assert step.items == ("resources.old-vault",)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["kent", "kent", *INTO], "kent cannot be merged with itself"),
        (["kent", "surrey", "--into", "kent", "--name", "K", "--code", "kk"], "kent is one of the two forces"),
        (["kent", "surrey", "--into", "essex", "--name", "K", "--code", "kk"], "essex already exists in the project"),
        (["kent", "surey", *INTO], "did you mean surrey?"),
        (["kent", "surrey", *INTO, "--region", "waless"], "did you mean wales?"),
        (["kent", "surrey-dev", *INTO], "surrey-dev is an environment"),
        (
            ["kent", "surrey", "--into", "new", "--name", "N", "--code", "essex"],
            "--code: essex is the code of essex already",
        ),
        (["kent", "surrey", "--into", "New Force", "--name", "N", "--code", "nf"], "--into: 'New Force' is not"),
    ],
)
def test_an_impossible_merger_is_refused(words: list[str], message: str, project: Project) -> None:
    before = {path: path.read_bytes() for path in project.root.joinpath("stacks").rglob("*.yaml")}
    status, _, err = in_process(project.root, ["merge", *words])
    assert status == 2, err
    assert message in " ".join(err.split())
    assert {path: path.read_bytes() for path in project.root.joinpath("stacks").rglob("*.yaml")} == before
    assert not (project.root / "merges").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("questions: {settings:costCentre: {answer: wilts}}\n", "'wilts' is not an option"),
        ("questions: {settings:costCenter: {answer: wiltshire}}\n", "did you mean settings:costCentre?"),
        (
            "questions: {register:validFrom: {answer: {value: soon}}}\n",
            "validFrom.answer: is not a date (found 'soon')",
        ),
        ("questions: {register:validFrom: {answer: never}}\n", "validFrom.answer: is not a date (found 'never')"),
        ('questions: {register:validFrom: {answer: "2027-02-30"}}\n', "questions.yaml:1:42"),
        ("questions: [one]\n", "has no mapping of questions"),
        ("questions: {settings:costCentre: {answer: [a]\n", "questions.yaml:"),
        ("questions: {settings:costCentre: {anwser: kent}}\n", "did you mean answer?"),
        ("questions: {settings:costCentre: {answer: {values: 1}}}\n", "costCentre.answer: a mapping is not an answer"),
    ],
)
def test_a_wrong_answer_is_reported_with_its_location_and_next_step(text: str, message: str, project: Project) -> None:
    path = project.root / "merges" / "mid-wales" / "questions.yaml"
    path.parent.mkdir(parents=True)
    create(path, text)
    status, _, err = in_process(project.root, ["merge", "dyfed-powys", "wiltshire", *INTO])
    assert status == 2, err
    assert message in " ".join(err.split())
    assert path.read_text("utf-8") == text


def test_a_value_that_the_settings_refuse_is_reported_at_its_answer(project: Project) -> None:
    words = ["merge", "dyfed-powys", "wiltshire", *INTO]
    in_process(project.root, words)
    path = project.root / "merges" / "mid-wales" / "questions.yaml"
    answered(path, random.Random(1))
    document = yaml.safe_load(path.read_text("utf-8"))
    document["questions"]["register:validFrom"]["answer"] = "2028-04-01"
    document["questions"]["settings:azure.budget.amount"]["answer"] = {"value": -5}
    owner = next(name for name in document["questions"] if name.startswith("owners:"))
    document["questions"][owner]["answer"] = {"value": ["nobody"]}
    path.write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")
    before = path.read_bytes()
    status, _, err = in_process(project.root, words)
    output = " ".join(err.split())
    assert status == 2
    assert "questions.settings:azure.budget.amount.answer: -5 is out of bounds" in output
    assert "bluelamp:owner: the draft is invalid: a list is not a mapping" in output
    assert "correct the answer that causes it in merges/mid-wales/questions.yaml" in output
    assert path.read_bytes() == before


def test_a_force_with_a_successor_is_not_merged_again(project: Project) -> None:
    words = ["merge", "dyfed-powys", "wiltshire", *INTO]
    in_process(project.root, words)
    answered(project.root / "merges" / "mid-wales" / "questions.yaml", random.Random(1))
    assert in_process(project.root, [*words, "--write"])[0] == 0
    again = ["merge", "wiltshire", "kent", "--into", "other", "--name", "Other", "--code", "oth"]
    status, _, err = in_process(project.root, again)
    assert status == 2
    assert "wiltshire already has the successor mid-wales" in err
    assert not (project.root / "merges" / "other").exists()


def test_a_failed_write_leaves_nothing_half_done(project: Project) -> None:
    words = ["merge", "dyfed-powys", "wiltshire", *INTO]
    in_process(project.root, words)
    answered(project.root / "merges" / "mid-wales" / "questions.yaml", random.Random(1))
    # A file in the place of a folder stops the writing after the first files.
    (project.root / "stacks" / "mid-wales").mkdir()
    (project.root / "stacks" / "mid-wales" / "assets").write_text("mine\n", "utf-8")
    before = (project.root / "stacks" / "forces.yaml").read_bytes()
    status, _, err = in_process(project.root, [*words, "--write"])
    assert status == 2
    assert "cannot be written" in err
    assert (project.root / "stacks" / "forces.yaml").read_bytes() == before
    assert not (project.root / "stacks" / "Pulumi.mid-wales.yaml").exists()
    (project.root / "stacks" / "mid-wales" / "assets").unlink()
    assert in_process(project.root, [*words, "--write"])[0] == 0


def test_an_existing_file_is_not_overwritten(project: Project) -> None:
    in_process(project.root, ["merge", "dyfed-powys", "wiltshire", *INTO])
    answered(project.root / "merges" / "mid-wales" / "questions.yaml", random.Random(1))
    own = project.root / "stacks" / "mid-wales" / "assets" / "secrets.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("mine\n", "utf-8")
    before = (project.root / "stacks" / "forces.yaml").read_bytes()
    status, _, err = in_process(project.root, ["merge", "dyfed-powys", "wiltshire", *INTO, "--write"])
    assert status == 2
    assert "exists already, and is not overwritten" in " ".join(err.split())
    assert own.read_text("utf-8") == "mine\n"
    assert (project.root / "stacks" / "forces.yaml").read_bytes() == before
