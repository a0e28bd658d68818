"""Every kind of settings file, with its schema."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from bluelamp.core.fields import Schema
from bluelamp.core.files import replace
from bluelamp.core.modeline import modeline

SHIPPED: Final = Path(__file__).with_name("shipped")
"""The shipped schemas; `schemas/` in a checkout is a link to them."""


@dataclass(frozen=True)
class SettingsFile:
    """A kind of settings file: its schema's name, the paths of such files, and the function that generates the schema.

    In `paths`, `*` matches any name.
    """

    name: str
    title: str
    paths: tuple[str, ...]
    make: Callable[[], Schema]

    def schema(self) -> Schema:
        """The self-contained JSON Schema, draft 07."""
        from bluelamp.schemas.editor.models import DRAFT

        schema = self.make()
        return {"$schema": schema.pop("$schema", DRAFT), "title": self.title, **schema}


def kind_of(path: str) -> SettingsFile | None:
    """The kind of the file at `path`, relative to the project's folder; None if it is not a settings file."""
    found = None
    for file in FILES:
        if any(path.count("/") == each.count("/") and fnmatchcase(path, each) for each in file.paths):
            found = file
    return found


def headed(path: str, text: str) -> str:
    """The `text` of the file at `path`, with a modeline in front if it is a settings file."""
    file = kind_of(path)
    return (modeline(path, file.name) if file else "") + text


def schema_text(file: SettingsFile) -> str:
    """The content of the schema file."""
    return json.dumps(file.schema(), indent=1, ensure_ascii=False) + "\n"


def write_schemas(folder: Path) -> list[Path]:
    """Copies the shipped schemas into `folder`, which is created, and returns the changed files. Raises `OSError`."""
    return _write_changed(
        folder, {path.name: path.read_text(encoding="utf-8") for path in sorted(SHIPPED.glob("*.json"))}
    )


def generate() -> list[Path]:
    """Regenerates the shipped schemas from the models, and returns the changed files."""
    return _write_changed(SHIPPED, {f"{file.name}.json": schema_text(file) for file in FILES})


def _write_changed(folder: Path, texts: Mapping[str, str]) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    changed = []
    for name, text in texts.items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            replace(path, text, mode=0o644)
            changed.append(path)
    return changed


def _stack() -> Schema:
    from bluelamp.schemas.editor.stack import stack

    return stack(layer=False)


def _stack_layer() -> Schema:
    from bluelamp.schemas.editor.stack import stack

    return stack(layer=True)


def _usage() -> Schema:
    from bluelamp.schemas.editor.usage import usage

    return usage()


def _asset() -> Schema:
    from bluelamp.schemas.editor.assets import asset

    return asset()


def _forces() -> Schema:
    from bluelamp.core.register import Entry, Register
    from bluelamp.schemas.editor.models import schema_of

    return schema_of(Register, hidden=[(Entry, "slug")])


def _access() -> Schema:
    from bluelamp.core.access.model import AccessPolicy
    from bluelamp.schemas.editor.models import schema_of

    return schema_of(AccessPolicy, hidden=[(AccessPolicy, "agreements")])


def _of(module: str, model: str) -> Callable[[], Schema]:
    """A function that generates the schema of a model, importing it only then."""

    def make() -> Schema:
        from importlib import import_module

        from bluelamp.schemas.editor.models import schema_of

        return schema_of(getattr(import_module(module), model))

    return make


_POLICIES: Final = "bluelamp.policies.settings"

FILES: Final = (
    SettingsFile("stack", "Settings of a force", ("stacks/Pulumi.*.yaml",), _stack),
    SettingsFile(
        "stack-layer",
        "Settings that are laid over those that a force's environments share, or that they share",
        (
            "stacks/Pulumi.*-preprod.yaml",
            "stacks/Pulumi.*-test.yaml",
            "stacks/Pulumi.*-dev.yaml",
            "stacks/*/settings.yaml",
        ),
        _stack_layer,
    ),
    SettingsFile("forces", "Register of forces and address plan", ("stacks/forces.yaml",), _forces),
    SettingsFile(
        "waves",
        "Order in which a fleet is brought up",
        ("stacks/waves.yaml",),
        _of("bluelamp.fleet.waves", "WavesSettings"),
    ),
    SettingsFile(
        "approvers",
        "Who may approve exemptions and plans",
        ("stacks/approvers.yaml",),
        _of(_POLICIES, "ApproverRegister"),
    ),
    SettingsFile(
        "operator",
        "Forces that the Pulumi Kubernetes Operator runs",
        ("stacks/operator.yaml",),
        _of("bluelamp.render.operator.settings", "Operator"),
    ),
    SettingsFile(
        "baseline",
        "Security baseline of the country, a region or a force",
        ("stacks/baseline.yaml", "stacks/regions/*.yaml", "stacks/*/baseline.yaml"),
        _of(_POLICIES, "Layer"),
    ),
    SettingsFile(
        "exemptions", "Exemptions of a stack from rules", ("stacks/*/exemptions.yaml",), _of(_POLICIES, "Register")
    ),
    SettingsFile(
        "addresses",
        "Address ranges kept for a stack",
        ("stacks/*/addresses.yaml",),
        _of("bluelamp.infra.settings.address_file", "KeptRanges"),
    ),
    SettingsFile(
        "roadmap", "Roadmap of a force", ("stacks/*/roadmap.yaml",), _of("bluelamp.core.roadmap.model", "Roadmap")
    ),
    SettingsFile("usage", "How much a stack uses of what is charged by use", ("stacks/*/usage.yaml",), _usage),
    SettingsFile(
        "hardware",
        "What a stack owns on its premises",
        ("stacks/*/hardware.yaml",),
        _of("bluelamp.pricing.hardware", "Hardware"),
    ),
    SettingsFile("access", "Who may see which data", ("stacks/*/access.yaml",), _access),
    SettingsFile(
        "drift",
        "What is no drift of a stack",
        ("stacks/*/drift.yaml",),
        _of("bluelamp.fleet.drift_settings", "DriftSettings"),
    ),
    SettingsFile(
        "bootstrap",
        "State store and pipeline identities of a stack",
        ("stacks/*/bootstrap.yaml",),
        _of("bluelamp.infra.settings.bootstrap", "BootstrapFile"),
    ),
    SettingsFile(
        "statement",
        "Statement about controls, with its evidence",
        ("stacks/*/evidence/*.yaml",),
        _of("bluelamp.reports.statements.shape", "Statement"),
    ),
    SettingsFile("asset", "Data contract of an information asset", ("stacks/*/assets/*.yaml",), _asset),
    SettingsFile(
        "mapping",
        "Mapping of a table to the entities of a single view",
        ("mappings/*.yaml",),
        _of("bluelamp.workloads.single_view.mapping", "MappingFile"),
    ),
    SettingsFile(
        "questions",
        "Questions of a merger of two forces, and their answers",
        ("merges/*/questions.yaml",),
        _of("bluelamp.merging.questions", "QuestionsFile"),
    ),
)
"""Ordered as in the documentation, the most common first."""
