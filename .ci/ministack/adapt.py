"""Leaves out of a built template what MiniStack's CloudFormation lacks.

adapt.py BUILT-TEMPLATE writes the adapted template to stdout. MiniStack knows
neither AWS::StepFunctions::StateMachineVersion nor ...Alias; the workflow is
therefore deployed, and started, without its alias. It has no CodeDeploy, and an
alarm is on one metric there: the first of its expression.
"""

import json
import sys

from samcli.yamlhelper import parse_yaml_file, yaml_dump

ALIAS, MACHINE = {"Ref": "ProcessSubmissionAliaslive"}, {"Ref": "ProcessSubmission"}


def without_alias(node):
    if node == ALIAS:
        return MACHINE
    if isinstance(node, dict):
        return {name: without_alias(value) for name, value in node.items()}
    if isinstance(node, list):
        return [without_alias(value) for value in node]
    return node


def plain_alarm(properties):
    """An alarm on the first metric of its expression."""
    stats = [m["MetricStat"] for m in properties.pop("Metrics", []) if "MetricStat" in m]
    if stats:
        metric = stats[0]["Metric"]
        properties.update(metric, Statistic=stats[0]["Stat"], Period=stats[0]["Period"])


def main(path):
    # Anchors share objects, which are changed here.
    template = json.loads(json.dumps(without_alias(parse_yaml_file(path))))
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        if resource["Type"].startswith("AWS::Serverless::") and "DeploymentPreference" in properties:
            del properties["DeploymentPreference"]
        if resource["Type"] == "AWS::Serverless::StateMachine":
            properties.pop("AutoPublishAlias", None)
        if resource["Type"] == "AWS::CloudWatch::Alarm":
            plain_alarm(properties)
    print(yaml_dump(template))


if __name__ == "__main__":
    main(*sys.argv[1:])
