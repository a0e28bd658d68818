"""The schema of a usage file, `stacks/<stack>/usage.yaml`."""

from bluelamp.core.fields import Schema
from bluelamp.pricing.usage import RESERVATIONS, Default, defaults, form


def usage() -> Schema:
    """The schema, from the documented default usage."""
    resources = {key: _amount(each) for key, each in defaults().items() if each.per == "resource"}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "usage": _mapping({key: _amount(each) for key, each in defaults().items()}, "By key, for all resources."),
            "resources": {
                "description": "By the logical name of a resource, what differs for it.",
                "type": ["object", "null"],
                "additionalProperties": _mapping(resources, ""),
            },
            "reservations": _mapping({"virtualMachines": {"enum": list(RESERVATIONS), "default": RESERVATIONS[0]}}, ""),
            "hybridBenefit": _mapping({"windows": {"type": "boolean", "default": False}}, ""),
        },
    }


def _mapping(properties: Schema, description: str) -> Schema:
    described = {"description": description} if description else {}
    return {**described, "type": ["object", "null"], "additionalProperties": False, "properties": properties}


def _amount(default: Default) -> Schema:
    written = f"{default.value:f} {default.unit}"
    return {"type": "string", "pattern": form(default), "description": default.what, "default": written}
