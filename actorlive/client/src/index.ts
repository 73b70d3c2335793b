// The browser's entry: the official Phoenix LiveView client, unmodified, with actorlive's additions
// composed around it. Each addition is a module that contributes some of the LiveSocket's options, or
// listens to the events that the client documents; none of them reaches into the client.
//
// An application configures it, without a build step, by a script that runs earlier:
//   window.actorlive = { hooks: { Chart: { mounted() { … } } }, dom: { onPatchEnd() { … } } }

import { Socket } from "phoenix";
import { LiveSocket } from "phoenix_live_view";

import { showConnectionBanner } from "./banner";
import { composeDom } from "./compose";
import { readConfig } from "./config";
import { Optimistic } from "./optimistic";
import { showProgress } from "./progress";

const config = readConfig();

const optimistic = new Optimistic();

const liveSocket = new LiveSocket("/live", Socket, {
  ...config.options,
  params: config.params,
  hooks: config.hooks,
  dom: composeDom([optimistic.dom, config.dom]),
});

optimistic.listen(liveSocket);
showProgress();
showConnectionBanner(config.messages);
liveSocket.connect();

// For the browser's console, and for tests: liveSocket.enableDebug(), liveSocket.enableLatencySim(200).
window.liveSocket = liveSocket;
