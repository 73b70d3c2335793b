// The first page's own frames, below the number that everybody shares.
import { draw, line, listen } from "/static/wire.js";

const frames = [];
const wire = document.querySelector("#stage-wire");
const shown = document.querySelector("#stage-frames");
const socket = window.liveSocket?.socket;
if (wire && socket) {
  listen(socket, (frame) => {
    frames.push(frame);
    if (frames.length > 200) frames.shift();
    draw(wire, frames);
    for (const way of ["up", "down"]) {
      const last = frames.findLast((one) => one.way === way);
      if (last && frame.way === way) {
        shown.querySelector(`.${way}`)?.remove();
        shown.append(line(last));
      }
    }
  });
}
