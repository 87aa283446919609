"""Deletes old versions of a stack's state machine.

prune.py STACK [KEPT] keeps the newest KEPT (5) and those that an alias refers to.
SAM retains each version that it publishes, and a state machine has a thousand
at most. Executions that run on a deleted version go on.
"""

import sys

import boto3


def main(stack, kept="5"):
    formation, workflows = boto3.client("cloudformation"), boto3.client("stepfunctions")
    outputs = formation.describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
    machine = next(o["OutputValue"] for o in outputs if o["OutputKey"] == "StateMachineArn")
    used = set()
    for alias in workflows.list_state_machine_aliases(stateMachineArn=machine)["stateMachineAliases"]:
        routes = workflows.describe_state_machine_alias(stateMachineAliasArn=alias["stateMachineAliasArn"])
        used |= {r["stateMachineVersionArn"] for r in routes["routingConfiguration"]}
    versions, more = [], {}
    while True:
        page = workflows.list_state_machine_versions(stateMachineArn=machine, **more)
        versions += [v["stateMachineVersionArn"] for v in page["stateMachineVersions"]]
        if "nextToken" not in page:
            break
        more = {"nextToken": page["nextToken"]}
    for arn in versions[int(kept) :]:  # the newest come first
        if arn not in used:
            workflows.delete_state_machine_version(stateMachineVersionArn=arn)
            print("deleted version", arn.rsplit(":", 1)[1])


if __name__ == "__main__":
    main(*sys.argv[1:])
