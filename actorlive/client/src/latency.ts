// A slow and uneven network, on demand: frames are held back in both directions, never reordered. Or none at all.
//
// The client's own `enableLatencySim` gives each message a timer of its own, so with a random delay an
// acknowledgement could overtake a diff, which no socket ever does. Here each direction is a queue: a
// frame leaves when its delay is over and everything before it has left.
//
//   window.actorlive.latency.set({ delay: 100, jitter: 300, seed: 7 })   // milliseconds, each way
//   window.actorlive.latency.cut(5000)   // every websocket ends, and none is opened before that time has passed

export interface LatencySettings {
  /** Milliseconds that every frame takes, each way. */
  delay?: number;
  /** Up to this many milliseconds more, drawn for each frame. */
  jitter?: number;
  /** Makes the draws repeatable. */
  seed?: number;
}

export class Latency {
  #delay = 0;
  #jitter = 0;
  #random: () => number = Math.random;
  #goneUntil = 0;
  #open = new Set<WebSocket>();

  /** Takes effect at once; what is left out becomes 0. */
  set({ delay = 0, jitter = 0, seed }: LatencySettings): void {
    this.#delay = delay;
    this.#jitter = jitter;
    this.#random = seed === undefined ? Math.random : seeded(seed);
  }

  get settings(): LatencySettings {
    return { delay: this.#delay, jitter: this.#jitter };
  }

  /** The network goes, and is back after so many milliseconds. */
  cut(milliseconds: number): void {
    this.#goneUntil = performance.now() + milliseconds;
    for (const socket of this.#open) socket.close();
  }

  /** A websocket of the page: it ends with the network. */
  #watch(socket: WebSocket): void {
    this.#open.add(socket);
    socket.addEventListener("close", () => this.#open.delete(socket));
    if (performance.now() < this.#goneUntil) socket.close();
  }

  /** Milliseconds for the next frame. */
  draw(): number {
    return this.#delay + this.#jitter * this.#random();
  }

  /** A WebSocket whose frames take that long. */
  get transport(): typeof WebSocket {
    const draw = (): number => this.draw();
    const watch = (socket: WebSocket): void => this.#watch(socket);
    return class extends WebSocket {
      #out = new Lane(draw);
      #in = new Lane(draw);
      #arrived = new WeakSet<Event>();

      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols);
        // Registered first, so it runs before the Socket's own handler and can hold the frame back.
        this.addEventListener("message", (event) => this.#hold(event));
        watch(this);
      }

      override send(data: Parameters<WebSocket["send"]>[0]): void {
        const leave = (): void => {
          if (this.readyState === WebSocket.OPEN) super.send(data);
        };
        if (!this.#out.hold(leave)) leave();
      }

      #hold(event: MessageEvent): void {
        if (this.#arrived.has(event)) return;
        const arrive = (): void => {
          const late = new MessageEvent("message", { data: event.data });
          this.#arrived.add(late);
          if (this.readyState === WebSocket.OPEN) this.dispatchEvent(late);
        };
        if (this.#in.hold(arrive)) event.stopImmediatePropagation();
      }
    };
  }
}

/** One direction: first in, first out, each after its delay. */
class Lane {
  #waiting: (() => void)[] = [];
  #due = 0;
  #draw: () => number;

  constructor(draw: () => number) {
    this.#draw = draw;
  }

  /** Deliver later and return true; false when there is nothing to wait for. */
  hold(deliver: () => void): boolean {
    const delay = this.#draw();
    if (delay === 0 && this.#waiting.length === 0) return false;
    const now = performance.now();
    this.#due = Math.max(this.#due, now + delay);
    this.#waiting.push(deliver);
    // Whichever timer rings, the oldest frame goes: timers of one instant may ring in any order.
    setTimeout(() => this.#waiting.shift()?.(), this.#due - now);
    return true;
  }
}

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
