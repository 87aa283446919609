// Networks are cut and servers die.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fill, open, reaches, send, submit, useBrowser } from "./browser.js";
import { Local } from "./local.js";

useBrowser();

/** Looks now, and finds that the server cannot be reached. */
async function cannotReach(page) {
  await page.getByRole("button", { name: "Look now" }).click();
  await page.locator("#talk-trouble").getByText("The server cannot be reached.").waitFor();
}

test("a cut network is reported, and polling goes on after it", async (t) => {
  const { url } = await Local.start(t, { speed: 4 });
  const page = await open(t, url);
  await submit(page);
  await page.context().setOffline(true);
  await cannotReach(page);
  await page.context().setOffline(false);
  await reaches(page, "Approved");
  assert.equal(await page.locator("#talk-trouble").isVisible(), false);
});

test("a server that is killed goes on where it was, and so does the page", async (t) => {
  const local = await Local.start(t, { speed: 4 });
  const page = await open(t, local.url);
  const id = await submit(page);
  await local.kill();
  await cannotReach(page);
  await local.restart();
  await reaches(page, "Approved");
  assert.equal(new URL(page.url()).hash, `#${id}`);
});

test("a submit whose answer is lost is repeated, and is one submission", async (t) => {
  const { url } = await Local.start(t);
  const page = await open(t, url);
  const keys = [];
  const ids = [];
  await page.route("**/api/submit", async (route) => {
    keys.push(route.request().headers()["idempotency-key"]);
    const response = await route.fetch();
    ids.push((await response.json()).id);
    if (ids.length < 3) await route.abort("connectionreset");
    else await route.fulfill({ response });
  });
  const id = await submit(page);
  assert.deepEqual(ids, [id, id, id]);
  assert.deepEqual(keys, [keys[0], keys[0], keys[0]]);
  assert.match(keys[0], /^"[0-9a-f]{32}"$/);
});

test("a submit to a dead server waits for it, or is given up", async (t) => {
  const local = await Local.start(t);
  const page = await open(t, local.url);
  await fill(page);
  await local.kill();
  await send(page);
  await page.locator("#send-trouble").getByText("The server cannot be reached.").waitFor();
  await page.getByRole("button", { name: "Stop trying" }).click();
  await page.getByRole("button", { name: "Submit the talk" }).waitFor();
  assert.equal(await page.locator("#send-trouble").isVisible(), false);
  await send(page);
  await page.locator("#send-trouble").getByText("The server cannot be reached.").waitFor();
  await local.restart();
  await reaches(page, "Approved");
});

for (const [what, answer] of [
  ["lost", (route) => route.abort("connectionreset")],
  ["missing", (route) => route.fulfill({ status: 404, contentType: "application/json", body: "{}" })],
  ["no JSON", (route) => route.fulfill({ contentType: "text/html", body: "<p>Welcome" })],
]) {
  test(`a configuration that is ${what} does not leave an empty page`, async (t) => {
    const { url } = await Local.start(t);
    const page = await open(t, url);
    await page.route("**/config.json", answer);
    await page.reload();
    await page.getByRole("alert").getByText("could not be loaded. Please reload it.").waitFor();
    await page.unroute("**/config.json");
    await page.reload();
    await submit(page);
  });
}

test("another talk has another key", async (t) => {
  const { url } = await Local.start(t);
  const page = await open(t, url);
  const first = await submit(page);
  await page.getByRole("link", { name: "Propose another talk" }).click();
  assert.equal(await page.locator("#title").inputValue(), "", "the form is empty again");
  assert.notEqual(await submit(page), first);
});
