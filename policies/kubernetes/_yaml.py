"""Reading YAML of unknown origin, bounded in depth and without aliases. Imported where it is needed: it is slow."""

from typing import Any, Final

import yaml

DEEPEST: Final = 100
"""How many levels objects and lists may be nested."""


class NotYaml(Exception):  # noqa: N818 - an answer, not an error
    """A text is not YAML, or stands for something huge; the message says why."""


class _Loader(yaml.CSafeLoader):
    """YAML with dates as the text that they are."""

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
    depth = 0
    for event in yaml.parse(text, _Loader):
        if isinstance(event, yaml.AliasEvent):
            raise NotYaml("it has aliases")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise NotYaml(f"it is nested deeper than {DEEPEST} levels")
