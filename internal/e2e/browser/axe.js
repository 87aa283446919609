// axe-core's verdict on what a page shows.

import assert from "node:assert/strict";
import axe from "axe-core";

/** Fails with every rule that is violated, best practices among them. */
export async function accessible(page, about) {
  await page.evaluate(axe.source);
  const { violations, passes } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  assert.ok(passes.length > 10, "axe has looked at nothing");
  const found = violations.flatMap((v) => v.nodes.map((node) => `${v.id}: ${node.target}: ${node.failureSummary}`));
  assert.deepEqual(found, [], about);
}
