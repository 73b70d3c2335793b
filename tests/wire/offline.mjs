// A page whose network breaks and whose server goes, in one process and with a clock of its own: the client's lines, as
// they are, beneath Phoenix's own Socket and Channel. A line of stdin is a list of steps; a line of stdout says what
// became of each event. Arguments are `text` and `replacement`: the source with a fault put into it.
import { build } from "esbuild";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [text, replacement] = process.argv.slice(2);
let faults = 0;

function faulty(source) {
  if (text === undefined || !source.includes(text)) return source;
  faults += 1;
  return source.replace(text, replacement);
}

async function bundled() {
  const folder = mkdtempSync(join(tmpdir(), "offline-"));
  const outfile = join(folder, "line.mjs");
  const contents = `
    export { Lines } from "./line";
    export { Undone } from "./undone";
    export { Socket } from "phoenix";
  `;
  const source = {
    name: "source",
    setup: ({ onLoad }) =>
      onLoad({ filter: /client\/src\/.*\.ts$/ }, ({ path }) => ({
        contents: faulty(readFileSync(path, "utf8")),
        loader: "ts",
      })),
  };
  const resolveDir = join(process.cwd(), "actorlive/client/src");
  await build({
    stdin: { contents, resolveDir },
    bundle: true,
    format: "esm",
    logLevel: "silent",
    outfile,
    plugins: [source],
  });
  if (text !== undefined && faults === 0) throw new Error(`nowhere in the source: ${text}`);
  const url = pathToFileURL(outfile);
  return { url, remove: () => rmSync(folder, { recursive: true }) };
}

// -- a clock and a window ---------------------------------------------------------

const clock = { now: 1_000_000, timers: new Map(), last: 0 };
globalThis.setTimeout = (act, milliseconds = 0) => {
  clock.timers.set(++clock.last, { act, at: clock.now + Math.max(0, milliseconds) });
  return clock.last;
};
globalThis.clearTimeout = (timer) => clock.timers.delete(timer);
Date.now = () => clock.now;

function pass(milliseconds) {
  const end = clock.now + milliseconds;
  for (;;) {
    const due = [...clock.timers]
      .filter(([, { at }]) => at <= end)
      .sort(([a, x], [b, y]) => x.at - y.at || a - b)[0];
    if (!due) break;
    clock.timers.delete(due[0]);
    clock.now = Math.max(clock.now, due[1].at);
    due[1].act();
  }
  clock.now = end;
}

const nothing = () => undefined;
let told = () => undefined;
globalThis.window = globalThis;
globalThis.addEventListener = globalThis.removeEventListener = nothing;
globalThis.dispatchEvent = (event) => (event.type === "actorlive:lost" && told(event.detail), true);
globalThis.location = { protocol: "http:", host: "page" };
globalThis.CloseEvent = class extends Event {
  constructor(type, init) {
    super(type);
    Object.assign(this, init);
  }
};
globalThis.document = {
  visibilityState: "visible",
  documentElement: { classList: { toggle: nothing, remove: nothing } },
  addEventListener: nothing,
  removeEventListener: nothing,
  getElementById: () => ({ hasAttribute: () => false }),
};

// -- the network and the server -----------------------------------------------------

/** A server whose lines and views are gone when another takes its place. `handled` is what all of them have done. */
class Server {
  constructor(handled) {
    this.handled = handled;
    this.lines = new Map();
  }

  accept(socket) {
    socket.line = null;
  }

  read(socket, frame) {
    if (frame.startsWith("#")) return this.control(socket, frame.slice(1).split(" "));
    if (!socket.line) return;
    socket.line.taken += 1;
    const [joinRef, ref, topic, event, payload] = JSON.parse(frame);
    if (event === "phx_join") socket.line.joinRef = joinRef;
    if (event !== "phx_join" && joinRef !== null && joinRef !== socket.line.joinRef) return;
    socket.line.mailbox.push({ joinRef, ref, topic, event, payload });
  }

  control(socket, [word, first, second]) {
    if (word === "new") {
      if (first) this.end(first);
      const handle = `${this.lines.size}`.padStart(22, "h");
      socket.line = { handle, taken: 0, given: 0, kept: [], mailbox: [], joinRef: null, socket };
      this.lines.set(handle, socket.line);
      socket.say(`#handle ${handle} 60000`);
    } else if (word === "resume") {
      const line = this.lines.get(first);
      if (!line) return socket.say("#gone");
      if (line.socket) line.socket.line = null;
      socket.line = line;
      line.socket = socket;
      socket.say(`#count ${line.taken}`);
      line.kept.slice(Number(second) - line.given).forEach((frame) => socket.say(frame));
    } else if (word === "ping") {
      socket.say(`#count ${socket.line.taken}`);
    }
  }

  handle(line, count) {
    for (const { joinRef, ref, topic, event, payload } of line.mailbox.splice(0, count)) {
      if (event === "event") this.handled.push([payload.value, ref !== null]);
      if (ref === null) continue;
      const answer = { status: "ok", response: {} };
      line.given += 1;
      line.kept.push(JSON.stringify([joinRef, ref, topic, "phx_reply", answer]));
      line.socket?.say(line.kept.at(-1));
    }
  }

  /** The time of a line is up: its view handles what it has, for nobody. */
  end(handle) {
    const line = this.lines.get(handle);
    if (!line) return;
    this.lines.delete(handle);
    if (line.socket) line.socket.line = null;
    line.socket = null;
    this.handle(line, Infinity);
  }
}

/** The page, the network, and the server that is there at the moment. */
class World {
  constructor({ Lines, Undone, Socket }) {
    this.handled = [];
    this.server = new Server(this.handled);
    this.socket = null;
    this.isUp = true;
    this.sent = 0;
    this.answers = [];
    this.lost = [];
    told = ({ value, done }) => this.lost.push([value, done === false ? "undone" : "unsure"]);
    const world = this;
    class Raw {
      constructor() {
        Object.assign(this, { readyState: 0, up: [], down: [], line: null });
        world.socket = this;
        setTimeout(() => (world.isUp ? this.open() : this.fail(1006)), 1);
      }
      open() {
        if (this.readyState !== 0) return;
        this.readyState = 1;
        this.onopen({});
      }
      send(frame) {
        if (this.readyState === 1) this.up.push(frame);
      }
      say(frame) {
        this.down.push(frame);
      }
      close(code = 1005) {
        this.fail(code);
      }
      fail(code) {
        if (this.readyState === 3) return;
        this.readyState = 3;
        if (this.line?.socket === this) this.line.socket = null;
        this.onclose({ code });
      }
    }
    globalThis.WebSocket = Object.assign(Raw, { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 });
    this.undone = new Undone(nothing);
    this.phoenix = new Socket("/live", {
      transport: new Lines(Raw, this.undone).transport,
      heartbeatIntervalMs: 30_000,
    });
    this.mounts = 0;
    this.channel = this.phoenix.channel("lv:main", () => ({ params: { _mounts: this.mounts } }));
    this.channel.join().receive("ok", () => {
      this.mounts += 1;
      this.isPatched = false;
    });
    this.phoenix.connect();
  }

  // Steps, each with a number.

  push() {
    if (!this.channel.canPush()) return; // as the LiveSocket does
    const [value, mounts] = [this.sent++, this.mounts];
    const isLoadedAgain = (status) => status === "timeout" && mounts === this.mounts; // so does the LiveSocket
    const answer = (status) => () => this.answers.push([value, isLoadedAgain(status) ? "page lost" : status]);
    const push = this.channel.push("event", { type: "click", event: "do", value }, 30_000);
    for (const status of ["ok", "error", "timeout"]) push.receive(status, answer(status));
  }
  up(count) {
    const { socket } = this;
    if (socket.readyState === 1)
      for (const frame of socket.up.splice(0, count)) this.server.read(socket, frame);
  }
  handle(count) {
    for (const line of this.server.lines.values()) this.server.handle(line, count);
  }
  down(count) {
    const { socket } = this;
    for (let left = count; left && socket.readyState === 1 && socket.down.length; left -= 1)
      socket.onmessage({ data: socket.down.shift() });
  }
  count() {
    const { line } = this.socket;
    if (line) this.socket.say(`#count ${line.taken}`);
  }
  patch() {
    this.isPatched = true;
    this.undone.dom.onPatchEnd({ id: "main" });
  }
  cut() {
    this.isUp = false;
    this.socket.fail(1006);
  }
  mend() {
    this.isUp = true;
  }
  expire() {
    for (const { handle, socket } of [...this.server.lines.values()]) if (!socket) this.server.end(handle);
  }
  kill() {
    this.server = new Server(this.handled);
    this.socket.fail(1006);
  }
  /** What is on its way up is not taken any more, what was is handled, and the page hears of all that. */
  drain() {
    this.handle(Infinity);
    const { socket, server } = this;
    this.server = new Server(this.handled);
    for (const line of server.lines.values()) line.socket?.say(`#drained ${line.taken}`);
    this.down(Infinity);
    socket.fail(1012);
  }
  time(seconds) {
    pass(seconds * 1000);
  }
}

function run({ Lines, Undone, Socket }, steps) {
  clock.timers.clear();
  const world = new World({ Lines, Undone, Socket });
  const settle = () => {
    for (let turn = 0; turn < 40; turn += 1) {
      pass(50);
      world.up(Infinity);
      world.handle(Infinity);
      world.down(Infinity);
    }
    world.patch();
  };
  settle();
  for (const [step, number] of steps) world[step](number);
  world.mend();
  for (let turn = 0; turn < 20; turn += 1) {
    settle();
    pass(2000);
  }
  const { sent, handled, answers, lost } = world;
  const silently = handled.flatMap(([value, isAnswered]) => (isAnswered ? [] : [value]));
  return { sent, handled: handled.map(([value]) => value), silently, answers, lost };
}

const { url, remove } = await bundled();
const modules = await import(url);
remove();
console.error = nothing;
for await (const line of createInterface({ input: process.stdin }))
  process.stdout.write(`${JSON.stringify(run(modules, JSON.parse(line)))}\n`);
