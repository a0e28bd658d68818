"""Reports modified after they were written: every change is found, and every unmodified report verifies.

The reports are real ones, signed and unsigned, on one force and on several. Each case makes a generated change to one
of them, writes it into a folder and verifies it.
"""

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from bluelamp.cli.verbs.up import _default_report
from bluelamp.core.text import printable
from bluelamp.reports.canonical import canonical, readable
from bluelamp.reports.keys import fingerprint, make_key, private_key, public_key
from bluelamp.reports.sealed_form import content_hash
from bluelamp.reports.verifying import Verification, verify
from tests.conftest import ROOT, bluelamp
from tests.integrity.sealed import Files, put, read, report_on, written
from tests.thorough import tries

FORCES = ("essex", "kent", "surrey")
KINDS = ("one", "several", "one-unsigned", "several-unsigned")


@dataclass(frozen=True, repr=False)
class Written:
    """The reports as written, an older one of each kind, and the paths of the signer's and of another key."""

    now: dict[str, Files]
    before: dict[str, Files]
    key: Path
    other: Path
    work: Path
    numbers: Iterator[int]

    def found(self, files: Files, kind: str, name: str = "report", **how: Any) -> list[Verification]:
        """The result of verifying `files`, a modified report, by somebody who knows the signer's key."""
        signer = None if kind.endswith("unsigned") else public_key(self.key.with_suffix(".pub.pem"))
        with self.folder(files, kind, name) as folder:
            return verify(folder, signer, **how)

    @contextmanager
    def folder(self, files: Files, kind: str, name: str = "report") -> Iterator[Path]:
        """A folder with `files`. It already has the rest of the report, so that little has to be written."""
        whole = self.now[kind]
        folder = self.work / f"changed-{kind}-{name}" / name
        if not folder.exists():
            put(whole, folder)
        changed = {each for each in {*whole, *files} if whole.get(each) != files.get(each)}
        if len(changed) > len(whole) // 2:
            folder = self.work / f"case-{next(self.numbers)}" / name
            put(files, folder)
        else:
            bring(folder, {each: files.get(each) for each in changed})
        try:
            yield folder
        finally:
            if folder.parent.name.startswith("case-"):
                shutil.rmtree(folder.parent)
            else:
                bring(folder, {each: whole.get(each) for each in changed})


def bring(folder: Path, files: Mapping[str, bytes | None]) -> None:
    """Writes these files and removes those that are None, with folders that become empty."""
    for name, content in files.items():
        if content is None:
            (folder / name).unlink()
            for above in list(Path(name).parents)[:-1]:
                with suppress(OSError):
                    (folder / above).rmdir()
    for name, content in files.items():
        if content is not None:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Written:
    work = tmp_path_factory.mktemp("sealed")
    make_key(work / "force.pem")
    make_key(work / "other.pem")
    now, before = {}, {}
    for kind in KINDS:
        key = None if kind.endswith("unsigned") else private_key(work / "force.pem")
        forces = FORCES if kind.startswith("several") else FORCES[:1]
        for day, kept in enumerate((before, now)):
            made = [report_on(force, "open", "shut"[: 4 - day], root=work, day=day) for force in forces]
            kept[kind] = written(made, work / kind, key=key)
            shutil.copytree(work / kind, work / f"{kind}-{day}")
    return Written(now, before, work / "force.pem", work / "other.pem", work, count())


def flawed(found: list[Verification]) -> bool:
    return any(one.flaws for one in found)


def cases(number: int) -> Callable[[Any], Any]:
    """The same cases in every run, at most that many."""
    slow = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    return settings(
        max_examples=tries(number), derandomize=True, deadline=None, suppress_health_check=slow, database=None
    )


kinds = st.sampled_from(KINDS)


# Unmodified reports


@pytest.mark.parametrize("kind", KINDS)
def test_an_unmodified_report_verifies(reports: Written, kind: str) -> None:
    for files in (reports.now[kind], reports.before[kind]):
        found = reports.found(files, kind)
        assert not flawed(found), found
        assert len(found) == (4 if kind.startswith("several") else 1)
    assert not flawed(reports.found(reports.now[kind], kind, previous=reports.work / f"{kind}-0"))


@pytest.mark.parametrize("kind", ["several", "several-unsigned"])
@pytest.mark.parametrize("force", FORCES)
def test_a_part_verifies_alone_and_says_that_it_is_a_part(reports: Written, kind: str, force: str) -> None:
    inner = {name.removeprefix(f"{force}/"): text for name, text in reports.now[kind].items() if name.startswith(force)}
    for name in (force, "handed-over"):
        (found,) = reports.found(inner, kind, name)
        assert (found.flaws, found.part_of, found.subject) == ((), FORCES, (force,))
    (found,) = verify(reports.work / kind / force)
    assert (found.flaws, found.part_of) == ((), FORCES)


def test_a_named_link_is_followed(reports: Written) -> None:
    link = reports.work / "latest"
    link.symlink_to(reports.work / "several")
    assert not flawed(verify(link))


# Bytes and files


@cases(700)
@given(data=st.data(), kind=kinds)
def test_any_changed_byte_is_found(reports: Written, data: st.DataObject, kind: str) -> None:
    files = dict(reports.now[kind])
    name = data.draw(st.sampled_from(sorted(files)))
    old = files[name]
    place = data.draw(st.integers(0, len(old) - 1))
    other = data.draw(st.binary(max_size=3))
    length = data.draw(st.sampled_from([0, 1, 2, len(old)]))
    files[name] = old[:place] + other + old[place + length :]
    assume(files[name] != old)
    assert flawed(reports.found(files, kind)), (name, place)


@cases(500)
@given(kind=kinds, data=st.data())
def test_any_missing_file_is_found(reports: Written, kind: str, data: st.DataObject) -> None:
    files = reports.now[kind]
    gone = data.draw(st.sets(st.sampled_from(sorted(files)), min_size=1))
    assert flawed(reports.found({name: text for name, text in files.items() if name not in gone}, kind)), gone


_WORDS = st.sampled_from(
    ["index.html", "manifest.json", "manifest.sig", "report.html", "findings.json", ".bluelamp", "kent", "essex", "..."]
)
_HARD = st.text(st.sampled_from("./ \u200b\u202e\u0456\u0435\u00a0\n\x1b[]aAeE-_~\u0301\uff0e"), min_size=1, max_size=6)
names = st.builds(
    lambda *parts: "".join(parts), st.sampled_from(["", "essex/", "kent/", "new/"]), _WORDS | _HARD, _HARD | st.just("")
)


@cases(500)
@given(kind=kinds, name=names, what=st.sampled_from(["file", "folder", "link", "fifo", "folder link"]))
@example(kind="several", name=".hidden", what="file")
@example(kind="one", name="Findings.json", what="file")
@example(kind="one", name=".bluelamp-new.0123abcd", what="file")
@example(kind="one", name=".bluelamp-switch", what="folder")
@example(kind="several-unsigned", name="norfolk", what="folder link")
def test_anything_added_is_found(reports: Written, kind: str, name: str, what: str) -> None:
    parts = Path(name).parts
    assume(parts and ".." not in parts and not Path(name).is_absolute())
    with reports.folder(reports.now[kind], kind) as folder:
        path = folder / name
        assume(not os.path.lexists(path) and all(not above.is_file() for above in path.parents))
        path.parent.mkdir(parents=True, exist_ok=True)
        match what:
            case "file":
                path.write_bytes(b"")
            case "folder":
                path.mkdir()
            case "link":
                path.symlink_to(folder / "manifest.json")
            case "folder link":
                path.symlink_to(folder)
            case _:
                os.mkfifo(path)
        assert flawed(verify(folder)), (name, what)
        shutil.rmtree(path) if what == "folder" else path.unlink()
        for above in path.parents:
            with suppress(OSError):
                above.rmdir()


@cases(400)
@given(kind=kinds, data=st.data(), keep=st.booleans())
def test_swapped_and_moved_files_are_found(reports: Written, kind: str, data: st.DataObject, keep: bool) -> None:
    files = dict(reports.now[kind])
    one, other = (data.draw(st.sampled_from(sorted(files))) for _ in range(2))
    assume(files[one] != files[other])
    if keep:
        files[one], files[other] = files[other], files[one]
    else:
        files[data.draw(st.sampled_from([f"{one}.old", f"old/{one}", one.upper()]))] = files.pop(one)
    assert flawed(reports.found(files, kind))


@pytest.mark.parametrize("what", ["link", "outside link", "fifo", "folder", "folder of a force"])
def test_something_else_in_place_of_a_file_is_found_at_once(reports: Written, what: str) -> None:
    for kind in KINDS:
        for name in reports.now[kind]:
            folder = put(reports.now[kind], reports.work / f"case-{next(reports.numbers)}")
            path = folder / name
            if what == "folder of a force":
                if path.parent == folder:
                    continue
                path = path.parent
            path.rename(folder.parent / "aside")
            match what:
                case "link":
                    (folder / "copy").write_bytes(reports.now[kind][name])
                    path.symlink_to(folder / "copy")
                case "outside link" | "folder of a force":
                    path.symlink_to(folder.parent / "aside")
                case "fifo":
                    os.mkfifo(path)
                case _:
                    path.mkdir()
            assert flawed(verify(folder)), (kind, name)
            shutil.rmtree(folder)
            aside = folder.parent / "aside"
            shutil.rmtree(aside) if aside.is_dir() else aside.unlink()


def test_an_endless_manifest_is_not_read(reports: Written) -> None:
    folder = put(reports.now["one"], reports.work / "endless")
    for name in ("manifest.json", "manifest.sig", "findings.json"):
        (folder / name).unlink()
        with (folder / name).open("wb") as stream:
            stream.truncate(1 << 40)
        assert flawed(verify(folder))
    (folder / "manifest.json").unlink()
    (folder / "manifest.json").symlink_to("/dev/zero")
    assert flawed(verify(folder))


# Reports on several forces


@cases(300)
@given(kind=st.sampled_from(["several", "several-unsigned"]), data=st.data())
def test_without_its_seal_no_report_on_several_forces_verifies(
    reports: Written, kind: str, data: st.DataObject
) -> None:
    """Whatever else is done: the page edited, files added, forces removed, and all parts sealed again."""
    files = {name: text for name, text in reports.now[kind].items() if name not in ("manifest.json", "manifest.sig")}
    for force in data.draw(st.sets(st.sampled_from(FORCES), max_size=2)):
        files = {name: text for name, text in files.items() if not name.startswith(f"{force}/")}
    if data.draw(st.booleans()):
        files["index.html"] = b"all 48 forces are within their baselines"
    if data.draw(st.booleans()):
        files["notes.txt"] = b"approved"
    if data.draw(st.booleans()):
        files |= {
            name: reports.now[kind][f"essex/{name}"]
            for name in ("manifest.json", "manifest.sig")
            if f"essex/{name}" in reports.now[kind]
        }
    assert flawed(reports.found(files, kind))


@cases(300)
@given(kind=st.sampled_from(["several", "several-unsigned"]), data=st.data())
def test_another_forces_or_an_older_report_in_a_part_is_found(reports: Written, kind: str, data: st.DataObject) -> None:
    to, source = data.draw(st.sampled_from(FORCES)), data.draw(st.sampled_from(FORCES))
    older = reports.before if data.draw(st.booleans()) else reports.now
    other = data.draw(st.sampled_from(["one", "several", "one-unsigned", "several-unsigned"]))
    start = f"{source}/" if other.startswith("several") else ""
    assume(not (older is reports.now and other == kind and source == to))
    files = {name: text for name, text in reports.now[kind].items() if not name.startswith(f"{to}/")}
    put_in = {name.removeprefix(start): text for name, text in older[other].items() if name.startswith(start)}
    files |= {f"{to}/{name}": text for name, text in put_in.items()}
    assert flawed(reports.found(files, kind))
    # A part alone, with its whole around it or in a folder named after another force.
    with reports.folder(files, kind) as folder:
        (found, *_) = verify(folder / to, forces=FORCES)
    assert found.flaws, (to, source, other)


def test_a_report_in_the_folder_of_another_force_is_found(reports: Written) -> None:
    for kind in ("one", "one-unsigned"):
        assert flawed(reports.found(reports.now[kind], kind, "kent", forces=FORCES))
        assert not flawed(reports.found(reports.now[kind], kind, "essex", forces=FORCES))
        assert not flawed(reports.found(reports.now[kind], kind, "of-june", forces=FORCES))


def test_a_restored_older_report_does_not_continue_the_chain(reports: Written) -> None:
    for kind in KINDS:
        assert flawed(reports.found(reports.before[kind], kind, previous=reports.work / f"{kind}-0"))


# The manifest


def resealed(files: Files, change: Callable[[dict[str, Any]], None], place: str = "") -> Files:
    """The report with a modified manifest whose own hash is valid again."""
    manifest = json.loads(files[f"{place}manifest.json"])
    change(manifest)
    manifest["content"] = content_hash(manifest)
    return {**files, f"{place}manifest.json": readable(manifest).encode("utf-8", "surrogatepass")}


_ODD = st.sampled_from(
    [None, True, False, 0, 1, -1, 1.0, 1e400, 2**70, "", "x", "0" * 64, "\n", "\x1b[32m", "\u202e", "[bold]", [], [[]], {}, {"a": 1}]
)  # fmt: skip


def paths_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from paths_of(item, (*path, key))


@cases(900)
@given(data=st.data(), kind=kinds, value=_ODD, how=st.sampled_from(["replace", "remove", "rename", "add"]))
def test_a_manifest_of_another_form_is_refused_without_a_crash(
    reports: Written, data: st.DataObject, kind: str, value: Any, how: str
) -> None:
    """Also with a valid hash of its own and without a signature, so that only the form and the files can reveal it."""
    place = data.draw(st.sampled_from(["", "essex/", "kent/"])) if kind.startswith("several") else ""
    manifest = json.loads(reports.now[kind][f"{place}manifest.json"])
    path = data.draw(st.sampled_from([path for path in paths_of(manifest) if path]))

    def change(manifest: dict[str, Any]) -> None:
        inner: Any = manifest
        for step in path[:-1]:
            inner = inner[step]
        if how == "add" and isinstance(inner, dict):
            inner[data.draw(st.text(max_size=5))] = value
        elif how == "rename" and isinstance(inner, dict):
            inner[data.draw(st.sampled_from(["x", str(path[-1]).upper(), f"{path[-1]}\u200b", f"../{path[-1]}"]))] = (
                inner.pop(path[-1])
            )
        elif how == "remove":
            del inner[path[-1]]
        else:
            inner[path[-1]] = value

    files = resealed(reports.now[kind], change, place)
    assume(json.loads(files[f"{place}manifest.json"]) != manifest)
    assert flawed(reports.found(files, kind, previous=reports.work / f"{kind}-0")), (path, how, value)


@cases(250)
@given(
    kind=kinds,
    name=names
    | st.sampled_from(["../out", "/etc/passwd", "a/../b", "c:\\x", "con.", "x.", "FINDINGS.json", "a//b", "./a"]),
)
def test_a_name_that_leads_outside_or_resembles_another_is_refused(reports: Written, kind: str, name: str) -> None:
    """Even if the file exists with the size and the hash in the manifest."""
    files = dict(reports.now[kind])
    entry = json.loads(files["manifest.json"])["files"]
    assume(name not in files and not re.fullmatch(r"([a-z]+/)?[a-z0-9]+([.-][a-z0-9]+)*", name))
    first = sorted(entry)[0]
    changed = resealed(files, lambda manifest: manifest["files"].update({name: manifest["files"][first]}))
    if ".." not in Path(name).parts and not Path(name).is_absolute() and "\0" not in name:
        changed = {**changed, str(Path(name)): files[first]}
    try:
        found = reports.found(changed, kind)
    except OSError:
        # The name of a folder, or a path below a file.
        found = reports.found({**changed, str(Path(name)): None}, kind)
    assert flawed(found), name


@cases(200)
@given(kind=kinds, data=st.data())
def test_a_duplicate_member_is_found(reports: Written, kind: str, data: st.DataObject) -> None:
    """One reader uses the first, another the last, and no manifest is written with duplicates."""
    text = reports.now[kind]["manifest.json"].decode()
    manifest = json.loads(text)
    name = data.draw(st.sampled_from(sorted(manifest)))
    member = f'"{name}": {json.dumps(data.draw(st.sampled_from([manifest[name], None, "x", ["kent"]])))}'
    first = data.draw(st.booleans())
    doubled = (
        text.replace("{", "{\n " + member + ",", 1)
        if first
        else text.rstrip().removesuffix("}").rstrip() + f",\n {member}\n}}\n"
    )
    assert json.loads(doubled)
    assert flawed(reports.found({**reports.now[kind], "manifest.json": doubled.encode()}, kind))


@pytest.mark.parametrize("change", ["subject", "time", "both"])
def test_an_unsigned_report_with_another_force_or_time_contradicts_its_findings(reports: Written, change: str) -> None:
    def changed(manifest: dict[str, Any]) -> None:
        if change != "time":
            manifest["subject"] = ["kent"]
        if change != "subject":
            manifest["written"] = "2026-07-01T00:00:00Z"

    assert flawed(reports.found(resealed(reports.now["one-unsigned"], changed), "one-unsigned"))


def test_a_manifest_in_another_encoding_or_spelling_is_refused(reports: Written) -> None:
    content = reports.now["one-unsigned"]["manifest.json"]
    output = json.loads(content)
    for other in (
        canonical(output),
        json.dumps(output).encode(),
        content.decode().encode("utf-16"),
        b"\xef\xbb\xbf" + content,
        content.rstrip(),
        content.replace(b'"essex"', b'"\\u0065ssex"'),
    ):
        assert other != content
        assert flawed(reports.found({**reports.now["one-unsigned"], "manifest.json": other}, "one-unsigned"))


# Signatures


@cases(100)
@given(kind=st.sampled_from(["one", "several"]), data=st.data())
def test_only_reports_of_the_named_signer_verify(reports: Written, kind: str, data: st.DataObject) -> None:
    """A report sealed again as a whole, by another key or by none, in any of its parts."""
    key = private_key(reports.other)
    public = json.dumps(fingerprint(key.public_key()))
    unsigned, files = reports.now[f"{kind}-unsigned"], dict(reports.now[kind])
    places = sorted(name.removesuffix("manifest.json") for name in files if name.endswith("manifest.json"))
    for place in data.draw(st.sets(st.sampled_from(places), min_size=1)):
        if data.draw(st.booleans()):
            files[f"{place}manifest.sig"] = key.sign(files[f"{place}manifest.json"])
        else:
            files[f"{place}manifest.json"] = unsigned[f"{place}manifest.json"]
            files.pop(f"{place}manifest.sig")
    assert flawed(reports.found(files, kind)), public
    assert flawed(reports.found(unsigned, kind))


def test_an_unknown_signer_is_reported_and_does_not_pass(reports: Written, tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "stacks" / "signers").mkdir(parents=True)
    shutil.copy(ROOT / "Pulumi.yaml", project)
    shutil.copy(ROOT / "stacks" / "forces.yaml", project / "stacks")
    put(reports.now["one"], project / "report")
    put(reports.now["one-unsigned"], project / "unsigned")
    name = fingerprint(private_key(reports.key).public_key())

    done = bluelamp(["verify", "report"], project)
    assert (done.returncode, "unknown key" in done.stdout, name in done.stdout) == (1, True, True)
    assert "--signer" in done.stdout
    coloured = bluelamp(["verify", "report"], project, FORCE_COLOR="1").stdout
    assert "\x1b[32m" not in coloured
    given = json.loads(bluelamp(["verify", "report", "--format", "json"], project).stdout)["result"]["reports"]
    assert [(one["intact"], one["proven"], one["signature"]) for one in given] == [(True, False, "unknown")]

    shutil.copy(reports.other.with_suffix(".pub.pem"), project / "stacks" / "signers" / "kent.pem")
    assert bluelamp(["verify", "report"], project).returncode == 1
    shutil.copy(reports.key.with_suffix(".pub.pem"), project / "stacks" / "signers" / "essex.pub.pem")
    done = bluelamp(["verify", "report"], project)
    assert (done.returncode, f"signed by {name} (essex)" in done.stdout) == (0, True)
    (given,) = json.loads(bluelamp(["verify", "report", "--format", "json"], project).stdout)["result"]["reports"]
    assert (given["proven"], given["signature"], given["signerName"]) == (True, "known", "essex")
    # `--signer` names the only key that counts.
    other = str(reports.other.with_suffix(".pub.pem"))
    assert bluelamp(["verify", "report", "--signer", other], project).returncode == 1

    done = bluelamp(["verify", "unsigned"], project)
    assert (done.returncode, "anybody could have written it" in done.stdout) == (0, True)
    assert "\x1b[32m" not in bluelamp(["verify", "unsigned"], project, FORCE_COLOR="1").stdout
    public = str(reports.key.with_suffix(".pub.pem"))
    assert bluelamp(["verify", "unsigned", "--signer", public], project).returncode == 1

    shutil.copy(reports.key, project / "stacks" / "signers" / "oops.pem")
    done = bluelamp(["verify", "report"], project)
    assert (done.returncode, "is a private key" in done.stderr) == (2, True)


def test_a_report_of_the_earlier_format_is_refused_with_the_next_step(reports: Written) -> None:
    def earlier(manifest: dict[str, Any]) -> None:
        del manifest["partOf"]
        manifest["format"] = "bluelamp-manifest/1"

    (found,) = reports.found(resealed(reports.now["one-unsigned"], earlier), "one-unsigned")
    assert [flaw.problem for flaw in found.flaws] == [
        "has the earlier format bluelamp-manifest/1, which does not prove enough: write the report again"
    ]


def test_verifying_changes_nothing(reports: Written) -> None:
    folder = put(reports.now["several"], reports.work / "looked-at")
    (folder / ".bluelamp-switch").mkdir()
    (folder / ".bluelamp-new.0123abcd").mkdir()
    verify(folder)
    assert (folder / ".bluelamp-switch").is_dir()
    assert (folder / ".bluelamp-new.0123abcd").is_dir()
    assert read(folder) == reports.now["several"]


def test_a_rehearsal_of_one_force_leaves_the_report_on_several_intact(tmp_path: Path) -> None:
    several = _default_report(tmp_path, list(FORCES), rehearse=True)
    assert several is not None
    written([report_on(force, "shut", root=tmp_path) for force in FORCES], several)
    for day, force in enumerate((*FORCES, FORCES[0]), start=1):
        own = _default_report(tmp_path, [force], rehearse=True)
        assert own is not None
        assert own.name == force
        written([report_on(force, "open", root=tmp_path, day=day)], own)
        assert not [each.flaws for each in (*verify(own), *verify(several)) if each.flaws]
    assert verify(own)[0].previous


def test_a_known_signer_is_shown_with_the_path_of_the_key(reports: Written, tmp_path: Path) -> None:
    supplied = tmp_path / "supplied\nsigned by the force"
    (supplied / "stacks" / "signers").mkdir(parents=True)
    shutil.copy(ROOT / "Pulumi.yaml", supplied)
    shutil.copy(reports.key.with_suffix(".pub.pem"), supplied / "stacks" / "signers" / "essex.pem")
    put(reports.now["one"], supplied / "report")
    output = bluelamp(["verify", "report"], supplied).stdout
    assert f"the key is in {printable(str(supplied / 'stacks' / 'signers'))}" in output
    named = ["--signer", str(reports.key.with_suffix(".pub.pem"))]
    assert "the key is in" not in bluelamp(["verify", "report", *named], supplied).stdout
