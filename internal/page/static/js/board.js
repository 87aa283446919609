// One watcher for each talk on the page, however many views show it.

import { watch } from "./watch.js";

/** An EventTarget whose "change" events carry the id of a talk as detail. */
export class Board extends EventTarget {
  #api;
  #watched = new Map();

  constructor(api) {
    super();
    this.#api = api;
  }

  /** Starts to watch, unless it is watched already; first is an answer about it that came already. */
  watch(id, first) {
    if (this.#watched.has(id)) return;
    const stop = new AbortController();
    const talk = { stop, wake: new EventTarget(), state: { submission: null } };
    this.#watched.set(id, talk);
    const report = (state) => {
      talk.state = state;
      this.#changed(id);
    };
    watch(this.#api, id, { first, report, wake: talk.wake, signal: stop.signal }).catch((error) => {
      if (!stop.signal.aborted) throw error;
    });
  }

  /** Stops to watch what keep does not name. */
  keepOnly(keep) {
    for (const [id, { stop }] of this.#watched) {
      if (!keep.has(id)) {
        stop.abort();
        this.#watched.delete(id);
      }
    }
  }

  /** The last that watch reported, {submission: null} before that. */
  state(id) {
    return this.#watched.get(id)?.state ?? { submission: null };
  }

  /** Polls at once whatever waits after a failure. */
  retry() {
    for (const { state, wake } of this.#watched.values()) {
      if (state.trouble) wake.dispatchEvent(new Event("wake"));
    }
  }

  /** Polls at once. */
  poll(id) {
    this.#watched.get(id)?.wake.dispatchEvent(new Event("wake"));
  }

  /** Polls at once what is overdue: timers stand still in a page that sleeps. */
  catchUp() {
    for (const { state, wake } of this.#watched.values()) {
      if (state.nextAt <= Date.now()) wake.dispatchEvent(new Event("wake"));
    }
  }

  #changed(id) {
    this.dispatchEvent(new CustomEvent("change", { detail: id }));
  }
}
