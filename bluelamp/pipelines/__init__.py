"""Pipelines for GitHub Actions, Azure Pipelines and GitLab CI, rendered from templates into a repository."""

from bluelamp.pipelines.render import HOSTS, Choices, install_command, pipelines
from bluelamp.pipelines.write import Wrote, write

__all__ = ["HOSTS", "Choices", "Wrote", "install_command", "pipelines", "write"]
