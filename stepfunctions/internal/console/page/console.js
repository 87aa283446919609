// Keeps the page up to date: it is loaded again every few seconds, and the parts
// marked data-live that differ are replaced. A part in which its reader works, or
// has opened something, stays as it is.

const live = () => document.querySelectorAll("[data-live]");

/** Reports whether replacing the part would take something from its reader. */
function inUse(part) {
  if (part.contains(document.activeElement) && part !== document.activeElement) return true;
  if (part.querySelector("details[open]")) return true;
  const selection = document.getSelection();
  return selection !== null && !selection.isCollapsed && part.contains(selection.anchorNode);
}

/** Says the new status of the execution, once, to those who do not see it change. */
function announce(part, other) {
  const status = other.dataset.status;
  if (!status || status === part.dataset.status) return;
  part.dataset.status = status;
  document.getElementById("announcement").textContent = `The execution is ${status}`;
}

async function update() {
  const answer = await fetch(location.href.split("#")[0]);
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of live()) {
    const other = fresh.getElementById(part.id);
    if (!other || other.innerHTML === part.innerHTML || inUse(part)) continue;
    announce(part, other);
    part.replaceChildren(...document.importNode(other, true).childNodes);
  }
}

/** Reports whether there is something to wait for. */
const changing = () => document.querySelector("[data-status=RUNNING]") !== null || document.getElementById("list") !== null;

const pause = 2000;

async function follow() {
  const began = performance.now();
  if (!document.hidden && changing()) {
    try {
      await update();
    } catch {
      // The program is away: try again.
    }
  }
  // A long history takes time to read: the engine has other things to do, too.
  setTimeout(follow, Math.max(pause, 10 * (performance.now() - began)));
}

if (live().length > 0) setTimeout(follow, pause);

// A graph wider than the window begins with the middle of what it begins with.
for (const drawing of document.querySelectorAll(".drawing")) {
  const start = drawing.querySelector(".dot");
  if (start) drawing.scrollLeft = start.cx.baseVal.value - drawing.clientWidth / 2;
}
