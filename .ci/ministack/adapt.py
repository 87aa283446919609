"""Leaves out of a built template what MiniStack's CloudFormation lacks.

adapt.py BUILT-TEMPLATE writes the adapted template to stdout. MiniStack knows
neither AWS::StepFunctions::StateMachineVersion nor ...Alias; the workflow is
therefore deployed, and started, without its alias.
"""

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


def main(path):
    template = without_alias(parse_yaml_file(path))
    machine = template["Resources"].get("ProcessSubmission", {}).get("Properties", {})
    for name in ("AutoPublishAlias", "DeploymentPreference"):
        machine.pop(name, None)
    print(yaml_dump(template))


if __name__ == "__main__":
    main(*sys.argv[1:])
