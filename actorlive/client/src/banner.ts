// The banner that tells a person that the page is not alive at the moment.

import type { BannerMessages } from "./config";
import { onPageLoading } from "./loading";

/** Milliseconds that the transport may be down before we say so: a short blip is not worth a word. */
const PATIENCE = 600;

/** The same for a line, which loses nothing by it. */
const LINE_PATIENCE = 1000;

export function showConnectionBanner(messages: BannerMessages): void {
  const banner = document.createElement("div");
  banner.className = "al-banner";
  banner.setAttribute("role", "alert");
  let timer: number | undefined;

  const show = (text: string): void => {
    banner.textContent = text;
    document.body.append(banner);
  };
  onPageLoading("start", ({ kind, errorKind }) => {
    if (kind !== "error") return;
    clearTimeout(timer);
    if (errorKind === "server") show(messages.server);
    else timer = window.setTimeout(() => show(messages.client), PATIENCE);
  });
  const hide = (): void => {
    clearTimeout(timer);
    banner.remove();
  };
  onPageLoading("stop", hide);
  // A cut of the line (line.ts) is none of a loading page, and is over when the line is mended.
  window.addEventListener("actorlive:away", () => {
    timer = window.setTimeout(() => show(messages.client), LINE_PATIENCE);
  });
  window.addEventListener("actorlive:back", hide);
}
