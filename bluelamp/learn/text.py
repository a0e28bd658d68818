"""The Markdown text of an exercise: for the terminal, the project's folder and the documentation."""

from typing import Final

from bluelamp.learn.answers import ANSWERS
from bluelamp.learn.exercise import Exercise, Track, exercises

TASK: Final = "TASK.md"


def task(exercise: Exercise) -> str:
    """The title, the task, the questions, and what to read and run; Markdown."""
    parts = [f"# {exercise.title}", f"{exercise.track.heading}, {exercise.minutes} minutes.", exercise.task.strip()]
    if exercise.questions:
        questions = "\n".join(f"- `{each.id}`: {each.ask}" for each in exercise.questions)
        parts.append(f"The questions in `{ANSWERS}`:\n\n{questions}")
    if exercise.read:
        parts.append("Read in Bluelamp's documentation: " + ", ".join(f"`{each}`" for each in exercise.read) + ".")
    parts.append("`bluelamp learn check` says whether it is solved, `bluelamp learn hint` gives a hint.")
    return "\n\n".join(parts) + "\n"


def pages(heading: str) -> dict[str, str]:
    """The pages of `docs/learn/`, by name: an index, and a page for each exercise. `heading` follows each title."""
    return {"index": _index(heading), **{each.name: _page(each, heading) for each in exercises()}}


def _index(heading: str) -> str:
    parts = [
        f"# Exercises\n\n{heading}",
        "Each exercise prepares a separate project, which uses the rehearsal cloud instead of Azure. It states a task, "
        "checks the result, gives hints one by one and can be reset.",
        "```sh\n"
        "bluelamp learn                        # the exercises\n"
        "bluelamp learn start read-a-plan      # prepares learn/read-a-plan and shows the task\n"
        "cd learn/read-a-plan\n"
        "bluelamp learn check                  # what is not yet right; status 0 if it is solved\n"
        "bluelamp learn hint                   # the next hint\n"
        "bluelamp learn reset                  # starts again; your files are kept in read-a-plan.kept-1\n"
        "bluelamp learn status                 # the solved exercises\n"
        "```",
        "In a checkout, run `. .venv/bin/activate` first: the command is then `bluelamp` in every folder. The "
        "exercises that deploy need the Pulumi engine, which `bluelamp engine install` fetches or builds once.",
        "The folder `learn/` is the learner's: a folder for each exercise, and `bluelamp-learn.json` with the "
        "progress. `bluelamp learn start NAME DIR` uses another folder. `--format json` gives each result as JSON "
        "([JSON output](../json.md)).",
    ]
    for track in Track:
        of = [each for each in exercises() if each.track is track]
        total = sum(each.minutes for each in of)
        rows = [f"| [{each.title}]({each.name}.md) | `{each.name}` | {each.minutes} |" for each in of]
        head = f"## {track.heading}\n\n{len(of)} exercises, about {total} minutes."
        parts += [head, "\n".join(["| exercise | name | minutes |", "|---|---|---|", *rows])]
    return "\n\n".join(parts) + "\n"


def _page(exercise: Exercise, heading: str) -> str:
    parts = [
        f"# {exercise.title}\n\n{heading}",
        f"[{exercise.track.heading}](index.md), {exercise.minutes} minutes.",
        f"```sh\nbluelamp learn start {exercise.name}\n```",
        exercise.task.strip(),
    ]
    if exercise.questions:
        questions = "\n".join(f"- `{each.id}`: {each.ask}" for each in exercise.questions)
        parts.append(f"The questions in `{ANSWERS}`:\n\n{questions}")
    if exercise.read:
        links = ", ".join(f"[{each}](../{each.removeprefix('docs/')})" for each in exercise.read)
        parts.append(f"Read: {links}.")
    parts += [
        f"<details><summary>Hint {number}</summary>\n\n{each.strip()}\n\n</details>"
        for number, each in enumerate(exercise.hints, 1)
    ]
    return "\n\n".join(parts) + "\n"
