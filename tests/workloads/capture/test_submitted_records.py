"""Submitted records: each is accepted or in quarantine, whatever its content and whatever interrupts."""

import base64
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.workloads.capture import UnreadableError, check, record_schemas
from tests.conftest import Project
from tests.thorough import tries
from tests.workloads.contracts import contract

PROPERTIES = [
    {"name": "id", "logicalType": "string", "primaryKey": True},
    {"name": "n", "logicalType": "number", "unique": True},
]


@pytest.fixture(scope="module")
def schema(tmp_path_factory):
    return record_schemas(contract(tmp_path_factory.mktemp("contract"), properties=PROPERTIES))[0]


def restored(folder: Path) -> list[tuple[int, bytes]]:
    """The lines in quarantine, as they were submitted."""
    found = []
    for line in (folder / "quarantine.jsonl").read_text(encoding="utf-8").split("\n")[:-1]:
        row = json.loads(line)
        assert row["reasons"]
        raw = base64.b64decode(row["base64"]) if "base64" in row else row["record"].encode()
        found.append((row["line"], raw))
    return found


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "is not JSON"),
        (b"[]", "the record is not of type object"),
        (b"null", "the record is not of type object"),
        (b'{"id": "1", "id": "2"}', "has a duplicate property"),
        (b'{"id": "1", "n": NaN}', "NaN is not a JSON number"),
        (b'{"id": "1", "n": 1e999}', "a number is too large"),
        (b'{"id": "1", "n": "1"}', "n: is not of type number"),
        (b'{"id": "1", "N": 1}', "'N' is not a property of the contract"),
        (b'{"n": 1}', "id is missing"),
        (b'{"id": "\xff"}', "is not UTF-8 text"),
        (b'{"id": ' + b"[" * 100_000 + b"}", "is nested too deeply"),
        (b'{"id": "1", "n": ' + b"9" * 5000 + b"}", "is not JSON"),
        (b'{"id": "known"}', "id: has the values of an earlier record"),
        (b'{"id": "2", "n": 7.0}', "n: has the values of an earlier record"),
    ],
)
def test_the_error_is_reported_and_the_record_is_kept(schema, tmp_path, line, reason):
    source = tmp_path / "in.jsonl"
    source.write_bytes(b'\xef\xbb\xbf{"id": "known", "n": 7}\r\n\n' + line + b"\n")
    found = check(schema, source, tmp_path / "out")
    assert (found.read, found.accepted, found.quarantined) == (2, 1, 1)
    assert found.reasons == {reason: 1}
    assert restored(found.folder) == [(3, line)]
    assert (found.folder / "accepted.jsonl").read_bytes() == b'{"id": "known", "n": 7}\n'


@pytest.mark.parametrize("content", [b"", b"\n \r\n", '{"id": "1"}\n'.encode("utf-16")])
def test_a_file_without_records_is_refused_and_nothing_written(schema, tmp_path, content):
    (tmp_path / "in.jsonl").write_bytes(content)
    with pytest.raises(UnreadableError):
        check(schema, tmp_path / "in.jsonl", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_file_that_ends_within_a_record_is_truncated(schema, tmp_path):
    (tmp_path / "in.jsonl").write_bytes(b'{"id": "1"}\n{"id": "2"')
    found = check(schema, tmp_path / "in.jsonl", tmp_path / "out")
    assert found.truncated
    assert (found.accepted, found.quarantined) == (1, 1)


def test_another_file_of_the_same_name_replaces_nothing(schema, tmp_path):
    folders = set()
    for text in ('{"id": 1}\n', '{"id": 2}\n', '{"id": 1}\n'):
        (tmp_path / "in.jsonl").write_text(text, encoding="utf-8")
        folders.add(check(schema, tmp_path / "in.jsonl", tmp_path / "out").folder)
    assert len(folders) == 2
    assert sorted(raw for each in folders for _, raw in restored(each)) == [b'{"id": 1}', b'{"id": 2}']


ANY_LINE = st.binary(max_size=12).map(lambda each: each.replace(b"\n", b"")) | st.builds(
    lambda id_, n: json.dumps({"id": id_, "n": n}).encode(), st.sampled_from("abc"), st.none() | st.integers(0, 3)
)


@settings(max_examples=tries(150), deadline=None, derandomize=True)
@given(lines=st.lists(ANY_LINE, max_size=12), end=st.sampled_from([b"\n", b"\r\n"]), last=st.booleans())
def test_every_record_is_accepted_or_in_quarantine(schema, tmp_path_factory, lines, end, last):
    folder = tmp_path_factory.mktemp("records")
    content = end.join(lines) + (end if last else b"")
    (folder / "in.jsonl").write_bytes(content)
    content = content.removeprefix(b"\xef\xbb\xbf")
    expected = [each.removesuffix(b"\r") for each in content.split(b"\n") if each.strip()]
    try:
        found = check(schema, folder / "in.jsonl", folder / "out")
    except UnreadableError:
        assert not expected or content[:2] in (b"\xff\xfe", b"\xfe\xff")
        return
    accepted = (found.folder / "accepted.jsonl").read_bytes().split(b"\n")[:-1]
    kept = [raw for _, raw in restored(found.folder)]
    assert sorted([*accepted, *kept]) == sorted(expected)
    assert found.read == found.accepted + found.quarantined == len(expected)


def test_an_interrupted_run_leaves_all_or_nothing_and_the_next_completes(tmp_path):
    contract(tmp_path, properties=PROPERTIES)
    source = tmp_path / "in.jsonl"
    source.write_text("".join(f'{{"id": "{number % 900}"}}\n' for number in range(1000)), encoding="utf-8")
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom bluelamp.core.contracts import read_folder\n"
        "from bluelamp.workloads.capture import check, record_schemas\nroot = Path(sys.argv[1])\n"
        "schema = record_schemas(read_folder(root / 'contracts', root)[0])[0]\nprint('ready', flush=True)\n"
        "while True: check(schema, root / 'in.jsonl', root / 'out')\n"
    )
    for pause in (0.0, 0.02, 0.05, 0.1):
        process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(pause)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        for folder in (tmp_path / "out").glob("in-*"):
            names = {"accepted.jsonl": 900, "quarantine.jsonl": 100}
            assert {name: (folder / name).read_bytes().count(b"\n") for name in names} == names
    schema = record_schemas(contract(tmp_path, properties=PROPERTIES))[0]
    assert check(schema, source, tmp_path / "out").read == 1000
    assert [each.name[:3] for each in (tmp_path / "out").iterdir()] == ["in-"]


def test_the_command_makes_forms_and_checks_records(project: Project) -> None:
    force, out = "west-midlands", project.root / "forms"
    made = project.here("capture", force, "stop-and-search", "--out", str(out), "--format", "json")
    assert made.returncode == 0, made.stderr
    result = json.loads(made.stdout)["result"]
    assert {each["where"] for each in result["notExpressed"]} >= {"search", "search.search_id"}
    group = json.loads((out / "schema-group.json").read_text(encoding="utf-8"))
    assert [each["name"] for each in group["schemas"]] == ["stop-and-search.search"]
    assert json.loads((out / group["schemas"][0]["file"]).read_text("utf-8")) == result["schemas"][0]["document"]
    assert "<form" in (out / "stop-and-search.search.html").read_text(encoding="utf-8")

    records = project.root / "records.jsonl"
    good = {"search_id": "1", "searched_at": "2026-02-20T10:00", "power": "S60", "outcome": "none"}
    records.write_text(f"{json.dumps(good)}\n{json.dumps(good)}\n", encoding="utf-8")
    checked = project.here("capture", force, "stop-and-search", "--check", str(records))
    assert checked.returncode == 3
    assert "2 records: 1 accepted, 1 in quarantine" in checked.stdout
    assert list((project.root / ".bluelamp" / "capture" / force / "stop-and-search").glob("records-*/accepted.jsonl"))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["west-midland", "custody"], "did you mean west-midlands?"),
        (["west-midlands", "custdy"], "did you mean custody?"),
        (["west-midlands", "backups"], "describes no table"),
        (["west-midlands", "custody", "--table", "detentions"], "did you mean detention?"),
        (["west-midlands", "custody", "--check", "nothing.jsonl"], "no such file"),
    ],
)
def test_a_mistake_names_the_next_step(project: Project, words: list[str], message: str) -> None:
    run = project.here("capture", *words)
    assert run.returncode == 2, run.stdout
    assert message in run.stderr
