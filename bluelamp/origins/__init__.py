"""Where a property's value comes from: a setting, a default, the code, the provider or the cloud."""

from bluelamp.origins.tracing import Influence, Kind, Origin, trace

__all__ = ["Influence", "Kind", "Origin", "trace"]
