#!/usr/bin/env node
// lvload.mjs - load generator speaking the Phoenix LiveView wire protocol (Channels serializer v2.0.0)
// in the way the official JS client does.  Needs only the npm package `ws`.
//
//   node lvload.mjs --url http://127.0.0.1:4000 --path /counter --event inc --conns 50 --seconds 8
//
// --url U            base URL (http://host:port)
// --path P           page to GET and join
// --ws-path P        websocket path                         (default /live/websocket)
// --event E[,E2..]   event name(s); several are cycled through, per connection
// --value JSON       value (object, or an array that is cycled along with --event).
//                    "{{n}}" in it = running number per connection, "{{r1000}}" = random 1..1000
// --type T           click | form | keyup ...               (default click)   alias: --target-event-type
// --raw-value S      value sent as this very string (form events: "user%5Bname%5D=abc")
// --extra JSON      members merged into the event payload, e.g. '{"cid":1}' (an array is cycled)
// --meta JSON        extra "meta" member of the payload (form events)
// --await A          reply: next event after the reply (default) | diff: after reply AND one pushed "diff"
// --conns C          connections (one view each)             (default 1)
// --seconds S        measured seconds  | --count N  events per connection instead
// --warmup S         seconds before measuring                (default 1)
// --ramp N           joins in flight at once during ramp-up  (default 16)
// --reuse-page       GET the page once and reuse cookie/csrf/session for all connections
// --hold S           no events: open C views, hold them S seconds (heartbeats every 30 s), report RSS of --pid
// --pages            no sockets: GET the page again and again over RAMP kept connections, CPU per page
// --deflate          offer permessage-deflate                (default off)
// --pid P[,P2]       server process ids: CPU % in the window and RSS before/after
// --dump FILE        write the transcript of connection 0 (sent + received messages) as JSON
// --label L          copied to the output
// --param k=v        extra connect param in the ws query (repeatable);  --origin O  (default = url)
// Output: ONE JSON line on stdout.
import http from "node:http";
import fs from "node:fs";
import WebSocket from "ws";

const args = {};
const params = [];
for (let i = 2; i < process.argv.length; i++) {
  const a = process.argv[i];
  if (!a.startsWith("--")) {
    console.error("unexpected " + a);
    process.exit(2);
  }
  const k = a.slice(2);
  if (["reuse-page", "deflate", "verbose", "pages"].includes(k)) {
    args[k] = true;
    continue;
  }
  const v = process.argv[++i];
  if (k === "param") params.push(v);
  else args[k] = v;
}
const URL_ = new URL(args.url ?? "http://127.0.0.1:4000");
const PATH = args.path ?? "/counter";
const WSPATH = args["ws-path"] ?? "/live/websocket";
const CONNS = +(args.conns ?? 1);
const SECONDS = +(args.seconds ?? 5);
const COUNT = args.count ? +args.count : 0;
const WARMUP = +(args.warmup ?? 1);
const RAMP = +(args.ramp ?? 16);
const HOLD = args.hold !== undefined ? +args.hold : null;
const TYPE = args.type ?? args["target-event-type"] ?? "click";
const AWAIT = args.await ?? "reply";
const EVENTS = (args.event ?? "inc").split(",");
const VALUE = args["raw-value"] !== undefined ? args["raw-value"] : JSON.parse(args.value ?? "{}");
const VALUES = Array.isArray(VALUE) ? VALUE : [VALUE];
const EXTRA = args.extra ? [JSON.parse(args.extra)].flat() : [{}];
const META = args.meta ? JSON.parse(args.meta) : null;
const PIDS = args.pid ? args.pid.split(",").map(Number) : [];
const TIMEOUT = +(args.timeout ?? 20) * 1000;
const REUSE = !!args["reuse-page"];
const DUMP = args.dump;
const origin = args.origin ?? URL_.origin;

const now = () => performance.now();
const errors = {};
const err = (kind) => {
  errors[kind] = (errors[kind] ?? 0) + 1;
};

// ---------- event payloads, precompiled: tail = ',"event",{...}]' -------------------------------------------
const nEv = Math.max(EVENTS.length, VALUES.length, EXTRA.length);
const payloads = [];
for (let i = 0; i < nEv; i++) {
  const p = { type: TYPE, event: EVENTS[i % EVENTS.length], value: VALUES[i % VALUES.length] };
  if (META) p.meta = META;
  Object.assign(p, EXTRA[i % EXTRA.length]);
  const s = JSON.stringify(p);
  payloads.push({ s, tpl: s.includes("{{") });
}
function payload(i, n) {
  const p = payloads[i];
  if (!p.tpl) return p.s;
  return p.s
    .replace(/"?\{\{n\}\}"?/g, (m) => (m.startsWith('"') && m.endsWith('"') ? n : m.replace("{{n}}", n)))
    .replace(/"?\{\{r(\d+)\}\}"?/g, (m, d) => {
      const r = 1 + Math.floor(Math.random() * +d);
      return m.startsWith('"') && m.endsWith('"') ? r : m.replace(/\{\{r\d+\}\}/, r);
    });
}

// ---------- process accounting ------------------------------------------------------------------------------
const HZ = 100;
function procCpu(pids) {
  // seconds
  let t = 0;
  for (const p of pids)
    try {
      const s = fs.readFileSync(`/proc/${p}/stat`, "utf8");
      const f = s.slice(s.lastIndexOf(")") + 2).split(" ");
      t += (+f[11] + +f[12]) / HZ;
    } catch {}
  return t;
}
function machineBusy() {
  // seconds of non-idle over all cores
  const f = fs.readFileSync("/proc/stat", "utf8").split("\n")[0].trim().split(/\s+/).slice(1).map(Number);
  return (f[0] + f[1] + f[2] + f[5] + f[6] + f[7]) / HZ; // user nice system irq softirq steal
}
function rssKb(pids) {
  let t = 0;
  for (const p of pids)
    try {
      t += +/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${p}/status`, "utf8"))[1];
    } catch {}
  return t;
}
const selfCpu = () => {
  const c = process.cpuUsage();
  return (c.user + c.system) / 1e6;
};

// ---------- HTTP dead render --------------------------------------------------------------------------------
const agent = new http.Agent({ keepAlive: true, maxSockets: RAMP });
function getPage() {
  return new Promise((res, rej) => {
    const r = http.get(
      {
        host: URL_.hostname,
        port: URL_.port,
        path: PATH,
        agent,
        headers: { accept: "text/html", host: URL_.host },
      },
      (m) => {
        const b = [];
        m.on("data", (d) => b.push(d));
        m.on("end", () => {
          const html = Buffer.concat(b).toString();
          if (m.statusCode !== 200) return rej(new Error("http " + m.statusCode));
          const cookie = (m.headers["set-cookie"] ?? []).map((c) => c.split(";")[0]).join("; ");
          const csrf = unesc(
            attr(/<meta\s[^>]*name=["']csrf-token["'][^>]*>/.exec(html)?.[0] ?? "", "content") ?? "",
          );
          // the root element of the main view: the tag that carries data-phx-main (else the first data-phx-session)
          const tag =
            /<[a-zA-Z][^>]*\sdata-phx-main[^>]*>/.exec(html)?.[0] ??
            /<[a-zA-Z][^>]*\sdata-phx-session[^>]*>/.exec(html)?.[0];
          if (!tag) return rej(new Error("no data-phx-session in page"));
          res({
            cookie,
            csrf,
            id: attr(tag, "id"),
            session: unesc(attr(tag, "data-phx-session") ?? ""),
            stat: unesc(attr(tag, "data-phx-static") ?? ""),
            bytes: html.length,
          });
        });
        m.on("error", rej);
      },
    );
    r.on("error", rej);
  });
}
function attr(tag, name) {
  const m = new RegExp(`\\s${name}=(?:"([^"]*)"|'([^']*)')`).exec(tag);
  return m ? (m[1] ?? m[2]) : null;
}
const unesc = (s) =>
  s
    .replace(/&quot;/g, '"')
    .replace(/&#39;|&#x27;|&apos;/g, "'")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&amp;/g, "&");

// ---------- samples -----------------------------------------------------------------------------------------
let lat = new Float64Array(1 << 16),
  nlat = 0;
const push = (x) => {
  if (nlat === lat.length) {
    const n = new Float64Array(lat.length * 2);
    n.set(lat);
    lat = n;
  }
  lat[nlat++] = x;
};
let bytesReply = 0,
  nReply = 0,
  bytesPush = 0,
  nPush = 0,
  emptyDiffs = 0;
let diffBytes = 0,
  nDiff = 0;
let measuring = false,
  stopping = false,
  running = 0,
  onAllDone = null;
const HEAD = /^\s*\[\s*(?:"([^"]*)"|null)\s*,\s*(?:"([^"]*)"|null)\s*,\s*"([^"]*)"\s*,\s*"([^"]*)"\s*,/;
const STATUS_OK = /"status"\s*:\s*"ok"/;

class View {
  constructor(i) {
    this.i = i;
    this.ref = 1;
    this.n = 0;
    this.sent = 0;
    this.checks = 0;
    this.joinRef = "4";
    this.transcript = DUMP && i === 0 ? [] : null;
  }
  async open(page) {
    const t0 = now();
    if (!page) page = await getPage();
    this.tGet = now() - t0;
    this.page = page;
    this.topic = "lv:" + page.id;
    const q = new URLSearchParams();
    q.set("_csrf_token", page.csrf);
    for (const p of params) {
      const j = p.indexOf("=");
      q.set(p.slice(0, j), p.slice(j + 1));
    }
    q.set("_mounts", "0");
    q.set("_mount_attempts", "0");
    q.set("vsn", "2.0.0");
    const t1 = now();
    await new Promise((res, rej) => {
      const headers = page.cookie ? { cookie: page.cookie } : {};
      const ws = (this.ws = new WebSocket(`ws://${URL_.host}${WSPATH}?${q}`, {
        headers,
        origin,
        perMessageDeflate: !!args.deflate,
        skipUTF8Validation: true,
      }));
      const timer = setTimeout(() => {
        rej(new Error("join timeout"));
        ws.terminate();
      }, TIMEOUT);
      ws.on("unexpected-response", (_r, m) => {
        clearTimeout(timer);
        rej(new Error("ws http " + m.statusCode));
      });
      ws.on("error", (e) => {
        clearTimeout(timer);
        rej(e);
        if (this.joined && !this.closing) err("ws_error");
      });
      ws.on("close", () => {
        clearTimeout(timer);
        rej(new Error("ws closed"));
        if (this.joined && !this.closing) {
          err("ws_close");
          this.finish();
        }
      });
      ws.on("open", () => {
        this.tWs = now() - t1;
        this.tJoinSent = now();
        this.send(
          `["${this.joinRef}","${this.joinRef}",${JSON.stringify(this.topic)},"phx_join",` +
            JSON.stringify({
              url: origin + PATH,
              params: { _csrf_token: page.csrf, _mounts: 0, _mount_attempts: 0 },
              session: page.session,
              static: page.stat,
              sticky: false,
            }) +
            "]",
        );
        this.ref = 5;
      });
      ws.on("message", (data, isBinary) => {
        if (isBinary) return;
        if (!this.joined) {
          const text = data.toString();
          const m = JSON.parse(text);
          this.transcript?.push({ dir: "in", msg: m });
          if (m[3] !== "phx_reply" || m[1] !== this.joinRef) return;
          clearTimeout(timer);
          if (m[4].status !== "ok") return rej(new Error("join " + JSON.stringify(m[4]).slice(0, 200)));
          this.joined = true;
          this.tJoin = now() - this.tJoinSent;
          this.joinBytes = data.length;
          this.serverVsn = m[4].response.liveview_version;
          return res();
        }
        this.message(data);
      });
    });
  }
  send(s) {
    this.transcript?.push({ dir: "out", msg: JSON.parse(s) });
    this.ws.send(s);
  }
  start() {
    running++;
    this.active = true;
    this.topicJ = JSON.stringify(this.topic);
    this.next();
  }
  next() {
    if (stopping || (COUNT && this.sent >= COUNT)) return this.finish();
    const ref = String(this.ref++);
    this.expect = ref;
    this.gotReply = false;
    this.gotDiff = AWAIT !== "diff";
    const p = payload(this.sent % nEv, this.sent);
    this.sent++;
    this.t = now();
    const s = `["${this.joinRef}","${ref}",${this.topicJ},"event",${p}]`;
    if (this.transcript) this.transcript.push({ dir: "out", msg: JSON.parse(s) });
    this.ws.send(s);
  }
  message(data) {
    const len = data.length;
    const head = HEAD.exec(data.latin1Slice(0, len < 160 ? len : 160));
    if (this.transcript) this.transcript.push({ dir: "in", msg: JSON.parse(data.toString()) });
    if (!head) {
      err("unparsed");
      return;
    }
    if (head[4] === "phx_reply") {
      if (head[2] !== this.expect) return; // heartbeat or stale
      // correct reply? The first 3 of each connection are parsed in full; later ones are looked at only for status ok.
      if (this.checks < 3) {
        this.checks++;
        const m = JSON.parse(data.toString());
        if (m[4].status !== "ok") err("status_" + m[4].status);
        if (m[4].response?.diff) {
          diffBytes += JSON.stringify(m[4].response.diff).length;
          nDiff++;
        }
        if (AWAIT !== "diff" && (!m[4].response.diff || Object.keys(m[4].response.diff).length === 0))
          emptyDiffs++;
      } else {
        const a = data.latin1Slice(0, len < 200 ? len : 200);
        if (!STATUS_OK.test(a) && !STATUS_OK.test(data.latin1Slice(len > 200 ? len - 200 : 0, len)))
          err("status");
      }
      if (measuring) {
        bytesReply += len;
        nReply++;
      }
      this.gotReply = true;
    } else if (head[4] === "diff") {
      if (measuring) {
        bytesPush += len;
        nPush++;
      }
      this.gotDiff = true;
    } else if (head[4] === "phx_error" || head[4] === "phx_close") {
      err(head[4]);
      this.finish();
      return;
    } else return;
    if (this.active && this.gotReply && this.gotDiff) {
      const d = now() - this.t;
      this.gotReply = false;
      if (measuring) push(d);
      this.next();
    }
  }
  finish() {
    if (!this.active) return;
    this.active = false;
    running--;
    if (running === 0 && onAllDone) onAllDone();
  }
  close() {
    this.closing = true;
    try {
      this.ws?.terminate();
    } catch {}
  }
}

const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
const q = (sorted, p) =>
  sorted.length ? +sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))].toFixed(3) : null;
const dist = (a) => {
  const s = Float64Array.from(a).sort();
  return {
    p50: q(s, 0.5),
    p95: q(s, 0.95),
    p99: q(s, 0.99),
    max: s.length ? +s[s.length - 1].toFixed(3) : null,
  };
};

async function pages() {
  let n = 0,
    until = now() + WARMUP * 1000;
  const run = async () => {
    while (now() < until) {
      await getPage();
      n++;
    }
  };
  const all = () => Promise.all(Array.from({ length: RAMP }, run));
  await all();
  n = 0;
  until = now() + SECONDS * 1000;
  const t0 = now(),
    c0 = procCpu(PIDS);
  await all();
  const cpu = procCpu(PIDS) - c0,
    s = (now() - t0) / 1000;
  agent.destroy();
  console.log(
    JSON.stringify({
      path: PATH,
      pages: n,
      pages_per_s: +(n / s).toFixed(1),
      server_us_per_page: +((cpu / n) * 1e6).toFixed(1),
      errors,
    }),
  );
}

async function main() {
  if (args.pages) return pages();
  const out = {
    label: args.label,
    path: PATH,
    event: HOLD !== null ? "(hold)" : EVENTS.join(","),
    conns: CONNS,
  };
  const rss0 = rssKb(PIDS),
    cpu0 = procCpu(PIDS),
    g0 = selfCpu();
  // ---- ramp-up
  const views = [];
  let idx = 0;
  const shared = REUSE ? await getPage() : null;
  const tR = now();
  await Promise.all(
    Array.from({ length: Math.min(RAMP, CONNS) }, async () => {
      while (idx < CONNS) {
        const v = new View(idx++);
        try {
          await v.open(shared);
          views.push(v);
        } catch (e) {
          err("join: " + e.message);
          v.close();
        }
      }
    }),
  );
  const rampS = (now() - tR) / 1000;
  agent.destroy();
  out.joined = views.length;
  out.ramp_s = +rampS.toFixed(3);
  out.joins_per_s = +(views.length / rampS).toFixed(1);
  out.ramp_mode = REUSE ? "ws+join" : "get+ws+join";
  out.ramp_inflight = Math.min(RAMP, CONNS);
  out.ramp_server_cpu_pct = PIDS.length ? +(((procCpu(PIDS) - cpu0) / rampS) * 100).toFixed(0) : undefined;
  out.ramp_gen_cpu_pct = +(((selfCpu() - g0) / rampS) * 100).toFixed(0);
  if (!views.length) {
    out.errors = errors;
    console.log(JSON.stringify(out));
    process.exit(1);
  }
  out.get_ms = dist(views.map((v) => v.tGet));
  out.ws_ms = dist(views.map((v) => v.tWs));
  out.join_ms = dist(views.map((v) => v.tJoin));
  out.page_bytes = views[0].page.bytes;
  out.join_reply_bytes = views[0].joinBytes;
  out.liveview_version = views[0].serverVsn;

  const hb = setInterval(() => {
    for (const v of views)
      if (v.ws.readyState === 1) v.ws.send(`[null,"hb${v.ref++}","phoenix","heartbeat",{}]`);
  }, 30000);

  if (HOLD !== null) {
    const settle = Math.min(2, HOLD);
    await sleep(settle * 1000);
    const rss1 = rssKb(PIDS),
      c1 = procCpu(PIDS),
      t1 = now();
    await sleep(Math.max(0, HOLD - settle) * 1000);
    const rss2 = rssKb(PIDS),
      c2 = procCpu(PIDS),
      t2 = now();
    const alive = views.filter((v) => v.ws.readyState === 1).length;
    Object.assign(out, {
      alive_at_end: alive,
      rss_before_kb: rss0,
      rss_after_join_kb: rss1,
      rss_end_kb: rss2,
      rss_per_view_kb: +((rss2 - rss0) / views.length).toFixed(2),
      idle_server_cpu_pct: +(((c2 - c1) / ((t2 - t1) / 1000)) * 100).toFixed(1),
    });
  } else {
    // ---- events
    for (const v of views) v.start();
    const done = new Promise((r) => {
      onAllDone = r;
    });
    if (running === 0) onAllDone();
    if (!COUNT) await sleep(WARMUP * 1000);
    const t0 = now(),
      sc0 = procCpu(PIDS),
      gc0 = selfCpu(),
      mb0 = machineBusy();
    measuring = true;
    if (COUNT) await Promise.race([done, sleep(600000)]);
    else await sleep(SECONDS * 1000);
    const t1 = now(),
      sc1 = procCpu(PIDS),
      gc1 = selfCpu(),
      mb1 = machineBusy();
    measuring = false;
    stopping = true;
    const n = nlat,
      s = (t1 - t0) / 1000;
    await Promise.race([done, sleep(TIMEOUT)]);
    if (running > 0) errors.unanswered = running;
    const sorted = lat.slice(0, n).sort();
    let sum = 0;
    for (let i = 0; i < n; i++) sum += sorted[i];
    Object.assign(out, {
      seconds: +s.toFixed(2),
      events: n,
      events_per_s: +(n / s).toFixed(1),
      lat_ms: {
        mean: n ? +(sum / n).toFixed(3) : null,
        p50: q(sorted, 0.5),
        p95: q(sorted, 0.95),
        p99: q(sorted, 0.99),
        max: n ? +sorted[n - 1].toFixed(3) : null,
      },
      reply_bytes_mean: nReply ? +(bytesReply / nReply).toFixed(1) : null,
      push_bytes_mean: nPush ? +(bytesPush / nPush).toFixed(1) : undefined,
      diff_bytes_sample_mean: nDiff ? +(diffBytes / nDiff).toFixed(1) : undefined,
      empty_diffs: emptyDiffs || undefined,
      server_cpu_pct: PIDS.length ? +(((sc1 - sc0) / s) * 100).toFixed(0) : undefined,
      gen_cpu_pct: +(((gc1 - gc0) / s) * 100).toFixed(0),
      other_cpu_pct: PIDS.length
        ? +(((mb1 - mb0 - (sc1 - sc0) - (gc1 - gc0)) / s) * 100).toFixed(0)
        : undefined,
      server_us_per_event: PIDS.length && n ? +(((sc1 - sc0) / n) * 1e6).toFixed(1) : undefined,
      rss_end_kb: PIDS.length ? rssKb(PIDS) : undefined,
    });
  }
  clearInterval(hb);
  if (DUMP) {
    const v0 = views.find((v) => v.i === 0);
    fs.writeFileSync(DUMP, JSON.stringify(v0.transcript, null, 1));
  }
  for (const v of views) v.close();
  out.errors = errors;
  console.log(JSON.stringify(out));
  process.exit(0);
}
main().catch((e) => {
  console.error(e);
  process.exit(1);
});
