// Wires the page up: the fragment of the URL says what is shown, "" the form
// and an id the talk with that id. A fragment never leaves the browser.

import { createAPI } from "./api.js";
import { Board } from "./board.js";
import { count } from "./counter.js";
import { Form } from "./form.js";
import { List } from "./list.js";
import { browserStorage, Drafts, Memory } from "./memory.js";
import { cancel } from "./submit.js";
import { TalkView } from "./talk.js";
import { Wire } from "./wire.js";
import { isTerminal, troubles, word } from "./words.js";

const $ = (id) => document.getElementById(id);
const name = "Call for speakers";

const announce = (text) => {
  $("live").textContent = text;
};

/** Where the API is, beside the page if nothing is said, and the address of its documentation, if any. */
async function readConfig() {
  const response = await fetch("config.json", { cache: "no-cache" });
  if (!response.ok) throw new Error(`config.json: ${response.status}`);
  const { api = "", docs = "" } = await response.json();
  return { api: new URL(api && api.replace(/\/*$/, "/"), new URL(".", document.baseURI)), docs };
}

function start({ api: base, docs }) {
  const wire = new Wire();
  const api = createAPI(base, (request) => wire.begin(request));
  const memory = new Memory(browserStorage("localStorage"));
  const drafts = new Drafts(browserStorage("sessionStorage"));
  const board = new Board(api);
  const talk = new TalkView({
    look: (id) => board.poll(id), cancel: cancelTalk, announce,
    again: (id) => {
      form.fill(drafts.of(id) ?? {});
      location.hash = "";
    },
  });
  const list = new List({ forget: (id) => { memory.forget(id); drafts.drop(id); refresh(); } });
  const form = new Form({
    api, announce,
    typed: (texts) => drafts.keep(texts),
    accepted: (answer, texts) => {
      const { id, cancelUrl } = answer.body;
      drafts.drop();
      drafts.keep(texts, id);
      memory.remember(id, texts["/title"].trim(), cancelUrl);
      board.watch(id, answer);
      location.hash = id;
    },
  });
  count($("form"));
  if (drafts.of()) form.fill(drafts.of());

  const current = () => (/^#[\w-]{1,64}$/.test(location.hash) ? location.hash.slice(1) : null);

  /** Watches what is shown and no more, and shows the list. */
  function refresh() {
    const ids = memory.talks.map((t) => t.id);
    const shown = new Set(current() ? [current(), ...ids] : ids);
    board.keepOnly(shown);
    for (const id of shown) board.watch(id);
    list.show(memory.talks, current(), (id) => board.state(id));
  }

  async function cancelTalk(id) {
    const report = ({ trouble }) => id === current() && talk.showCanceling(`${troubles[trouble]} Trying again to cancel.`);
    try {
      if (id === current()) talk.showCanceling("Canceling …");
      await cancel(api, memory.cancelUrl(id), { report, wake: new EventTarget(), signal: new AbortController().signal });
      if (id === current()) talk.showCanceling(null);
      board.poll(id);
    } catch (error) {
      if (id === current()) talk.showCanceling(`This talk cannot be canceled: ${error.message}`);
    }
  }

  function show(id) {
    const offers = { cancel: Boolean(memory.cancelUrl(id)), again: Boolean(drafts.of(id)), resultURL: api.resultURL(id) };
    talk.show(board.state(id), offers);
  }

  /** What a talk that has ended does not need is not kept. */
  function settle(id) {
    const { submission } = board.state(id);
    if (!isTerminal(submission)) return;
    memory.ended(id);
    if (submission.status === "Succeeded") drafts.drop(id);
  }

  function setTitle() {
    const id = current();
    const what = id ? `${word(board.state(id))}: ${memory.title(id) ?? "a talk"}` : "Propose a talk";
    document.title = `${what} · ${name}`;
  }

  function route() {
    const id = current();
    refresh();
    $("propose").hidden = Boolean(id);
    $("talk").hidden = !id;
    if (id) {
      talk.open(id, memory.title(id));
      show(id);
    } else {
      talk.close();
    }
    setTitle();
  }

  board.addEventListener("change", ({ detail: id }) => {
    settle(id);
    list.update(id, board.state(id));
    if (id !== current()) return;
    show(id);
    setTitle();
  });
  window.addEventListener("hashchange", () => {
    route();
    window.scrollTo(0, 0);
    $(current() ? "talk-title" : "propose-title").focus();
  });
  window.addEventListener("storage", refresh);
  window.addEventListener("online", () => { board.retry(); form.retry(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) board.catchUp(); });
  $("skip").addEventListener("click", (event) => {
    event.preventDefault();
    $(current() ? "talk-title" : "propose-title").focus();
  });
  $("docs").hidden = !docs;
  if (docs) $("docs").href = docs;
  route();
}

readConfig().then(start, () => { $("unready").hidden = false; });
