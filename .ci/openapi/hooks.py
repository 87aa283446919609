"""What schemathesis cannot know of the API."""

import re
import uuid

import schemathesis

# A well-formed Idempotency-Key, as api/openapi.yaml has it.
KEY = re.compile(r'"[!#-\[\]-~]{1,255}"|[!#-+\--:<-\[\]-~]{1,255}')


@schemathesis.hook
def before_call(context, case, kwargs):
    """Gives a well-formed Idempotency-Key a fresh value: an example would be
    refused for what another one has sent under the same key, as it should be."""
    headers = case.headers or {}
    if isinstance(headers.get("Idempotency-Key"), str) and KEY.fullmatch(headers["Idempotency-Key"]):
        headers["Idempotency-Key"] = f'"{uuid.uuid4()}"'


@schemathesis.hook
def filter_case(context, case):
    """Leaves out objects with names that differ in their case alone, which no
    schema can exclude."""
    return unambiguous(case.body)


def unambiguous(value):
    if isinstance(value, dict):
        names = {name.lower() for name in value}
        return len(names) == len(value) and all(map(unambiguous, value.values()))
    return not isinstance(value, list) or all(map(unambiguous, value))
