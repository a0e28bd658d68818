"""A secret in clear text is recognised by its name and value together; names, references and settings are none."""

import re

import pytest

from bluelamp.policies import Resource, Verdict, judge, rules
from bluelamp.policies.literal_secrets import Secrecy, classify, expressions

# Invented, and assembled here so that no scanner reports them.
WEB_TOKEN = ".".join(("eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0NTY3ODkwIn0", "dozjgNryP4J3jVmNHl0w5N"))
GITHUB = "gh" + "p_" + "a1B2" * 9
BCRYPT = "$2b" + "$12$abcdefghijklmnopqrstuvABCDEFGHIJKLMNOPQRSTUVWXYZ01234"
SECRETS = [
    ("DB_PASSWORD", "hunter2"),
    ("password", "changeme"),
    ("password", "123456"),
    ("password", "my-weak-password"),
    ("db.pass", "xyzzy"),
    ("apiKey", "abc"),
    ("accessKey", "zx91kk2l"),
    ("encryption-key", "9f8e7d6c5b4a39281706f5e4d3c2b1a0"),
    ("SECRET_KEY", "django-insecure-8x#k2"),
    ("client_secret", "s3cr3t!"),
    ("CLIENT_SECRET", "abc8Q" + "~" + "x" * 31),
    ("secret", "Zm9vYmFyYmF6cXV4"),
    ("token", "0a1b2c3d4e5f60718293a4b5c6d7e8f9"),
    ("passphrase", "correct horse battery staple"),
    ("PASSWORD", "${DB_PASSWORD:-hunter2}"),
    ("secretName", WEB_TOKEN),
    ("anything", WEB_TOKEN),
    ("anything", GITHUB),
    ("anything", "AK" + "IA" + "ABCDEFGHIJKLMNOP"),
    ("anything", "AccountName=a;AccountKey=abc=="),
    ("PEM", "-----BEGIN RSA " + "PRIVATE KEY-----"),
    ("DATABASE_URL", "postgres://app:hunter2@db:5432/x"),
    ("dsn", "host=db user=a password=hunter2 dbname=x"),
    ("conn", "Server=sql;User Id=a;Password = hunter2"),
    ("conn", "Server=sql;User Id=a;Password=hunter2;Encrypt=true"),
    ("link", "https://a.blob.core.windows.net/c?sv=2020&sig=abcdefghijklmnopqrstuvwx%3D"),
    ("SLACK", "https://hooks.slack.com/services/" + "T0000/B0000/abcdefghijklmnopqrst"),
    ("users.yml", f"admin: {BCRYPT}"),
    ("auth", "Authorization: Bearer abcdefghijklmnopqrstuvwxyz"),
    ("app.ini", "[db]\nuser = app\npassword = hunter2\n"),
    ("app.yaml", "db:\n  user: a\n  password: hunter2\n"),
    ("a.json", '{"user":"x","password":"hunter2"}'),
    ("a.json", '{\n  "user": "x",\n  "db_password": "hunter2"\n}'),
    ("spring.properties", "spring.datasource.password=hunter2"),
    ("redis.conf", "maxmemory 1\nrequirepass hunter2\n"),
    ("web.config", '<add key="DbPassword" value="hunter2"/>'),
    ("s.xml", "<password>hunter2</password>"),
    ("e.yaml", "- name: DB_PASSWORD\n  value: hunter2\n"),
    (".env", "export API_KEY=abcd1234efgh"),
    ("gh", f"token = {GITHUB}"),
]
HARMLESS = [
    ("secretName", "db-credentials"),
    ("PASSWORD_MIN_LENGTH", "12"),
    ("passwordPolicy", "minLength=12;history=5"),
    ("password", ""),
    ("password", "null"),
    ("password", "${DB_PASSWORD}"),
    ("password", "$(DB_PASSWORD)"),
    ("password", "{{ .Values.password }}"),
    ("password", "<password>"),
    ("password", "********"),
    ("password", "REDACTED"),
    ("password", "ENC[AES256_GCM,data:abc,iv:x]"),
    ("PASSWORD", "vault:secret/data/db#password"),
    ("PASSWORD", "op://vault/item/field"),
    ("LEDGER_PASSWORD", "@Microsoft.KeyVault(SecretUri=https://kv.vault.azure.net/secrets/l)"),
    ("PASSWORD_FILE", "/run/secrets/db"),
    ("TOKEN_URL", "https://login.example"),
    ("TOKEN_ISSUER", "https://login.example"),
    ("SECRET_PATH", "secret/data/db"),
    ("existingSecret", "my-db"),
    ("imagePullSecret", "regcred"),
    ("tls-secret", "wildcard-tls"),
    ("passwordKey", "password"),
    ("secret-store", "azure"),
    ("automountServiceAccountToken", "true"),
    ("maxTokens", "4096"),
    ("TOKEN_TTL", "3600"),
    ("sessionTokenDuration", "15m"),
    ("jwt_secret_key_id", "k1"),
    ("tokenizer", "bpe"),
    ("public_key", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI x"),
    ("CONNECTION_STRING", "mongodb://db:27017/x"),
    ("conn", "Server=sql;Authentication=Active Directory Managed Identity"),
    ("conn", "postgres://app:${PW}@db/x"),
    ("app.yaml", "password: ${DB_PASSWORD}\nsecretName: db-credentials\nclientSecret: ''\n"),
    ("app.yaml", "db:\n  passwordSecretRef:\n    name: db\n    key: password\n"),
    ("pod.yaml", "env:\n- name: PW\n  valueFrom:\n    secretKeyRef:\n      name: db\n      key: password\n"),
    ("postgresql.conf", "password_encryption = scram-sha-256\n"),
    ("nginx.conf", "proxy_set_header Authorization $http_authorization;\n"),
    ("kafka", "password=${file:/opt/c.properties:password}"),
    ("app.py", "password = os.environ['DB_PASSWORD']\ntoken: str = ''\n"),
    ("a.sh", 'if [ -z "$PASSWORD" ]; then\nPASSWORD=$(cat /run/x)\nfi\nTOKEN="$1"'),
    ("a.tf", "password = var.password"),
    ("motd", "Password: must be changed at first logon\n"),
    ("dashboard.json", '{"title":"Failed password attempts","expr":"rate(token_errors[5m]) == 5"}'),
]
EITHER = [("secret", "db-credentials"), ("secret", "ns/name"), ("credentials", "aws"), ("token", "abc")]
CASES = [
    *((Secrecy.SECRET, *case) for case in SECRETS),
    *((Secrecy.NONE, *case) for case in HARMLESS),
    *((Secrecy.OPEN, *case) for case in EITHER),
]


def test_name_and_value_are_judged_together():
    wrong = [(name, value, expected) for expected, name, value in CASES if classify(name, value) is not expected]
    assert not wrong


@pytest.mark.parametrize("name", sorted(expressions()))
def test_a_pattern_is_valid_for_an_api_server(name):
    # RE2 has no look-around, back-references, possessive quantifiers or atomic groups.
    assert not re.search(r"\(\?[=!<>]|\\[1-9]|[*+?}]\+|\(\?P?[<']", expressions()[name])


def test_no_secret_is_printed():
    rule = next(rule for rule in rules() if rule.id == "BL-K8S-090")
    for name, value in SECRETS:
        urn = "urn:pulumi:a::b::kubernetes:core/v1:ConfigMap::c"
        (judged,) = judge([Resource(urn, "kubernetes:core/v1:ConfigMap", "c", {"data": {name: value}})], [rule])
        assert judged.verdict is Verdict.FAIL
        assert value not in str(judged)
