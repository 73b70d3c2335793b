// An element outside of the application's page, whose styles neither reach it nor are reached by it.

export class Shadow {
  readonly #host = document.createElement("actorlive-dev");
  readonly root: ShadowRoot;
  readonly content = document.createElement("div");

  constructor(stylesheet: string) {
    this.root = this.#host.attachShadow({ mode: "open" });
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = stylesheet;
    this.root.append(link, this.content);
  }

  get isShown(): boolean {
    return this.#host.isConnected;
  }

  show(): void {
    if (!this.isShown) document.documentElement.append(this.#host);
  }

  hide(): void {
    this.#host.remove();
  }
}
