"""Submits a JSON file and polls until the work has ended; Python 3.9, nothing to install:

    python3 poll.py http://127.0.0.1:3000/api/submit talk.json
"""
import http.client
import json
import sys
import time
import urllib.error
import urllib.request
import uuid

url, file = sys.argv[1:]
data = open(file, "rb").read()
headers = {"Content-Type": "application/json", "Idempotency-Key": f'"{uuid.uuid4()}"'}  # a repeated submit is the same submission
attempts = 0
while True:
    try:
        try:
            response = urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=40)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            code, answer, body = response.status, response.headers, response.read()
    except (OSError, http.client.HTTPException) as error:  # the second for an answer that is cut off
        code, answer, body = 0, {}, str(error).encode()
    if code in (0, 408, 425, 429) or code >= 500 or code == 409 and "Retry-After" in answer:  # passes: repeat
        attempts += 1
        if attempts == 10:
            sys.exit(f"gave up: {code} {body!r}")
    elif code == 202:
        url, data, headers, attempts = answer["Location"], None, {}, 0
    else:  # 200 has ended, everything else is refused
        print(body.decode())
        sys.exit(code != 200 or json.loads(body).get("status") != "Succeeded")
    after = answer.get("Retry-After", "")
    time.sleep(int(after) if after.isdigit() else 1)  # the dates are of proxies
