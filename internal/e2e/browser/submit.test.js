// From the form to the decision.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fill, open, reaches, steps, submit, talk, useBrowser } from "./browser.js";
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
  await reaches(page, "Moderation");
  assert.deepEqual(await steps(page), ["Received: done", "Moderation: now", "Shortlisting: ahead", "Selection: ahead", "Decision: ahead"]);
  assert.match(await page.locator("#live").textContent(), /^Moderation\. Your proposal is being moderated\.$/);
  assert.match(await page.locator("#talk-next").textContent(), /^Looking again (in \d+ s|now)\.$/);
});

test("a rejection is told kindly, and not which stage it was", async (t) => {
  const { url } = await Local.start(t, { review: "reject@shortlisting" });
  const page = await open(t, url);
  await submit(page);
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
  assert.equal(await other.locator("#mine").isVisible(), false);
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
  assert.equal(await page.locator("#talk-message").textContent(), "There is no submission with this id.");
});
