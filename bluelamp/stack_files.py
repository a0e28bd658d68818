"""Reading a stack's settings file as the engine reads it."""

import re
from typing import Any

import yaml

_BOOLEAN = "tag:yaml.org,2002:bool"


class _Loader(yaml.SafeLoader):
    """YAML in which only `true` and `false` are booleans: `off` and `yes` are words, as they are to the engine."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _BOOLEAN]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOLEAN, re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))


def parse(text: str) -> dict[str, Any]:
    """The content of a stack file; empty where there is none. Raises `yaml.YAMLError` where it is not YAML."""
    content = yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader
    return content if isinstance(content, dict) else {}
