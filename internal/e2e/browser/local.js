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
  /** The system for a test, with a review policy and a speed: at 1 the first stage lasts 20 s, long enough to be seen. */
  static async start(t, { review = "approve", speed = 20 } = {}) {
    const local = new Local();
    local.data = await mkdtemp(join(tmpdir(), "browser-"));
    local.args = ["-stepfunctions-addr", "", "-data", local.data, "-review", review];
    t.after(async () => {
      await local.kill();
      await rm(local.data, { recursive: true, force: true });
    });
    await local.#run("127.0.0.1:0", speed);
    return local;
  }

  /** Ends it as a power cut would. */
  async kill() {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill("SIGKILL");
    await once(this.process, "exit");
  }

  /** Starts it again at the same address, on the same data. */
  async restart(speed = 20) {
    await this.#run(new URL(this.url).host, speed);
  }

  async #run(addr, speed) {
    this.process = spawn(program, ["-addr", addr, "-speed", String(speed), ...this.args], { stdio: ["ignore", "pipe", "ignore"] });
    for await (const line of createInterface({ input: this.process.stdout })) {
      if (line.startsWith("ready ")) {
        this.url = line.slice("ready ".length);
        return;
      }
    }
    throw new Error("the system did not start");
  }
}
