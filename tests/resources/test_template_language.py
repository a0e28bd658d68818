"""ARM's template language: loops, nested deployments, types, functions and references."""

import codecs
import json
from pathlib import Path

import pytest

from bluelamp.policies import UNKNOWN, Verdict, judge
from bluelamp.resources.templates.reading import read
from tests.agreement import templates as agreement

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
ACCOUNT = "Microsoft.Storage/storageAccounts"
DEPLOYMENT = "Microsoft.Resources/deployments"
SECOND = {"languageVersion": "2.0"}


def template(*resources, **sections):
    return {"$schema": SCHEMA, "resources": list(resources), **sections}


def account(name="a", **properties):
    return {"type": ACCOUNT, "apiVersion": "2023-05-01", "name": name, "properties": properties}


def nested(inside, name="inner", **properties):
    return {
        "type": DEPLOYMENT,
        "apiVersion": "2022-09-01",
        "name": name,
        "properties": {"template": inside, **properties},
    }


INNER = {"expressionEvaluationOptions": {"scope": "inner"}}
TLS = {"tls": {"type": "string", "defaultValue": "TLS1_0"}}


def resources_of(folder: Path, whole, skip=lambda _: None):
    file = folder / "main.json"
    file.write_text(whole if isinstance(whole, str) else json.dumps(whole))
    return read([str(file)], skip=skip)


def seen(folder: Path, expression, **sections):
    """The value of `expression` in a template with these sections."""
    (one,) = resources_of(folder, template(account(tag=expression), **sections))
    return one.properties["tag"]


def verdict(resources, rule):
    return {each.verdict for each in judge(resources) if each.rule == rule}


def test_a_value_that_differs_in_case_takes_the_other_branch(tmp_path):
    tls = "[if(equals(parameters('tier'), 'Premium'), 'TLS1_2', 'TLS1_0')]"
    parameters = {"tier": {"type": "string", "defaultValue": "premium"}}
    resources = resources_of(tmp_path, template(account(minimumTlsVersion=tls), parameters=parameters))
    assert verdict(resources, "BL-STO-002") == {Verdict.FAIL}


# --- loops -----------------------------------------------------------------------------------------------------------


def test_an_index_without_a_name_is_that_of_the_resource_loop(tmp_path):
    loop = {
        "name": "tag",
        "count": 2,
        "input": "[format('{0}-{1}-{2}', copyIndex(), copyIndex('tag'), copyIndex('All', 1))]",
    }
    many = {**account("[format('a{0}', copyIndex())]", copy=[loop]), "copy": {"name": "all", "count": 2}}
    made = {each.properties["accountName"]: each.properties["tag"] for each in resources_of(tmp_path, template(many))}
    assert made == {"a0": ["0-0-1", "0-1-1"], "a1": ["1-0-2", "1-1-2"]}


def test_an_index_without_a_name_outside_a_resource_loop_is_unknown(tmp_path):
    loop = {"name": "tag", "count": 1, "input": "[copyIndex()]"}
    (one,) = resources_of(tmp_path, template(account(copy=[loop])))
    assert one.properties["tag"] == [UNKNOWN]


def test_loops_make_variables_and_outputs(tmp_path):
    loop = {"name": "names", "count": "[length(range(0, 3))]", "input": "[concat('n', copyIndex('names'))]"}
    assert seen(tmp_path, "[variables('names')]", variables={"copy": [loop]}) == ["n0", "n1", "n2"]
    inside = template(outputs={"all": {"type": "array", "copy": {"count": 2, "input": "[add(copyIndex(), 5)]"}}})
    whole = template(nested(inside, **INNER), account(tag="[reference('inner').outputs.all.value]"))
    assert resources_of(tmp_path, whole)[0].properties["tag"] == [5, 6]


# --- deployments inside a template ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outer", "inner", "options", "found"),
    [
        ({}, {}, {}, {Verdict.PASS}),  # the outer template's expressions
        ({}, {}, INNER, {Verdict.FAIL}),
        (SECOND, {}, {}, {Verdict.FAIL}),
        (SECOND, SECOND, {}, {Verdict.FAIL}),
        (SECOND, {}, {"expressionEvaluationOptions": {"scope": "outer"}}, {Verdict.UNKNOWN}),  # refused in Azure
        ({}, SECOND, {}, {Verdict.UNKNOWN}),  # not covered by the reference
        ({}, {}, {"expressionEvaluationOptions": "[reference('x')]"}, {Verdict.UNKNOWN}),
    ],
)
def test_the_expression_scope_of_a_nested_template(tmp_path, outer, inner, options, found):
    inside = template(account(minimumTlsVersion="[parameters('tls')]"), parameters=TLS, **inner)
    around = {"tls": {"type": "string", "defaultValue": "TLS1_2"}}
    assert (
        verdict(resources_of(tmp_path, template(nested(inside, **options), parameters=around, **outer)), "BL-STO-002")
        == found
    )


@pytest.mark.parametrize(("options", "name"), [({}, UNKNOWN), (INNER, "rg-inner")])
def test_the_resource_group_of_a_nested_template(tmp_path, options, name):
    inside = {**nested(template(account(tag="[resourceGroup().name]")), **options), "resourceGroup": "rg-inner"}
    (one,) = resources_of(tmp_path, template(inside))
    assert (one.properties["tag"], one.properties["resourceGroupName"]) == (name, "rg-inner")


def test_null_passed_to_a_parameter_keeps_its_default(tmp_path):
    inside = template(account(minimumTlsVersion="[parameters('tls')]"), parameters=TLS)
    whole = template(nested(inside, parameters={"tls": {"value": "[null()]"}}, **INNER))
    assert resources_of(tmp_path, whole)[0].properties["minimumTlsVersion"] == "TLS1_0"


OUTPUTS = {
    "tls": {"type": "string", "value": "[parameters('tls')]"},
    "key": {"type": "securestring", "value": "canary-71c2"},
    "never": {"type": "string", "value": "x", "condition": False},
    "state": {"type": "string", "value": "[reference('elsewhere').state]"},
}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("[reference('inner').outputs.tls.value]", "TLS1_0"),
        ("[reference('inner').Outputs.TLS.value]", "TLS1_0"),
        (f"[reference(resourceId('{DEPLOYMENT}', 'Inner'), '2022-09-01').outputs.tls.value]", "TLS1_0"),
        (
            f"[reference(resourceId('{DEPLOYMENT}', 'inner'), '2022-09-01', 'Full').properties.outputs.tls.value]",
            "TLS1_0",
        ),
        ("[tryGet(reference('inner').outputs, 'tls', 'value')]", "TLS1_0"),
        ("[reference('inner').outputs.key.value]", UNKNOWN),
        ("[reference('inner').outputs.never.value]", UNKNOWN),
        ("[reference('inner').outputs.state.value]", UNKNOWN),
        ("[reference('inner').outputs.none.value]", UNKNOWN),
        ("[reference('inner').outputs]", UNKNOWN),
        ("[reference('other').outputs.tls.value]", UNKNOWN),
        ("[reference('linked').outputs.tls.value]", UNKNOWN),
    ],
)
def test_the_outputs_of_a_deployment_are_computed(tmp_path, expression, value):
    linked = {
        "type": DEPLOYMENT,
        "name": "linked",
        "properties": {"templateLink": {"uri": "https://example.org/x.json"}},
    }
    inside = nested(template(parameters=TLS, outputs=OUTPUTS), **INNER)
    assert resources_of(tmp_path, template(inside, linked, account(tag=expression)))[0].properties["tag"] == value


def test_symbolic_names_refer_to_resources(tmp_path):
    inside = template(parameters={"i": {"type": "int"}}, outputs={"i": {"type": "int", "value": "[parameters('i')]"}})
    each = {**nested(inside, "[format('d{0}', copyIndex())]", parameters={"i": {"value": "[copyIndex()]"}}),
            "copy": {"name": "each", "count": "[length(range(0, 2))]"}}  # fmt: skip
    one = account("kept", tag="[reference('each[1]').outputs.i.value]", odd="[resourceInfo('Other').name]")
    whole = {
        "$schema": SCHEMA,
        **SECOND,
        "resources": {"each": each, "one": one, "other": {**account("shared"), "existing": True}},
    }
    left = []
    (resource,) = resources_of(tmp_path, whole, left.append)
    assert (resource.name, resource.properties["tag"], resource.properties["odd"]) == ("kept", 1, "shared")
    assert [(each.kind, each.name, each.why) for each in left if each.of == "resource"] == [
        (ACCOUNT, "shared", "it exists already, and is only read")
    ]


def test_a_resource_below_an_existing_one_is_judged(tmp_path):
    child = {"type": "blobServices/containers", "name": "default/c", "properties": {"publicAccess": "Blob"}}
    whole = template({**account(), "existing": True, "resources": [child]})
    assert [each.type for each in resources_of(tmp_path, whole)] == ["azure-native:storage:BlobContainer"]


def test_a_value_that_exists_only_after_deployment_is_unknown(tmp_path):
    resources = {"one": account("kept"), "two": account("b", tag="[reference('one').primaryEndpoints.blob]",
                 odd="[reference('one', '2023-05-01', 'full').name]")}  # fmt: skip
    made = {each.name: each for each in resources_of(tmp_path, {"$schema": SCHEMA, **SECOND, "resources": resources})}
    assert made["b"].properties["tag"] is UNKNOWN
    assert made["b"].properties["odd"] == "kept"


def test_the_name_of_a_deployment_is_known_only_inside_it(tmp_path):
    inside = template(account("x", tag="[deployment().name]"))
    whole = template(nested(inside, "stage-1", **INNER), account("y", tag="[deployment().name]"))
    assert {each.name: each.properties["tag"] for each in resources_of(tmp_path, whole)} == {
        "x": "stage-1",
        "y": UNKNOWN,
    }


# --- parameters, their types, and functions --------------------------------------------------------------------------

TYPES = {
    "tier": {"type": "string", "nullable": True},
    "again": {"$ref": "#/definitions/tier"},
    "password": {"type": "securestring"},
    "login": {
        "type": "object",
        "properties": {"user": {"type": "string"}, "password": {"$ref": "#/definitions/password"}},
    },
    "loop": {"$ref": "#/definitions/loop"},
}


@pytest.mark.parametrize(
    ("parameter", "expression", "value"),
    [
        ({"$ref": "#/definitions/again"}, "[coalesce(parameters('p'), 'none')]", "none"),
        ({"$ref": "#/definitions/TIER", "nullable": False}, "[coalesce(parameters('p'), 'none')]", UNKNOWN),
        ({"$ref": "#/definitions/password", "defaultValue": "canary-71c2"}, "[parameters('p')]", UNKNOWN),
        ({"$ref": "#/definitions/login", "defaultValue": {"user": "u", "PASSWORD": "canary-71c2"}},
         "[parameters('p')]", {"user": "u", "PASSWORD": UNKNOWN}),
        ({"type": "array", "items": {"$ref": "#/definitions/password"}, "defaultValue": ["canary-71c2"]},
         "[parameters('p')]", [UNKNOWN]),
        ({"$ref": "#/definitions/loop", "defaultValue": "x"}, "[parameters('p')]", "x"),
        ({"type": "string", "allowedValues": ["only"]}, "[parameters('p')]", "only"),
        ({"type": "string", "allowedValues": ["one", "two"]}, "[parameters('p')]", UNKNOWN),
        ({"type": "object", "defaultValue": {"a": 1}}, "[tryGet(parameters('p'), 'b')]", None),
        ({"type": "object", "defaultValue": {"a": 1}}, "[parameters('p').b]", UNKNOWN),
    ],
)  # fmt: skip
def test_types_of_parameters_are_checked(tmp_path, parameter, expression, value):
    (one,) = resources_of(tmp_path, template(account(tag=expression), parameters={"p": parameter}, definitions=TYPES))
    assert one.properties.get("tag") == value
    assert "canary" not in str(one.properties)


def test_functions_of_a_template_see_only_their_parameters(tmp_path):
    members = {
        "twice": {"parameters": [{"name": "Value", "type": "string"}],
                  "output": {"type": "string", "value": "[concat(parameters('value'), parameters('VALUE'))]"}},
        "outside": {"parameters": [], "output": {"type": "string", "value": "[parameters('tls')]"}},
        "more": {"parameters": [{"name": "x"}], "output": {"value": "[contoso.twice(parameters('x'))]"}},
        "endless": {"parameters": [], "output": {"value": "[contoso.endless()]"}},
    }  # fmt: skip
    sections = {"functions": [{"namespace": "Contoso", "members": members}], "parameters": TLS}
    assert seen(tmp_path, "[contoso.Twice('ab')]", **sections) == "abab"
    assert seen(tmp_path, "[contoso.more('ab')]", **sections) == "abab"
    for expression in ("[contoso.outside()]", "[contoso.twice()]", "[contoso.none()]", "[contoso.endless()]"):
        assert seen(tmp_path, expression, **sections) is UNKNOWN


def test_a_property_with_an_unknown_name_may_be_any(tmp_path):
    parameters = {"which": {"type": "string"}}
    properties = {"minimumTlsVersion": "TLS1_2", "[parameters('which')]": "TLS1_0"}
    resources = resources_of(tmp_path, template(account(**properties), parameters=parameters))
    assert verdict(resources, "BL-STO-002") == {Verdict.UNKNOWN}


# --- values of another type than the one that is asked for -----------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "made"),
    [
        ("false", False),
        ("False", False),
        (" true ", True),
        ("no", UNKNOWN),
        ("", UNKNOWN),
        (0, UNKNOWN),
        (False, False),
    ],
)
def test_texts_become_booleans_where_required(tmp_path, value, made):
    resources = resources_of(tmp_path, template(account(allowBlobPublicAccess=value)))
    assert resources[0].properties["allowBlobPublicAccess"] is made
    expected = {False: Verdict.PASS, True: Verdict.FAIL}.get(made, Verdict.UNKNOWN)
    assert verdict(resources, "BL-STO-004") == {expected}


@pytest.mark.parametrize(
    ("type_", "name", "value", "made"),
    [
        ("Microsoft.OperationalInsights/workspaces", "retentionInDays", "90", 90),
        ("Microsoft.OperationalInsights/workspaces", "retentionInDays", "ninety", UNKNOWN),
        ("Microsoft.OperationalInsights/workspaces", "retentionInDays", True, UNKNOWN),
        ("Microsoft.Sql/servers", "minimalTlsVersion", 1.2, "1.2"),
        ("Microsoft.Sql/servers", "version", 12, "12"),
        ("Microsoft.Sql/servers", "version", True, UNKNOWN),
    ],
)
def test_numbers_and_texts_are_converted_where_required(tmp_path, type_, name, value, made):
    (one,) = resources_of(tmp_path, template({"type": type_, "name": "it", "properties": {name: value}}))
    assert (one.properties[name], type(one.properties[name])) == (made, type(made))


# --- modules ---------------------------------------------------------------------------------------------------------


def test_few_verdicts_on_compiled_modules_are_unknown(tmp_path):
    found = list(agreement.verdicts(tmp_path))
    assert agreement.disagreements(found) == []
    assert agreement.share(found) < agreement.MOST


# --- what a file may hold --------------------------------------------------------------------------------------------

LINES = (
    '// a template\n{"$schema": "' + SCHEMA + '", /* with\n comments */ "resources": [\n'
    '{"type": "' + ACCOUNT + '", "name": "[concat(\'a\',\n   \'b\')]", // "name": "x"\n'
    '"tags": {"note": "two\nlines // and /* no */ comment"}}]}'
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_comments_line_breaks_in_texts_and_byte_order_marks_are_read(tmp_path, encoding):
    file = tmp_path / "main.json"
    file.write_bytes(LINES.encode(encoding))
    (one,) = read([str(file)])
    assert (one.name, one.source[1]) == ("ab", 4)
    assert one.properties["tags"] == {"note": "two\nlines // and /* no */ comment"}


def test_a_utf_16_file_without_a_byte_order_mark_is_reported(tmp_path):
    file = tmp_path / "main.json"
    file.write_bytes(LINES.encode("utf-16").removeprefix(codecs.BOM_UTF16))
    with pytest.raises(Exception, match=r"main\.json"):
        read([str(file)])
