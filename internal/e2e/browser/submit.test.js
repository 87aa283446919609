// From the form to the decision.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fill, look, open, reaches, steps, submit, talk, useBrowser } from "./browser.js";
import { Local } from "./local.js";

useBrowser();

test("a talk is submitted and watched until it is approved", async (t) => {
  const { url } = await Local.start(t);
  const page = await open(t, url);
  const id = await submit(page);
  assert.equal(await page.locator("#talk-title").textContent(), talk.Title);
  assert.equal(await page.evaluate(() => document.activeElement.id), "talk-title", "the focus moves to what is new");
  await reaches(page, "Approved");
  assert.deepEqual(await steps(page), ["Received: done", "Moderation: done", "Shortlisting: done", "Selection: done", "Approved: good"]);
  assert.match(await page.locator("#live").textContent(), /^Approved\. Congratulations!/);
  assert.match(await page.title(), /^Approved: Notes on the Analytical Engine/);
  assert.equal(await page.locator("#talk-id").textContent(), id);
});

test("a stage is shown while it lasts", async (t) => {
  const { url } = await Local.start(t, { speed: 1 });
  const page = await open(t, url);
  await submit(page);
  await look(page, "Moderation");
  assert.deepEqual(await steps(page), ["Received: done", "Moderation: now", "Shortlisting: ahead", "Selection: ahead", "Decision: ahead"]);
  assert.match(await page.locator("#live").textContent(), /^Moderation\. Your proposal is being moderated\.$/);
  assert.match(await page.locator("#talk-next-text").textContent(), /^Looking again (in \d+ s|now)\.$/);
});

test("a rejection keeps the stages that were watched, and shows no others", async (t) => {
  const { url } = await Local.start(t, { review: "reject@shortlisting", speed: 4 });
  const page = await open(t, url);
  await submit(page);
  await look(page, "Shortlisting");
  await reaches(page, "Rejected");
  assert.deepEqual(await steps(page), ["Received: done", "Moderation: done", "Shortlisting: done", "Rejected: no"]);
  await page.reload();
  await reaches(page, "Rejected");
  assert.deepEqual(await steps(page), ["Received: done", "Rejected: no"]);
  assert.match(await page.locator("#talk-message").textContent(), /^We are sorry/);
});

test("a failure says where it stopped, and what a supporter has to know", async (t) => {
  const { url } = await Local.start(t, { review: "fail@selection" });
  const page = await open(t, url);
  await submit(page);
  await reaches(page, "Failed");
  assert.deepEqual(await steps(page), ["Received: done", "Moderation: done", "Shortlisting: done", "Selection: stopped", "Decision: none"]);
  assert.equal(await page.locator("#talk-code").textContent(), "ProcessFailed");
  assert.equal(await page.locator("#talk-message").textContent(), "The committee could not decide.");
  assert.equal(await page.locator("#talk-reason").textContent(), "", "the same sentence is not shown twice");
});

test("the link shows the status and nothing else, to whoever has it", async (t) => {
  const { url } = await Local.start(t);
  const page = await open(t, url);
  const id = await submit(page);
  await page.reload();
  await reaches(page, "Approved");
  assert.equal(await page.locator("#talk-title").textContent(), talk.Title, "its author's browser knows the title");

  const other = await open(t, `${url}/#${id}`);
  await reaches(other, "Approved");
  const text = await other.locator("body").innerText();
  for (const [label, value] of Object.entries(talk)) assert.ok(!text.includes(value), `${label} is shown`);
  assert.deepEqual(await other.locator("#mine-list .item").count(), 0);
});

test("a link that the browser will not copy is not called copied", async (t) => {
  const { url } = await Local.start(t);
  const page = await open(t, url);
  await submit(page);
  await page.evaluate(() => { navigator.clipboard.writeText = () => Promise.reject(new Error("denied")); });
  await page.getByRole("button", { name: "Copy the link" }).click();
  await page.getByRole("button", { name: "Not copied" }).waitFor();
});

test("pressing the button twice is one submission", async (t) => {
  const { url } = await Local.start(t);
  const page = await open(t, url);
  await fill(page);
  let sent = 0;
  page.on("request", (request) => { sent += request.method() === "POST" ? 1 : 0; });
  await page.getByRole("button", { name: "Submit the talk" }).dblclick();
  await reaches(page, "Approved");
  assert.equal(sent, 1);
});

test("an unknown link is called so", async (t) => {
  const { url } = await Local.start(t);
  const page = await open(t, `${url}/#${"a".repeat(26)}`);
  await reaches(page, "Not found");
  assert.equal(await page.locator("#talk-message").textContent(), "We cannot find this talk. The link may be incomplete, or it is older than 90 days.");
});

test("how much is done is shown while it goes on", async (t) => {
  const { url } = await Local.start(t, { speed: 2 });
  const page = await open(t, url);
  await submit(page);
  await look(page, "Shortlisting");
  assert.match(await page.locator("#talk-percent").textContent(), /^\d+ % done(, (about \d+ s|a few seconds) left)?$/);
  assert.ok(await page.locator("#talk-bar").evaluate((bar) => bar.value > 0 && bar.value < 100));
  await reaches(page, "Approved");
  assert.equal(await page.locator("#talk-progress").isVisible(), false);
});

test("a talk is canceled by the browser that proposed it, and by no other", async (t) => {
  const { url } = await Local.start(t, { speed: 1 });
  const page = await open(t, url);
  const id = await submit(page);
  const other = await open(t, `${url}/#${id}`);
  await other.locator("#talk-stages").waitFor();
  assert.equal(await other.locator("#cancel").isVisible(), false);

  await page.getByRole("button", { name: "Cancel this talk" }).click();
  await page.getByRole("button", { name: "No, keep it" }).click();
  assert.equal(await page.evaluate(() => document.activeElement.id), "cancel");
  await page.getByRole("button", { name: "Cancel this talk" }).click();
  assert.equal(await page.evaluate(() => document.activeElement.id), "cancel-yes");
  await page.getByRole("button", { name: "Yes, cancel it" }).click();
  await reaches(page, "Canceled");
  assert.equal(await page.locator("#cancel").isVisible(), false);
  await page.getByRole("button", { name: "Propose it again" }).waitFor();
  assert.deepEqual(await page.evaluate(() => JSON.parse(localStorage.talks)), [{ id, title: talk.Title }]);
});

test("the wire shows each request and its response", async (t) => {
  const { url } = await Local.start(t);
  const page = await open(t, url);
  await page.getByText("On the wire").click();
  await page.getByText("Nothing has been sent yet.").waitFor();
  const id = await submit(page);
  await reaches(page, "Approved");
  const lines = await page.locator(".exchange-what").allTextContents();
  assert.equal(lines.at(-1), "POST /api/submit");
  assert.equal(lines[0], `GET /api/status/${id}`);
  assert.equal(await page.locator("#wire-count").textContent(), `${lines.length} requests`);
  await page.locator(".exchange summary").last().click();
  const [request, response] = await page.locator(".exchange pre").evaluateAll((all) => all.slice(-2).map((e) => e.textContent));
  assert.match(request, new RegExp(`^POST ${url}/api/submit\nContent-Type: application/json\nIdempotency-Key: "[0-9a-f]{32}"\n\n\\{`));
  assert.ok(request.includes(`"title": "${talk.Title}"`));
  assert.match(response, /^202\n[^]*retry-after: \d+\n[^]*"cancelUrl": "/);
});
