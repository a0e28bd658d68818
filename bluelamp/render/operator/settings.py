"""Which forces the Pulumi Kubernetes Operator runs, and how: `stacks/operator.yaml`.

found = read_operator(root, with_stacks(root))
found.forces["essex"].apply
"""

import re
from collections.abc import Iterator, Sequence
from os.path import lexists
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from bluelamp.core.fields import Label, Model, matching, refuse
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.reader import content_of, parse
from bluelamp.core.source import Source, show
from bluelamp.core.suggestions import did_you_mean
from bluelamp.core.validation import checked
from bluelamp.infra.settings.fields import Guid

FILE: Final = "stacks/operator.yaml"
DRIFT: Final = "-drift"
"""The suffix of the drift object's name after the stack's."""
_LONGEST_NAME: Final = 42
"""The maximum length of a Stack object's name: the pods of its StatefulSet have a hash appended."""
_EXAMPLE: Final = """image: registry.example/bluelamp@sha256:<digest>
backend: azblob://pulumi-state?storage_account=NAME
forces:
  FORCE:
    apply: {secret: NAME}
    plan: {secret: NAME}"""

_BACKEND: Final = re.compile(
    r"(azblob|s3|gs|https)://[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9._/-]*)?(\?{key}=[A-Za-z0-9._-]+(&{key}=[A-Za-z0-9._-]+)*)?".replace(
        "{key}", "(storage_account|domain|protocol|region|endpoint|profile|awssdk|s3ForcePathStyle)"
    )
)
"""An address without credentials in its parameters: a signature or a key would be a secret in the repository."""


def _backend(value: str) -> str:
    if not _BACKEND.fullmatch(value):
        message = "the value is not an address of a state store, or contains credentials"
        raise refuse(message, "azblob://CONTAINER?storage_account=NAME, s3://, gs:// or https://", hidden=True)
    return value


Image = Annotated[
    str,
    AfterValidator(
        matching(
            r"[a-z0-9.-]+(:[0-9]{1,5})?(/[a-z0-9._-]+)+@sha256:[0-9a-f]{64}",
            "is not an image with a digest",
            "REGISTRY/NAME@sha256:DIGEST, without a tag",
        )
    ),
]
Folder = Annotated[
    str,
    AfterValidator(
        matching(r"(/[A-Za-z0-9_][A-Za-z0-9._-]*)+", "is not an absolute path", "a path such as /opt/bluelamp")
    ),
]
Backend = Annotated[str, AfterValidator(_backend)]
Quantity = Annotated[
    str, AfterValidator(matching(r"[1-9][0-9]{0,5}(m|Mi|Gi)?", "is not a quantity", 'such as "2", 500m or 4Gi'))
]


class Identity(Model):
    """The engine's identity: a managed identity by workload identity federation, or a Secret of the namespace."""

    client_id: Guid | None = None
    """The client id of a managed identity that trusts the service account."""
    tenant_id: Guid | None = None
    subscription_id: Guid | None = None
    """The default subscription, for calls without one of their own."""
    secret: Label | None = None
    """The name of an existing Secret whose keys become environment variables, such as `ARM_CLIENT_ID`."""


class OperatedForce(Model):
    """The identities of one stack: `apply` changes the estate, `plan` only reads it."""

    apply: Identity
    plan: Identity


class Operator(Model):
    """The file. `image` has the engine, its plugins, Bluelamp and the project in `folder`."""

    image: Annotated[Image, Field(examples=["registry.example/bluelamp@sha256:" + "0" * 64])]
    folder: Folder = "/opt/bluelamp"
    backend: Annotated[Backend, Field(examples=["azblob://pulumi-state?storage_account=NAME"])]
    """The state store, as in `PULUMI_BACKEND_URL`."""
    namespace: Label = "bluelamp"
    operator_namespace: Label = "pulumi-kubernetes-operator"
    """The operator's own namespace: only its pods reach the workspaces."""
    drift_hours: Annotated[int, Field(ge=1, le=168)] = 24
    """Hours between drift checks."""
    cpu: Quantity = "1"
    memory: Quantity = "4Gi"
    """Memory request and limit of a workspace: the engine, its providers and the program."""
    storage: Quantity = "8Gi"
    """Ephemeral storage request and limit of a workspace."""
    forces: Annotated[dict[str, OperatedForce], Field(min_length=1)]
    """By stack (`essex`, `essex-dev`)."""


def read_operator(root: Path, stacks: Sequence[str]) -> Operator:
    """The settings of the project at `root`, in which `stacks` have a stack file.

    Raises `SettingsError` with every mistake in the file, or without one.
    """
    path = root / FILE
    if not lexists(path):
        raise SettingsError([Problem(FILE, message="no such file", next_step=f"create it, for example:\n{_EXAMPLE}")])
    source = parse(*content_of(path, root))
    return checked(Operator, source, lambda made: _mistakes(made, source, stacks))


def _mistakes(made: Operator, source: Source, stacks: Sequence[str]) -> Iterator[Problem]:
    for name, force in made.forces.items():
        steps = ("forces", name)
        if name not in stacks:
            step = did_you_mean(name, stacks) or "name a stack that has a file in stacks/"
            yield source.problem(steps, f"{show(name)} has no stack file", next_step=step)
        elif len(name + DRIFT) > _LONGEST_NAME:
            yield source.problem(steps, f"the name is longer than {_LONGEST_NAME - len(DRIFT)} characters")
        for use in ("apply", "plan"):
            one: Identity = getattr(force, use)
            by_federation = one.client_id is not None and one.tenant_id is not None
            if by_federation == (one.secret is not None) or (one.secret and (one.client_id or one.tenant_id)):
                yield source.problem(
                    (*steps, use),
                    "is not an identity",
                    allowed="clientId with tenantId, or secret",
                    next_step="set one",
                )
        if force.apply == force.plan:
            message = "is the identity of apply, so that drift checks could change the estate"
            yield source.problem((*steps, "plan"), message, next_step="give each its own identity")
