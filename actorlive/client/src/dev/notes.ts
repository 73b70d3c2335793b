// Lesser things: a button in the corner with their number, and behind it what was said, the same thing once.

import { Shadow } from "./shadow";

/** Notes that are kept; the oldest go. */
const KEPT = 30;

export class Notes {
  readonly #shadow: Shadow;
  readonly #summary = document.createElement("summary");
  readonly #list = document.createElement("ol");

  constructor(stylesheet: string) {
    this.#shadow = new Shadow(stylesheet);
    const details = document.createElement("details");
    details.className = "al-notes";
    const clear = document.createElement("button");
    clear.type = "button";
    clear.textContent = "Clear";
    clear.addEventListener("click", () => this.clear());
    details.append(this.#summary, this.#list, clear);
    this.#shadow.content.append(details);
  }

  /** Add a line that the server has drawn. */
  add(html: string): void {
    const template = document.createElement("template");
    template.innerHTML = html;
    const item = template.content.querySelector("li");
    if (item) this.#append(item);
  }

  /** Add what the page found out itself. */
  addText(text: string): void {
    const item = document.createElement("li");
    const pre = document.createElement("pre");
    pre.textContent = text;
    item.append(pre);
    this.#append(item);
  }

  clear(): void {
    this.#list.replaceChildren();
    this.#shadow.hide();
  }

  /** What is there now is the old code's. */
  age(): void {
    for (const item of this.#list.children) item.classList.add("aged");
  }

  /** Forget the old code's: a view of the new one may have had its say before we hear that there is one. */
  clearAged(): void {
    for (const item of this.#list.querySelectorAll(".aged")) item.remove();
    if (this.#list.children.length === 0) this.#shadow.hide();
    else this.#count();
  }

  #append(item: HTMLLIElement): void {
    const same = [...this.#list.children].find((other) => other.textContent === item.textContent);
    same?.remove();
    this.#list.append(item);
    while (this.#list.children.length > KEPT) this.#list.firstElementChild?.remove();
    this.#count();
    this.#shadow.show();
  }

  #count(): void {
    const count = this.#list.children.length;
    this.#summary.textContent = count === 1 ? "1 note" : `${count} notes`;
  }
}
