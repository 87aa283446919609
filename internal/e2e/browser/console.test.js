// The page of the engine's port, as cmd/stepfunctions serves it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { accessible } from "./axe.js";
import { open, useBrowser } from "./browser.js";

useBrowser();

const states = "arn:aws:states:us-east-1:123456789012";

const orders = {
  StartAt: "Paid?",
  States: {
    "Paid?": { Type: "Choice", Choices: [{ Variable: "$.paid", BooleanEquals: true, Next: "Prepare" }], Default: "Charge" },
    Charge: {
      Type: "Task", Resource: "arn:aws:lambda:us-east-1:123456789012:function:Charge",
      Catch: [{ ErrorEquals: ["Declined"], Next: "Ask", ResultPath: "$.error" }], Next: "Prepare",
    },
    Ask: { Type: "Task", Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken", Parameters: { FunctionName: "Ask", Payload: { "token.$": "$$.Task.Token" } }, Next: "Paid?" },
    Prepare: {
      Type: "Parallel", Next: "Ship",
      Branches: [
        { StartAt: "Pack", States: { Pack: { Type: "Pass", End: true } } },
        { StartAt: "Each item", States: { "Each item": { Type: "Map", ItemsPath: "$.items", End: true, ItemProcessor: { StartAt: "Reserve", States: { Reserve: { Type: "Pass", End: true } } } } } },
      ],
    },
    Ship: { Type: "Succeed" },
  },
};

/** Serves the Lambda Invoke API: Charge declines, all else answers {}. */
async function functions(t) {
  const server = createServer((request, response) => {
    request.resume();
    const declines = request.url.includes("/Charge/");
    if (declines) response.setHeader("X-Amz-Function-Error", "Unhandled");
    response.end(JSON.stringify(declines ? { errorType: "Declined", errorMessage: "card declined" } : {}));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return `http://127.0.0.1:${server.address().port}`;
}

/** What answers for the machine's function in a test case. */
const mocks = {
  StateMachines: { Orders: { TestCases: { "Charged at once": { Charge: "Charged" }, "Out of order": { Charge: "OutOfOrder" } } } },
  MockedResponses: {
    Charged: { 0: { Return: { paid: true, items: [3] } } },
    OutOfOrder: { 0: { Throw: { Error: "OutOfOrder", Cause: "the terminal is out of order" } } },
  },
};

/** Starts the engine with two machines, and gives its address. */
async function engine(t) {
  const folder = await mkdtemp(join(tmpdir(), "console-"));
  const template = join(folder, "template.json");
  const machine = (Definition) => ({ Type: "AWS::Serverless::StateMachine", Properties: { Definition } });
  await writeFile(template, JSON.stringify({
    Resources: { Orders: machine(orders), Nap: machine({ StartAt: "Sleep", States: { Sleep: { Type: "Wait", Seconds: 3600, End: true } } }) },
  }));
  const mockFile = join(folder, "mocks.json");
  await writeFile(mockFile, JSON.stringify(mocks));
  const child = spawn(process.env.STEPFUNCTIONS, ["-addr", "127.0.0.1:0", "-data", join(folder, "data"), "-template", template, "-mock", mockFile,
    "-lambda-endpoint", await functions(t)], { stdio: ["ignore", "pipe", "ignore"] });
  t.after(async () => {
    if (child.exitCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    await rm(folder, { recursive: true, force: true });
  });
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith("ready ")) return line.slice("ready ".length);
  }
  throw new Error("the engine did not start");
}

/** Starts an execution with the page's form. */
async function start(page, url, machine, name, input) {
  await page.goto(`${url}/machine?arn=${states}:stateMachine:${machine}`);
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Input, as JSON").fill(JSON.stringify(input));
  await page.getByRole("button", { name: "Start" }).click();
  await page.getByRole("heading", { level: 1, name }).waitFor();
}

const status = (page, word) => page.locator("#summary .badge").getByText(word, { exact: true }).waitFor();

test("an execution from its start to its end, by hand", async (t) => {
  const url = await engine(t);
  const page = await open(t, url);
  await page.getByRole("link", { name: "Orders" }).click();
  await page.getByRole("heading", { level: 1, name: "Orders" }).waitFor();
  await page.getByLabel("Input, as JSON").fill("{");
  await page.getByRole("button", { name: "Start" }).click();
  await page.getByRole("alert").getByText("Invalid State Machine Execution Input").waitFor();
  await start(page, url, "Orders", "by-hand", { paid: false, items: [1, 2] });
  // The function declines, and the page shows so by itself.
  await page.getByRole("heading", { name: "Waiting for an answer" }).waitFor();
  await page.getByRole("link", { name: /^Charge, Task, failed, and the error was caught/ }).waitFor();
  await page.getByText("Token", { exact: true }).click();
  assert.match(await page.locator(".token").textContent(), /^[\w-]{40,}$/);
  await page.getByLabel("Output, as JSON").fill('{"paid": true, "items": [1, 2]}');
  await page.getByRole("button", { name: "Succeed" }).click();
  await status(page, "SUCCEEDED");
  assert.equal(await page.locator(".graph .is-succeeded title", { hasText: "Reserve" }).count(), 1);
  await page.getByRole("link", { name: "Reserve, Pass, succeeded" }).click();
  assert.match(page.url(), /#state-\d+$/);
  assert.equal(await page.locator("tr:target th").textContent(), "Reserve");
  await page.locator("tr:target").getByRole("link", { name: "Reserve" }).click();
  await page.getByRole("heading", { name: "Events of Reserve" }).waitFor();
  assert.equal(await page.locator("#event-table tbody tr").count(), 4);
});

test("an execution with a test case of the mock file", async (t) => {
  const url = await engine(t);
  const page = await open(t, url);
  await page.goto(`${url}/machine?arn=${states}:stateMachine:Nap`);
  await page.getByRole("button", { name: "Start" }).waitFor();
  assert.equal(await page.getByLabel("Test case").count(), 0, "none is offered where there is none");

  await page.goto(`${url}/machine?arn=${states}:stateMachine:Orders`);
  assert.deepEqual(await page.getByLabel("Test case").locator("option").allTextContents(), ["None", "Charged at once", "Out of order"]);
  await page.getByLabel("Test case").selectOption("Out of order");
  await page.getByLabel("Input, as JSON").fill('{"paid": false}');
  await page.getByRole("button", { name: "Start" }).click();
  await status(page, "FAILED");
  await page.getByText("the terminal is out of order").first().waitFor();
  await page.getByText("Test case Out of order").waitFor();

  await page.getByRole("link", { name: "Start another with this input" }).click();
  assert.equal(await page.getByLabel("Test case").inputValue(), "Out of order");
  await page.getByLabel("Test case").selectOption("Charged at once");
  await page.getByRole("button", { name: "Start" }).click();
  await status(page, "SUCCEEDED");
  await page.getByText("Test case Charged at once").waitFor();
});

test("what runs is brought up to date, stopped and redriven", async (t) => {
  const url = await engine(t);
  const page = await open(t, url);
  await start(page, url, "Nap", "tired", {});
  const other = await open(t, page.url());
  await page.getByText("Stop", { exact: true }).click();
  await page.getByLabel("Error").fill("Enough");
  await page.getByRole("button", { name: "Stop the execution" }).click();
  await status(page, "ABORTED");
  await status(other, "ABORTED"); // without being loaded again
  assert.equal(await other.locator("#announcement").textContent(), "The execution is ABORTED");
  await page.getByRole("button", { name: "Redrive" }).click();
  await status(page, "RUNNING");
});

test("the list is filtered", async (t) => {
  const url = await engine(t);
  const page = await open(t, url);
  await start(page, url, "Nap", "sleeps", {});
  await start(page, url, "Orders", "ships", { paid: true, items: [] });
  await page.goto(url);
  const names = () => page.locator("#list tbody th").allTextContents();
  assert.deepEqual(await names(), ["ships", "sleeps"]);
  const filter = async (label, option) => {
    await page.goto(url);
    if (label === "Part of the name") await page.getByLabel(label).fill(option);
    else await page.getByLabel(label, { exact: true }).selectOption(option);
    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByRole("link", { name: "Show all" }).waitFor();
    return names();
  };
  assert.deepEqual(await filter("Status", "RUNNING"), ["sleeps"]);
  assert.deepEqual(await filter("State machine", "Orders"), ["ships"]);
  assert.deepEqual(await filter("Part of the name", "lee"), ["sleeps"]);
});

test("the page by keyboard alone", async (t) => {
  const url = await engine(t);
  const page = await open(t, url);
  await start(page, url, "Nap", "tired", {});
  await page.reload();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  const seen = [];
  for (;;) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(() => document.activeElement === document.body)) break;
    const [name, outline] = await page.evaluate(() => {
      const e = document.activeElement;
      const rect = e.querySelector(":scope > .state > rect");
      const shown = rect ? getComputedStyle(rect).strokeWidth : getComputedStyle(e).outlineStyle;
      return [e.getAttribute("aria-label") ?? e.textContent.trim(), shown];
    });
    assert.ok(outline === "solid" || outline === "4px", `${name} does not show the focus: ${outline}`);
    seen.push(name);
  }
  for (const name of ["Nap", "Stop", "Graph of the states", "Sleep, Wait, running", "Table of the states"]) assert.ok(seen.includes(name), `${name} is not among ${seen}`);
});

for (const width of [1280, 768, 375]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`the pages at ${width} pixels, ${colorScheme}`, async (t) => {
      const url = await engine(t);
      const page = await open(t, url, { viewport: { width, height: 900 }, colorScheme });
      const look = async (name) => {
        await accessible(page, name);
        const [wide, window] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
        assert.ok(wide <= window, `${name} is ${wide} pixels wide`);
        if (process.env.SCREENSHOTS) {
          await mkdir(process.env.SCREENSHOTS, { recursive: true });
          await page.screenshot({ path: join(process.env.SCREENSHOTS, `console-${name}-${width}-${colorScheme}.png`), fullPage: true });
        }
      };
      await look("empty");
      await start(page, url, "Orders", "waits", { paid: false, items: [1, 2] });
      await page.getByRole("heading", { name: "Waiting for an answer" }).waitFor();
      await page.locator("summary").evaluateAll((all) => all.forEach((s) => { s.parentElement.open = true; }));
      await look("execution");
      await page.goto(`${url}/machine?arn=${states}:stateMachine:Orders`);
      await look("machine");
      await page.goto(url);
      await look("list");
      await page.goto(`${url}/execution?arn=none`);
      await look("problem");
    });
  }
}
