"""The discovery document and public keys of an issuer, and their checks."""

import json
from typing import Any
from xml.sax.saxutils import escape

_PUBLIC = frozenset({"kty", "use", "alg", "kid", "n", "e", "key_ops"})
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


def discovery(issuer: str) -> str:
    """The discovery document of `issuer` (OpenID Connect Discovery 1.0, section 4.2), with the fields that Entra ID
    reads."""
    return json.dumps(
        {
            "issuer": issuer,
            "jwks_uri": f"{issuer}/openid/v1/jwks",
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }
    )


def public_keys(where: str, text: str) -> str:
    """The key set in `text` (RFC 7517), in canonical form.

    Raises `ValueError` if it is not a set of RSA keys for RS256, the only kind that Entra ID accepts, or if it contains
    a private key. The message never contains a value.
    """
    try:
        keys = json.loads(text)["keys"]
    except (ValueError, KeyError, TypeError):
        raise ValueError(f'{where} is not a JSON Web Key Set; it begins with {{"keys": [') from None
    if not isinstance(keys, list) or not keys or not all(isinstance(key, dict) for key in keys):
        raise ValueError(f"{where} has no keys; add at least one")
    problems = [problem for index, key in enumerate(keys) for problem in _problems(f"{where}.keys[{index}]", key)]
    if problems:
        raise ValueError("; ".join(problems))
    return json.dumps({"keys": [{name: key[name] for name in sorted(_PUBLIC & set(key))} for key in keys]})


def _problems(where: str, key: dict[str, Any]) -> list[str]:
    if private := sorted(_PRIVATE & set(key)):
        return [f"{where} holds a private key ({', '.join(private)}): publish the public part, and replace the key"]
    found = [f"{where}.{name} is missing" for name in ("kid", "n", "e") if not key.get(name)]
    if key.get("kty") != "RSA":
        found.append(f"{where}.kty is {key.get('kty')!r}; Entra ID takes RSA")
    if key.get("alg", "RS256") != "RS256":
        found.append(f"{where}.alg is {key['alg']!r}; Entra ID takes RS256")
    return found


def response(document: str) -> str:
    """The gateway policy that returns `document` without a backend."""
    return (
        "<policies><inbound><base /><return-response>"
        '<set-status code="200" reason="OK" />'
        '<set-header name="Content-Type" exists-action="override"><value>application/json</value></set-header>'
        '<set-header name="Cache-Control" exists-action="override"><value>public, max-age=3600</value></set-header>'
        f"<set-body>{escape(document)}</set-body>"
        "</return-response></inbound><backend><base /></backend><outbound><base /></outbound>"
        "<on-error><base /></on-error></policies>"
    )
