// Submits a JSON file and polls until the work has ended. Node 22.18 or newer runs this file as it is:
//
//     node poll.ts http://127.0.0.1:3000/api/submit talk.json
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";

let [url, file] = process.argv.slice(2);
let request: RequestInit = {
  method: "POST",
  headers: { "Content-Type": "application/json", "Idempotency-Key": `"${randomUUID()}"` }, // a repeated submit is the same submission
  body: await readFile(file, "utf8"),
};
for (let attempts = 0; ; ) {
  const response = await fetch(url, { ...request, signal: AbortSignal.timeout(40_000) }).catch((error: Error) => error);
  const seconds = response instanceof Response ? Number(response.headers.get("Retry-After")) : 0;
  if (response instanceof Error || [408, 425, 429].includes(response.status) || response.status >= 500 || response.status === 409 && seconds > 0) { // passes: repeat
    if (++attempts === 10) throw new Error("gave up", { cause: response });
  } else if (response.status === 202) {
    url = response.headers.get("Location") ?? "";
    request = {};
    attempts = 0;
  } else { // 200 has ended, everything else is refused
    const body: { status?: string } = await response.json();
    console.log(JSON.stringify(body));
    process.exit(response.status === 200 && body.status === "Succeeded" ? 0 : 1);
  }
  await new Promise((resolve) => setTimeout(resolve, Math.max(seconds, 1) * 1000));
}
