"""ARM templates as a source: resolved and unknown values, and verdicts that agree with those on a plan."""

import copy
import json
from pathlib import Path

import pytest

from bluelamp.cli import main
from bluelamp.core.problems import SettingsError
from bluelamp.errors import UsageError
from bluelamp.policies import UNKNOWN, Verdict, judge
from bluelamp.resources.templates.expressions import evaluated
from bluelamp.resources.templates.functions.table import plain
from bluelamp.resources.templates.grammar import BadExpression
from bluelamp.resources.templates.reading import read

SITE = Path(__file__).parent / "templates" / "site.json"
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"


def written(folder: Path, *resources, name: str = "main.json", schema: str = SCHEMA, **sections) -> str:
    file = folder / name
    file.write_text(json.dumps({"$schema": schema, "resources": list(resources), **sections}, indent=1))
    return str(file)


def one(folder: Path, type_: str, properties=None, **rest):
    (resource,) = read([written(folder, {"type": type_, "name": "it", "properties": properties or {}, **rest})])
    return resource


def by_type(resources):
    return {resource.type.removeprefix("azure-native:"): resource for resource in resources}


@pytest.fixture(scope="module")
def site():
    return by_type(read([str(SITE)]))


def test_every_resource_is_found_with_its_line(site):
    lines = SITE.read_text().splitlines()
    assert {type_: resource.source[1] for type_, resource in site.items()} == {
        "keyvault:Vault": 17,
        "monitor:DiagnosticSetting": 31,
        "storage:StorageAccount": 42,
        "storage:BlobContainer": 51,
        "network:VirtualNetwork": 54,
        "sql:Server": 67,
        "sql:ServerBlobAuditingPolicy": 71,
        "web:WebApp": 86,
    }
    assert "Microsoft.Web/sites" in lines[85]
    assert {resource.source[0] for resource in site.values()} == {str(SITE)}


def test_parameters_variables_conditions_and_loops_are_resolved(site):
    assert site["keyvault:Vault"].properties["properties"]["publicNetworkAccess"] == "Disabled"
    assert [each["addressPrefix"] for each in site["network:VirtualNetwork"].properties["subnets"]] == [
        "10.0.0.0/24",
        "10.0.1.0/24",
    ]
    assert site["web:WebApp"].properties["siteConfig"]["minTlsVersion"] == "1.2"
    assert site["storage:BlobContainer"].properties["containerName"] == "evidence"


def test_properties_have_the_names_of_the_sdk(site):
    account = site["storage:StorageAccount"].properties
    assert account["enableHttpsTrafficOnly"] is False
    assert account["networkRuleSet"] == {"defaultAction": "Deny"}
    assert account["accountName"] == "strecords"
    assert "properties" not in account


def test_a_value_known_only_after_deployment_is_unknown_and_names_its_source(site):
    vault, setting = site["keyvault:Vault"], site["monitor:DiagnosticSetting"]
    assert vault.properties["vaultName"] is UNKNOWN
    assert vault.properties["properties"]["tenantId"] is UNKNOWN
    assert setting.properties["resourceUri"] is UNKNOWN
    assert setting.references["resourceUri"] == (vault.urn,)
    assert "location" not in vault.properties  # the location of its resource group, as in a plan that leaves it out
    assert site["sql:Server"].properties["administratorLoginPassword"] is UNKNOWN


def test_rules_find_failures_and_passes(site):
    verdicts = {(each.rule, each.urn): each.verdict for each in judge(site.values())}
    for rule, type_, verdict in [
        ("BL-STO-001", "storage:StorageAccount", Verdict.FAIL),
        ("BL-STO-004", "storage:BlobContainer", Verdict.FAIL),
        ("BL-DAT-001", "storage:StorageAccount", Verdict.FAIL),
        ("BL-DAT-001", "keyvault:Vault", Verdict.NOT_APPLICABLE),
        ("BL-LOG-002", "keyvault:Vault", Verdict.PASS),
        ("BL-KV-001", "keyvault:Vault", Verdict.PASS),
        ("BL-NET-002", "network:VirtualNetwork", Verdict.PASS),
        ("BL-SQL-007", "sql:Server", Verdict.PASS),
        ("BL-SQL-008", "sql:ServerBlobAuditingPolicy", Verdict.FAIL),
    ]:
        assert verdicts[rule, site[type_].urn] is verdict, (rule, type_)


@pytest.mark.parametrize(
    ("text", "value"), [("plain", "plain"), ("[[literal]", "[literal]"), ("[a", "[a"), ("[concat('b''c', 1)]", "b'c1")]
)
def test_only_a_text_in_brackets_is_an_expression(text, value):
    assert evaluated(text, plain) == value


@pytest.mark.parametrize(
    "expression", ["[concat('a']", "[concat('a') 'b']", "[1 +]", "['a]", "[]", "[.a]", "[parameters]"]
)
def test_an_invalid_expression_is_reported(expression):
    with pytest.raises(BadExpression):
        evaluated(expression, plain)


def test_the_parameters_file_beside_a_template_is_used(tmp_path):
    parameters = {"tls": {"value": "TLS1_0"}, "key": {"reference": {"secretName": "s"}}}
    (tmp_path / "main.parameters.json").write_text(json.dumps({"$schema": "x", "parameters": parameters}))
    account = one(
        tmp_path,
        "Microsoft.Storage/storageAccounts",
        {"minimumTlsVersion": "[parameters('tls')]", "accessTier": "[parameters('key')]"},
    )
    assert account.properties["minimumTlsVersion"] == "TLS1_0"
    assert account.properties["accessTier"] is UNKNOWN


def test_a_property_with_an_older_name_is_judged(tmp_path):
    encryption = one(tmp_path, "Microsoft.Sql/servers/databases/transparentDataEncryption", {"status": "Disabled"})
    assert next(each.verdict for each in judge([encryption]) if each.rule == "BL-SQL-011") is Verdict.FAIL


def test_a_property_that_was_beside_its_object_in_older_versions_is_judged(tmp_path):
    site = one(tmp_path, "Microsoft.Web/sites", {"vnetRouteAllEnabled": True, "siteConfig": {"alwaysOn": True}})
    assert site.properties["siteConfig"] == {"alwaysOn": True, "vnetRouteAllEnabled": True}


def test_a_false_condition_omits_a_resource_and_an_unknown_one_does_not(tmp_path):
    file = written(
        tmp_path,
        {"type": "Microsoft.Storage/storageAccounts", "name": "a", "condition": False},
        {"type": "Microsoft.Storage/storageAccounts", "name": "b", "condition": "[equals(reference('x'), 1)]"},
    )
    assert [each.name for each in read([file])] == ["b"]


def test_copies_are_made_as_often_as_stated(tmp_path):
    file = written(
        tmp_path,
        {
            "type": "Microsoft.Network/publicIPAddresses",
            "name": "[concat('pip-', copyIndex(1))]",
            "copy": {"name": "many", "count": 3},
        },
    )
    assert [each.properties["publicIpAddressName"] for each in read([file])] == ["pip-1", "pip-2", "pip-3"]


def test_extensions_know_their_target_in_either_spelling(tmp_path):
    settings = {"properties": {"workspaceId": "/w", "logs": [{"enabled": True}]}}
    file = written(
        tmp_path,
        {
            "type": "Microsoft.KeyVault/vaults/providers/diagnosticSettings",
            "name": "kv/Microsoft.Insights/logs",
            **settings,
        },
        {
            "type": "Microsoft.Insights/diagnosticSettings",
            "scope": "Microsoft.KeyVault/vaults/kv",
            "name": "x",
            **settings,
        },
    )
    held = [each.properties["resourceUri"] for each in read([file])]
    assert (
        held
        == ["/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.KeyVault/vaults/kv"]
        * 2
    )


@pytest.mark.parametrize(("name", "type_"), [("ftp", "WebAppFtpAllowed"), ("scm", "WebAppScmAllowed")])
def test_fixed_names_distinguish_types(tmp_path, name, type_):
    policy = {"type": "Microsoft.Web/sites/basicPublishingCredentialsPolicies", "name": f"site/{name}"}
    (resource,) = read([written(tmp_path, {**policy, "properties": {"allow": False}})])
    assert resource.type == f"azure-native:web:{type_}"
    assert resource.properties["allow"] is False


def test_a_template_for_a_subscription_is_recognised_by_its_schema(tmp_path):
    role = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
    owner = {
        "type": "Microsoft.Authorization/roleAssignments",
        "name": "x",
        "properties": {
            "principalId": "p",
            "roleDefinitionId": f"[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '{role}')]",
        },
    }
    wide = written(tmp_path, owner, schema=SCHEMA.replace("deploymentT", "subscriptionDeploymentT"))
    narrow = written(tmp_path, owner, name="narrow.json")
    verdicts = [
        next(each.verdict for each in judge(read([file])) if each.rule == "BL-IAM-001") for file in (wide, narrow)
    ]
    assert verdicts == [Verdict.FAIL, Verdict.PASS]


def test_a_nested_template_sees_its_own_or_the_outer_parameters(tmp_path):
    account = {"type": "Microsoft.Storage/storageAccounts", "properties": {"minimumTlsVersion": "[parameters('tls')]"}}

    def deployment(scope, name):
        template = {
            "$schema": SCHEMA,
            "parameters": {"tls": {"type": "string"}},
            "resources": [{**account, "name": name}],
        }
        properties = {"template": template, "expressionEvaluationOptions": {"scope": scope}}
        given = {"parameters": {"tls": {"value": "TLS1_1"}}}
        return {
            "type": "Microsoft.Resources/deployments",
            "name": name,
            "resourceGroup": "rg",
            "properties": properties | given,
        }

    parameters = {"tls": {"type": "string", "defaultValue": "TLS1_0"}}
    file = written(tmp_path, deployment("inner", "a"), deployment("outer", "b"), parameters=parameters)
    resources = {each.name: each.properties for each in read([file])}
    assert {name: each["minimumTlsVersion"] for name, each in resources.items()} == {"a": "TLS1_1", "b": "TLS1_0"}
    assert {each["resourceGroupName"] for each in resources.values()} == {"rg"}


def test_folders_are_read_completely_and_other_files_are_skipped(tmp_path):
    account = {"type": "Microsoft.Storage/storageAccounts", "name": "a", "properties": {"odd": 1}}
    written(tmp_path, account, {"type": "Contoso.Odd/things", "name": "x"})
    (tmp_path / "package.json").write_text('{"name": "x"}')
    lines = []
    assert len(read([str(tmp_path)], lines.append)) == 1
    assert lines == [
        "left out, as no rule can judge it: Contoso.Odd/things (1), Microsoft.Storage/storageAccounts odd (1)"
    ]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("x.json", '{"a": 1,\n "b": }', "x.json:2:7: this is not JSON: Expecting value"),
        ("x.json", '{"a": 1, "a": 2}', "duplicate key a"),
        ("x.json", "{}", "this is not an ARM template; its $schema is that of a deployment template"),
        ("x.json", "[" * 3000, "x.json: values are nested too deep"),
        ("x.bicep", "param x string", "this is Bicep; compile it first: bicep build"),
        (
            "x.json",
            f'{{"$schema": "{SCHEMA}", "resources": [\n{{"name": "x"}},\n{{"type": "A/b", "name": "[concat("}}]}}',
            "x.json:2: a resource is an object with a type",
        ),
    ],
)
def test_an_unreadable_template_is_reported_with_its_location(tmp_path, name, text, message):
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(SettingsError) as error:
        read([str(file)])
    assert message in str(error.value)


LEFT = [
    {"type": "Microsoft.Storage/storageAccounts", "name": "kept", "properties": {"odd": 1, "accessTier": "[concat(]"}},
    {"type": "Microsoft.Storage/storageAccounts", "name": "twice", "properties": {"odd": 1, "ODD": 2}},
    {"type": "Contoso.Odd/things", "name": "thing-7741"},
    {"type": "Microsoft.Resources/deployments", "name": "linked-7741", "properties": {"templateLink": {"uri": "u"}}},
]
BESIDE = {
    "empty.json": "",
    "no.json": '{"a":\n}',
    "no-schema.json": '{"resources": [{"type": "A/b", "apiVersion": "2024-01-01", "name": "x"}]}',
    "given.json": json.dumps({"$schema": SCHEMA, "resources": LEFT[:1]}),
    "given.parameters.json": '{"parameters": ',
    "package.json": '{"name": "x"}',
}
UNREAD = ["empty.json", "given.json", "given.parameters.json", "no-schema.json", "no.json"]


def test_a_file_that_cannot_be_read_does_not_keep_the_rest_from_being_judged(tmp_path, capsys):
    """Every skipped file is in every format, counted on the screen, and in the exit status."""
    folder = tmp_path / "in"
    folder.mkdir()
    written(folder, *LEFT)
    for name, text in BESIDE.items():
        (folder / name).write_text(text)
    with pytest.raises(SystemExit) as ended:
        main(["audit", "--from", "templates", str(folder), "--report", str(tmp_path / "out")])
    assert ended.value.code == 2
    screen = " ".join(capsys.readouterr().out.split())
    assert "not within its baseline" in screen
    assert "2 resources of 2 kinds are covered by no rule, 5 files cannot be read, 1 resource cannot be read" in screen
    report = json.loads((tmp_path / "out" / "findings.json").read_text())
    assert {each["type"] for each in report["subjects"].values()} == {"azure-native:storage:StorageAccount"}
    listed = {(each["of"], each["unread"]): each for each in report["notJudged"]}
    assert set(listed) == {
        ("file", True),
        ("resource", True),
        ("resource", False),
        ("property", False),
        ("expression", False),
    }
    files = [one["name"] for each in report["notJudged"] if each["of"] == "file" for one in each["resources"]]
    assert sorted(Path(each).name for each in files) == UNREAD
    names = [*UNREAD, "twice", "thing-7741", "linked-7741", "kept.odd"]
    for each in (
        "report.html",
        "report.md",
        "not-judged.csv",
        "findings.sarif",
        "junit.xml",
        "assessment-results.json",
    ):
        text = (tmp_path / "out" / each).read_text()
        assert [name for name in names if name not in text] == [], each
    assert [name for name in UNREAD if name not in screen] == []


def test_an_unreadable_file_makes_the_result_inconclusive(tmp_path, capsys):
    written(tmp_path, {**LEFT[0], "properties": {"minimumTlsVersion": "TLS1_2"}})
    answers = []
    for _ in range(2):
        with pytest.raises(SystemExit) as ended:
            main(["audit", "--from", "templates", str(tmp_path), "--rule", "BL-STO-002", "--format", "json"])
        (report,) = json.loads(capsys.readouterr().out)["result"]["reports"]
        answers.append((report["answer"], ended.value.code))
        (tmp_path / "empty.json").write_text("")
    assert answers == [("within the picked rules", 0), ("cannot be said", 2)]


def test_nothing_to_judge_is_an_error(tmp_path):
    with pytest.raises(UsageError, match="there is no ARM template in"):
        read([str(tmp_path)])
    with pytest.raises(SettingsError, match="there is no such file or folder"):
        read([str(tmp_path / "none")])


def test_a_secret_in_a_template_is_marked(tmp_path):
    server = one(tmp_path, "Microsoft.Sql/servers", {"administratorLoginPassword": "canary-71c2"})
    assert server.secrets == {"administratorLoginPassword"}
    secret = one(tmp_path, "Microsoft.KeyVault/vaults/secrets", {"value": "canary-71c2"}, tags={"value": "x"})
    assert "properties.value" in secret.secrets


def test_the_command_judges_templates_with_the_location_of_each_finding(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["audit", "--from", "templates", str(SITE), "--format", "json"])
    assert ended.value.code == 3
    (report,) = json.loads(capsys.readouterr().out)["result"]["reports"]
    assert report["source"] == "templates"
    found = {(each["rule"], each["source"]["line"]) for each in report["findings"] if each["verdict"] == "fail"}
    assert {("BL-STO-001", 42), ("BL-STO-004", 51), ("BL-SQL-002", 67)} <= found


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"it": "[" + "concat(" * 500 + "'a'" + ")" * 500 + "]"}, "nested too deep"),
        ({"copy": [{"name": "it", "count": 2, "input": "[variables('it')]"}]}, "refers to itself"),
        ({"it": "[variables('v0')]"} | {f"v{n}": f"[concat(variables('v{n + 1}'), variables('v{n + 1}'))]" for n in range(40)}
         | {"v40": "a"}, "more than 1,000,000 characters"),
        ({"copy": [{"name": "it", "count": 800, "input": {"copy": [
            {"name": "a", "count": 800, "input": {"copy": [{"name": "b", "count": 800, "input": 1}]}}]}}]},
         "more than 100,000 iterations"),
    ],
)  # fmt: skip
def test_an_endless_evaluation_is_unknown_and_listed(tmp_path, variables, message):
    account = {"type": "Microsoft.Storage/storageAccounts", "name": "a", "tags": {"it": "[variables('it')]"}}
    left = []
    (resource,) = read([written(tmp_path, account, variables=variables)], skip=left.append)
    assert str(UNKNOWN) in str(resource.properties["tags"]["it"])
    assert any(message in each.why for each in left), left


def test_a_variable_that_refers_to_itself_is_unknown(tmp_path):
    account = {"type": "Microsoft.Storage/storageAccounts", "name": "a", "kind": "[variables('it')]"}
    variables = {"it": "[variables('other')]", "other": "[variables('it')]"}
    (resource,) = read([written(tmp_path, account, variables=variables)])
    assert resource.properties["kind"] is UNKNOWN


def _places(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from _places(item, (*path, key))


@pytest.mark.parametrize("wrong", [7, None, [{}], "[parameters('none')]"])
def test_a_malformed_template_never_breaks_the_reader(tmp_path, wrong):
    whole = json.loads("\n".join(line for line in SITE.read_text().splitlines() if "//" not in line or "http" in line))
    for place in _places(whole):
        if not place or place == ("$schema",):
            continue
        broken = copy.deepcopy(whole)
        holder = broken
        for step in place[:-1]:
            holder = holder[step]
        holder[place[-1]] = wrong
        file = tmp_path / "broken.json"
        file.write_text(json.dumps(broken))
        try:
            judge(read([str(file)]), [])
        except (SettingsError, UsageError):
            continue
