// The view of one talk.

import { showSteps } from "./timeline.js";
import { isTerminal } from "./watch.js";
import { showTime, soon, tone, troubles, word } from "./words.js";

const $ = (id) => document.getElementById(id);

const looking = "Asking for its status.";

export class TalkView {
  #template = $("stage-template");
  #announce;
  #id = null;
  #state = { submission: null };
  #said = "";

  constructor({ retry, announce }) {
    this.#announce = announce;
    $("talk-retry").addEventListener("click", () => retry(this.#id));
    $("copy").addEventListener("click", async () => {
      const copied = await navigator.clipboard.writeText(location.href).then(() => true, () => false);
      announce(copied ? "The link is copied." : "The browser does not let this page copy.");
      $("copy").textContent = copied ? "Copied" : "Not copied";
    });
    setInterval(() => this.#tick(), 1000);
  }

  /** Turns to another talk. */
  open(id, title) {
    this.#id = id;
    this.#said = "";
    $("copy").textContent = "Copy the link";
    $("talk-title").textContent = title ?? "A talk";
    $("talk-id").textContent = id;
  }

  /** Shows what is known of it. */
  show(state) {
    this.#state = state;
    const { submission, gone, refused } = state;
    $("talk-card").dataset.tone = tone(state);
    $("talk-word").textContent = word(state);
    $("talk-message").textContent = gone ?? refused ?? submission?.message ?? looking;
    $("talk-share").hidden = Boolean(gone);
    $("copy").hidden = gone || !navigator.clipboard;
    $("talk-stages").hidden = $("talk-facts").hidden = !submission;
    if (submission) this.#showSubmission(submission);
    this.#showTrouble(state);
    this.#tick();
    this.#say(state);
  }

  close() {
    this.#id = null;
  }

  #showSubmission(submission) {
    showSteps($("talk-stages"), this.#template, submission);
    showTime($("talk-created"), submission.createdTime);
    showTime($("talk-updated"), submission.lastUpdatedTime);
    $("talk-code-row").hidden = !submission.error;
    $("talk-code").textContent = submission.error?.code ?? "";
  }

  #showTrouble({ trouble }) {
    const box = $("talk-trouble");
    const focused = box.contains(document.activeElement);
    box.hidden = !trouble;
    $("talk-card").toggleAttribute("data-trouble", Boolean(trouble));
    if (!trouble && focused) $("talk-title").focus();
  }

  /** Counts down to the next poll. */
  #tick() {
    const { submission, trouble, nextAt } = this.#state;
    if (trouble) $("talk-trouble-text").textContent = `${troubles[trouble]} Trying again ${soon(nextAt)}.`;
    $("talk-next").hidden = Boolean(trouble) || !nextAt || isTerminal(submission);
    if (nextAt) $("talk-next").textContent = `Looking again ${soon(nextAt)}.`;
  }

  /** Tells a screen reader what changed, and each thing once. */
  #say(state) {
    const { trouble } = state;
    const text = trouble ? troubles[trouble] : `${word(state)}. ${$("talk-message").textContent}`;
    if (this.#id === null || text === this.#said || (!trouble && !state.submission && !state.gone && !state.refused)) return;
    this.#said = text;
    this.#announce(text);
  }
}
