"""Entra ID tokens for a job's identity, in exchange for the token of its service account (workload identity)."""

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from bluelamp.workloads.lake.errors import LakeError
from bluelamp.workloads.lake.transport import Sleep, send

_SCOPE: Final = "https://storage.azure.com/.default"
_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_EARLY: Final = 300
"""The time before its expiry at which a token is replaced, in seconds."""
_AUTHORITY: Final = "https://login.microsoftonline.com/"
_NEEDED: Final = ("AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE")


class Tokens:
    """Returns a token for Azure Storage, cached until five minutes before its expiry.

    The service account's token is read again each time, as the kubelet renews it.
    """

    def __init__(self, environment: Mapping[str, str] | None = None, *, sleep: Sleep = time.sleep) -> None:
        """Reads the identity from the environment. Raises `LakeError` with each missing variable."""
        given = os.environ if environment is None else environment
        missing = [name for name in _NEEDED if not given.get(name)]
        if missing:
            names = ", ".join(missing)
            raise LakeError(f"the environment has no {names}; add lake: to the job's settings, which sets them")
        authority = given.get("AZURE_AUTHORITY_HOST") or _AUTHORITY
        self._address = f"{authority.rstrip('/')}/{given['AZURE_TENANT_ID']}/oauth2/v2.0/token"
        self._client = given["AZURE_CLIENT_ID"]
        self._file = Path(given["AZURE_FEDERATED_TOKEN_FILE"])
        self._sleep = sleep
        self._token = ""
        self._ends = 0.0

    def __call__(self) -> str:
        """The token. Raises `LakeError` if Entra ID returns none; the message never contains a token."""
        if not self._token or time.monotonic() >= self._ends - _EARLY:
            self._token, seconds = self._new()
            self._ends = time.monotonic() + seconds
        return self._token

    def _new(self) -> tuple[str, float]:
        try:
            assertion = self._file.read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise LakeError(f"{self._file}: the service account's token cannot be read: {reason}") from None
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client,
            "scope": _SCOPE,
            "client_assertion_type": _ASSERTION,
            "client_assertion": assertion,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        answer = send("POST", self._address, headers, urlencode(form).encode(), sleep=self._sleep)
        try:
            answer_body = json.loads(answer.body)
            token, seconds = answer_body["access_token"], float(answer_body["expires_in"])
        except (ValueError, KeyError, TypeError):
            raise LakeError(f"{self._address}: {_refusal(answer.body, answer.status)}", answer.status) from None
        return str(token), seconds


def _refusal(body: bytes, status: int) -> str:
    """The error message of Entra ID, without the lines on the request that follow."""
    try:
        reason = str(json.loads(body)["error_description"]).splitlines()[0]
    except (ValueError, KeyError, TypeError, IndexError):
        reason = f"answered with status {status}"
    return f"no token: {reason}; compare the identity's federated credential with the cluster's issuer and the account"
