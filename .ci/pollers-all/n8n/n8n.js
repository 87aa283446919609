// Runs the workflow of workflow.json in n8n, and prints what came out as one line of
// JSON: n8n.js HOME URL BODY, where HOME is a folder of n8n's that has the workflow.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const [home, url, body] = process.argv.slice(2);
// A folder of its own: one n8n at a time has a database.
const folder = mkdtempSync(join(tmpdir(), "n8n-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
cpSync(home, folder, { recursive: true });

// A port that n8n listens at even to run one workflow.
const server = createServer().listen(0, "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));
const { port } = server.address();
await new Promise((resolve) => server.close(resolve));

const n8n = fileURLToPath(new URL("node_modules/n8n/bin/n8n", import.meta.url));
const { stdout, stderr } = spawnSync(process.execPath, [n8n, "execute", "--id=submitandpoll0001", "--rawOutput"], {
  encoding: "utf8", maxBuffer: 1 << 26, timeout: 240_000, killSignal: "SIGKILL", // before the test ends this process alone
  env: {
    ...process.env, N8N_USER_FOLDER: folder, N8N_RUNNERS_BROKER_PORT: String(port), N8N_DIAGNOSTICS_ENABLED: "false",
    N8N_BLOCK_ENV_ACCESS_IN_NODE: "false", SUBMIT_URL: url, SUBMIT_BODY: body,
  },
});
console.log(JSON.stringify(verdict()));

// verdict reads the execution, which n8n prints behind lines of its log.
function verdict() {
  const begins = stdout.search(/^\{$/m);
  if (begins < 0) {
    return { error: `no execution: ${stdout}${stderr}` };
  }
  const { error, runData } = JSON.parse(stdout.slice(begins)).data.resultData;
  if (error) {
    return { error: error.message };
  }
  const [{ json }] = runData.Ended[0].data.main[0];
  return json.statusCode === 200 ? { customStatus: json.body.customStatus } : { error: `status ${json.statusCode}` };
}
