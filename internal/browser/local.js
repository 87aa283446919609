// The system under test: cmd/local as a process that can be killed.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const program = process.env.LOCAL;
if (!program) throw new Error("LOCAL has to name the program built from cmd/local; make test-browser does that");

/** A running system on a data folder of its own; it ends with the test. */
export class Local {
  /** The system for a test, with a review policy and a speed. */
  static async start(t, { review = "approve", speed = 20 } = {}) {
    const local = new Local();
    local.data = await mkdtemp(join(tmpdir(), "browser-"));
    local.args = ["-stepfunctions-addr", "", "-data", local.data, "-review", review, "-speed", String(speed)];
    t.after(async () => {
      await local.kill();
      await rm(local.data, { recursive: true, force: true });
    });
    await local.#run("127.0.0.1:0");
    return local;
  }

  /** Ends it as a power cut would. */
  async kill() {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill("SIGKILL");
    await once(this.process, "exit");
  }

  /** Starts it again at the same address, on the same data. */
  async restart() {
    await this.#run(new URL(this.url).host);
  }

  async #run(addr) {
    this.process = spawn(program, ["-addr", addr, ...this.args], { stdio: ["ignore", "pipe", "ignore"] });
    for await (const line of createInterface({ input: this.process.stdout })) {
      if (line.startsWith("ready ")) {
        this.url = line.slice("ready ".length);
        return;
      }
    }
    throw new Error("the system did not start");
  }
}
