// The progress bar at the top of the page: navigation, patches, and pushes with page_loading.

import topbar from "topbar";

import { onPageLoading } from "./loading";

/** Milliseconds that a page may load before the bar shows; quicker answers should not flicker. */
const DELAY = 120;

export function showProgress(): void {
  let running = 0;
  topbar.config({ barThickness: 3, barColors: { 0: "#2b7fff" }, shadowBlur: 0, className: "al-progress" });

  // A lost connection is the banner's business. It also ends what was loading: those answers never come,
  // and the rejoin that follows reports itself as "initial".
  onPageLoading("start", ({ kind }) => {
    if (kind === "error") {
      running = 0;
      topbar.hide();
    } else if (++running === 1) {
      topbar.show(DELAY);
    }
  });
  onPageLoading("stop", ({ kind }) => {
    running = kind === "initial" ? 0 : Math.max(0, running - 1);
    if (running === 0) topbar.hide();
  });
}
