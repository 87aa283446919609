"""Submits, has a waiter of botocore poll at its fixed interval, and prints what
came out as one line of JSON: botocore_waiter.py URL BODY"""

import json
import sys

import urllib3
from botocore.exceptions import ClientError, WaiterError
from botocore.waiter import SingleWaiterConfig, Waiter

url, body = sys.argv[1:]
http = urllib3.PoolManager(retries=urllib3.Retry(total=8, backoff_factor=0.3, status_forcelist=[429, 503], allowed_methods=None, raise_on_status=False))
submitted = http.request("POST", url, body=body, headers={"Content-Type": "application/json"})
config = SingleWaiterConfig({
    "operation": "GetStatus", "delay": 1, "maxAttempts": 60,
    "acceptors": [
        {"matcher": "path", "argument": "status", "expected": "Succeeded", "state": "success"},
        {"matcher": "path", "argument": "status", "expected": "Failed", "state": "failure"},
        {"matcher": "path", "argument": "status", "expected": "Canceled", "state": "failure"},
    ],
})


# What a client of botocore does: a status of 400 or more is a response with an Error.
def get_status(**_):
    answer = http.request("GET", submitted.headers["Location"])
    parsed = answer.json()
    if answer.status >= 400:
        raise ClientError({"Error": {"Code": parsed["error"]["code"], "Message": parsed["error"]["message"]}}, "GetStatus")
    get_status.last = parsed
    return parsed


def operation(**kwargs):
    try:
        return get_status(**kwargs)
    except ClientError as e:
        return e.response


try:
    Waiter("Ended", config, operation).wait()
    print(json.dumps({"status": get_status.last["status"], "customStatus": get_status.last["customStatus"]}))
except WaiterError as e:
    print(json.dumps({"error": str(e)}))
