"""Submits a JSON file and polls until the work has ended; Python 3.9, nothing to install:

    python3 poll.py http://127.0.0.1:3000/api/submit talk.json
"""
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
        with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=40) as response:
            code, answer, body = response.status, response.headers, response.read()
    except urllib.error.HTTPError as error:
        code, answer, body = error.code, error.headers, error.read()
    except OSError as error:
        code, answer, body = 0, {}, str(error).encode()
    if code in (0, 408, 425, 429) or code >= 500 or code == 409 and "Retry-After" in answer:  # passes: repeat
        attempts += 1
        if attempts == 10:
            sys.exit(f"gave up: {code} {body.decode()}")
    elif code == 202:
        url, data, headers, attempts = answer["Location"], None, {}, 0
    else:  # 200 has ended, everything else is refused
        print(body.decode())
        sys.exit(code != 200 or json.loads(body).get("status") != "Succeeded")
    time.sleep(int(answer.get("Retry-After") or 1))
