"""Reads untrusted YAML: with limited depth, and without aliases and duplicate keys. Slow to import."""

from typing import Any, Final

import yaml

DEEPEST: Final = 100
"""The maximum nesting depth of objects and lists."""


class NotYaml(Exception):  # noqa: N818 - an answer, not an error
    """A text is not YAML, or not accepted; the message is the reason."""


class _Loader(yaml.CSafeLoader):
    """YAML with dates as text."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


def documents(text: str) -> list[Any]:
    """The documents in `text`, without empty ones. Raises `NotYaml`."""
    try:
        _bounded(text)
        return [each for each in yaml.load_all(text, _Loader) if each is not None]
    except (yaml.YAMLError, ValueError) as error:
        raise NotYaml(str(error).splitlines()[0] if str(error) else "it cannot be read") from None


def _bounded(text: str) -> None:
    # For each open object its keys (None for a list), and whether the next node is a key.
    keys: list[set[str] | None] = []
    is_key: list[bool] = []
    for event in yaml.parse(text, _Loader):
        if isinstance(event, yaml.AliasEvent):
            raise NotYaml("it has aliases")
        if isinstance(event, yaml.CollectionEndEvent):
            keys.pop()
            is_key.pop()
        elif isinstance(event, yaml.NodeEvent):
            if keys and (known := keys[-1]) is not None:
                if is_key[-1] and isinstance(event, yaml.ScalarEvent):
                    if event.value in known:
                        raise NotYaml("it has a key twice")
                    known.add(event.value)
                is_key[-1] = not is_key[-1]
            if isinstance(event, yaml.CollectionStartEvent):
                keys.append(set() if isinstance(event, yaml.MappingStartEvent) else None)
                is_key.append(True)
        if len(keys) > DEEPEST:
            raise NotYaml(f"it is nested deeper than {DEEPEST} levels")
