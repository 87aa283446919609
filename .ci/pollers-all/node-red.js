// Runs the flow of node-red.json in Node-RED, and prints what came out as one line
// of JSON: node-red.js URL BODY
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import RED from "node-red";

const [url, body] = process.argv.slice(2);
const userDir = mkdtempSync(join(tmpdir(), "node-red-"));
cpSync(new URL("node-red.json", import.meta.url), join(userDir, "flows.json"));
process.on("exit", () => rmSync(userDir, { recursive: true, force: true }));

function ended(msg) {
  const verdict = msg.statusCode === 200 ? { customStatus: msg.payload.customStatus } : { error: `status ${msg.statusCode}` };
  process.stdout.write(JSON.stringify(verdict) + "\n", () => process.exit(0));
}

RED.init(http.createServer(), {
  userDir, flowFile: "flows.json", httpAdminRoot: false, httpNodeRoot: false, logging: { console: { level: "off" } },
  functionGlobalContext: { url, body, ended },
});
await RED.start();
