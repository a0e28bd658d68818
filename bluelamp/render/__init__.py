"""Renders a force's plan outside Pulumi: Kubernetes manifests as files, and a diagram of the estate."""

from bluelamp.render.files import prepare, write
from bluelamp.render.manifests import Rendered, manifests

__all__ = ["Rendered", "manifests", "prepare", "write"]
