// The page's end of a line: a transport that looks like a WebSocket and outlives the websockets beneath it. For
// Phoenix's client it stays open while one breaks and the next one comes, so nothing is joined again.
//
// When the server says that there is no line, or when the line is lost, it behaves as the websocket does. What had no
// answer by then is told all the same (waiting.ts).

import { headOf } from "./frame";
import { LineEnd, type LineFrame } from "./line_end";
import type { Undone } from "./undone";
import { type Fates, type Push, Unanswered } from "./waiting";

/** Milliseconds that a cut is hidden from a push at most: after 30 s it gives up, and the client loads the page again. */
const LONGEST = 25_000;
/** Milliseconds between two tries, the last one again and again. */
const DELAYS = [0, 100, 250, 500, 1000];
/** Milliseconds for a try to come to an answer. */
const ANSWER = 5000;
/** Milliseconds without a frame, behind one that was sent, until the server is asked for one; and again until it is
 *  taken for lost. */
const SILENCE = 5000;
/** Milliseconds until a count is said that few frames have made due. */
const CONFIRM_AFTER = 3000;
/** How a websocket ends that nobody has closed: by these codes. With any other the server meant it. */
const BROKEN = [1001, 1005, 1006, 1014, 1015];

/** The class of the document's element while the line is cut. */
const AWAY = "al-away";

const HEARTBEAT = /^\[null,("[^"]*"),"phoenix","heartbeat",\{\}\]$/;

/** `FRESH`: not open yet. `OPEN`: frames go both ways. `APART`: no websocket. `ASKING`: one that was asked to resume.
 *  `PLAIN`: there is no line. `OVER`: closed, or about to be. */
type State = "FRESH" | "OPEN" | "APART" | "ASKING" | "PLAIN" | "OVER";

/** Lets go what was set up to wait. */
type Cancel = () => void;

/** The lines of one page, one after another: a new one names the one before, so that the server lets that go. */
export class Lines {
  old: string | undefined;
  readonly websocket: typeof WebSocket;
  readonly undone: Undone;

  /** `websocket` is what each line puts beneath itself; `undone` takes what is not done when a line is lost. */
  constructor(websocket: typeof WebSocket, undone: Undone) {
    this.websocket = websocket;
    this.undone = undone;
  }

  /** What the LiveSocket takes for a WebSocket. */
  get transport(): new (url: string) => LineSocket {
    const lines = this;
    return class Line extends LineSocket {
      constructor(url: string) {
        super(lines, url);
      }
    };
  }
}

export class LineSocket {
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  readyState: number = WebSocket.CONNECTING;
  binaryType: BinaryType = "arraybuffer";

  #lines: Lines;
  #url: string;
  #ledger = new LineEnd();
  #unanswered = new Unanswered();
  /** How many frames of the page's the server has handled at most, once it has said so. */
  #drained: number | undefined;
  #state: State = "FRESH";
  #raw: WebSocket | undefined;
  #handle: string | undefined;
  #linger = 0;
  #cutAt = 0;
  #deadline = 0;
  #tries = 0;
  #waits = new Map<string, number>();
  #stopListening: Cancel = () => undefined;

  constructor(lines: Lines, url: string) {
    this.#lines = lines;
    this.#url = url;
    lines.undone.follow({
      write: (frame, push) => this.#write(frame, push),
      deliver: (data) => this.onmessage?.(new MessageEvent("message", { data })),
    });
    this.#connect();
  }

  get bufferedAmount(): number {
    return this.#raw?.bufferedAmount ?? 0;
  }

  /** A frame for the server: now, or over the next websocket. */
  send(frame: LineFrame): void {
    if (this.#state === "OVER") return;
    if (!this.#isHeard && this.#answerHeartbeat(frame)) return;
    const push = this.#lines.undone.pushOf(frame);
    if (!push || !this.#lines.undone.stops(push, !this.#isHeard)) this.#write(frame, push);
  }

  /** The page is left, or the client has had enough. */
  close(code?: number, reason?: string): void {
    if (this.#state === "OVER") return;
    if (this.#state === "OPEN" && this.#handle !== undefined) this.#raw?.send("#goodbye");
    this.#lines.undone.leave(this.#fates());
    this.#end();
    this.readyState = WebSocket.CLOSING;
    if (this.#raw) this.#raw.close(code, reason);
    else setTimeout(() => this.#finish(new CloseEvent("close", { code: code ?? 1005, wasClean: true })));
  }

  // -- websockets -------------------------------------------------------------

  #connect(): void {
    const raw = new this.#lines.websocket(this.#url);
    this.#raw = raw;
    raw.binaryType = this.binaryType;
    const isMine = (): boolean => raw === this.#raw;
    raw.onopen = (event) => isMine() && this.#opened(raw, event);
    raw.onmessage = (event: MessageEvent<LineFrame>) => isMine() && this.#received(event);
    raw.onerror = (event) => isMine() && this.#state === "FRESH" && this.onerror?.(event);
    raw.onclose = (event) => isMine() && this.#closed(event);
  }

  #opened(raw: WebSocket, event: Event): void {
    raw.binaryType = this.binaryType;
    if (this.#state === "FRESH") {
      const { old } = this.#lines;
      raw.send(old === undefined ? "#new" : `#new ${old}`);
      this.#state = "OPEN";
      this.readyState = WebSocket.OPEN;
      this.#lines.undone.begin();
      this.onopen?.(event);
    } else if (this.#state === "APART") {
      this.#state = "ASKING";
      raw.send(`#resume ${this.#handle} ${this.#ledger.count()}`);
    }
  }

  #closed(event: CloseEvent): void {
    this.#raw = undefined;
    const canResume = this.#handle !== undefined && BROKEN.includes(event.code);
    if (this.#state === "OPEN" && canResume) this.#breakOff();
    else if (this.#state === "APART" || this.#state === "ASKING") this.#tryAgain();
    else this.#finish(event);
  }

  /** Have nothing more to do with the websocket, which may not know yet that it is dead. */
  #drop(): void {
    const raw = this.#raw;
    this.#raw = undefined;
    raw?.close();
  }

  // -- frames -----------------------------------------------------------------

  /** True while there is somebody to take a frame. */
  get #isHeard(): boolean {
    return this.#state === "PLAIN" || (this.#state === "OPEN" && this.#drained === undefined);
  }

  #write(frame: LineFrame, push: Push | undefined): void {
    if (this.#state === "PLAIN") {
      if (push && push.head.ref !== null) this.#unanswered.give(push, 0); // of the others nothing will ever tell
      this.#raw?.send(frame);
      return;
    }
    const number = this.#ledger.give(frame);
    if (push) this.#unanswered.give(push, number);
    if (this.#isHeard) {
      this.#put(frame);
      if (push?.head.ref === null) this.#raw?.send("#ping"); // a count is all that tells of it
    } else if (this.#state !== "OPEN") {
      this.#setDeadline();
    }
  }

  #put(frame: LineFrame): void {
    if (this.#raw?.readyState === WebSocket.OPEN) this.#ledger.send();
    this.#raw?.send(frame);
    if (this.#handle !== undefined && !this.#waits.has("silence")) this.#listenFor();
  }

  #received(event: MessageEvent<LineFrame>): void {
    this.#cancel("silence");
    const frame = event.data;
    if (typeof frame === "string" && frame.startsWith("#")) {
      this.#control(frame.slice(1).split(" "));
      return;
    }
    this.#notice(frame);
    try {
      this.onmessage?.(event);
    } finally {
      this.#handled(frame);
    }
  }

  #notice(frame: LineFrame): void {
    const head = headOf(frame);
    if (!head) return;
    this.#unanswered.receive(head);
    this.#lines.undone.receive(head, frame);
  }

  #handled(frame: LineFrame): void {
    if (this.#state === "PLAIN") return;
    if (this.#ledger.take(frame)) this.#sayCount();
    else if (!this.#waits.has("count")) this.#after("count", CONFIRM_AFTER, () => this.#sayCount());
  }

  #sayCount(): void {
    this.#cancel("count");
    if (this.#state !== "OPEN" || this.#handle === undefined || !this.#ledger.owesCount) return;
    this.#raw?.send(`#count ${this.#ledger.count()}`);
  }

  #control([word, first, second]: string[]): void {
    if (word === "count" || word === "drained") this.#unanswered.confirm(Number(first));
    if (word === "handle" && first !== undefined) {
      this.#handle = first;
      this.#linger = Number(second);
    } else if ((word === "count" || word === "drained") && !this.#ledger.confirm(Number(first))) {
      this.#lose();
    } else if (word === "drained") {
      this.#drained = Number(first);
    } else if (word === "count" && this.#state === "ASKING") {
      this.#goOn();
    } else if (word === "gone" && this.#state === "OPEN" && this.#handle === undefined) {
      this.#state = "PLAIN";
      this.#ledger.letGo();
      this.#unanswered.confirm(Infinity); // no count will come; what wants an answer is on the socket
    } else if (word === "gone" && this.#state === "ASKING") {
      this.#lose();
    } else if (word === "gone") {
      this.#giveUp(); // and the server closes
    }
  }

  /** While nobody else does: the client would take the line for lost. */
  #answerHeartbeat(frame: LineFrame): boolean {
    const found = typeof frame === "string" && HEARTBEAT.exec(frame);
    if (!found) return false;
    const data = `[null,${found[1]},"phoenix","phx_reply",{"status":"ok","response":{}}]`;
    setTimeout(() => this.onmessage?.(new MessageEvent("message", { data })));
    return true;
  }

  /** Ask a server for a sign of life that has not given one for a while. */
  #listenFor(): void {
    this.#after("silence", SILENCE, () => {
      if (this.#state !== "OPEN") return;
      this.#raw?.send("#ping");
      this.#after("silence", SILENCE, () => {
        if (this.#state !== "OPEN") return;
        this.#drop();
        this.#breakOff();
      });
    });
  }

  // -- a cut, and its end -------------------------------------------------------

  #breakOff(): void {
    this.#state = "APART";
    this.#tries = 0;
    this.#cutAt = Date.now();
    this.#setDeadline();
    this.#listen();
    this.#ledger.kept.forEach((frame) => this.#answerHeartbeat(frame));
    announce("away");
    this.#tryAgain();
  }

  /** As long as the line lingers, if nobody waits; else until the push that has waited longest is about to give up. One
   *  that was about to before the cut is no reason to give up at once. */
  #setDeadline(): void {
    const oldest = this.#unanswered.oldest ?? Infinity;
    const longest = Math.max(oldest + LONGEST, this.#cutAt + ANSWER);
    this.#deadline = Math.min(this.#cutAt + this.#linger, longest);
    this.#after("deadline", this.#deadline - Date.now(), () => this.#lose());
  }

  #tryAgain(): void {
    this.#state = "APART";
    const delay = DELAYS[Math.min(this.#tries, DELAYS.length - 1)] ?? 0;
    this.#tries += 1;
    this.#after("try", delay, () => {
      if (document.visibilityState === "hidden") this.#cancel("try");
      else this.#attempt();
    });
  }

  #attempt(): void {
    this.#connect();
    this.#after("try", ANSWER, () => {
      this.#drop();
      this.#tryAgain();
    });
  }

  /** The network may be back, or somebody looks at the page: do not wait for the next try. */
  #wake = (): void => {
    if (this.#state !== "APART" && this.#state !== "ASKING") return;
    if (Date.now() > this.#deadline) this.#lose();
    else if (!this.#raw && document.visibilityState !== "hidden") {
      this.#tries = 0;
      this.#tryAgain();
    }
  };

  #listen(): void {
    window.addEventListener("online", this.#wake);
    document.addEventListener("visibilitychange", this.#wake);
    this.#stopListening = () => {
      window.removeEventListener("online", this.#wake);
      document.removeEventListener("visibilitychange", this.#wake);
    };
  }

  #goOn(): void {
    this.#settle();
    this.#state = "OPEN";
    for (const frame of this.#ledger.kept) this.#put(frame);
    announce("back");
  }

  /** The line is lost for good: the client is told, and connects anew. */
  #lose(): void {
    this.#giveUp();
    this.#drop();
    this.#finish(new CloseEvent("close", { code: 1006, wasClean: false }));
  }

  /** There is nobody at the other end any more. */
  #giveUp(): void {
    if (this.#state !== "OVER") this.#lines.undone.lose(this.#fates());
    this.#end();
  }

  /** What becomes of all that has no answer. Without a line every frame had a socket, and none a count. */
  #fates(): Fates {
    const handled = this.#state === "PLAIN" ? Infinity : (this.#drained ?? this.#ledger.sent);
    return this.#unanswered.end(handled, this.#lines.undone.judge);
  }

  #end(): void {
    this.#state = "OVER";
    this.#lines.old = this.#handle;
    this.#settle();
    document.documentElement.classList.remove(AWAY);
  }

  #finish(event: CloseEvent): void {
    if (this.readyState === WebSocket.CLOSED) return;
    this.#giveUp();
    this.readyState = WebSocket.CLOSED;
    this.onclose?.(event);
  }

  // -- time -------------------------------------------------------------------

  #after(what: string, milliseconds: number, act: () => void): void {
    this.#cancel(what);
    const timer = window.setTimeout(() => {
      this.#waits.delete(what);
      act();
    }, milliseconds);
    this.#waits.set(what, timer);
  }

  #cancel(what: string): void {
    clearTimeout(this.#waits.get(what));
    this.#waits.delete(what);
  }

  /** Nothing is waited for any more. */
  #settle(): void {
    for (const what of [...this.#waits.keys()]) this.#cancel(what);
    this.#stopListening();
  }
}

/** Tell the page, its banner and its style sheets whether the line is cut. */
function announce(what: "away" | "back"): void {
  document.documentElement.classList.toggle(AWAY, what === "away");
  window.dispatchEvent(new CustomEvent(`actorlive:${what}`));
}
