"""Expands a SAM template into plain CloudFormation, offline.

expand.py TEMPLATE [NAME=VALUE ...] writes it to stdout as JSON. The code that
expands is the one that CloudFormation runs (aws-sam-translator), and NAME=VALUE
are the parameters of the deployment: the transform looks at some of them.
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


def main(path, *parameters):
    logging.disable(logging.WARNING)
    validator = SamTemplateValidator(
        # Anchors share objects, which the transform changes; CloudFormation gets none.
        json.loads(json.dumps(parse_yaml_file(path))),
        NoManagedPolicies(),
        region="us-east-1",
        parameter_overrides=dict(p.split("=", 1) for p in parameters),
    )
    try:
        expanded = validator.get_translated_template_if_valid()
    except InvalidSamDocumentException as e:
        sys.exit(str(e))
    json.dump(yaml_parse(expanded), sys.stdout, indent=1)


if __name__ == "__main__":
    main(*sys.argv[1:])
