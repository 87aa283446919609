"""Submits as an Azure SDK for Python does, has azure-core poll, and prints
what came out as one line of JSON: azure_core.py URL BODY [ID to poll instead]"""

import json
import sys

from azure.core import PipelineClient
from azure.core.exceptions import HttpResponseError
from azure.core.pipeline.policies import RetryPolicy
from azure.core.polling import LROPoller
from azure.core.polling.base_polling import LROBasePolling
from azure.core.rest import HttpRequest

url, body, *other = sys.argv[1:]
client = PipelineClient(url, per_call_policies=[RetryPolicy()])  # as every SDK has it
request = HttpRequest("POST", url, content=body, headers={"Content-Type": "application/json"})
submitted = client.send_request(request, _return_pipeline_response=True)
for name in ("Location", "Operation-Location") if other else ():
    headers = submitted.http_response.headers
    headers[name] = headers[name].rpartition("/")[0] + "/" + other[0]
try:
    poller = LROPoller(client, submitted, lambda r: r.http_response.json(), LROBasePolling())
    result = poller.result()
    print(json.dumps({"status": poller.status(), "customStatus": result["customStatus"], "result": result.get("result")}))
except HttpResponseError as e:
    print(json.dumps({"error": str(e)}))
