"""The file of answers that a learner starts from."""

from typing import Final

from bluelamp.learn.exercise import Exercise

ANSWERS: Final = "answers.yaml"
KINDS: Final = {
    "number": "a whole number",
    "text": "one value",
    "list": "every value, as a list: [one, another]; [] where there is none",
}
"""What an answer of each kind looks like."""


def template(exercise: Exercise) -> str:
    """The file of answers to start from: each question above its key."""
    lines = ["# The answers. Write each one behind its key, then run: bluelamp learn check"]
    for each in exercise.questions:
        lines += ["", f"# {each.ask}", f"# ({KINDS[each.kind]})", f"{each.id}:"]
    return "\n".join(lines) + "\n"
