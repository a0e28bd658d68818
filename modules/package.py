"""The modules as one component package, for programs in any of Pulumi's languages."""

import json
from typing import Final

from pulumi.provider.experimental.analyzer import Analyzer
from pulumi.provider.experimental.component import ComponentProvider

from bluelamp.core.camel import camel
from bluelamp.modules.component import Component
from bluelamp.modules.shared_arguments import LabelledArgs, RegionalArgs, ResourceGroupScopedArgs

_NAME: Final = "bluelamp"
_SHARED: Final = (LabelledArgs, RegionalArgs, ResourceGroupScopedArgs)


class ComponentPackage(ComponentProvider):
    """Serves the components, with a schema that describes every argument.

    The SDK (3.272) reads descriptions from the source of a typed dictionary, but not from its base classes. This class
    adds the descriptions of shared arguments.
    """

    def __init__(self, components: list[type[Component]]) -> None:
        super().__init__([*components], _NAME)
        schema = json.loads(self.schema or "{}")
        shared = _shared_descriptions()
        for resource in schema["resources"].values():
            for key, entry in resource["inputProperties"].items():
                if key in shared:
                    entry.setdefault("description", shared[key])
        self.schema = json.dumps(schema)


def _shared_descriptions() -> dict[str, str]:
    analyzer = Analyzer(_NAME)
    found = ((camel(key), analyzer.get_docstring(shape, key)) for shape in _SHARED for key in shape.__annotations__)
    return {key: text for key, text in found if text}
