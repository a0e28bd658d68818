"""What a force, its region and the country settle about the baseline: the shapes of the files below `stacks/`.

Importing this loads pydantic, which judging does not need.
"""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from policies.model import Enforcement

Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=20)]
"""Long enough to say why: one word is no reason."""


class Part(BaseModel):
    """A part of a file: frozen, camelCase in YAML, and no key that it does not know."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        allow_inf_nan=False,
    )


class Setting(Part):
    """What a layer asks of one rule, beyond what the layers before it ask."""

    enforcement: Enforcement | None = None
    parameters: dict[str, Any] = {}


class Layer(Part):
    """A baseline file: the country's, a region's or a force's. Each may only tighten what stands before it."""

    rules: dict[str, Setting] = {}
    block_unknown: bool = False
    """Whether a mandatory rule that cannot be judged yet stops a deployment, as a broken one does."""


class Exemption(Part):
    """Leave to break one rule in one place for a time: the outcome of a risk balance case.

    `scope` is a URN in which `*` stands for any text. It holds from `start` to `expiry`, both days included.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*$", max_length=60)]
    rule: Said
    scope: Said
    reason: Sentence
    compensating_control: Sentence
    risk_reference: Said
    owner: Said
    """Who carries the risk; taken for the requester where none is named."""
    requester: str = ""
    approver: Said
    start: date
    expiry: date
    last_review: date


class Register(Part):
    """The file of a force's exemptions."""

    exemptions: tuple[Exemption, ...] = Field(default=())
