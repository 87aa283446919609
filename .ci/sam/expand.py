"""Expands a SAM template into plain CloudFormation, offline.

expand.py TEMPLATE [NAME=VALUE ...] writes it to stdout as JSON. The code that
expands is the one that CloudFormation runs (aws-sam-translator), and NAME=VALUE
are the parameters of the deployment: the transform looks at some of them.
expand.py TEMPLATE - reads a JSON list of such parameters, and writes a list.
"""

import json
import logging
import sys

from samcli.commands.validate.lib.exceptions import InvalidSamDocumentException
from samcli.lib.translate.sam_template_validator import SamTemplateValidator
from samcli.yamlhelper import parse_yaml_file, yaml_parse


class NoManagedPolicies:
    """Stands in for the account's list of managed policies: none is named."""

    def load(self):
        return {}


def expand(template, parameters):
    validator = SamTemplateValidator(
        # Anchors share objects, which the transform changes; CloudFormation gets none.
        json.loads(json.dumps(template)),
        NoManagedPolicies(),
        region="us-east-1",
        parameter_overrides=parameters,
    )
    try:
        return yaml_parse(validator.get_translated_template_if_valid())
    except InvalidSamDocumentException as e:
        sys.exit(str(e))


def main(path, *parameters):
    logging.disable(logging.WARNING)
    template = parse_yaml_file(path)
    if parameters == ("-",):
        expanded = [expand(template, p) for p in json.load(sys.stdin)]
    else:
        expanded = expand(template, dict(p.split("=", 1) for p in parameters))
    json.dump(expanded, sys.stdout, indent=1)


if __name__ == "__main__":
    main(*sys.argv[1:])
