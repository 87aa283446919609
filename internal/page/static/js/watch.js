// Follows one submission by polling, until there is nothing more to learn.

import { isTemporary, pause, sleep, troubleOf } from "./backoff.js";
import { isTerminal, notFound } from "./words.js";

const withoutRetryAfter = 5000; // milliseconds; the contract's 202s always say

const isSubmission = (body) => typeof body?.id === "string" && typeof body?.status === "string";

/** What an answer, null for none, means: {submission}, {gone}, {refused} or {trouble}. */
function read(answer, known) {
  if (!answer) return { trouble: troubleOf(answer) };
  const { code, body } = answer;
  if (code === 304 && known) return { submission: known };
  if ((code === 200 || code === 202 || code === 409) && isSubmission(body)) return { submission: body };
  if (code === 404 || code === 410) return { gone: notFound };
  if (isTemporary(answer) || code < 400) return { trouble: troubleOf(answer) };
  return { refused: body?.detail ?? `The server answered ${code}.` };
}

/**
 * Polls until the submission is terminal or gone, and reports each answer as
 * {submission, seen, gone, refused, trouble, nextAt}: seen are the custom statuses
 * so far, trouble is "unreachable", "busy" or "unwell" while the last poll failed,
 * nextAt the time of the next.
 * An answer that came already, such as that to the submit, is the first and
 * says when to poll. Ends by rejection only when signal aborts.
 */
export async function watch(api, id, { first, report, wake, signal }) {
  let submission = null;
  let etag = null;
  const seen = [];
  for (let failures = 0, early = first; ;) {
    const answer = early ?? await api.status(id, etag, signal).catch(() => null);
    early = null;
    signal.throwIfAborted();
    const news = read(answer, submission);
    submission = news.submission ?? submission;
    if (news.submission && !seen.includes(submission.customStatus)) seen.push(submission.customStatus);
    if (news.gone || news.refused || isTerminal(news.submission)) return report({ ...news, submission, seen });
    failures = news.trouble ? failures + 1 : 0;
    etag = news.submission ? answer.etag ?? etag : etag;
    const asked = answer?.retryAfter ?? 0;
    const wait = failures ? pause(failures, asked) : asked || withoutRetryAfter;
    report({ ...news, submission, seen, nextAt: Date.now() + wait });
    await sleep(wait, wake, signal);
  }
}
