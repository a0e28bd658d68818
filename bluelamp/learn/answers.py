"""The template of a learner's answers file."""

from typing import Final

from bluelamp.learn.exercise import Exercise

ANSWERS: Final = "answers.yaml"
KINDS: Final = {
    "number": "a whole number",
    "text": "one value",
    "list": "every value, as a list: [one, another]; [] if there is none",
}
"""How to write an answer of each kind."""


def template(exercise: Exercise) -> str:
    """An answers file without answers: each question above its key."""
    lines = ["# The answers. Write each one after its key, then run: bluelamp learn check"]
    for each in exercise.questions:
        lines += ["", f"# {each.ask}", f"# ({KINDS[each.kind]})", f"{each.id}:"]
    return "\n".join(lines) + "\n"
