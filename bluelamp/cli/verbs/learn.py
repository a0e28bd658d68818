"""`bluelamp learn`: checked exercises, each in a separate project."""

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from bluelamp.cli.options import Form, Quiet
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.core.problems import SettingsError
from bluelamp.errors import BluelampError, Status, UsageError
from bluelamp.reports.words import some

if TYPE_CHECKING:
    from rich.console import RenderableType

    from bluelamp.learn.exercise import Exercise
    from bluelamp.learn.learner_folder import Progress

Name = Annotated[
    str | None,
    typer.Argument(metavar="[NAME]", help="The exercise; by default the one in this folder, or the last started."),
]
Dir = Annotated[
    Path | None,
    typer.Option("--dir", metavar="DIR", help="The learner's folder; by default this folder, a parent, or learn/."),
]
_WORDS: Final = {"solved": "[green]solved[/green]", "started": "[yellow]started[/yellow]", "new": ""}


def add(app: typer.Typer) -> None:
    """Adds the verbs."""
    group = typer.Typer(
        invoke_without_command=True, help="Practise with exercises in separate projects, with checks and hints."
    )
    group.callback()(_overview)
    group.command("list")(list_)
    for verb in (start, check, hint, reset, status):
        group.command(verb.__name__)(verb)
    app.add_typer(group, name="learn")


def _overview(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        list_()


def list_(form: Form = Format.TEXT, quiet: Quiet = False) -> None:
    """List the exercises, by track. `bluelamp learn` alone does the same.

    Example: `bluelamp learn list --format json`
    """
    from bluelamp.learn.exercise import Track, exercises

    screen = Screen(form, quiet=quiet)
    for track in Track:
        screen.show(f"[bold]{escape(track.heading)}[/bold]")
        rows = [each for each in exercises() if each.track is track]
        width = max(len(each.name) for each in rows)
        screen.show(*(f"  {each.name:<{width}}  {each.minutes:>3} min  {escape(each.title)}" for each in rows), "")
    screen.say(f"next: bluelamp learn start {exercises()[0].name}")
    screen.give({"exercises": [_described(each) for each in exercises()]})


def start(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The exercise; `bluelamp learn list` lists them.")],
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help="The learner's folder; by default the existing one, or learn/."),
    ] = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
) -> None:
    """Prepare an exercise in the folder DIR/NAME, and show its task. Existing files are kept.

    Examples: `bluelamp learn start read-a-plan` · `bluelamp learn start read-a-report ~/practice`
    """
    from bluelamp.learn import learner_folder
    from bluelamp.learn.exercise import named

    screen, exercise = Screen(form, quiet=quiet), named(name)
    home = (folder or learner_folder.find(Path.cwd()) or Path(learner_folder.DEFAULT)).resolve()
    progress = learner_folder.load_progress(home)
    there = (home / name).is_dir()
    if not there:
        _prepare(screen, exercise, home / name)
    learner_folder.save_progress(home, learner_folder.with_record(progress, name))
    if there:
        screen.say(f"{escape(_shown(home / name))} exists already and is kept; bluelamp learn reset starts afresh")
    _task(screen, exercise, home / name)
    screen.give({"exercise": name, "folder": str(home / name), "prepared": not there, "task": exercise.task})


def check(name: Name = None, folder: Dir = None, form: Form = Format.TEXT, quiet: Quiet = False) -> None:
    """Check whether an exercise is solved, and list everything that the task still requires.

    Status 1 if it is not solved yet; 2 if a file cannot be read.

    Examples: `bluelamp learn check` · `bluelamp learn check read-a-plan --format json`
    """
    from bluelamp.learn import checks, learner_folder
    from bluelamp.learn.project import LearnerProject

    screen = Screen(form, quiet=quiet)
    home, progress, exercise = _chosen(name, folder)
    root = _existing(home / exercise.name, exercise)
    counted = progress.exercises[exercise.name].checks + 1
    progress = learner_folder.with_record(progress, exercise.name, checks=counted)
    learner_folder.save_progress(home, progress)
    try:
        with screen.working("checking"):
            wrong = checks.check(LearnerProject(exercise, root))
    except SettingsError as error:
        for problem in error.problems:
            screen.error(problem)
        screen.say(f"correct it, or start afresh, which keeps your files: bluelamp learn reset {exercise.name}")
        raise typer.Exit(Status.WRONG_USE) from None
    for each in wrong:
        where = ": ".join(part for part in (each.where, each.path) if part)
        screen.show(f"[red]not yet[/red] {f'[bold]{escape(where)}[/bold]: ' if where else ''}{escape(each.message)}")
        if each.allowed:
            screen.show(f"        allowed: {escape(each.allowed)}")
        if each.next_step:
            screen.show(f"        next: {escape(each.next_step)}")
    solved = progress.exercises[exercise.name].solved
    if not wrong:
        solved = solved or learner_folder.now()
        progress = learner_folder.with_record(progress, exercise.name, solved=solved)
        learner_folder.save_progress(home, progress)
        screen.show(f"[green]solved[/green]: {escape(exercise.title)}")
        following = _following(exercise, progress)
        screen.say(f"next: bluelamp learn start {following.name}" if following else "every exercise is solved")
    else:
        screen.show(f"{escape(exercise.title)}: {some(len(wrong), 'thing')} to correct")
        screen.say(f"next: correct it and check again, or run: bluelamp learn hint {exercise.name}")
    from bluelamp.cli.envelope import problem_as_json

    screen.give(
        {
            "exercise": exercise.name,
            "folder": str(root),
            "solved": not wrong,
            "wrong": [problem_as_json(each) for each in wrong],
        }
    )
    raise typer.Exit(Status.FAILED if wrong else Status.DONE)


def hint(name: Name = None, folder: Dir = None, form: Form = Format.TEXT, quiet: Quiet = False) -> None:
    """Show the hints given so far, and the next one.

    Example: `bluelamp learn hint`
    """
    from bluelamp.learn import learner_folder

    screen = Screen(form, quiet=quiet)
    home, progress, exercise = _chosen(name, folder)
    given = min(progress.exercises[exercise.name].hints + 1, len(exercise.hints))
    learner_folder.save_progress(home, learner_folder.with_record(progress, exercise.name, hints=given))
    for number, text in enumerate(exercise.hints[:given], 1):
        screen.show(f"[bold]hint {number} of {len(exercise.hints)}[/bold]")
        screen.text(text.rstrip())
    left = len(exercise.hints) - given
    screen.say(f"{some(left, 'more hint')}: bluelamp learn hint {exercise.name}" if left else "there are no more hints")
    screen.give({"exercise": exercise.name, "hints": list(exercise.hints[:given]), "left": left})


def reset(name: Name = None, folder: Dir = None, form: Form = Format.TEXT, quiet: Quiet = False) -> None:
    """Prepare an exercise again from the start. The learner's files are kept, in NAME.kept-1 and so on.

    Example: `bluelamp learn reset fix-a-failing-rule`
    """
    from bluelamp.learn import learner_folder

    screen = Screen(form, quiet=quiet)
    home, progress, exercise = _chosen(name, folder)
    root = home / exercise.name
    kept = learner_folder.rename_aside(root) if root.exists() or root.is_symlink() else None
    try:
        _prepare(screen, exercise, root)
    except BaseException:
        if kept is not None and not root.exists():
            kept.rename(root)
        raise
    resets = progress.exercises[exercise.name].resets + 1
    learner_folder.save_progress(home, learner_folder.with_record(progress, exercise.name, resets=resets))
    if kept is not None:
        screen.say(f"your files are kept in {escape(_shown(kept))}")
    _task(screen, exercise, root)
    screen.give({"exercise": exercise.name, "folder": str(root), "kept": str(kept) if kept else None})


def status(folder: Dir = None, form: Form = Format.TEXT, quiet: Quiet = False) -> None:
    """Show solved and started exercises, with the numbers of checks and hints.

    Examples: `bluelamp learn status` · `bluelamp learn status --format json`
    """
    from bluelamp.learn import learner_folder
    from bluelamp.learn.exercise import Track, exercises

    screen = Screen(form, quiet=quiet)
    home = folder.resolve() if folder else learner_folder.existing(Path.cwd())
    progress = learner_folder.load_progress(home)
    rows: list[dict[str, Any]] = []
    for each in exercises():
        record = progress.exercises.get(each.name)
        state = "new" if record is None else "solved" if record.solved else "started"
        counts = {key: getattr(record, key, 0) for key in ("checks", "hints", "resets")}
        times = {key: getattr(record, key, None) for key in ("started", "solved")}
        missing = record is not None and not (home / each.name).is_dir()
        rows.append({**_described(each), "state": state, **counts, **times, "missing": missing})
    for track in Track:
        of = [each for each in rows if each["track"] == str(track)]
        solved = sum(1 for each in of if each["state"] == "solved")
        screen.show(f"[bold]{escape(track.heading)}[/bold]: {solved} of {len(of)} solved")
        screen.show(*(_line(each) for each in of), "")
    done = sum(1 for each in rows if each["state"] == "solved")
    screen.show(f"{done} of {len(rows)} exercises solved")
    screen.give({"folder": str(home), "current": progress.current or None, "solved": done, "exercises": rows})


def _line(row: dict[str, Any]) -> "RenderableType":
    used = f", {some(row['checks'], 'check')}, {some(row['hints'], 'hint')}" if row["state"] != "new" else ""
    gone = " [red]folder missing[/red]: bluelamp learn reset " + row["name"] if row["missing"] else ""
    mark = {"solved": "✓", "started": "·", "new": " "}[row["state"]]
    return f"  {mark} {row['name']} {_WORDS[row['state']]}{used}{gone}"


def _chosen(name: str | None, folder: Path | None) -> "tuple[Path, Progress, Exercise]":
    """The learner's folder, its progress, and the selected exercise, which must have been started."""
    from bluelamp.learn import learner_folder
    from bluelamp.learn.exercise import exercises, named

    here = Path.cwd().resolve()
    home = folder.resolve() if folder else learner_folder.existing(here)
    progress = learner_folder.load_progress(home)
    if name is None:
        inside = here.relative_to(home).parts[:1] if here.is_relative_to(home) else ()
        known = {each.name for each in exercises()}
        name = inside[0] if inside and inside[0] in known else progress.current
    if not name:
        raise UsageError(f"no exercise was started in {home}", next_step="run: bluelamp learn start NAME")
    exercise = named(name)
    if name not in progress.exercises:
        raise UsageError(f"{name} was not started in {home}", next_step=f"run: bluelamp learn start {name}")
    return home, progress, exercise


def _existing(root: Path, exercise: "Exercise") -> Path:
    """The exercise's folder. Raises `UsageError` if it is missing, or not a project."""
    step = f"run: bluelamp learn reset {exercise.name}"
    if not root.is_dir():
        raise UsageError(f"the folder of the exercise is missing: {root}", next_step=step)
    for name in ("Pulumi.yaml", "stacks", "stacks/forces.yaml"):
        if not (root / name).exists():
            raise UsageError(f"{root / name} is missing", next_step=f"restore it, or {step}")
    return root


def _prepare(screen: Screen, exercise: "Exercise", root: Path) -> None:
    from bluelamp.learn.prepare import prepare

    if exercise.prepare.deploy:
        screen.say(f"bringing {exercise.force} up in the rehearsal cloud of the exercise")
    with screen.working("preparing"):
        prepare(exercise, root, _deploy)


def _deploy(root: Path, force: str) -> None:
    """Brings a force up in the rehearsal cloud. Raises `BluelampError` on failure."""
    from bluelamp.cli import operate
    from bluelamp.cli.run_options import RunOptions
    from bluelamp.fleet import deploy

    class Aside(Screen):
        """Hides the output of the update, which is not the result of this command."""

        def show(self, *things: "RenderableType") -> None:
            """Shows nothing."""

    done = operate.run(
        Aside(quiet=True),
        root,
        [force],
        "up",
        RunOptions(rehearse=True),
        lambda target, on_step, gate: deploy.up(target, on_step, refresh=True, agree=lambda *_: True, gate=gate),
    )
    if done is not Status.DONE:
        raise BluelampError(f"{force} cannot be brought up in the rehearsal cloud", next_step="run: bluelamp doctor")


def _task(screen: Screen, exercise: "Exercise", root: Path) -> None:
    from bluelamp.learn.text import task

    screen.show("")
    screen.text(task(exercise).rstrip())
    screen.show("")
    screen.say(f"next: cd {escape(quote(_shown(root)))}, do the task, then: bluelamp learn check")


def _shown(path: Path) -> str:
    """A path relative to the current folder."""
    here = Path.cwd().resolve()
    return str(path.relative_to(here)) if path != here and path.is_relative_to(here) else str(path)


def _following(exercise: "Exercise", progress: "Progress") -> "Exercise | None":
    """The next exercise: the first unsolved in the track, else the first unsolved of all."""
    from bluelamp.learn.exercise import exercises

    left = [each for each in exercises() if (one := progress.exercises.get(each.name)) is None or one.solved is None]
    return next((each for each in left if each.track is exercise.track), left[0] if left else None)


def _described(exercise: "Exercise") -> dict[str, Any]:
    return {
        "name": exercise.name,
        "title": exercise.title,
        "track": str(exercise.track),
        "minutes": exercise.minutes,
        "hintsAvailable": len(exercise.hints),
    }
