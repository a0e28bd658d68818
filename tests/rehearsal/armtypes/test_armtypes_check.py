"""Checks by ARM's definitions, using a small folder of them created here."""

import json
from pathlib import Path
from typing import Any

import pytest

from bluelamp.rehearsal.armtypes import ArmTypes, LibraryError
from bluelamp.rehearsal.values import UNKNOWN, Secret

REQUIRED, READ_ONLY, NAME = 1, 2, 9
TEXT, NUMBER, FLAG, ANY = 0, 1, 2, 3


def ref(index: int) -> dict[str, str]:
    return {"$ref": f"#/{index}"}


def prop(index: int, flags: int = 0) -> dict[str, Any]:
    return {"type": ref(index), "flags": flags}


def obj(name: str, /, **properties: Any) -> dict[str, Any]:
    return {"$type": "ObjectType", "name": name, "properties": properties}


TYPES: list[dict[str, Any]] = [
    {"$type": "StringType"},
    {"$type": "IntegerType", "minValue": 1, "maxValue": 10},
    {"$type": "BooleanType"},
    {"$type": "AnyType"},
    {"$type": "StringType", "minLength": 3, "maxLength": 8, "pattern": "^[a-z]+$"},
    {"$type": "StringLiteralType", "value": "Allow"},
    {"$type": "StringLiteralType", "value": "Deny"},
    {"$type": "UnionType", "elements": [ref(5), ref(6)]},
    {"$type": "UnionType", "elements": [ref(5), ref(6), ref(TEXT)]},
    {"$type": "ArrayType", "itemType": ref(4), "minLength": 1, "maxLength": 2},
    obj("Cat", kind=prop(TEXT, REQUIRED), lives=prop(NUMBER, REQUIRED)),
    obj("Dog", kind=prop(TEXT, REQUIRED), tricks=prop(9)),
    {
        "$type": "DiscriminatedObjectType",
        "name": "Animal",
        "discriminator": "kind",
        "baseProperties": {"Pet_Name": prop(TEXT)},
        "elements": {"Cat": ref(10), "Dog": ref(11)},
    },
    {**obj("Tags"), "additionalProperties": ref(TEXT)},
    {"$type": "ArrayType", "itemType": ref(16)},
    obj("RuleProperties", action=prop(7, REQUIRED), open=prop(8), note=prop(TEXT)),
    obj("Rule", id=prop(TEXT, READ_ONLY), name=prop(TEXT), properties=prop(15)),
    obj("BoxProperties", size=prop(NUMBER, REQUIRED), state=prop(TEXT, READ_ONLY), rules=prop(14), animal=prop(12)),
    obj(
        "Police.Box/boxes",
        id=prop(TEXT, 10),
        name=prop(4, NAME),
        type=prop(TEXT, 10),
        location=prop(TEXT, REQUIRED),
        tags=prop(13),
        properties=prop(17, REQUIRED),
        codes=prop(9),
        identity=prop(20),
    ),
    {"$type": "ResourceType", "name": "Police.Box/boxes@2024-01-01", "body": ref(18)},
    obj("Identity", userAssignedIdentities=prop(21)),
    {**obj("Identities"), "additionalProperties": ref(22)},
    obj("UserAssigned", principalId=prop(TEXT, READ_ONLY)),
]
GOOD: dict[str, Any] = {"resourceGroupName": "rg", "boxName": "tardis", "location": "uksouth", "size": 5}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for version, types in (("2024-01-01", TYPES), ("2020-01-01", TYPES[:18])):
        file = tmp_path / "generated" / "box" / "police.box" / version / "types.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(types))
    return tmp_path


def judged(folder: Path, version: str = "2024-01-01", **changes: Any) -> list[tuple[str, str]]:
    names = ("resourceGroupName", "boxName")
    failures = ArmTypes(folder).check("Police.Box/boxes", version, GOOD | changes, names, own_name="boxName")
    return [(one.path, one.reason) for one in failures]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"size": UNKNOWN, "boxName": UNKNOWN, "rules": UNKNOWN},
        {"tags": {"any": "text"}, "codes": ["abc"]},
        {
            "rules": [
                {"name": "a", "action": "Deny", "open": "Anything"},
                {"id": "/a/reference"},
                {"properties": {"action": "Deny"}},
            ]
        },
        {"animal": {"kind": "Cat", "petName": "Tom", "lives": 9}},
        {"identity": {"userAssignedIdentities": ["/id"]}},
        {"location": Secret("uksouth"), "zzz": None},
        {"azureApiVersion": "2024-01-01", "__createBeforeDelete": True},
    ],
)
def test_valid_inputs_pass(folder, changes):
    assert judged(folder, **changes) == []


@pytest.mark.parametrize(
    ("changes", "path", "reason"),
    [
        ({"locaton": "x"}, "locaton", "unknown property 'locaton'; did you mean 'location'?"),
        ({"tag_s": {}}, "tag_s", "unknown property 'tag_s'; did you mean 'tags'?"),
        ({"location": None}, "location", "missing required property 'location'"),
        ({"size": None}, "size", "missing required property 'size'"),
        ({"size": "5"}, "size", 'expected an integer, found the string "5"'),
        ({"size": True}, "size", "expected an integer, found the boolean true"),
        ({"size": 0}, "size", "0 is too low: at least 1 required"),
        ({"size": 11}, "size", "11 is too high: at most 10 allowed"),
        ({"state": "on"}, "state", "the property 'state' is read-only"),
        ({"boxName": "ab"}, "boxName", "'ab' is too short (2): at least 3 characters required"),
        ({"boxName": "abcdefghi"}, "boxName", "'abcdefghi' is too long (9): at most 8 characters allowed"),
        ({"boxName": "Tardis"}, "boxName", "'Tardis' does not match expression '^[a-z]+$'"),
        ({"codes": []}, "codes", "too few items (0): at least 1 required"),
        ({"codes": ["abc"] * 3}, "codes", "too many items (3): at most 2 allowed"),
        ({"codes": ["abc", "x1x"]}, "codes[1]", "'x1x' does not match expression '^[a-z]+$'"),
        ({"codes": "abc"}, "codes", 'expected an array, found the string "abc"'),
        ({"tags": ["a"]}, "tags", "expected an object, found an array"),
        (
            {"identity": {"userAssignedIdentities": [1]}},
            "identity.userAssignedIdentities[0]",
            "expected a string, found the number 1",
        ),
        ({"tags": {"a": 1}}, "tags.a", "expected a string, found the number 1"),
        (
            {"rules": [{"action": "Denny"}]},
            "rules[0].action",
            "'Denny' is not one of Allow, Deny; did you mean 'Deny'?",
        ),
        (
            {"rules": [{"action": "Deny", "open": 1}]},
            "rules[0].open",
            "expected one of Allow, Deny, found the number 1",
        ),
        ({"rules": [{"note": "x"}]}, "rules[0].action", "missing required property 'action'"),
        ({"animal": {"kind": "Cta", "lives": 9}}, "animal.kind", "'Cta' is not one of Cat, Dog; did you mean 'Cat'?"),
        ({"animal": {"lives": 9}}, "animal.kind", "missing required property 'kind': one of Cat, Dog"),
        ({"animal": {"kind": "Dog", "lives": 9}}, "animal.lives", "unknown property 'lives'"),
        ({"boxName": Secret("hunter2!")}, "boxName", "the secret value does not match expression '^[a-z]+$'"),
        ({"size": Secret("hunter2")}, "size", "expected an integer, found a secret string"),
    ],
)
def test_a_single_mistake(folder, changes, path, reason):
    assert judged(folder, **changes) == [(path, reason)]


def test_the_nearest_version_is_used_and_named(folder):
    note = " (checked against API version 2024-01-01, the nearest available to 2021-06-01-preview)"
    assert judged(folder, "2021-06-01-preview", size=11) == [("size", f"11 is too high: at most 10 allowed{note}")]
    arm = ArmTypes(folder)
    assert arm.version("police.box/BOXES", "2021-06-01") == "2024-01-01"
    assert arm.version("Police.Box/lamps", "2024-01-01") is None
    assert arm.check("Police.Box/lamps", "2024-01-01", {"anything": 1}) == []


def test_a_folder_without_definitions_is_refused(tmp_path):
    with pytest.raises(LibraryError, match="holds no ARM type definitions"):
        ArmTypes(tmp_path)
    with pytest.raises(LibraryError, match="holds no ARM type definitions"):
        ArmTypes(tmp_path / "nowhere")


@pytest.mark.parametrize("text", ["{", "{}", "[1]", '[{"name": "x"}]'])
def test_a_broken_file_is_named(tmp_path, text):
    file = tmp_path / "a" / "police.box" / "2024-01-01" / "types.json"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    with pytest.raises(LibraryError, match=r"types\.json: not a file of ARM types"):
        ArmTypes(tmp_path).check("Police.Box/boxes", "2024-01-01", {})
