"""Makes the routes and CORS of a deployed stack's API, and prints the API's id.

routes.py TEMPLATE STACK. MiniStack takes AWS::ApiGatewayV2::Api and ignores
its Body, so that the API has neither. They are made here, over API Gateway's
own API, as the template's events and definition say.
"""

import sys

import boto3
from samcli.yamlhelper import parse_yaml_file


def events(template):
    """Yields route keys with the logical id of the alias behind each."""
    for name, resource in template["Resources"].items():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        for event in resource["Properties"].get("Events", {}).values():
            if event["Type"] == "HttpApi":
                p = event["Properties"]
                key = f"{p['Method']} {p['Path']}" if "Path" in p else "$default"
                yield key, name + "Aliaslive"


def cors(template, stack):
    """The definition's CORS; origins were a parameter in the first version."""
    given = {p["ParameterKey"]: p["ParameterValue"] for p in stack["Parameters"]}
    rules = template["Resources"]["Api"]["Properties"]["DefinitionBody"]["x-amazon-apigateway-cors"]
    for name, value in rules.items():
        if isinstance(value, dict):
            value = given[value["Ref"]].split(",")
        yield name[0].upper() + name[1:], value


def main(path, name):
    template = parse_yaml_file(path)
    formation, gateway = boto3.client("cloudformation"), boto3.client("apigatewayv2")
    resources = formation.describe_stack_resources(StackName=name)["StackResources"]
    ids = {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in resources}
    stack = formation.describe_stacks(StackName=name)["Stacks"][0]
    gateway.update_api(ApiId=ids["Api"], CorsConfiguration=dict(cors(template, stack)))
    made = gateway.get_routes(ApiId=ids["Api"])["Items"]
    known = {route["RouteKey"] for route in made}
    for key, alias in events(template):
        if key in known:
            continue
        made = gateway.create_integration(
            ApiId=ids["Api"],
            IntegrationType="AWS_PROXY",
            IntegrationUri=ids[alias],
            PayloadFormatVersion="2.0",
        )
        target = "integrations/" + made["IntegrationId"]
        gateway.create_route(ApiId=ids["Api"], RouteKey=key, Target=target)
    print(ids["Api"])


if __name__ == "__main__":
    main(*sys.argv[1:])
