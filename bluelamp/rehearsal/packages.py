"""The packages that the rehearsal cloud serves: azure-native, kubernetes, and every other installed Pulumi SDK."""

import threading
from collections.abc import Collection, Sequence
from pathlib import Path

from bluelamp.rehearsal.provider import CloudError, Provider
from bluelamp.rehearsal.store import Store


class Packages:
    """Providers by package name, created on first use.

    `search_path` are the folders of the project's own SDKs, which take precedence over those of this Python. `own` are
    the packages that the project has as source code, which are not served. `program` is the folder of a program whose
    language host requests schemas.
    """

    def __init__(
        self,
        store: Store,
        *,
        arm_types: Path | None = None,
        kubeconfig: Path | None = None,
        search_path: Sequence[str] = (),
        own: Collection[str] = (),
        program: Path | None = None,
    ) -> None:
        self._store, self._arm_types, self._kubeconfig = store, arm_types, kubeconfig
        self._search_path, self._own, self._program = search_path, own, program
        self._providers: dict[str, Provider] = {}
        self._lock = threading.Lock()

    def names(self) -> list[str]:
        """The packages that can be served."""
        from bluelamp.rehearsal.sdk.schema import installed_packages

        return sorted({"azure-native", "kubernetes", *installed_packages(self._search_path)} - {"policy", *self._own})

    def provider(self, package: str) -> Provider:
        """The provider of `package`. Raises `CloudError` if its SDK is not installed."""
        with self._lock:
            if package not in self._providers:
                self._providers[package] = self._make(package)
            return self._providers[package]

    def all(self) -> list[Provider]:
        """A provider for every package."""
        return [self.provider(name) for name in self.names()]

    def schema(self, package: str) -> str:
        """The package schema, in Pulumi's format. Raises `CloudError` if its SDK is not installed."""
        from bluelamp.rehearsal.sdk.schema import Catalogue, UnknownPackage
        from bluelamp.rehearsal.sdk.schema_export import schema_of, tokens_in

        try:
            catalogue = Catalogue(package, self._search_path)
        except UnknownPackage as error:
            raise CloudError("PackageNotFound", str(error)) from error
        return schema_of(catalogue, tokens_in(self._program) if self._program else ())

    def _make(self, package: str) -> Provider:
        if package == "azure-native":
            from bluelamp.rehearsal.azure import AzureProvider

            return AzureProvider(self._store, arm_types=self._arm_types, search_path=self._search_path)
        if package == "kubernetes":
            from bluelamp.rehearsal.kubernetes import KubernetesProvider

            return KubernetesProvider(self._store, kubeconfig=self._kubeconfig)
        from bluelamp.rehearsal.sdk.generic import GenericProvider
        from bluelamp.rehearsal.sdk.schema import installed_packages

        if package not in installed_packages(self._search_path):
            raise CloudError("PackageNotFound", f"the Pulumi package {package!r} is not installed in this environment")
        return GenericProvider(package, self._store, search_path=self._search_path)
