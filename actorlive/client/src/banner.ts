// The banner that tells a person that the page is not alive at the moment.

import type { BannerMessages } from "./config";
import { onPageLoading } from "./loading";

/** Milliseconds that the transport may be down before we say so: a short blip is not worth a word. */
const PATIENCE = 600;

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
  onPageLoading("stop", () => {
    clearTimeout(timer);
    banner.remove();
  });
}
