// Submits as Azure's REST-level clients for JavaScript do (@azure-rest/...), polls
// as their getLongRunningPoller does, and prints what came out as one line of
// JSON: azure-rest.js URL BODY [ID to poll instead]
//
// getLongRunningPoller is generated into each such client. It is a createHttpPoller
// of core-lro on the untyped client of core-client, and leaves it to core-lro to
// judge an answer: no status is an exception of its own.
// https://github.com/Azure/azure-sdk-for-js/blob/main/documentation/rest-clients.md
import { getClient } from "@azure-rest/core-client";
import { createHttpPoller } from "@azure/core-lro";

const [address, body, id] = process.argv.slice(2);
const url = new URL(address);
const client = getClient(url.origin, { allowInsecureConnection: true });

function lroResponse(response) {
  return { flatResponse: response, rawResponse: { ...response, statusCode: Number.parseInt(response.status), body: response.body } };
}

function getLongRunningPoller(client, initialResponse) {
  return createHttpPoller({
    sendInitialRequest: async () => lroResponse(initialResponse),
    sendPollRequest: async (path) => {
      const polled = lroResponse(await client.pathUnchecked(path ?? initialResponse.request.url).get());
      polled.rawResponse.headers["x-ms-original-url"] = initialResponse.request.url;
      return polled;
    },
  });
}

const submitted = await client.pathUnchecked(url.pathname + url.search).post({ contentType: "application/json", body: JSON.parse(body) });
for (const name of id ? ["location", "operation-location"] : []) {
  submitted.headers[name] = submitted.headers[name].replace(/[^/]*$/, id);
}
const poller = getLongRunningPoller(client, submitted);
try {
  const answer = await poller.pollUntilDone();
  console.log(JSON.stringify({ status: poller.operationState.status, customStatus: answer.body.customStatus, result: answer.body.result }));
} catch (e) {
  console.log(JSON.stringify({ status: poller.operationState?.status, error: `${e.name} ${e.code ?? ""} ${e.message}` }));
}
