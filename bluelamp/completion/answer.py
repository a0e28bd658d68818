"""Completions for a word on the command line. Imports the standard library only, as it runs at each key press."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from bluelamp.completion.store import index_file, read, resources_file, signature
from bluelamp.core.text import cut

_FORCE: Final = re.compile(r"^  ([a-z0-9][a-z0-9-]*):", re.MULTILINE)
_REGION: Final = re.compile(r"\bregion: *([a-z-]+)")
_PARTS: Final = ("rules", "frameworks", "groups", "controls", "modules", "settings")
_LONGEST: Final = 72
FILES: Final = "\x00files"
"""Marks that the shell completes file names."""

Answers = dict[str, str]
"""The completions, each with a description that may be empty."""


def main(arguments: Sequence[str]) -> None:
    """Prints the completions of the last word, for a shell: `bash LINE`, `zsh WORD…` or `fish WORD…`."""
    if not arguments:
        return
    shell, *rest = arguments
    words = _split(rest[0] if rest else "") if shell == "bash" else rest
    answers: Answers = {}
    with suppress(Exception):  # an error message would appear in the user's command line
        answers = complete(words[1:] or [""], Path.cwd())
    current = words[-1] if words else ""
    if FILES in answers:
        return
    sys.stdout.write("".join(f"{line}\n" for line in _printed(shell, answers, current)))


def complete(words: Sequence[str], here: Path) -> Answers:
    """The completions of the last of `words`, which follow the command's name."""
    known = _index()
    command, current = known.get("command", {}), words[-1]
    path: list[str] = []
    given: list[str] = []
    waiting: Mapping[str, Any] | None = None
    for word in words[:-1]:
        if waiting is not None:
            waiting = None
        elif word.startswith("-"):
            option = command.get("options", {}).get(word.partition("=")[0])
            waiting = option if option and option["kind"] != "flag" and "=" not in word else None
        elif "commands" in command:
            command = command["commands"].get(word, {})
            path.append(word)
        else:
            given.append(word)
    root = _root(here)
    if waiting is not None:
        found = _values(waiting, known, root, given)
    elif current.startswith("-"):
        found = _option(command, current, known, root)
    elif "commands" in command:
        found = {name: each["help"] for name, each in command["commands"].items()}
    else:
        found = _argument(command.get("arguments", []), given, known, root)
    if FILES in found:
        return found
    folded = current.casefold()
    return {word: text for word, text in found.items() if word.casefold().startswith(folded)}


def _option(command: Mapping[str, Any], current: str, known: Mapping[str, Any], root: Path | None) -> Answers:
    name, equals, _ = current.partition("=")
    options = command.get("options", {})
    if equals and name in options:
        return {
            f"{name}={word}": text for word, text in _values(options[name], known, root, []).items() if word != FILES
        }
    return {name: each["help"] for name, each in options.items() if name.startswith("--") or current == name}


def _argument(
    arguments: Sequence[Mapping[str, Any]], given: Sequence[str], known: Mapping[str, Any], root: Path | None
) -> Answers:
    if not arguments:
        return {}
    argument = arguments[min(len(given), len(arguments) - 1)]
    if len(given) >= len(arguments) and not argument["many"]:
        return {}
    found = _values(argument, known, root, given)
    return {word: text for word, text in found.items() if not argument["many"] or word not in given}


def _values(parameter: Mapping[str, Any], known: Mapping[str, Any], root: Path | None, given: Sequence[str]) -> Answers:
    kind = parameter["kind"]
    found: Answers = {}
    if kind == "files":
        found = {FILES: ""}
    elif kind == "names":
        found = dict(_forces(root))
        for part in _PARTS:
            found |= {word: text for word, text in known.get(part, {}).items() if word not in found}
    elif kind == "forces":
        found = dict(_forces(root))
    elif kind == "regions":
        found = dict.fromkeys(sorted(set(_REGION.findall(_register(root)))), "")
    elif kind in ("resources", "properties"):
        found = _resources(kind, root, given)
    elif kind in known:
        found = dict(known[kind])
    else:
        found = dict.fromkeys(parameter.get("choices", ()), "")
    return found


def _resources(kind: str, root: Path | None, given: Sequence[str]) -> Answers:
    """The resources of the force's last plan, as planning now would take too long."""
    if root is None or not given or given[0] not in dict(_forces(root)):
        return {}
    made = read(resources_file(root, given[0]))
    return dict.fromkeys(made if kind == "resources" else made.get(given[1], ()) if len(given) > 1 else (), "")


def _index() -> dict[str, Any]:
    """The cached index. Built if missing, and rebuilt in the background if out of date."""
    found = read(index_file())
    if not found:
        from bluelamp.completion.index import build

        return build()
    if found.get("signature") != signature():
        subprocess.Popen(
            [sys.executable, "-m", "bluelamp.completion.index"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    return found


def _root(here: Path) -> Path | None:
    return next(
        (each for each in (here, *here.parents) if (each / "Pulumi.yaml").is_file() and (each / "stacks").is_dir()),
        None,
    )


def _register(root: Path | None) -> str:
    try:
        return (root / "stacks" / "forces.yaml").read_text(encoding="utf-8") if root else ""
    except (OSError, ValueError):
        return ""


def _forces(root: Path | None) -> Iterator[tuple[str, str]]:
    """The forces of the register, found by a pattern, as parsing YAML would take longer than everything else."""
    _, _, rows = _register(root).partition("\nforces:")
    for found in _FORCE.finditer(rows):
        name = re.search(r"\bname: *\"?([^\"\n,}]+)", rows[found.end() : found.end() + 200])
        yield found[1], name[1].strip() if name else ""


def _split(line: str) -> list[str]:
    """The words of an incomplete line; the last one, which may be empty, is being completed."""
    for ending in ("", '"', "'"):
        try:
            words = shlex.split(line + ending)
        except ValueError:
            continue
        return words if line and not line[-1].isspace() else [*words, ""]
    return line.split(" ")


def _printed(shell: str, answers: Answers, current: str) -> Iterator[str]:
    # bash treats `:` and `=` as word breaks, and replaces only the text after the last one.
    breaks = os.environ.get("COMP_WORDBREAKS", ":=")
    typed = max((current.rfind(each) + 1 for each in ":=" if each in breaks), default=0)
    for word, text in answers.items():
        said = cut(text, _LONGEST)
        if shell == "bash":
            yield word[typed:]
        elif shell == "zsh":
            yield word.replace("\\", "\\\\").replace(":", "\\:") + (f":{said}" if said else "")
        else:
            yield f"{word}\t{said}"
