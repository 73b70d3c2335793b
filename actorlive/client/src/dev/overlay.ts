// A fault over the page. What the developer typed below it stays; Esc or a saved file takes it away.

import { Shadow } from "./shadow";

export class Overlay {
  readonly #shadow: Shadow;
  #focused: Element | null = null;

  constructor(stylesheet: string) {
    this.#shadow = new Shadow(stylesheet);
    this.#shadow.content.addEventListener("click", (event) => {
      if ((event.target as Element).closest("[data-dismiss]")) this.hide();
    });
    window.addEventListener(
      "keydown",
      (event) => {
        if (!this.isShown || event.key !== "Escape") return;
        event.stopImmediatePropagation();
        this.hide();
      },
      true,
    );
  }

  get isShown(): boolean {
    return this.#shadow.isShown;
  }

  show(html: string): void {
    if (!this.isShown) this.#focused = document.activeElement;
    this.#shadow.content.innerHTML = html;
    this.#shadow.show();
    document.body.inert = true;
    this.#shadow.content.querySelector<HTMLElement>("[role=dialog]")?.focus();
  }

  hide(): void {
    if (!this.isShown) return;
    this.#shadow.hide();
    document.body.inert = false;
    if (this.#focused instanceof HTMLElement && this.#focused.isConnected) this.#focused.focus();
  }
}
