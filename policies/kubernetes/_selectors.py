"""Label selectors of Kubernetes."""

from collections.abc import Callable, Iterable
from functools import partial

from bluelamp.core.resource import UNKNOWN
from bluelamp.policies.value import UnknownValue, Value


def selects(selector: Value, labels: Value) -> bool:
    """Whether a label selector matches `labels`; an empty one matches everything.

    Raises `UnknownValue`, and TypeError for what is no selector.
    """
    doubt: UnknownValue | None = None
    for holds in _requirements(selector, labels):
        try:
            if not holds():
                return False
        except UnknownValue as unknown:
            doubt = doubt or unknown
    if doubt:
        raise doubt
    return True


def _requirements(selector: Value, labels: Value) -> Iterable[Callable[[], bool]]:
    wanted, expressions = selector["matchLabels"], selector["matchExpressions"]
    for part, holds in ((wanted, _equals), (expressions, _holds)):
        if part.raw is UNKNOWN:
            yield partial(_known, part)
            continue
        for each in part.places():
            yield partial(holds, each, labels)


def _known(value: Value) -> bool:
    return bool(value.known) or True


def _equals(wanted: Value, labels: Value) -> bool:
    return _text(labels[str(wanted.key)]) == _text(wanted)


def _holds(expression: Value, labels: Value) -> bool:
    label = labels[str(expression["key"].known)]
    match expression["operator"].known:
        case "Exists":
            return not label.missing
        case "DoesNotExist":
            return label.missing
        case "In":
            return not label.missing and _text(label) in [_text(each) for each in expression["values"].each()]
        case "NotIn":
            return label.missing or _text(label) not in [_text(each) for each in expression["values"].each()]
    raise UnknownValue(expression)


def _text(value: Value) -> str | None:
    known = value.known
    if isinstance(known, bool):
        return str(known).lower()
    return None if known is None else str(known)
