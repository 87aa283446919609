// A client of types that openapi-typescript generates: submits to the API at the
// given address, polls, and prints the end.
import createClient from "openapi-fetch";
import type { components, paths } from "./talks";

type Talk = components["schemas"]["Presentation"];

const talk: Talk = {
  speaker: { name: "Ada Lovelace", email: "ada@example.org", country: "GB" },
  title: "Notes on the Analytical Engine",
  description: "What it can do, and what it cannot.",
  track: "History",
};
const client = createClient<paths>({ baseUrl: process.argv[2] });
const { data: accepted, error } = await client.POST("/api/submit", { body: talk, params: { header: { "Idempotency-Key": '"a key of 16 characters"' } } });
if (!accepted) throw new Error(JSON.stringify(error));
for (;;) {
  const { data: state, response } = await client.GET("/api/status/{id}", { params: { path: { id: accepted.id } } });
  if (!state) throw new Error(String(response.status));
  if (state.status === "Succeeded") {
    const outcome: "Approved" | "Rejected" = state.customStatus;
    console.log(state.status, outcome);
    break;
  }
  if (state.status === "Failed") {
    const code: components["schemas"]["ErrorCode"] = state.error.code;
    console.log(state.status, code);
    break;
  }
  await new Promise((resolve) => setTimeout(resolve, Number(response.headers.get("Retry-After")) * 1000));
}
