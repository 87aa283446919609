// Submits as an Azure SDK for JavaScript does, has core-lro poll, and prints
// what came out as one line of JSON: core-lro.js URL BODY [ID to poll instead]
import { createHttpPoller } from "@azure/core-lro";
import { createDefaultHttpClient, createHttpHeaders, createPipelineFromOptions, createPipelineRequest, RestError } from "@azure/core-rest-pipeline";

const [url, body, id] = process.argv.slice(2);
const pipeline = createPipelineFromOptions({});
const httpClient = createDefaultHttpClient();

// What the SDK's generated clients do: a status that an operation does not
// list is a RestError.
async function send(options, ...expected) {
  const request = createPipelineRequest({ allowInsecureConnection: true, ...options });
  const response = await pipeline.sendRequest(httpClient, request);
  const parsed = JSON.parse(response.bodyAsText);
  if (!expected.includes(response.status)) {
    throw new RestError(parsed.error.message, { code: parsed.error.code, statusCode: response.status, request, response });
  }
  const rawResponse = {
    request: { method: request.method, url: request.url },
    statusCode: response.status,
    headers: response.headers.toJSON(),
    body: parsed,
  };
  return { flatResponse: parsed, rawResponse };
}

async function submit() {
  const headers = createHttpHeaders({ "Content-Type": "application/json" });
  const answer = await send({ url, method: "POST", headers, body }, 202);
  for (const name of id ? ["location", "operation-location"] : []) {
    answer.rawResponse.headers[name] = answer.rawResponse.headers[name].replace(/[^/]*$/, id);
  }
  return answer;
}

const poller = createHttpPoller({ sendInitialRequest: submit, sendPollRequest: (url) => send({ url, method: "GET" }, 200, 202) });
try {
  const { customStatus, result } = await poller.pollUntilDone();
  console.log(JSON.stringify({ status: poller.operationState.status, customStatus, result }));
} catch (e) {
  console.log(JSON.stringify({ status: poller.operationState?.status, error: `${e.name} ${e.code ?? ""} ${e.message}` }));
}
