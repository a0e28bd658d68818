"""Kubernetes objects with which the Pulumi Kubernetes Operator (version 2) deploys forces, for a GitOps repository."""

from bluelamp.render.operator.files import operator_files
from bluelamp.render.operator.settings import DRIFT, FILE, Operator, read_operator

__all__ = ["DRIFT", "FILE", "Operator", "operator_files", "read_operator"]
