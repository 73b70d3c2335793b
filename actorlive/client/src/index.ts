// The browser's entry: the official Phoenix LiveView client, unmodified, with actorlive's additions
// composed around it. Each addition is a module that contributes some of the LiveSocket's options, or
// listens to the events that the client documents. None of them reaches into the client, but for left_views.ts and
// loading_states.ts: each finishes what the client leaves undone.
//
// An application configures it, without a build step, by a script that runs earlier:
//   window.actorlive = { hooks: { Chart: { mounted() { … } } }, dom: { onPatchEnd() { … } } }

import { Socket } from "phoenix";
import { createHook, LiveSocket } from "phoenix_live_view";

import { speakAnnouncements } from "./announce";
import { Banner } from "./banner";
import { composeDom } from "./compose";
import { readConfig } from "./config";
import { DuplicateIds } from "./duplicate_ids";
import { EarlyInput } from "./early_input";
import { HookRegistry } from "./hooks";
import { KeptValues } from "./kept";
import { Latency } from "./latency";
import { LeftViews } from "./left_views";
import { Lines } from "./line";
import { handleLinks } from "./links";
import { LoadingStates } from "./loading_states";
import { Optimistic } from "./optimistic";
import { inDebugMode } from "./manifest";
import { showProgress } from "./progress";
import { leaveStreamsUnlocked } from "./stream_locks";
import { Undone } from "./undone";
import { ViewStates } from "./view_states";
import { bindWindowFocus } from "./window_focus";
import { askedWorker } from "./worker";

const config = readConfig();
handleLinks();

const optimistic = new Optimistic();
const registry = new HookRegistry(config.hooks);
const latency = new Latency();
const banner = new Banner(config.messages);
const undone = new Undone((lost) => banner.tell(lost));
const lines = new Lines(latency.transport, undone);
const duplicates = new DuplicateIds();
const kept = new KeptValues();
const leftViews = new LeftViews();
const loadingStates = new LoadingStates();

const liveSocket = new LiveSocket("/live", Socket, {
  ...config.options,
  params: (element?: Element) => ({ ...config.params(), ...kept.params(element), ...askedWorker(element) }),
  hooks: registry.hooks,
  transport: lines.transport,
  dom: composeDom([
    optimistic.dom,
    new EarlyInput().dom,
    undone.dom,
    leftViews.dom,
    loadingStates.dom,
    new ViewStates().dom,
    ...(inDebugMode() ? [duplicates.dom] : []),
    config.dom,
  ]),
});

optimistic.listen(liveSocket);
undone.listen();
kept.listen();
leftViews.listen(liveSocket);
loadingStates.listen();
showProgress();
speakAnnouncements();
banner.listen();
bindWindowFocus();
leaveStreamsUnlocked();
void registry.preload(liveSocket).then(() => {
  liveSocket.connect();
  registry.preloadRest();
});

if (inDebugMode()) duplicates.report();

// For the browser's console, for tests, for hooks and custom elements: liveSocket.enableDebug(),
// actorlive.latency.set(…), actorlive.createHook(this, { mounted() { … } }).
window.liveSocket = liveSocket;
window.actorlive = { ...window.actorlive, latency, createHook };
