// The way of a talk as a list of steps.

import { stages } from "./words.js";

const said = { done: "done", now: "now", ahead: "", stopped: "stopped here", good: "", no: "", none: "none" };

/**
 * Steps as {name, state}: state is done, now, ahead or stopped, and good, no or none for the decision. Stages that
 * were seen stay: a rejection shows those that the speaker has watched, and no others.
 */
export function steps(submission, seen = []) {
  const { status, customStatus } = submission;
  const received = { name: "Received", state: "done" };
  const done = (names) => names.map((name) => ({ name, state: "done" }));
  if (status === "Succeeded") {
    const decision = { name: customStatus, state: customStatus === "Rejected" ? "no" : "good" };
    const reached = decision.state === "good" ? stages.length : 1 + Math.max(...seen.map((name) => stages.indexOf(name)), -1);
    return [received, ...done(stages.slice(0, reached)), decision];
  }
  const broken = status === "Failed" || status === "Canceled";
  const here = stages.indexOf(customStatus);
  const way = stages.map((name, i) => {
    if (i === here) return { name, state: broken ? "stopped" : "now" };
    return { name, state: i < here ? "done" : "ahead" };
  });
  return [here < 0 && !broken ? { ...received, state: "now" } : received, ...way,
    { name: "Decision", state: broken ? "none" : "ahead" }];
}

/** Shows the steps in list, each made of template. */
export function showSteps(list, template, submission, seen) {
  list.replaceChildren(...steps(submission, seen).map(({ name, state }) => {
    const item = template.content.firstElementChild.cloneNode(true);
    item.dataset.state = state;
    if (state === "now") item.setAttribute("aria-current", "step");
    item.querySelector(".stage-name").textContent = name;
    item.querySelector(".stage-state").textContent = said[state];
    return item;
  }));
}
