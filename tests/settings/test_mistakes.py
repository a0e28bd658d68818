"""The messages for wrong settings: mistakes.yaml has every one of them, word for word."""

from pathlib import Path

import pytest
import yaml

from bluelamp.infra.force import SettingsError, load

FILE = "stacks/Pulumi.essex.yaml"
MISTAKES = yaml.safe_load(Path(__file__).with_name("mistakes.yaml").read_text("utf-8"))


def problems_of(root: Path, content: str | bytes, slug: str = "essex") -> list[str]:
    raw = content if isinstance(content, bytes) else content.encode()
    (root / "stacks" / f"Pulumi.{slug}.yaml").write_bytes(raw)
    with pytest.raises(SettingsError) as caught:
        load(slug, root=root)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake["name"])
def test_each_mistake_is_reported_with_its_location(mistake, base, root):
    (root / "stacks/Pulumi.kent.yaml").write_text("config: {bluelamp:azure: {hub: {addressSpace: 10.220.0.0/16}}}\n")
    content = mistake.get("content", base)
    for change in mistake.get("change", []):
        assert change["from"] in content
        content = content.replace(change["from"], change["to"], 1)
    assert problems_of(root, content) == [FILE + problem for problem in mistake["problems"]]


def test_an_unknown_force_is_reported_with_the_nearest_names(root):
    with pytest.raises(SettingsError) as caught:
        load("west-midland", root=root)
    assert str(caught.value) == (
        "stacks/forces.yaml: unknown force 'west-midland'; did you mean west-midlands or west-mercia?"
    )
    with pytest.raises(SettingsError, match=r"did you mean metropolitan") as caught:
        load("Metropolitan Police", root=root)
    with pytest.raises(SettingsError, match=r"stacks/forces\.yaml lists all forces"):
        load("../../etc/passwd", root=root)


def test_a_missing_stack_file_names_the_command_that_writes_it(root):
    with pytest.raises(SettingsError) as caught:
        load("kent", root=root)
    assert str(caught.value) == "stacks/Pulumi.kent.yaml: Kent Police has no stack file; `bluelamp new kent` writes one"


def test_a_folder_in_place_of_a_stack_file_is_refused(root):
    (root / FILE).mkdir()
    with pytest.raises(SettingsError) as caught:
        load("essex", root=root)
    assert str(caught.value) == f"{FILE}: is a folder; is this the right file?"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("config: {}".encode("utf-16"), ": is in UTF-16; save it as UTF-8"),
        (b"config:\n  a: caf\xe9\n", ":2:9: is not UTF-8 text: byte 0xe9 is not allowed here; save it as UTF-8"),
        (b"\x7fELF\x02\x01\x01\x00", ":1:1: holds the control character U+007F; remove it"),
        (b"a: b\n" * 250_000, ": is larger than 250,000 bytes; is this the right file?"),
    ],
    ids=["utf-16", "latin-1", "binary", "huge"],
)
def test_a_file_that_is_not_text_is_refused(content, message, root):
    assert problems_of(root, content) == [FILE + message]


def test_a_byte_order_mark_and_windows_line_ends_are_read(base, root):
    (root / FILE).write_bytes(b"\xef\xbb\xbf" + base.replace("\n", "\r\n").encode())
    assert load("essex", root=root).cost_centre == "ESX-2075"


def test_an_encrypted_value_is_not_shown(base, root):
    content = base.replace("ESX-2075", "\n    secure: v1:8J9Fz0Yh5cQ=:c2VjcmV0")
    assert "c2VjcmV0" not in "\n".join(problems_of(root, content))


def test_problems_are_in_the_order_of_the_file(base, root):
    content = base.replace("9200", "-1").replace("prod", "production").replace("pods: 120", "pods: many")
    assert [problem.split(":")[1] for problem in problems_of(root, content)] == ["6", "25", "34"]
