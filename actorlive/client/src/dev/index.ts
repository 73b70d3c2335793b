// The browser's half of `actorlive dev`, a script of its own that production does not serve. It listens to the
// development server over a websocket, and shows what that has to say: faults over the page, lesser things as notes,
// and whatever was changed in a file.

import { Notes } from "./notes";
import { Overlay } from "./overlay";
import { keepPage, type Kept, reloadKeepingPage, restoreLoneFields, restorePage } from "./keeping";
import { openPlaces } from "./places";
import { refreshStyles } from "./styles";

type Message =
  | { kind: "hello"; worker: string; document: string; styles: string[]; overlay: string | null }
  | { kind: "fault"; view: string | null; overlay: string }
  | { kind: "note"; view: string | null; html: string }
  | { kind: "swapped"; worker: string; styles: string[] }
  | { kind: "styles"; styles: string[] }
  | { kind: "reload" };

/** Milliseconds until the next try, after each that failed; the last one stays. */
const PATIENCE = [30, 60, 120, 250, 500];

const script = document.currentScript as HTMLScriptElement;
const settings = script.dataset as Record<"socket" | "stylesheet" | "worker" | "document" | "editor", string>;
const overlay = new Overlay(settings.stylesheet);
const notes = new Notes(settings.stylesheet);
let tries = 0;
/** The page as it was when the server went: the view may be back before us, and joining resets what has no form. */
let left: Kept | null = null;
/** The same until the view is back, with the server or before we have heard of it. A server on its way down ends the
 * view's socket and ours in any order, and the next one may have the view before ours ends: the first of both counts. */
let lone: Kept | null = null;

restorePage();
openPlaces(settings.editor);
connect();

function connect(): void {
  const socket = new WebSocket(new URL(settings.socket, location.href.replace(/^http/, "ws")));
  socket.onmessage = (event: MessageEvent<string>) => {
    tries = 0;
    take(JSON.parse(event.data) as Message);
  };
  socket.onclose = () => {
    if (left === null) notes.age();
    left ??= lone ??= keepPage();
    window.setTimeout(connect, PATIENCE[Math.min(tries++, PATIENCE.length - 1)]);
  };
}

function take(message: Message): void {
  switch (message.kind) {
    case "hello":
      greet(message);
      break;
    case "fault":
      if (isHere(message.view)) overlay.show(message.overlay);
      break;
    case "note":
      if (isHere(message.view)) notes.add(message.html);
      break;
    case "swapped":
      settings.worker = message.worker;
      overlay.hide();
      refreshStyles(message.styles);
      if (isErrorPage()) location.reload();
      break;
    case "styles":
      refreshStyles(message.styles);
      break;
    case "reload":
      reloadKeepingPage(keepPage());
      break;
  }
}

/** A server is there: the one that made this page, or one with newer code. */
function greet(hello: Extract<Message, { kind: "hello" }>): void {
  const isNew = hello.worker !== settings.worker;
  settings.worker = hello.worker;
  if (isNew && isErrorPage()) {
    location.reload();
    return;
  }
  if (hello.document !== settings.document) {
    reloadKeepingPage(left ?? keepPage());
    return;
  }
  left = null;
  if (!isNew) lone = null;
  if (isNew) {
    notes.clearAged();
    refreshStyles(hello.styles);
    window.liveSocket?.getSocket().connect(); // rather than when its own patience is over
  }
  if (hello.overlay === null) overlay.hide();
  else overlay.show(hello.overlay);
}

/** Whether the page holds the view; what is nobody's concerns all. */
function isHere(view: string | null): boolean {
  return view === null || document.getElementById(view) !== null;
}

function isErrorPage(): boolean {
  return document.body.classList.contains("al-dead");
}

window.addEventListener("phx:page-loading-start", (event) => {
  const { errorKind } = (event as CustomEvent<{ errorKind?: string }>).detail;
  if (errorKind === "client") lone ??= keepPage();
});

window.addEventListener("phx:page-loading-stop", () => {
  if (lone) restoreLoneFields(lone);
  lone = null;
});

// What the client finds out about the page by itself.
window.addEventListener("al:page-fault", (event) => {
  notes.addText((event as CustomEvent<string>).detail);
});
window.addEventListener("phx:live-view:diagnostic", (event) => {
  const { level, code, message } = (event as CustomEvent<Record<"level" | "code" | "message", string>>)
    .detail;
  // What becomes of a view the server tells, and better.
  if (level === "error" && !code.startsWith("view.")) notes.addText(message);
});

// "Copy for a report", of the overlay and of the error page.
document.addEventListener("click", (event) => {
  const button = event.composedPath().find((node) => node instanceof HTMLButtonElement);
  const report = button?.dataset["report"];
  if (!button || report === undefined) return;
  const name = button.textContent;
  void navigator.clipboard.writeText(report).then(
    () => (button.textContent = "Copied"),
    () => (button.textContent = "Not allowed to copy"),
  );
  window.setTimeout(() => (button.textContent = name), 2000);
});
