"""The questions that people must answer before two estates can be merged, and the file with the answers."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final

import yaml
from pydantic import PlainValidator

from bluelamp.core.fields import Model, in_schema, refuse
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.reader import content_of, parse
from bluelamp.core.source import Source, show
from bluelamp.core.suggestions import did_you_mean
from bluelamp.core.validation import checked
from bluelamp.schemas.editor import headed

FILE: Final = "merges/{into}/questions.yaml"
"""The file of a merger into the force `into`, within the project's folder."""
BOTH: Final = "both"
SUM: Final = "sum"
VALUE: Final = "value"
_HEADER: Final = """\
# Decisions needed to merge {first} and {second} into {into}. Write an answer below each question: one of its
# options, or `{{value: …}}` for another value, and run `bluelamp merge {first} {second} --into {into}` again.
"""


@dataclass(frozen=True)
class Question:
    """A decision. `options` are the values by the word that chooses each; without options the answer is a value.

    `id` is `<file>:<path>`, such as `settings:azure.hub.firewall.tier`, with the file's name in a force's folder.
    """

    id: str
    text: str
    options: Mapping[str, Any] = field(default_factory=dict)
    takes_value: bool = True
    is_date: bool = False


@dataclass(frozen=True)
class Answer:
    """An answer: the word of an option, or another value."""

    word: str = ""
    value: Any = None


@in_schema(
    anyOf=[
        {"type": ["string", "number", "boolean", "null"]},
        {"type": "object", "properties": {VALUE: {}}, "required": [VALUE], "additionalProperties": False},
    ]
)
def _answer(value: Any) -> Answer | None:
    if value is None or isinstance(value, Answer):
        return value
    if isinstance(value, dict) and list(value) == [VALUE]:
        return Answer(value=value[VALUE])
    if isinstance(value, (str, int, float)):
        return Answer(str(value))
    raise refuse(f"{show(value)} is not an answer", "an option of the question, or {value: …} for another value")


class QuestionRow(Model):
    """A question and its answer."""

    question: str = ""
    """The decision to make."""
    options: Mapping[str, Any] = {}
    """The values, by the word that chooses each."""
    answer: Annotated[Answer | None, PlainValidator(_answer)] = None
    """The word of an option, or `{value: …}` for another value; a question without options takes the value alone."""


class QuestionsFile(Model):
    """The decisions that a merger needs, each with a place for its answer."""

    questions: Mapping[str, QuestionRow]
    """The questions, by file and path within it, such as `settings:azure.hub.firewall.tier`."""


class Answers:
    """The given answers by the id of the question. Records which questions were asked."""

    def __init__(self, answers: Mapping[str, Answer] | None = None) -> None:
        self._answers = dict(answers or {})
        self.asked: dict[str, Question] = {}

    def ask(self, question: Question) -> Answer | None:
        """The answer to `question`, which is recorded; None if it is open."""
        self.asked[question.id] = question
        return self.of(question)

    def of(self, question: Question) -> Answer | None:
        """The answer to a question; None if it is open.

        A plain answer to a question without options is its value.
        """
        answer = self._answers.get(question.id)
        if answer is not None and answer.word and not question.options and question.takes_value:
            return Answer(value=answer.word)
        return answer

    @property
    def open(self) -> list[Question]:
        """The questions without an answer, in the order they were asked."""
        return [each for each in self.asked.values() if each.id not in self._answers]


def read_answers(path: Path, root: Path) -> tuple[Answers, Source | None]:
    """The answers in the file at `path`, and its source; none if the file is missing.

    Raises `SettingsError` if it cannot be read.
    """
    if not path.exists():
        return Answers(), None
    source = parse(*content_of(path, root), may_be_empty=True)
    if source.problems:
        raise SettingsError(source.problems)
    if not (isinstance(source.values, dict) and isinstance(source.values.get("questions"), dict)):
        raise SettingsError(
            [source.problem((), "has no mapping of questions", next_step="delete the file: it is then regenerated")]
        )
    rows = checked(QuestionsFile, source, lambda _: ()).questions
    return Answers({name: row.answer for name, row in rows.items() if row.answer is not None}), source


def refuse_wrong(answers: Answers, source: Source | None) -> None:
    """Raises `SettingsError` with every invalid answer and every answer without a question."""
    if source is None:
        return
    problems = list(_wrong(answers, source))
    if problems:
        raise SettingsError(problems)


def _wrong(answers: Answers, source: Source) -> Iterator[Problem]:
    for name in source.values["questions"]:
        question = answers.asked.get(str(name))
        if question is None:
            if answers.of(Question(str(name), "")) is not None:
                yield source.problem(
                    ("questions", name),
                    "is not a question of this merger",
                    next_step=did_you_mean(str(name), answers.asked) or "delete it",
                    key=True,
                )
            continue
        answer = answers.of(question)
        if answer is None:
            continue
        steps = ("questions", name, "answer")
        if answer.word and answer.word not in question.options:
            yield source.problem(
                steps,
                f"{answer.word[:60]!r} is not an option",
                answer.word[:60],
                f"allowed: {', '.join([*question.options, *(['{value: …}'] if question.takes_value else [])])}",
            )
        elif question.is_date and not _is_date(answer.value):
            yield source.problem(
                steps,
                "is not a date",
                show(answer.value),
                'allowed: a day such as "2027-04-01"',
                "write the day in quotes",
            )
        elif not answer.word and not question.takes_value:
            yield source.problem(steps, "does not take a value", allowed=f"allowed: {', '.join(question.options)}")


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value and value >= "2000"
    except ValueError:
        return False


def placed(problem: Problem, stack_file: str, source: Source) -> Problem:
    """A problem in a drafted file, located at the answer that causes it if there is one."""
    part = "settings" if problem.file == stack_file else problem.file.split("/", 2)[-1]
    name = f"{part}:{problem.path.removeprefix('bluelamp:')}"
    rows = source.values["questions"]
    if name in rows:
        steps = ("questions", name, "answer")
        step = problem.next_step or "correct the answer"
        return source.problem(steps, problem.message, problem.found, problem.allowed, step)
    return replace(
        problem,
        line=0,
        column=0,
        message=f"the draft is invalid: {problem.message}",
        next_step=f"correct the answer that causes it in {source.file}",
    )


def written(answers: Answers, first: str, second: str, into: str) -> str:
    """The content of the questions file, with the given answers; open questions first."""
    ordered = sorted(answers.asked.values(), key=lambda each: answers.of(each) is not None)
    rows = {each.id: _row(each, answers.of(each)) for each in ordered}
    body = yaml.safe_dump({"questions": rows}, sort_keys=False, allow_unicode=True, width=118)
    return headed(FILE.format(into=into), _HEADER.format(first=first, second=second, into=into) + body)


def _row(question: Question, answer: Answer | None) -> dict[str, Any]:
    row: dict[str, Any] = {"question": question.text}
    if question.options:
        row["options"] = dict(question.options)
    row["answer"] = None if answer is None else answer.word or {VALUE: answer.value}
    return row


def listed(questions: Iterable[Question]) -> list[dict[str, Any]]:
    """Questions as JSON values."""
    return [{"id": each.id, "question": each.text, "options": dict(each.options)} for each in questions]
