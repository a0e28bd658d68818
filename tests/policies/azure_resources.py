"""A Pulumi resource as Azure Resource Manager represents it, for the properties that the compiled rules use."""


def in_azure(resource, type_):
    """The resource as Azure Resource Manager represents it, for the properties that rules use."""
    plain = {"kind", "location", "tags", "identity"}
    made = {"type": type_.name, "name": resource.name}
    made |= {key: value for key, value in resource.properties.items() if key in plain}
    for sdk, alias in type_.properties.items():
        _copy(resource.properties, sdk.split("."), made, alias.path.split("."))
    return made


def _copy(value, sdk, made, arm):
    """Copies the value at the steps `sdk` of `value` to the steps `arm` of `made`; lists go item by item."""
    while sdk and not sdk[0].endswith("[*]"):
        value = value.get(sdk[0]) if isinstance(value, dict) else None
        sdk = sdk[1:]
    if sdk:
        items = value.get(sdk[0].removesuffix("[*]")) if isinstance(value, dict) else None
        if items is None:
            return
        until = next(index for index, step in enumerate(arm) if step.endswith("[*]"))
        for step in arm[:until]:
            made = made.setdefault(step, {})
        listed = made.setdefault(arm[until].removesuffix("[*]"), [{} for _ in items])
        for item, other in zip(items, listed, strict=True):
            _copy(item, sdk[1:], other, arm[until + 1 :])
    elif value is not None:
        for step in arm[:-1]:
            made = made.setdefault(step, {})
        made[arm[-1]] = value
