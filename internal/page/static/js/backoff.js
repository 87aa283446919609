// How long to leave a server alone that could not answer.

const first = 1000;
const most = 30_000;

/** Milliseconds after so many failures in a row: doubled each time, jittered, and never less than asked for. */
export function pause(failures, asked = 0, random = Math.random) {
  const doubled = Math.min(most, first * 2 ** (failures - 1));
  return Math.max(asked, doubled * (0.5 + random() / 2));
}

/** Whether repeating the same request later can help. */
export function isTemporary({ code, body }) {
  return code === 429 || code >= 500 || (code === 409 && body?.error?.code === "AcceptanceInProgress");
}

/** What to call a request that failed for a while; null is no answer at all. */
export function troubleOf(answer) {
  if (!answer) return "unreachable";
  return answer.code === 429 ? "busy" : "unwell";
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
