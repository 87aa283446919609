// What README.md says to do first, done ROUNDS times: how long each step takes
// since "make run". It prints figures and judges nothing.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { launch, open, reaches, submit } from "./browser.js";

const root = new URL("../../..", import.meta.url).pathname;

/** Runs a command at the root of the repository. */
function run(command, args, env = {}) {
  return spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "ignore"] });
}

async function succeeds(child) {
  child.stdout.resume();
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`${child.spawnargs.join(" ")}: exit code ${code}`);
}

/** Starts the system on an empty folder and gives its address when it is ready. */
async function makeRun(t) {
  const data = await mkdtemp(join(tmpdir(), "first-minute-"));
  const made = run("make", ["run", "REVIEW=approve", "ADDR=127.0.0.1:0", "STEPFUNCTIONS_ADDR=127.0.0.1:0", `DATA=${data}`]);
  t.after(async () => {
    if (made.exitCode === null) {
      made.kill(); // make passes it on
      await once(made, "exit");
    }
    await rm(data, { recursive: true, force: true });
  });
  for await (const line of createInterface({ input: made.stdout })) {
    if (line.startsWith("ready ")) return line.slice("ready ".length);
  }
  throw new Error("make run did not become ready");
}

/** How long the process itself took, as the server recorded it. */
async function recorded(url, id) {
  const { createdTime, lastUpdatedTime } = await (await fetch(`${url}/api/status/${id}`)).json();
  return (new Date(lastUpdatedTime) - new Date(createdTime)) / 1000;
}

async function round(t) {
  const took = {};
  let began = performance.now();
  const passed = (step) => { took[step] = (performance.now() - began) / 1000; };
  const url = await makeRun(t);
  passed("ready is printed");
  const browser = await launch();
  t.after(() => browser.close());
  const page = await open(t, url);
  passed("the form is there");
  const id = await submit(page);
  passed("submitted, and the talk is shown");
  await reaches(page, "Approved");
  passed("shown as Approved");
  took["of this, the committee"] = await recorded(url, id);
  began = performance.now();
  await succeeds(run("go", ["run", "./cmd/cfs", "submit", "docs/talk.json", "--wait"], { CFS_URL: url }));
  passed("then cfs submit --wait, from Enter to its end");
  return took;
}

/** Runs the steps in a stand-in for a test's context, which undoes them, the last first. */
async function undone(steps) {
  const undo = [];
  try {
    return await steps({ after: (f) => undo.unshift(f) });
  } finally {
    for (const f of undo) await f();
  }
}

function print(rounds) {
  const row = (name, cells) => console.log(name.padEnd(46) + cells.map((c) => c.padStart(9)).join(""));
  row("seconds since make run", ["minimum", "median", "maximum"]);
  for (const step of Object.keys(rounds[0])) {
    const sorted = rounds.map((took) => took[step]).sort((a, b) => a - b);
    row(step, [0, (sorted.length - 1) / 2, sorted.length - 1].map((i) => ((sorted[Math.floor(i)] + sorted[Math.ceil(i)]) / 2).toFixed(1)));
  }
}

const count = Number(process.env.ROUNDS || 3);
if (!(count >= 1)) throw new Error("ROUNDS is a number from 1");
await succeeds(run("go", ["build", "-trimpath", "-o", "bin/local", "./cmd/local"])); // so that the cache is warm
await succeeds(run("go", ["run", "./cmd/cfs", "--version"]));
console.log(`${count} rounds; load average before: ${loadavg().map((l) => l.toFixed(1)).join(" ")}\n`);
const rounds = [];
while (rounds.length < count) rounds.push(await undone(round));
print(rounds);
