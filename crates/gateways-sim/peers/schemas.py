"""Judges requests and responses by a published OpenAPI document."""

import json
import re

import yaml
from jsonschema import Draft202012Validator, FormatChecker


def converted(node):
    """OpenAPI 3.0 written as JSON Schema 2020-12."""
    if isinstance(node, list):
        return [converted(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {name: converted(value) for name, value in node.items() if name not in ("example", "examples")}
    if node.pop("nullable", False) is True and isinstance(node.get("type"), str):
        node["type"] = [node["type"], "null"]
        if "enum" in node:
            node["enum"] = [*node["enum"], None]
    mapping = node.get("discriminator", {}).get("mapping") if isinstance(node.get("discriminator"), dict) else None
    if mapping and "oneOf" in node:
        del node["oneOf"]
        node["allOf"] = [chosen(node["discriminator"]["propertyName"], value, name) for value, name in mapping.items()]
    elif isinstance(node.get("oneOf"), list):
        # The alternatives of a request overlap, and nothing tells them apart.
        node["anyOf"] = node.pop("oneOf")
    return node


def chosen(property_name, value, schema):
    condition = {"properties": {property_name: {"const": value}}, "required": [property_name]}
    return {"if": condition, "then": {"$ref": f"#/components/schemas/{schema}"}}


def without_nulls(value):
    """The value without the fields that are null."""
    if isinstance(value, dict):
        return {name: without_nulls(field) for name, field in value.items() if field is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


class Judge:
    """An OpenAPI document that gives verdicts."""

    def __init__(self, path, lists_of=()):
        with open(path, encoding="utf-8") as file:
            self.document = converted(yaml.safe_load(file))
        # Paths whose GET returns an array of what the document describes as one object.
        self.lists_of = lists_of

    def resolved(self, node):
        while isinstance(node, dict) and "$ref" in node:
            found = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            node = found
        return node

    def operation(self, method, path):
        """The operation's path and description. A path without parameters wins."""
        for template, operations in sorted(self.document["paths"].items(), key=lambda item: item[0].count("{")):
            if re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", template), path):
                return template, operations[method.lower()]
        raise KeyError(path)

    def schema(self, holder):
        content = self.resolved(holder or {}).get("content", {})
        return next((one.get("schema") for one in content.values()), None)

    def errors(self, schema, value):
        validator = Draft202012Validator({**schema, "components": self.document["components"]}, format_checker=FormatChecker())
        return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in validator.iter_errors(value)]

    def request(self, exchange):
        """What is wrong with a request."""
        _, operation = self.operation(exchange["method"], exchange["path"])
        schema = self.schema(operation.get("requestBody"))
        if schema is None:
            return self.missing(operation, exchange)
        if not exchange["body"]:
            return ["the body is missing"] if self.resolved(operation["requestBody"]).get("required") else []
        return self.errors(schema, json.loads(exchange["body"])) + self.missing(operation, exchange)

    def missing(self, operation, exchange):
        """Parameters of the query that are required and missing."""
        sent = {name for name, _ in exchange["query"]}
        parameters = [self.resolved(one) for one in operation.get("parameters", [])]
        return [f"{one['name']} is missing" for one in parameters if one["in"] == "query" and one.get("required") and one["name"] not in sent]

    def response(self, exchange, nulls_are_absent):
        """What is wrong with a response. An error of an undocumented status has the shape of the documented ones."""
        template, operation = self.operation(exchange["method"], exchange["path"])
        responses = operation["responses"]
        documented = responses.get(str(exchange["status"]))
        if documented is None:
            if exchange["status"] < 400:
                return [f"the status {exchange['status']} is not documented"]
            documented = next(one for status, one in responses.items() if int(status) >= 400)
        schema = self.schema(documented)
        if (exchange["method"], template) in self.lists_of:
            schema = {"type": "array", "items": schema}
        value = json.loads(exchange["answer"])
        return self.errors(schema, without_nulls(value) if nulls_are_absent else value)


def judged(judge, report, all_exchanges, nulls_are_absent):
    """Requests that were served are valid, invalid ones were rejected, and every response is valid."""
    for exchange in all_exchanges:
        what = f"{exchange['method']} {exchange['path']} -> {exchange['status']}"
        wrong = judge.request(exchange)
        report.holds(f"{what}: an invalid request was served: {wrong}", not wrong or exchange["status"] >= 400)
        report.equal(f"{what}: the response", judge.response(exchange, nulls_are_absent), [])
