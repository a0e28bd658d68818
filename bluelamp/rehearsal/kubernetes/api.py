"""Access to a Kubernetes API server through the official client, which does authentication and transport."""

import json
import threading
from pathlib import Path
from typing import Any

from bluelamp.rehearsal.kubernetes.kinds import Kind, no_match
from bluelamp.rehearsal.provider import CloudError

_SECONDS = 60.0
_RETRYABLE = {409, 429, 500, 503, 504}
_APPLY = "application/apply-patch+yaml"


class RefusalError(CloudError):
    """An error response: the code is the status's reason (`NotFound`, `Conflict`, `Invalid` …), the message its own."""

    def __init__(self, status: int, answer: str) -> None:
        try:
            body = json.loads(answer)
        except ValueError:
            body = {}
        body = body if isinstance(body, dict) else {}
        super().__init__(
            str(body.get("reason") or f"HTTP {status}"),
            str(body.get("message") or answer.strip() or f"the server answered {status}"),
            retryable=status in _RETRYABLE and body.get("reason") != "AlreadyExists",
        )
        self.status = status
        self.causes: list[dict[str, Any]] = (body.get("details") or {}).get("causes") or []


class Api:
    """The API server of the current context of `kubeconfig` (a file).

    Raises `CloudError` `Unreachable` if the file is invalid or the server does not answer.
    """

    def __init__(self, kubeconfig: Path) -> None:
        from kubernetes import config
        from kubernetes.config.config_exception import ConfigException

        try:
            self._client = config.new_client_from_config(str(kubeconfig))
        except (ConfigException, OSError, ValueError) as error:
            raise CloudError("Unreachable", f"{kubeconfig} is not a usable kubeconfig: {error}") from error
        self.host: str = self._client.configuration.host
        self._lock = threading.Lock()
        self._kinds: dict[str, dict[str, Kind]] = {}

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        content_type: str = "application/json",
        **query: str,
    ) -> dict[str, Any]:
        """The server's answer to a request. Raises `RefusalError` for an error response."""
        from kubernetes.client.rest import ApiException
        from urllib3.exceptions import HTTPError

        headers = {"Accept": "application/json", "Content-Type": content_type}
        request = self._client.param_serialize(
            method,
            path,
            query_params=list(query.items()),
            header_params=headers,
            body=body,
            auth_settings=["BearerToken"],
        )
        try:
            response = self._client.call_api(*request, _request_timeout=_SECONDS)
            text = (response.read() or b"").decode("utf-8", errors="replace")
        except (HTTPError, OSError) as error:
            raise CloudError(
                "Unreachable", f"the API server {self.host} does not answer: {error}", retryable=True
            ) from error
        except ApiException as error:
            raise RefusalError(error.status or 0, str(error.body or error.reason)) from error
        if not 200 <= response.status <= 299:
            raise RefusalError(response.status, text)
        answer: dict[str, Any] = json.loads(text)
        return answer

    def kind(self, api_version: str, name: str) -> Kind | None:
        """The kind as the server serves it now, or None."""
        with self._lock:
            found = self._kinds.get(api_version, {}).get(name)
            if found is None:
                # Discover again, as a definition may have been created since.
                self._kinds[api_version] = self._discover(api_version)
                found = self._kinds[api_version].get(name)
            return found

    def _discover(self, api_version: str) -> dict[str, Kind]:
        try:
            resources = self.request("GET", root(api_version))["resources"]
        except RefusalError as error:
            if error.status == 404:
                return {}
            raise
        return {
            resource["kind"]: Kind(api_version, resource["kind"], resource["name"], resource["namespaced"])
            for resource in resources
            if "/" not in resource["name"]
        }

    def path(self, api_version: str, kind: str, namespace: str, name: str) -> str:
        """The object's path. Raises `CloudError` `NoMatch` if the server does not serve the kind."""
        found = self.kind(api_version, kind)
        if found is None:
            raise CloudError("NoMatch", no_match(api_version, kind))
        within = f"/namespaces/{namespace}" if found.namespaced and namespace else ""
        return f"{root(api_version)}{within}/{found.plural}/{name}"

    def apply(
        self, path: str, body: dict[str, Any], manager: str, *, dry_run: bool, force: bool = False
    ) -> dict[str, Any]:
        """Server-side apply of `body`, with strict field validation."""
        query = {"fieldManager": manager, "force": str(force).lower(), "fieldValidation": "Strict"}
        if dry_run:
            query["dryRun"] = "All"
        return self.request("PATCH", path, body, _APPLY, **query)


def root(api_version: str) -> str:
    """The root path of an API version."""
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
