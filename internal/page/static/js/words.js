// What the page says, by what the API says.

const terminal = new Set(["Succeeded", "Failed", "Canceled"]);

export const isTerminal = (submission) => terminal.has(submission?.status);

export const stages = ["Moderation", "Shortlisting", "Selection"];

export const notFound = "We cannot find this talk. The link may be incomplete, or it is older than 90 days.";

/** What is wrong with a field, for a person who has to change it. */
export function problemText(pointer, label, detail) {
  const address = pointer === "/speaker/email" && /^(is required|(must be|is not) an e-?mail address)/.test(detail);
  return address ? "Enter an email address such as ada@example.org" : `${label} ${detail}`;
}

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
  if (submission.status === "Canceled") return "Canceled";
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

const leastPercent = 5; // less is mostly the time that the first stage took to begin

/**
 * About how long it takes from now on, as words, "" where there is nothing to estimate from: at the last change so
 * many percent were done in the time since it was created, and the rest takes as long for each.
 */
export function estimate({ status, percentComplete: percent, createdTime, lastUpdatedTime }, now) {
  const created = Date.parse(createdTime);
  const spent = (Date.parse(lastUpdatedTime) - created) / 1000;
  if (terminal.has(status) || !(percent >= leastPercent && percent < 100 && spent >= 1)) return "";
  const left = (spent * 100) / percent - Math.max(0, now - created) / 1000;
  const up = (unit) => Math.ceil(left / unit);
  if (left <= 0) return "";
  if (left <= 5) return "a few seconds left";
  if (left <= 55) return `about ${5 * up(5)} s left`;
  if (left <= 90 * 60) return `about ${up(60)} min left`;
  if (left <= 48 * 3600) return `about ${up(3600)} h left`;
  return `about ${up(24 * 3600)} days left`;
}

const clock = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

export function showTime(element, rfc3339) {
  const time = new Date(rfc3339);
  if (Number.isNaN(time.getTime())) return;
  element.dateTime = rfc3339;
  element.textContent = clock.format(time);
}
