// Wires the page up: the fragment of the URL says what is shown, "" the form
// and an id the talk with that id. A fragment never leaves the browser.

import { createAPI } from "./api.js";
import { Board } from "./board.js";
import { count } from "./counter.js";
import { Form } from "./form.js";
import { List } from "./list.js";
import { browserStorage, Memory } from "./memory.js";
import { TalkView } from "./talk.js";
import { word } from "./words.js";

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
  const api = createAPI(base);
  const memory = new Memory(browserStorage());
  const board = new Board(api);
  const talk = new TalkView({ retry: (id) => board.retry(id), announce });
  const list = new List({ forget: (id) => { memory.forget(id); refresh(); } });
  const form = new Form({
    api, announce,
    accepted: (answer, title) => {
      const { id } = answer.body;
      memory.remember(id, title);
      board.watch(id, answer);
      location.hash = id;
    },
  });
  count($("form"));

  const current = () => (/^#[\w-]{1,64}$/.test(location.hash) ? location.hash.slice(1) : null);

  /** Watches what is shown and no more, and shows the list. */
  function refresh() {
    const ids = memory.talks.map((t) => t.id);
    const shown = new Set(current() ? [current(), ...ids] : ids);
    board.keepOnly(shown);
    for (const id of shown) board.watch(id);
    list.show(memory.talks, current(), (id) => board.state(id));
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
      talk.show(board.state(id));
    } else {
      talk.close();
    }
    setTitle();
  }

  board.addEventListener("change", ({ detail: id }) => {
    list.update(id, board.state(id));
    if (id !== current()) return;
    talk.show(board.state(id));
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
