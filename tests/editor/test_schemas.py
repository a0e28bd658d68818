"""The JSON Schemas of hand-written files accept what `check` accepts, and refuse every mistake that they can express."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from jsonschema.validators import validator_for

from bluelamp.core.modeline import modeline
from bluelamp.core.problems import SettingsError
from bluelamp.core.reader import parse
from bluelamp.infra.scaffold.environment import scaffold_environment
from bluelamp.infra.scaffold.register import add_force
from bluelamp.infra.scaffold.stack import scaffold
from bluelamp.schemas.editor import FILES, SHIPPED, headed, kind_of
from bluelamp.starting import start
from tests.conftest import ROOT, in_process

SETTINGS = ROOT / "tests" / "settings"
MISTAKES = yaml.safe_load((SETTINGS / "mistakes.yaml").read_text("utf-8"))
NOT_EXPRESSED = yaml.safe_load(Path(__file__).with_name("not_expressed.yaml").read_text("utf-8"))


def validator(name: str) -> Any:
    schema = json.loads((SHIPPED / f"{name}.json").read_text("utf-8"))
    kind = validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


VALIDATORS = {file.name: validator(file.name) for file in FILES}


def refused(name: str, values: object) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATORS[name].iter_errors(values)]


def read(text: str) -> Any:
    return parse(text.encode(), "a file").values


def names_its_schema(path: Path, root: Path) -> bool:
    """Whether the file begins with a line that names the schema of its kind, and conforms to it."""
    text, name = path.read_text("utf-8"), path.relative_to(root).as_posix()
    kind = kind_of(name)
    assert kind, name
    schema = text.partition("\n")[0].removeprefix("# yaml-language-server: $schema=")
    assert (path.parent / schema).resolve().read_bytes() == (SHIPPED / f"{kind.name}.json").read_bytes()
    assert refused(kind.name, read(text)) == [], name
    return True


def test_the_shipped_schemas_are_those_of_the_models() -> None:
    assert {path.stem for path in SHIPPED.glob("*.json")} == {file.name for file in FILES}
    for file in FILES:
        assert json.loads((SHIPPED / f"{file.name}.json").read_text("utf-8")) == file.schema(), "run: make docs"


def test_every_settings_file_of_the_checkout_names_its_schema() -> None:
    assert all(names_its_schema(path, ROOT) for path in (ROOT / "stacks").rglob("*.yaml"))


def test_every_file_that_a_command_writes_names_its_schema(tmp_path: Path) -> None:
    start(tmp_path, "kent", "platforms@kent.police.example", "KNT-1")
    scaffold_environment("kent", "dev", "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e31", root=tmp_path)
    add_force("severn", name="Severn Police", region="south-west", code="svn", root=tmp_path)
    (tmp_path / "stacks" / "Pulumi.severn.yaml").write_text("encryptionsalt: v1:abc\n", encoding="utf-8")
    scaffold("severn", "platforms@severn.police.example", "SVN-1", root=tmp_path)
    assert (tmp_path / "stacks" / "Pulumi.severn.yaml").read_text("utf-8").endswith('encryptionsalt: "v1:abc"\n')
    written = [path for path in (tmp_path / "stacks").rglob("*.yaml") if names_its_schema(path, tmp_path)]
    assert len(written) == 7


def test_new_writes_the_schemas_if_a_project_has_none(tmp_path: Path) -> None:
    start(tmp_path)
    shutil.rmtree(tmp_path / "schemas")
    words = ["new", "kent", "--owner", "platforms@kent.police.example", "--cost-centre", "KNT-1"]
    status, out, err = in_process(tmp_path, words)
    assert (status, "schemas/" in out) == (0, True), out + err
    assert names_its_schema(tmp_path / "stacks" / "Pulumi.kent.yaml", tmp_path)


def test_the_command_lists_and_writes_them(tmp_path: Path) -> None:
    status, out, _ = in_process(tmp_path, ["schemas", "--write", "here", "--format", "json"])
    found = json.loads(out)["result"]
    assert (status, len(found["written"])) == (0, len(FILES))
    assert {path.name for path in (tmp_path / "here").iterdir()} == {
        f"{each['name']}.json" for each in found["schemas"]
    }
    status, out, _ = in_process(tmp_path, ["schemas", "--write", "here", "--format", "json"])
    assert (status, json.loads(out)["result"]["written"]) == (0, [])
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert in_process(tmp_path, ["schemas", "--write", "file/below"])[0] == 2


def as_changed(mistake: dict[str, Any], base: str) -> str:
    content: str = mistake.get("content", base)
    for change in mistake.get("change", []):
        content = content.replace(change["from"], change["to"], 1)
    return content


def test_a_schema_refuses_every_mistake_that_it_can_express() -> None:
    base = (SETTINGS / "base.yaml").read_text("utf-8")
    assert refused("stack", read(base)) == []
    taken = []
    for mistake in MISTAKES:
        try:
            source = parse(as_changed(mistake, base).encode(), "a file")
        except SettingsError:
            continue  # Invalid YAML, which an editor reports without a schema.
        if not source.problems and not refused("stack", source.values):
            taken.append(mistake["name"])
    assert taken == NOT_EXPRESSED, "a schema refuses more, or less, than not_expressed.yaml says"


def test_a_layer_has_only_the_differences() -> None:
    layer = "config:\n  bluelamp:environment: dev\n  bluelamp:azure:\n    landingZones:\n      - {name: trials, remove: true}\n"
    assert refused("stack-layer", read(layer + "    logAnalytics: null\n")) == []
    assert refused("stack-layer", read("config:\n")) == []
    assert refused("stack-layer", read(layer.replace("dev", "development"))) != []
    assert refused("stack-layer", read(layer.replace("landingZones", "landingZone"))) != []
    assert refused("stack", read(layer)) != []


VALID: dict[str, str] = {
    "waves": "canary: kent\nrings: [{name: first, forces: [essex], failureLimit: 10%}]",
    "exemptions": """
exemptions:
  - {id: EX-1, rule: BL-NET-001, scope: "urn:pulumi:*", reason: The supplier's appliance needs it until March, compensatingControl: The
    firewall denies everything else, riskReference: RBC-1, owner: {role: Head of Data, email: data@kent.police.example},
    approver: national-siro, start: "2026-04-01", expiry: "2026-04-30", lastReview: "2026-04-01"}""",
    "drift": "ignore: [{type: 'azure-native:*', property: tags.x, reason: Set by the backup service every night, expiry: '2027-01-01'}]",
    "bootstrap": "host: github\nrepository: OWNER/NAME\nnetwork: {addressSpace: 10.30.252.0/26}",
    "operator": f"image: registry.example/bluelamp@sha256:{'0' * 64}\nbackend: azblob://x?storage_account=y\nforces: {{kent: {{apply: {{secret: a}}, plan: {{secret: b}}}}}}",
    "statement": f"id: S-1\nforce: kent\ncontrols: [NCSC CAF 4.0 A1.a]\nstatement: The board reviews the risks each quarter\nauthor: {{role: CIO, email: cio@kent.police.example}}\ndate: '2026-01-01'\nvalidUntil: '2027-01-01'\nfiles: [{{path: a.pdf, sha256: {'0' * 64}}}]",
    "mapping": "source: custody\ntable: detainees\nentities: [{kind: person, type: detainee, attributes: {surname: sname, born: {column: dob, as: date}}}]",
    "usage": "usage: {logIngestion: 60 GB/day, sentinelCommitment: 50 GB/day}\nresources: {lake: {storageCapacity: 1.5 GB}}\nreservations: {virtualMachines: 3-years}",
    "questions": "questions: {'settings:costCentre': {question: Which?, options: {kent: KNT-1}, answer: {value: KNS-100}}, 'x:y': {answer: both}, z: {answer: null}}",
    "roadmap": "milestones: [{id: one, title: One, enables: [1, 2a], start: '2026-01-01', end: '2027-01-01', budget: {monthly: 5}, exitCriteria: [{component: gateways}]}]",
}
WRONG: list[tuple[str, Callable[[str], str]]] = [
    ("waves", lambda text: text.replace("10%", "110%")),
    ("waves", lambda text: text.replace("canary", "canari")),
    ("exemptions", lambda text: text.replace('"2026-04-01"', '"1 April 2026"')),
    ("exemptions", lambda text: text.replace("The supplier's appliance needs it until March", "needed")),
    ("drift", lambda text: text.replace("expiry", "expires")),
    ("bootstrap", lambda text: text.replace("github", "bitbucket")),
    ("bootstrap", lambda text: text.replace("/26", "/266")),
    ("operator", lambda text: text.replace("@sha256:", ":")),
    ("statement", lambda text: text.replace("sha256: 0", "sha256: x")),
    ("mapping", lambda text: text.replace("as: date", "as: day")),
    ("usage", lambda text: text.replace("60 GB/day", "60 GB")),
    ("usage", lambda text: text.replace("50 GB", "60 GB")),
    ("usage", lambda text: text.replace("lake: {storageCapacity", "lake: {logIngestion")),
    ("roadmap", lambda text: text.replace("{monthly: 5}", "{}")),
    ("roadmap", lambda text: text.replace("2a", "2z")),
    ("questions", lambda text: text.replace("answer", "anwser", 1)),
    ("questions", lambda text: text.replace("{value: KNS-100}", "[KNS-100]")),
]


@pytest.mark.parametrize(("name", "text"), VALID.items(), ids=VALID.keys())
def test_values_without_an_example_in_the_stack_files_are_accepted(name: str, text: str) -> None:
    assert refused(name, read(text)) == []


@pytest.mark.parametrize(("name", "wrong"), WRONG, ids=[f"{name}-{number}" for number, (name, _) in enumerate(WRONG)])
def test_a_value_that_the_model_refuses_is_refused_by_its_schema(name: str, wrong: Callable[[str], str]) -> None:
    changed = wrong(VALID[name])
    assert changed != VALID[name]
    assert refused(name, read(changed)) != []


def test_an_editor_reads_each_schema_without_another_file() -> None:
    for file in FILES:
        text = (SHIPPED / f"{file.name}.json").read_text("utf-8")
        references = {part.partition('"')[0] for part in text.split('"$ref": "')[1:]}
        assert all(reference.startswith("#/") for reference in references), file.name
        if file.name != "asset":  # the draft's own meta-schema
            assert isinstance(VALIDATORS[file.name], Draft7Validator)


def test_the_settings_have_the_descriptions_of_the_models() -> None:
    schema = json.loads((SHIPPED / "stack.json").read_text("utf-8"))
    profile = schema["properties"]["config"]["properties"]["bluelamp:profile"]
    assert profile["enum"] == ["starter", "hybrid", "full"]
    assert profile["default"] == "starter"
    assert "each profile has everything in the one before it" in profile["description"]


def test_the_path_to_the_schemas_works_from_any_depth() -> None:
    assert (
        modeline("stacks/kent/assets/a.yaml", "asset")
        == "# yaml-language-server: $schema=../../../schemas/asset.json\n"
    )
    assert (
        headed("stacks/Pulumi.kent-dev.yaml", "x") == "# yaml-language-server: $schema=../schemas/stack-layer.json\nx"
    )
    assert headed("README.md", "x") == "x"
    assert {file.name for file in FILES for path in file.paths if kind_of(path.replace("*", "x")) == file} == {
        file.name for file in FILES
    }
    assert all(PurePosixPath(path).suffix == ".yaml" for file in FILES for path in file.paths)
