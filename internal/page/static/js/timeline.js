// The way of a talk as a list of steps.

import { stages } from "./words.js";

const said = { done: "done", now: "now", ahead: "", stopped: "stopped here", good: "", no: "", none: "none" };

/** Steps as {name, state}: state is done, now, ahead or stopped, and good, no or none for the decision. */
export function steps(submission) {
  const { status, customStatus } = submission;
  const received = { name: "Received", state: "done" };
  if (status === "Succeeded") {
    const decision = { name: customStatus, state: customStatus === "Rejected" ? "no" : "good" };
    // Which stage rejected it is not for the speaker to know.
    const passed = decision.state === "good" ? stages.map((name) => ({ name, state: "done" })) : [];
    return [received, ...passed, decision];
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
export function showSteps(list, template, submission) {
  list.replaceChildren(...steps(submission).map(({ name, state }) => {
    const item = template.content.firstElementChild.cloneNode(true);
    item.dataset.state = state;
    if (state === "now") item.setAttribute("aria-current", "step");
    item.querySelector(".stage-name").textContent = name;
    item.querySelector(".stage-state").textContent = said[state];
    return item;
  }));
}
