"""Redacts secrets as the last step before output, independent of the texts of rules."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from bluelamp.core.resource import Resource
from bluelamp.policies.rule_output import forms
from bluelamp.policies.value import SECRET, covers, joined, secret_key

SHORTEST: Final = 8
"""Shorter texts are not redacted: `true` or `Standard` may be a secret in one place and a plain word in another."""


class Redactor:
    """Replaces every secret of a set of resources anywhere in a text.

    Rules already redact the secrets of the resource that they judge; this also finds a resource's secret in the text on
    another resource, or on a property that is not marked as secret.
    """

    def __init__(self, resources: Iterable[Resource]) -> None:
        texts = {text for resource in resources if resource.secrets for text in _texts(resource)}
        found = {form for text in texts for form in forms(text)}
        self._secrets = sorted(found, key=lambda text: (-len(text), text))

    @property
    def needed(self) -> bool:
        """Whether there is any secret to replace."""
        return bool(self._secrets)

    def __call__(self, value: Any) -> Any:
        """`value`, a JSON value, with every secret replaced by `[secret]`."""
        if not self._secrets:
            return value
        if isinstance(value, str):
            for secret in self._secrets:
                if secret in value:
                    value = value.replace(secret, SECRET)
            return value
        if isinstance(value, Mapping):
            return {self(key): self(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self(item) for item in value]
        return value


def _texts(resource: Resource) -> Iterator[str]:
    waiting: list[tuple[str, Any]] = [("", resource.properties)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, Mapping):
            waiting += [(joined(path, str(key)), item) for key, item in value.items()]
            if any(covers(secret, path) for secret in resource.secrets):
                yield from filter(secret_key, value)
        elif isinstance(value, (list, tuple)):
            waiting += [(joined(path, index), item) for index, item in enumerate(value)]
        elif _is_redactable(value) and any(covers(secret, path) for secret in resource.secrets):
            yield value


def _is_redactable(value: Any) -> bool:
    return isinstance(value, str) and value != SECRET and len(value) >= SHORTEST
