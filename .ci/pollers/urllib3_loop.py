"""Submits and polls with urllib3, whose Retry takes care of what may be repeated,
and prints what came out as one line of JSON: urllib3_loop.py URL BODY"""

import json
import sys
import time

import urllib3

url, body = sys.argv[1:]
retry = urllib3.Retry(total=8, backoff_factor=0.3, status_forcelist=[429, 503], allowed_methods=None, raise_on_status=False)
http = urllib3.PoolManager(retries=retry)
answer = http.request("POST", url, body=body, headers={"Content-Type": "application/json"})
while answer.status == 202:
    time.sleep(int(answer.headers["Retry-After"]))
    answer = http.request("GET", answer.headers["Location"])
if answer.status == 200:
    print(json.dumps({"customStatus": answer.json()["customStatus"]}))
else:
    print(json.dumps({"error": f"status {answer.status}"}))
