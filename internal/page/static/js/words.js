// What the page says, by what the API says.

import { isTerminal } from "./watch.js";

export const stages = ["Moderation", "Shortlisting", "Selection"];

export const troubles = {
  unreachable: "The server cannot be reached.",
  busy: "The server is busy.",
  unwell: "The server cannot answer at the moment.",
};

/** One word for where a talk stands. */
export function word({ submission, gone, refused, trouble }) {
  if (gone) return "Not found";
  if (refused) return "Unreadable";
  if (!submission) return trouble ? "No answer" : "Looking";
  if (submission.status === "Failed") return "Failed";
  if (submission.status === "Canceled") return "Cancelled";
  return submission.customStatus;
}

/** How it looks: "busy", "good", "no", "bad" or "lost". */
export function tone({ submission, gone, refused }) {
  if (gone || refused) return "lost";
  if (!isTerminal(submission)) return "busy";
  if (submission.status !== "Succeeded") return "bad";
  return submission.customStatus === "Rejected" ? "no" : "good";
}

/** When the next request goes out, as words. */
export function soon(nextAt) {
  const left = Math.max(0, Math.ceil((nextAt - Date.now()) / 1000));
  return left > 0 ? `in ${left} s` : "now";
}

const clock = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

export function showTime(element, rfc3339) {
  const time = new Date(rfc3339);
  if (Number.isNaN(time.getTime())) return;
  element.dateTime = rfc3339;
  element.textContent = clock.format(time);
}
