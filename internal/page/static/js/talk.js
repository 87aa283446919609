// The view of one talk.

import { showSteps } from "./timeline.js";
import { estimate, isTerminal, showTime, soon, tone, troubles, word } from "./words.js";

const $ = (id) => document.getElementById(id);

const looking = "Asking for its status.";

export class TalkView {
  #template = $("stage-template");
  #announce;
  #id = null;
  #state = { submission: null };
  #said = "";
  #offers = {};

  /** look polls at once, cancel cancels, again fills the form once more: each gets an id. */
  constructor({ look, cancel, again, announce }) {
    this.#announce = announce;
    $("cancel").addEventListener("click", () => this.#askToCancel(true));
    $("cancel-no").addEventListener("click", () => this.#askToCancel(false));
    $("cancel-yes").addEventListener("click", () => {
      this.#askToCancel(false);
      cancel(this.#id);
    });
    $("again").addEventListener("click", () => again(this.#id));
    for (const button of ["talk-look", "talk-retry"]) {
      $(button).addEventListener("click", () => {
        this.#said = ""; // whoever asks gets an answer, even if nothing has changed
        look(this.#id);
      });
    }
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
    $("cancel-ask").hidden = true;
    this.showCanceling(null);
    $("talk-title").textContent = title ?? "A talk";
    $("talk-id").textContent = id;
  }

  /**
   * Shows what is known of it, and what can be done: cancel says whether this browser may cancel, again whether it
   * knows what was typed, resultURL where the result would be.
   */
  show(state, offers) {
    this.#state = state;
    this.#offers = offers;
    const focused = document.activeElement;
    const { submission, gone, refused } = state;
    $("talk-card").dataset.tone = tone(state);
    $("talk-word").textContent = word(state);
    $("talk-message").textContent = gone ?? refused ?? submission?.message ?? looking;
    $("talk-share").hidden = Boolean(gone);
    $("copy").hidden = gone || !navigator.clipboard;
    $("talk-stages").hidden = $("talk-facts").hidden = !submission;
    const going = Boolean(submission) && !isTerminal(submission) && !gone && !refused;
    $("cancel").hidden = !going || !offers.cancel;
    if (!going) $("cancel-ask").hidden = true;
    $("again").hidden = !offers.again || !isTerminal(submission) || submission.status === "Succeeded";
    this.#showResult(submission);
    if (submission) this.#showSubmission(submission);
    this.#showTrouble(state);
    this.#tick();
    this.#keepFocus(focused);
    this.#say(state);
  }

  close() {
    this.#id = null;
  }

  /** Shows how a cancellation fares: a text, or null. */
  showCanceling(text) {
    $("cancel-state").hidden = !text;
    $("cancel-state").textContent = text ?? "";
    if (text) this.#announce(text);
  }

  #askToCancel(ask) {
    $("cancel-ask").hidden = !ask;
    $(ask ? "cancel-yes" : "cancel").focus();
  }

  #showResult(submission) {
    const { result, resultUrl } = submission ?? {};
    $("talk-result").hidden = result === undefined && !resultUrl;
    $("result-inline").hidden = result === undefined;
    $("result-inline").textContent = result === undefined ? "" : typeof result === "string" ? result : JSON.stringify(result, null, 2);
    $("result-link").hidden = !resultUrl;
    $("result-link").href = this.#offers.resultURL;
  }

  #showSubmission(submission) {
    showSteps($("talk-stages"), this.#template, submission, this.#state.seen);
    showTime($("talk-created"), submission.createdTime);
    showTime($("talk-updated"), submission.lastUpdatedTime);
    $("talk-code-row").hidden = !submission.error;
    const reason = submission.error?.message ?? "";
    $("talk-reason").textContent = reason === submission.message ? "" : reason; // is above already
    $("talk-code").textContent = submission.error?.code ?? "";
  }

  #showTrouble({ trouble }) {
    $("talk-trouble").hidden = !trouble;
    $("talk-card").toggleAttribute("data-trouble", Boolean(trouble));
  }

  /** The focus is not lost with a button that goes. */
  #keepFocus(focused) {
    if (this.#id !== null && $("talk-card").contains(focused) && focused.closest("[hidden]")) $("talk-title").focus();
  }

  /** How much is done, and about how long the rest takes. */
  #showProgress(submission) {
    const percent = submission?.percentComplete;
    $("talk-progress").hidden = typeof percent !== "number" || isTerminal(submission);
    if ($("talk-progress").hidden) return;
    $("talk-bar").value = percent;
    const left = estimate(submission, Date.now());
    $("talk-percent").textContent = `${percent} % done${left && `, ${left}`}`;
  }

  /** Counts down to the next poll. */
  #tick() {
    const { submission, trouble, nextAt } = this.#state;
    this.#showProgress(submission);
    if (trouble) $("talk-trouble-text").textContent = `${troubles[trouble]} Trying again ${soon(nextAt)}.`;
    $("talk-next").hidden = Boolean(trouble) || !nextAt || isTerminal(submission);
    if (nextAt) $("talk-next-text").textContent = `Looking again ${soon(nextAt)}.`;
  }

  /** Announces to a screen reader what changed, and each thing once. */
  #say(state) {
    const { trouble } = state;
    const text = trouble ? troubles[trouble] : `${word(state)}. ${$("talk-message").textContent}`;
    if (this.#id === null || text === this.#said || (!trouble && !state.submission && !state.gone && !state.refused)) return;
    this.#said = text;
    this.#announce(text);
  }
}
