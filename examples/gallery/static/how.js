// The panel beside an example: tabs, and the frames of the page around it.
import { draw, line, listen, size } from "/static/wire.js";

const tabs = [...document.querySelectorAll("[role=tab]")];
const show = (chosen) => {
  for (const tab of tabs) {
    tab.ariaSelected = String(tab === chosen);
    tab.tabIndex = tab === chosen ? 0 : -1;
    document.getElementById(tab.getAttribute("aria-controls")).hidden = tab !== chosen;
  }
};
const list = document.querySelector("[role=tablist]");
for (const tab of tabs) tab.addEventListener("click", () => show(tab));
list.addEventListener("keydown", (event) => {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by) return;
  const next = tabs.at((tabs.indexOf(document.activeElement) + by) % tabs.length);
  next.focus();
  show(next);
});
show(tabs.find((tab) => `#${tab.id}` === `${location.hash}-tab`) ?? tabs[0]);

const KEPT = 200;
const frames = [];
const sums = { up: 0, down: 0, count: 0 };
const note = (frame) => {
  frames.push(frame);
  if (frames.length > KEPT) frames.shift();
  sums[frame.way] += frame.bytes;
  sums.count += 1;
  const shown = document.querySelector("#wire-list");
  shown.append(line(frame));
  if (shown.children.length > KEPT) shown.firstElementChild.remove();
  draw(document.querySelector(".wire"), frames);
  document.querySelector("#wire-sum").textContent =
    `${size(sums.up)} up, ${size(sums.down)} down in ${sums.count} frames`;
};
const socket = window.parent?.liveSocket?.socket;
if (socket && window.parent !== window) listen(socket, note);
