// What a person did that is not done, or may not be: over the end of one line and the beginning of the next. `waiting.ts`
// has the rule; here it meets the page.
//
// Only the page's own views can be sent an event again. A component has another number in a fresh view, a view within a
// view is another one, and a form's files are gone: such events are refused. The page hears of each by the event
// `actorlive:lost` of the window, and unless a listener prevents it, the banner says so. The client's Push is answered
// with an error, so that nobody waits for it, and its element is let go.

import type { DomCallbacks } from "./config";
import { type Head, headOf, payloadOf, refusal } from "./frame";
import type { LineFrame } from "./line_end";
import { OnlineOnly } from "./online";
import { labelOf, pushesOf, Sources } from "./sources";
import { type Fates, type Judge, type Push, Waiting } from "./waiting";

/** The detail of `actorlive:lost`. */
export interface Lost {
  /** The name of the event. */
  event: string;
  /** False: it was not done, and will not be. Undefined: that is not certain. */
  done: false | undefined;
  /** What a person would call it. */
  what: string;
  /** What went along: of a form its fields, encoded. */
  value?: unknown;
}

interface EventPayload {
  event: string;
  type?: string;
  value?: unknown;
  meta?: Record<string, unknown> | null;
  cid?: number | null;
  uploads?: Record<string, unknown[]> | null;
}

/** A line, for those who have something to say over it. */
export interface Way {
  write: (frame: string, push: Push) => void;
  deliver: (frame: string) => void;
}

export class Undone {
  #waiting = new Waiting();
  #sources = new Sources();
  #online = new OnlineOnly();
  #tell: (lost: Lost) => void;
  #way: Way | undefined;
  /** Of a line that the page itself has closed: who leaves the page need not be told. */
  #left: Fates = [];
  #isLost = false;
  #timer: number | undefined;

  readonly dom: DomCallbacks = { onPatchEnd: (container) => this.#release(`lv:${container.id}`) };

  /** `tell` says it to the person. */
  constructor(tell: (lost: Lost) => void) {
    this.#tell = tell;
  }

  listen(): void {
    this.#sources.listen();
    this.#online.listen();
    for (const kind of ["click", "submit"] as const) {
      window.addEventListener(kind, (event) => this.#isLost && this.#drop(event, kind));
    }
  }

  // -- lines --------------------------------------------------------------------

  /** There is another line, which is not open yet. */
  follow(way: Way): void {
    this.#way = way;
    this.#waiting.begin();
  }

  /** It is open. */
  begin(): void {
    const left = this.#left;
    this.#left = [];
    if (left.length) this.lose(left);
  }

  /** A line is lost for good, and with it these. */
  lose(fates: Fates): void {
    this.#isLost = true;
    for (const { push, fate } of fates) {
      if (fate === "waits") this.#waiting.add(push);
      else this.#refuse(push, fate === "undone" ? false : undefined);
    }
    for (const { event, acted } of this.#sources.takeUnwritten()) this.#say(event ?? "", false, acted);
    this.#await();
  }

  /** The page has closed the line. */
  leave(fates: Fates): void {
    this.#left.push(...fates);
  }

  /** What may become of a push that was not handled. */
  readonly judge: Judge = (push) => {
    const payload = payloadOf<EventPayload>(push.frame);
    const form = push.source?.elements.map((element) => element.closest("form")).find((found) => found);
    if (isChange(payload) && isRecovered(form)) return "missed by nobody";
    const isForOne = typeof payload.cid === "number" || isWithin(push.head.topic) || hasFiles(payload, form);
    return isForOne || this.#isOnlineOnly(push) ? "here or nowhere" : "may wait";
  };

  // -- frames -------------------------------------------------------------------

  /** The push that a frame of the client's is, if it is one. */
  pushOf(frame: LineFrame): Push | undefined {
    const head = headOf(frame);
    if (!head || typeof frame !== "string") return undefined;
    const source = head.event === "event" ? this.#sources.claim(head.topic) : undefined;
    return { head, frame, at: Date.now(), source };
  }

  /** True for a push that is not to be written: it is refused, or goes behind what waits for the same view. */
  stops(push: Push, isAway: boolean): boolean {
    const { head, frame } = push;
    if (head.event === "phx_join") this.#waiting.join(head, mountsOf(frame) > 0);
    if (head.event !== "event") return false;
    if (isAway && this.#isOnlineOnly(push)) {
      setTimeout(() => this.#refuse(push, false)); // when the client has done with it
      return true;
    }
    if (!this.#waiting.holds(head.topic) || isChange(payloadOf(frame))) return false;
    this.#waiting.add(push);
    return true;
  }

  #isOnlineOnly({ head, frame }: Push): boolean {
    return this.#online.concerns(head.topic) && this.#online.has(head.topic, payloadOf(frame));
  }

  /** A frame of the server is about to be handled. */
  receive({ ref, topic, status }: Head, frame: LineFrame): void {
    if (ref === null || status === undefined || !this.#waiting.awaits(ref)) return;
    if (status === "ok") this.#isLost = false;
    if (status === "ok" && typeof frame === "string") this.#online.join(topic, frame);
    for (const push of this.#waiting.answer(ref, status === "ok")) this.#refuse(push, false);
  }

  #release(topic: string): void {
    this.#giveUp();
    for (const push of this.#waiting.release(topic, Date.now())) this.#way?.write(push.frame, push);
    this.#await();
  }

  // -- refusals -----------------------------------------------------------------

  /** Let go what has waited for too long, and come back for the next. */
  #await(): void {
    clearTimeout(this.#timer);
    const { due } = this.#waiting;
    if (due !== undefined) this.#timer = window.setTimeout(() => this.#giveUp(), due - Date.now());
  }

  #giveUp(): void {
    for (const push of this.#waiting.overdue(Date.now())) this.#refuse(push, false);
    this.#await();
  }

  #refuse(push: Push, done: Lost["done"]): void {
    const { event, value, meta } = payloadOf<EventPayload>(push.frame);
    const id = stampOf(value) ?? stampOf(meta);
    if (id !== undefined) window.dispatchEvent(new CustomEvent("phx:al:reject", { detail: { id } }));
    this.#way?.deliver(refusal(push.head, done === false ? "not done" : "not certain"));
    push.source?.release();
    this.#say(event, done, push.source?.acted ?? [], value);
  }

  /** While the line is lost and no view has joined again, the client drops what is begun without a word: nothing is
   *  announced. By then there may be another transport than ours, which alone the client knows. */
  #drop(action: Event, kind: "click" | "submit"): void {
    const target = action.target as Element;
    const element = target.closest?.(`.phx-error [phx-${kind}]:not([data-phx-ref-src])`);
    if (!element) return;
    const acted = (action as SubmitEvent).submitter ?? element;
    const { count } = this.#sources;
    setTimeout(() => {
      if (this.#sources.count !== count) return;
      for (const event of pushesOf(element, `phx-${kind}`)) this.#say(event, false, [acted]);
    });
  }

  #say(event: string, done: Lost["done"], elements: Element[], value?: unknown): void {
    const detail: Lost = { event, done, what: labelOf(event, elements), value };
    const told = new CustomEvent("actorlive:lost", { detail, cancelable: true });
    if (window.dispatchEvent(told)) this.#tell(detail);
  }
}

// -- what a push is -------------------------------------------------------------

function isChange({ type, meta }: EventPayload): boolean {
  return type === "form" && meta?.["_target"] !== undefined;
}

/** The client sends such a form's newest values by itself when the view has joined again. */
function isRecovered(form: Element | null | undefined): boolean {
  return !!form?.id && form.hasAttribute("phx-change") && form.getAttribute("phx-auto-recover") !== "ignore";
}

/** A view within a view, or none of this page any more. */
function isWithin(topic: string): boolean {
  const element = document.getElementById(topic.slice("lv:".length));
  return !element || element.hasAttribute("data-phx-parent-id");
}

function hasFiles({ uploads }: EventPayload, form: Element | null | undefined): boolean {
  const chosen = form?.querySelector("[data-phx-active-refs]:not([data-phx-active-refs=''])");
  return !!chosen || Object.values(uploads ?? {}).some((entries) => entries.length > 0);
}

/** How often that view has joined before. */
function mountsOf(frame: string): number {
  return payloadOf<{ params?: { _mounts?: number } }>(frame).params?._mounts ?? 0;
}

/** The mark of what was shown in advance. */
function stampOf(carrier: unknown): unknown {
  return typeof carrier === "object" && carrier !== null ? (carrier as { _al?: unknown })._al : undefined;
}
