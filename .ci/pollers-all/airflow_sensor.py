"""Submits, has Airflow's HttpSensor poke the status, and prints what came out as
one line of JSON: airflow_sensor.py URL BODY

The sensor is executed without a scheduler, as its own tests do. Its hook takes
any 4xx and 5xx for an exception, but for the 404 of its default allow-list, and
has a connection that breaks tried again where it is told how.
https://airflow.apache.org/docs/apache-airflow-providers-http/stable/operators.html"""

import json
import logging
import os
import sys
import tempfile
from urllib.parse import urlsplit

url, body = sys.argv[1:]
out, sys.stdout = sys.stdout, sys.stderr  # Airflow logs to where it prints
home = tempfile.TemporaryDirectory()
os.environ |= {"AIRFLOW_HOME": home.name, "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR", "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}

import requests
import urllib3
from airflow.providers.http.hooks.http import HttpHook
from airflow.providers.http.sensors.http import HttpSensor

logging.disable(logging.CRITICAL)
submitted = requests.post(url, data=body, headers={"Content-Type": "application/json"}, timeout=60)
location = urlsplit(submitted.headers["Location"])
os.environ["AIRFLOW_CONN_SERVICE"] = json.dumps({"conn_type": "http", "schema": location.scheme, "host": location.hostname, "port": location.port})
last = {}


def ended(response):
    if response.status_code == 200:
        last.update(response.json())
    return response.status_code == 200


retries = requests.adapters.HTTPAdapter(max_retries=urllib3.Retry(total=8, backoff_factor=0.3, status_forcelist=[429, 503], raise_on_status=False))
mounted = HttpHook.get_conn


def get_conn(self, *args, **kwargs):
    session = mounted(self, *args, **kwargs)
    for scheme in ("http://", "https://"):
        session.mount(scheme, retries)
    return session


HttpHook.get_conn = get_conn
sensor = HttpSensor(
    task_id="status", http_conn_id="service", endpoint=location.path + (f"?{location.query}" if location.query else ""),
    response_check=ended, poke_interval=1, timeout=40,
)
try:
    sensor.execute({})
    print(json.dumps({"customStatus": last["customStatus"]}), file=out)
except Exception as e:
    print(json.dumps({"error": f"{type(e).__name__}: {e}"}), file=out)
