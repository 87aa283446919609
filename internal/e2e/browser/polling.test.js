// The page polls as the contract says. Time is the test's own here.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fill, open, reaches, send, useBrowser } from "./browser.js";
import { Local } from "./local.js";

useBrowser();

const id = "kmoyq5iskti2pmvlnxjiezayem";

const body = (status, customStatus) => JSON.stringify({
  id, status, customStatus, message: `It is ${customStatus}.`,
  createdTime: "2026-01-01T00:00:00Z", lastUpdatedTime: "2026-01-01T00:00:00Z",
});

const problem = (status, code) => ({
  status, contentType: "application/problem+json",
  body: JSON.stringify({ type: "about:blank", title: "x", status, detail: "No.", error: { code, message: "No." } }),
});

/** A page on answers in turn, the last one for ever; asked are the polls so far. */
async function follow(t, answers) {
  const { url } = await Local.start(t);
  const page = await open(t, url);
  const asked = [];
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 60_000);
  await page.route("**/api/status/*", async (route) => {
    asked.push(route.request().headers()["if-none-match"] ?? "");
    await route.fulfill(answers[Math.min(asked.length, answers.length) - 1]);
  });
  await page.evaluate((to) => { location.hash = to; }, id);
  return { page, asked };
}

const json = (status, text, headers) => ({ status, contentType: "application/json", headers, body: text });

test("the next poll is made after Retry-After, not earlier, with the ETag", async (t) => {
  const { page, asked } = await follow(t, [
    json(202, body("Running", "Moderation"), { "Retry-After": "7", ETag: '"one"' }),
    { status: 304, headers: { "Retry-After": "3", ETag: '"one"' } },
    json(200, body("Succeeded", "Approved"), { ETag: '"two"' }),
  ]);
  await reaches(page, "Moderation");
  await page.clock.runFor(6900);
  assert.deepEqual(asked, [""]);
  await page.clock.runFor(200);
  await page.getByText("Looking again in 3 s.").waitFor();
  assert.deepEqual(asked, ["", '"one"']);
  assert.equal(await page.locator("#talk-word").textContent(), "Moderation", "a 304 changes nothing");
  await page.clock.runFor(3100);
  await reaches(page, "Approved");
  await page.clock.runFor(3_600_000);
  assert.equal(asked.length, 3, "what is decided is not asked about");
});

test("the answer to the submit is shown at once, and says when to poll", async (t) => {
  const { url } = await Local.start(t);
  const page = await open(t, url);
  await fill(page);
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 60_000);
  const asked = [];
  await page.route("**/api/submit", (route) => route.fulfill(
    json(202, body("NotStarted", "Received"), { Location: `${url}/api/status/${id}`, "Retry-After": "6", ETag: '"zero"' })));
  await page.route("**/api/status/*", async (route) => {
    asked.push(route.request().headers()["if-none-match"] ?? "");
    await route.fulfill(json(200, body("Succeeded", "Approved")));
  });
  await send(page);
  await reaches(page, "Received");
  await page.getByText("Looking again in 6 s.").waitFor();
  await page.clock.runFor(5900);
  assert.deepEqual(asked, []);
  await page.clock.runFor(200);
  await reaches(page, "Approved");
  assert.deepEqual(asked, ['"zero"']);
});

for (const [status, code, said] of [
  [429, "TooManyRequests", "The server is busy."],
  [408, "RequestTimeout", "The server cannot answer at the moment."],
  [425, "TooEarly", "The server cannot answer at the moment."],
  [503, "ServiceUnavailable", "The server cannot answer at the moment."],
]) {
  test(`a ${status} is waited out as long as it says`, async (t) => {
    const rejected = { ...problem(status, code), headers: { "Retry-After": "9" } };
    const { page, asked } = await follow(t, [rejected, json(200, body("Succeeded", "Rejected"))]);
    await page.locator("#talk-trouble").getByText(said).waitFor();
    await page.clock.runFor(8900);
    assert.equal(asked.length, 1);
    await page.clock.runFor(200);
    await reaches(page, "Rejected");
  });
}

test("who does not want to wait looks now, and hears of what has not changed", async (t) => {
  const { page, asked } = await follow(t, [
    json(202, body("Running", "Selection"), { "Retry-After": "60", ETag: '"one"' }),
    { status: 304, headers: { "Retry-After": "50", ETag: '"one"' } },
    json(200, body("Succeeded", "Approved")),
  ]);
  await reaches(page, "Selection");
  await page.clock.runFor(10_000);
  assert.equal(asked.length, 1, "the page does not ask before Retry-After by itself");
  const live = await page.evaluateHandle(() => {
    const said = [];
    new MutationObserver(() => said.push(document.getElementById("live").textContent))
      .observe(document.getElementById("live"), { childList: true });
    return said;
  });
  await page.getByRole("button", { name: "Look now" }).click();
  await page.getByText("Looking again in 50 s.").waitFor();
  assert.deepEqual(asked, ["", '"one"']);
  assert.deepEqual(await live.jsonValue(), ["Selection. It is Selection."]);
  assert.equal(await page.evaluate(() => document.activeElement.id), "talk-look", "it can be pressed again");
  await page.getByRole("button", { name: "Look now" }).click();
  await reaches(page, "Approved");
  assert.equal(await page.evaluate(() => document.activeElement.id), "talk-title", "the focus is not lost with the button");
});

test("a failed poll need not be waited out, and what is known stays", async (t) => {
  const { page, asked } = await follow(t, [
    json(202, body("Running", "Selection"), { "Retry-After": "2" }),
    problem(503, "ServiceUnavailable"),
    json(200, body("Succeeded", "Approved")),
  ]);
  await reaches(page, "Selection");
  await page.clock.runFor(2000);
  await page.locator("#talk-trouble").waitFor();
  await reaches(page, "Selection");
  await page.getByRole("button", { name: "Try now" }).click();
  await reaches(page, "Approved");
  assert.equal(asked.length, 3);
  assert.equal(await page.evaluate(() => document.activeElement.id), "talk-title", "the focus is not lost with the button");
});

test("a page that slept asks at once what is overdue, and nothing else", async (t) => {
  const { page, asked } = await follow(t, [
    json(202, body("Running", "Selection"), { "Retry-After": "60" }),
    json(200, body("Succeeded", "Approved")),
  ]);
  await reaches(page, "Selection");
  const seenAgain = () => page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await seenAgain();
  await page.clock.runFor(1000);
  assert.equal(asked.length, 1);
  await page.clock.setSystemTime(Date.now() + 3_600_000); // no timer fires, as in a laptop that is closed
  await seenAgain();
  await reaches(page, "Approved");
  assert.equal(asked.length, 2);
});

test("failures in a row are left more and more time", async (t) => {
  const { url } = await Local.start(t);
  const page = await open(t, url);
  const pauses = await page.evaluate(async () => {
    const { pause } = await import("/js/backoff.js");
    return [1, 2, 3, 4, 5, 6, 7, 60].map((failures) => [pause(failures, 0, () => 0), pause(failures, 0, () => 1), pause(failures, 45_000)]);
  });
  assert.deepEqual(pauses, [1, 2, 4, 8, 16, 30, 30, 30].map((most) => [most * 500, most * 1000, 45_000]));
});

test("a failure shows the error's message, and its code beside it", async (t) => {
  const failed = { ...JSON.parse(body("Failed", "Selection")), error: { code: "TimedOut", message: "It took too long." } };
  const { page } = await follow(t, [json(200, JSON.stringify(failed))]);
  await reaches(page, "Failed");
  assert.equal(await page.locator("#talk-reason").textContent(), "It took too long.");
  assert.equal(await page.locator("#talk-code").textContent(), "TimedOut");
});

test("a result is shown, and linked where it can be fetched", async (t) => {
  const done = { ...JSON.parse(body("Succeeded", "Approved")), result: { slot: "Monday" }, resultUrl: "https://elsewhere.example/x" };
  const { page } = await follow(t, [json(200, JSON.stringify(done))]);
  await reaches(page, "Approved");
  assert.equal(await page.locator("#result-inline").textContent(), '{\n  "slot": "Monday"\n}');
  const link = await page.getByRole("link", { name: "Open the result" }).getAttribute("href");
  assert.equal(link, `${new URL(page.url()).origin}/api/result/${id}`, "the API's own, wherever the body points");
});

test("about how long it takes is said as cfs says it", async (t) => {
  const { url } = await Local.start(t);
  const page = await open(t, url);
  const said = await page.evaluate(async () => {
    const { estimate } = await import("/js/words.js");
    const at = (seconds) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
    return [[50, 31, 31], [50, 31, 61], [50, 31, 70], [0, 31, 40], [1, 1, 1], [50, 2000, 2000], [50, 40_000, 40_000], [50, 400_000, 400_000]]
      .map(([percentComplete, spent, now]) => estimate(
        { status: "Running", percentComplete, createdTime: at(0), lastUpdatedTime: at(spent) }, Date.parse(at(now))));
  });
  assert.deepEqual(said, ["about 35 s left", "a few seconds left", "", "", "", "about 34 min left", "about 12 h left", "about 5 days left"]);
});

for (const [answer, word, message] of [
  [problem(410, "Gone"), "Not found", "We cannot find this talk. The link may be incomplete, or it is older than 90 days."],
  [problem(501, "NotImplemented"), "Unreadable", "No."],
  [problem(400, "MalformedRequest"), "Unreadable", "No."],
  [json(409, JSON.stringify({ ...JSON.parse(body("Failed", "Selection")), error: { code: "TimedOut", message: "x" } })), "Failed", "It is Selection."],
  [json(200, body("Canceled", "Moderation")), "Canceled", "It is Moderation."],
]) {
  test(`a ${answer.status} ends it: ${word}`, async (t) => {
    const { page, asked } = await follow(t, [answer]);
    await reaches(page, word);
    assert.equal(await page.locator("#talk-message").textContent(), message);
    await page.clock.runFor(600_000);
    assert.equal(asked.length, 1);
  });
}
