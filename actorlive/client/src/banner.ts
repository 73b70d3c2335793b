// The banner that tells a person that the page is not alive at the moment, and what was not done when a line was lost.

import type { BannerMessages } from "./config";
import { onPageLoading } from "./loading";
import type { Lost } from "./undone";

/** Milliseconds that the transport may be down before we say so: a short blip is not worth a word. */
const PATIENCE = 600;

/** The same for a line, which loses nothing by it. */
const LINE_PATIENCE = 1000;

export class Banner {
  #messages: BannerMessages;
  #element = document.createElement("div");
  /** How the connection is. */
  #state = document.createElement("div");
  /** What is not done, a line each, until a person has dismissed it. */
  #lost = document.createElement("div");
  #dismiss = document.createElement("button");
  #timer: number | undefined;

  constructor(messages: BannerMessages) {
    this.#messages = messages;
    this.#element.className = "al-banner";
    this.#element.setAttribute("role", "alert");
    this.#lost.className = "al-lost";
    this.#dismiss.type = "button";
    this.#dismiss.textContent = "×";
    this.#dismiss.setAttribute("aria-label", messages.dismiss);
    this.#dismiss.addEventListener("click", () => {
      this.#lost.replaceChildren();
      this.#show();
    });
  }

  listen(): void {
    onPageLoading("start", ({ kind, errorKind }) => {
      if (kind !== "error") return;
      if (errorKind === "server") this.#say(this.#messages.server);
      else this.#sayAfter(PATIENCE);
    });
    onPageLoading("stop", () => this.#say(""));
    // A cut of the line (line.ts) is none of a loading page, and is over when the line is mended.
    window.addEventListener("actorlive:away", () => this.#sayAfter(LINE_PATIENCE));
    window.addEventListener("actorlive:back", () => this.#say(""));
  }

  /** Something is not done, or may not be. The same a second time needs no second line. */
  tell({ what, done }: Lost): void {
    const text = this.#messages[done === false ? "undone" : "unsure"].replace("{what}", () => what);
    if ([...this.#lost.children].some((line) => line.textContent === text)) return;
    const line = document.createElement("div");
    line.textContent = text;
    this.#lost.append(line);
    this.#show();
  }

  #sayAfter(patience: number): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#say(this.#messages.client), patience);
  }

  #say(text: string): void {
    clearTimeout(this.#timer);
    this.#state.textContent = text;
    this.#show();
  }

  #show(): void {
    const isAlive = this.#state.textContent === "";
    const isDone = !this.#lost.hasChildNodes();
    this.#element.replaceChildren(
      ...(isAlive ? [] : [this.#state]),
      ...(isDone ? [] : [this.#lost, this.#dismiss]),
    );
    if (isAlive && isDone) this.#element.remove();
    else if (!this.#element.isConnected) document.body.append(this.#element);
  }
}
