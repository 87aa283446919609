// How long to leave a server alone that could not answer.

const first = 1000;
const most = 30_000;

/** Milliseconds after so many failures in a row: doubled each time, jittered, and never less than asked for. */
export function pause(failures, asked = 0, random = Math.random) {
  const doubled = Math.min(most, first * 2 ** (failures - 1));
  return Math.max(asked, doubled * (0.5 + random() / 2));
}

/** The status codes after which the same request may succeed: the list of api.Transient, which has the reasons. */
const transient = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Whether repeating the same request later can help. */
export function isTemporary({ code, body }) {
  return transient.has(code) || (code === 409 && body?.error?.code === "AcceptanceInProgress");
}

/** What to call a request that failed for a while; null is no answer at all. */
export function troubleOf(answer) {
  if (!answer) return "unreachable";
  return answer.code === 429 ? "busy" : "unwell";
}

/**
 * Asks until an answer is accepted, and returns it. report gets each obstacle as {trouble}. An answer that no
 * repetition changes is thrown as a Refused.
 */
export async function persist(ask, accepts, { report, wake, signal }) {
  for (let failures = 1; ; failures++) {
    const answer = await ask().catch(() => null);
    signal.throwIfAborted();
    if (answer && accepts(answer)) return answer;
    if (answer && !isTemporary(answer)) throw new Refused(answer);
    const wait = pause(failures, answer?.retryAfter);
    report({ trouble: troubleOf(answer) });
    await sleep(wait, wake, signal);
  }
}

/** The server's no, with its problem document. */
export class Refused extends Error {
  constructor({ code, body }) {
    super(body?.detail ?? `The server answered ${code}.`);
    this.code = code;
    this.fields = Array.isArray(body?.errors) ? body.errors : [];
  }
}

/** Sleeps; wake, an EventTarget's "wake" event, ends the sleep early. Rejects when signal aborts. */
export function sleep(ms, wake, signal) {
  return new Promise((resolve, reject) => {
    const end = (settle) => () => {
      clearTimeout(timer);
      wake.removeEventListener("wake", woken);
      signal.removeEventListener("abort", aborted);
      settle();
    };
    const woken = end(resolve);
    const aborted = end(() => reject(signal.reason));
    const timer = setTimeout(woken, ms);
    wake.addEventListener("wake", woken);
    signal.addEventListener("abort", aborted);
    if (signal.aborted) aborted();
  });
}
