"""The command and the policy pack read the same files in the same way: both accept them, or both refuse them."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi.runtime.proto import analyzer_pb2 as proto
from pulumi.runtime.proto import analyzer_pb2_grpc

from bluelamp import stack_files
from bluelamp.core.problems import SettingsError
from bluelamp.core.reader import MAX_BYTES, content_of
from bluelamp.core.reader import parse as read_one
from bluelamp.governance.read import governance
from bluelamp.policies import rules
from bluelamp.policies.governance import Governance
from bluelamp.policies.pack import stack_governance
from tests.conftest import ROOT
from tests.exempting import APPROVERS_FILE, EXEMPTIONS_FILE
from tests.thorough import tries

SAID: dict[str, Any] = {"deadline": None, "database": None, "derandomize": True}
BASELINE = """\
# Kept for a year.
rules:
  BL-LOG-001:
    enforcement: mandatory
    parameters:
      minimum: 365
  BL-NET-001:
    parameters: {ports: [22, 23, 3389, 5900, 5985, 5986]}
blockUnknown: true
"""
FILES = {
    "baseline.yaml": BASELINE,
    "regions/eastern.yaml": BASELINE,
    "essex/baseline.yaml": BASELINE,
    "essex/exemptions.yaml": EXEMPTIONS_FILE,
    "approvers.yaml": APPROVERS_FILE,
}
RULES = rules()


def read_by_both(root: Path, force: str = "essex") -> Governance | None:
    """The content that both read, None if both refuse it. Neither may raise anything else or read something else."""
    ours = packs = None
    problems = output = ""
    try:
        ours = governance(root, force, RULES)
    except SettingsError as error:
        problems = str(error)
    try:
        packs = stack_governance.of(root, force, RULES)
    except ValueError as error:
        output = str(error)
    assert ours == packs
    assert problems == output
    return ours


def make_root(folder: Path) -> Path:
    (folder / "stacks" / "essex").mkdir(parents=True)
    (folder / "stacks" / "regions").mkdir()
    shutil.copy(ROOT / "stacks" / "forces.yaml", folder / "stacks")
    for name, text in FILES.items():
        (folder / "stacks" / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with settings in every file."""
    return make_root(tmp_path)


@pytest.fixture(scope="module")
def shared() -> Iterator[Path]:
    """One such project for many generated files."""
    with tempfile.TemporaryDirectory() as folder:
        yield make_root(Path(folder))


def test_the_files_are_valid(root: Path) -> None:
    read = read_by_both(root)
    assert read is not None
    assert (read.block_unknown, len(read.exemptions)) == (True, 1)
    assert read.by_id["BL-LOG-001"].parameters["minimum"] == 365


# Generated files: valid ones with one change that readers of YAML interpret differently.

ALWAYS_REFUSED = ("twice", "anchor", "merge", "tag", "utf-16", "utf-32", "latin", "second document", "deep", "control",
                  "null byte", "huge", "directive tag", "complex key", "date", "octal", "surrogate")  # fmt: skip
OTHERS = (
    "nothing",
    "indent",
    "comment",
    "bom",
    "crlf",
    "cr",
    "cut",
    "swap",
    "insert",
    "flow",
    "duplicate line",
    "empty",
)


def lines_with_a_key(text: str) -> list[int]:
    return [number for number, line in enumerate(text.splitlines()) if ": " in line or line.rstrip().endswith(":")]


@st.composite
def changed(draw: st.DrawFn) -> tuple[str, str, bytes]:
    """A file's name, the change, and the new content."""
    name = draw(st.sampled_from(sorted(FILES)))
    text = FILES[name]
    how = draw(st.sampled_from([*ALWAYS_REFUSED, *OTHERS]))
    lines = text.splitlines(keepends=True)
    keyed = draw(st.sampled_from(lines_with_a_key(text)))
    line = lines[keyed]
    indent = line[: len(line) - len(line.lstrip(" -"))].replace("-", " ")
    key, _, value = line.strip(" -\n").partition(":")
    word = draw(st.text("abcxyz", min_size=1, max_size=5))
    if how == "twice":
        extra = draw(st.sampled_from([f"{indent}{key}: {value.strip() or '{}'}\n", f'{indent}"{key}": null\n']))
        # at the end of the file a key of the outermost mapping, otherwise in the same mapping, before or after
        if value.strip():
            lines.insert(keyed + 1, extra)
        else:
            lines.append(f"{lines[0].strip(chr(10)) if ':' in lines[0] else 'rules:'} {{}}\n")
    elif how == "anchor":
        lines[keyed] = line.replace(":", f": &{word}", 1)
        if draw(st.booleans()):
            lines.append(f"{word}: *{word}\n")
    elif how == "merge":
        lines.insert(
            keyed, f"{indent}<<: {draw(st.sampled_from(['{enforcement: mandatory}', '[]', f'*{word}', '{a: 1}']))}\n"
        )
    elif how == "tag":
        tag = draw(
            st.sampled_from(
                ["!!str", "!!int", "!!map", "!x", "!!python/object/apply:os.system", "!!binary", "!<tag:a>"]
            )
        )
        lines[keyed] = line.replace(":", f": {tag}", 1)
    elif how in ("utf-16", "utf-32"):
        return name, how, text.encode(how)
    elif how == "latin":
        return name, how, text.encode() + f"# {word}\xe9\xa3\n".encode("latin-1")
    elif how == "second document":
        lines.append(draw(st.sampled_from([f"---\n{word}: 1\n", "---\n", f"...\n---\n{word}\n"])))
    elif how == "deep":
        depth = draw(st.integers(40, 3000))
        lines.append(f"{word}: {'[' * depth}{']' * depth}\n")
    elif how == "control":
        lines.insert(keyed, f"# {draw(st.sampled_from([chr(each) for each in (1, 7, 8, 11, 12, 27, 127, 0xFFFE)]))}\n")
    elif how == "null byte":
        return name, how, text.encode()[: len(text) // 2] + b"\0" + text.encode()[len(text) // 2 :]
    elif how == "huge":
        lines.append("#" * MAX_BYTES)
    elif how == "directive tag":
        lines.insert(0, f"%TAG !{word}! tag:example,2000:\n---\n")
        lines[keyed + 1] = line.replace(":", f": !{word}!x", 1)
    elif how == "complex key":
        lines.append(f"? [{word}]\n: 1\n")
    elif how == "date":
        lines.append(f"{word}: {draw(st.dates())}\n")
    elif how == "octal":
        lines.append(
            f"{word}: {draw(st.sampled_from(['0o17', '017', '0x1f', '1_000', '.5', '0b1', '.inf', '.nan']))}\n"
        )
    elif how == "surrogate":
        lines.append(f'{word}: "\\ud800"\n')
    elif how == "indent":
        lines[keyed] = draw(st.sampled_from([" ", "\t", "  "])) + line
    elif how == "comment":
        lines.insert(keyed, f"{' ' * draw(st.integers(0, 6))}# {word}\n")
    elif how == "bom":
        return name, how, b"\xef\xbb\xbf" + text.encode()
    elif how in ("crlf", "cr"):
        return name, how, text.replace("\n", "\r\n" if how == "crlf" else "\r").encode()
    elif how == "cut":
        return name, how, text.encode()[: draw(st.integers(0, len(text)))]
    elif how == "swap":
        other = draw(st.sampled_from(sorted(FILES)))
        return name, how, FILES[other].encode()
    elif how == "insert":
        at = draw(st.integers(0, len(text)))
        piece = draw(st.text(":-#&*!|>'\"%@`{}[],? \n\tab\u200b\u2028é", min_size=1, max_size=4))
        return name, how, (text[:at] + piece + text[at:]).encode()
    elif how == "flow":
        return name, how, yaml.safe_dump(yaml.safe_load(text), default_flow_style=draw(st.booleans())).encode()
    elif how == "duplicate line":
        lines.insert(keyed, line)
    elif how == "empty":
        return (
            name,
            how,
            draw(st.sampled_from([b"", b"\n", b"# nothing\n", b"---\n", b"null\n", b"{}\n", b"[]\n", b"x\n"])),
        )
    return name, how, "".join(lines).encode()  # fmt: skip


@settings(**SAID, max_examples=tries(2000))
@given(change=changed())
def test_both_accept_a_file_or_both_refuse_it(change: tuple[str, str, bytes], shared: Path) -> None:
    name, how, content = change
    path = shared / "stacks" / name
    try:
        path.write_bytes(content)
        read = read_by_both(shared)
    finally:
        path.write_text(FILES[name], encoding="utf-8")
    if how in ALWAYS_REFUSED:
        assert read is None, content
    if how in ("nothing", "bom", "crlf", "flow"):
        assert read is not None, content


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**14), 10**14) | st.text("abé \u200b\n\"'#:-", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc-", min_size=1, max_size=4), inner, max_size=3),
    max_leaves=10,
)  # fmt: skip


@settings(**SAID, max_examples=tries(1000))
@given(content=st.dictionaries(st.sampled_from(["rules", "blockUnknown", "exemptions", "approvers", "x"]), VALUES, max_size=3),
       name=st.sampled_from(sorted(FILES)), flow=st.sampled_from([True, False, None]))  # fmt: skip
def test_both_read_the_same_values_or_none(content: dict[str, Any], name: str, flow: bool | None, shared: Path) -> None:
    text = yaml.safe_dump(content, default_flow_style=flow, allow_unicode=True)
    path = shared / "stacks" / name
    try:
        path.write_text(text, encoding="utf-8")
        read_by_both(shared)
        source = read_one(*content_of(path, shared), may_be_empty=True)
        try:
            stack = stack_files.read(path)
        except SettingsError:
            assert source.problems
        else:
            assert not source.problems
            assert stack == (source.values or {}) == content
    finally:
        path.write_text(FILES[name], encoding="utf-8")


# Things that are not regular files, and names that nearly match.


@pytest.mark.parametrize("name", sorted(FILES))
@pytest.mark.parametrize("kind", ["a FIFO", "a folder", "a device", "a broken link", "a loop", "a link to a device"])
def test_something_other_than_a_regular_file_is_refused_at_once(name: str, kind: str, root: Path) -> None:
    path = root / "stacks" / name
    path.unlink()
    match kind:
        case "a FIFO":
            os.mkfifo(path)
        case "a folder":
            path.mkdir()
        case "a broken link":
            path.symlink_to("nowhere")
        case "a loop":
            path.symlink_to(path.name)
        case _:
            path.symlink_to("/dev/zero")
    found: list[Governance | None] = []
    thread = threading.Thread(target=lambda: found.append(read_by_both(root)), daemon=True)
    thread.start()
    thread.join(60)
    assert found == [None], "it waits for the file"


@pytest.mark.parametrize(
    "name",
    ["baseline.yml", "Baseline.yaml", "BASELINE.YAML", "approvers.yml", "essex/Exemptions.yaml", "essex/baseline.YML",
     "essex/exemptions.yml", "regions/Eastern.yaml", "regions/eastern.yml", "Essex/baseline.yaml", "Regions/x.yaml",
     "essex/baseline.yaml ", "essex/ｂaseline.yaml"],
)  # fmt: skip
def test_a_file_under_nearly_the_right_name_is_refused(name: str, root: Path) -> None:
    path = root / "stacks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("blockUnknown: true\n", encoding="utf-8")
    assert read_by_both(root) is None
    with pytest.raises(SettingsError, match="is not read; rename it to"):
        governance(root, "essex", RULES)


# Stacks and the register.


def test_a_stack_may_include_its_organisation_and_project(root: Path) -> None:
    whole = stack_governance.of(root, "essex", RULES)
    assert whole.exemptions
    assert (
        stack_governance.of(root, "police/bluelamp/essex", RULES)
        == stack_governance.of(root, "police/essex", RULES)
        == whole
    )


@settings(**SAID, max_examples=tries(500))
@given(
    upper=st.sets(st.integers(0, 12)),
    joint=st.sampled_from(["-", "_", "", "."]),
    around=st.sampled_from(["{}", "{}-", "-{}", "{}.", "{}_", "{} "]),
    wide=st.booleans(),
    force=st.sampled_from(["essex", "west-midlands", "city-of-london"]),
)
def test_a_stack_that_is_nearly_a_forces_is_refused(
    upper: set[int], joint: str, around: str, wide: bool, force: str, shared: Path
) -> None:
    name = "".join(each.upper() if at in upper else each for at, each in enumerate(force)).replace("-", joint)
    name = around.format(chr(ord(name[0]) + 0xFEE0) + name[1:] if wide else name)
    if name == force:
        return
    with pytest.raises(ValueError, match=r"stacks/forces\.yaml: unknown force"):
        stack_governance.of(shared, name, RULES)
    with pytest.raises(SettingsError):
        governance(shared, name, RULES)


@pytest.mark.parametrize("name", ["baseline.yaml", "exemptions.yaml"])
def test_a_stack_with_files_of_its_own_is_in_the_register(name: str, root: Path) -> None:
    assert not stack_governance.of(root, "dev", RULES).exemptions
    (root / "stacks" / "dev").mkdir()
    (root / "stacks" / "dev" / name).write_text("{}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=f"stacks/dev/{name}: stacks/forces.yaml has no force called 'dev'"):
        stack_governance.of(root, "dev", RULES)


REGISTER = (ROOT / "stacks" / "forces.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "content",
    [
        "", "forces: {}\n", "forces:\n  essex: {region: eastern}\n", REGISTER.replace("region: eastern", "region: &a eastern"),
        REGISTER + "  essex: {region: nowhere}\n", REGISTER.replace("name: Essex Police", "name: Essex Police\n    region: london"),
        REGISTER.replace("region: eastern", 'region: "../essex"'), "[" * 5000, REGISTER + "---\n", None,
    ],
)  # fmt: skip
def test_a_wrong_register_stops_both(content: str | None, root: Path) -> None:
    path = root / "stacks" / "forces.yaml"
    path.unlink()
    if content is not None:
        path.write_text(content, encoding="utf-8")
    assert read_by_both(root) is None


def test_a_register_in_another_encoding_stops_both(root: Path) -> None:
    (root / "stacks" / "forces.yaml").write_bytes(REGISTER.encode("utf-16"))
    assert read_by_both(root) is None


@contextlib.contextmanager
def served(project: Path, cwd: Path) -> Iterator[analyzer_pb2_grpc.AnalyzerStub]:
    """The pack of a project, started as the engine starts it."""
    (project / "policies").symlink_to(ROOT / "policies")
    command = [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(project / "policies")]
    with subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            with grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}") as channel:
                yield analyzer_pb2_grpc.AnalyzerStub(channel)
        finally:
            process.kill()


def test_the_pack_that_the_engine_starts_stops_it_at_such_a_file(root: Path, tmp_path: Path) -> None:
    elsewhere = make_root(tmp_path / "elsewhere")  # the working folder does not matter
    (elsewhere / "stacks" / "baseline.yaml").write_text("x\n", encoding="utf-8")
    with served(root, elsewhere) as stub:
        configure = proto.AnalyzerStackConfigureRequest(stack="essex")
        stub.ConfigureStack(configure)
        for name, text in FILES.items():
            key = text.rstrip("\n").splitlines()[-1].lstrip(" -").partition(":")[0]
            indent = " " * (len(text.rstrip("\n").splitlines()[-1]) - len(text.rstrip("\n").splitlines()[-1].lstrip()))
            path = root / "stacks" / name
            for content in (
                (f"{text}{indent}{key}: []\n").encode(),
                text.encode("utf-16"),
                f"{text}x: &x 1\n".encode(),
            ):
                path.write_bytes(content)
                with pytest.raises(grpc.RpcError) as raised:
                    stub.ConfigureStack(configure)
                assert raised.value.code() is grpc.StatusCode.FAILED_PRECONDITION
                assert raised.value.details().startswith(f"stacks/{name}:")
            path.unlink()
            os.mkfifo(path)
            with pytest.raises(grpc.RpcError, match="is not a regular file"):
                stub.ConfigureStack(configure)
            path.unlink()
            path.write_text(text, encoding="utf-8")
        for stack in ("Essex", "ESSEX", "essex-", "org/project/Essex"):
            with pytest.raises(grpc.RpcError, match="did you mean essex"):
                stub.ConfigureStack(proto.AnalyzerStackConfigureRequest(stack=stack))
        stub.ConfigureStack(configure)


def test_a_pack_installed_alone_uses_the_rules_as_written(tmp_path: Path) -> None:
    assert stack_governance.of(tmp_path, "essex", RULES) == Governance(tuple(RULES))


def test_a_stack_file_has_the_same_meaning_for_bluelamp_and_the_engine(tmp_path: Path) -> None:
    path = tmp_path / "Pulumi.essex.yaml"
    for text in (
        "config: {a: 1, a: 2}\n",
        "config: {a: &x 1, b: *x}\n",
        "config: {a: 0o17}\n",
        "config: {a: 2026-04-01}\n",
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(SettingsError, match=r"Pulumi\.essex\.yaml:1:"):
            stack_files.read(path)
    path.write_text("# nothing\n", encoding="utf-8")
    assert stack_files.read(path) == {}
