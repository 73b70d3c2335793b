// The frames of a page as they come and go: each is told to `note`, with its way, its size and its beginning.
export const listen = (socket, note) => {
  const { encode, decode } = socket;
  const tell = (way, data) => {
    const text = typeof data === "string" ? data : "(binary)";
    note({ way, bytes: typeof data === "string" ? new Blob([data]).size : data.byteLength, text });
  };
  socket.encode = (message, callback) =>
    encode.call(socket, message, (data) => {
      tell("up", data);
      callback(data);
    });
  socket.decode = (data, callback) => {
    tell("down", data);
    decode.call(socket, data, callback);
  };
};

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 600;
const MOST = 120;

// A line of time: ticks up are the browser's frames, ticks down the server's, their height is the logarithm of bytes.
export const draw = (wire, frames) => {
  wire.querySelectorAll(".up, .down").forEach((tick) => tick.remove());
  const shown = frames.slice(-MOST);
  shown.forEach(({ way, bytes }, place) => {
    const tick = document.createElementNS(SVG, "line");
    const x = 2 + (place * (WIDTH - 4)) / MOST;
    const height = Math.min(26, 4 + 2.4 * Math.log2(1 + bytes / 16));
    const end = way === "up" ? 20 - Math.min(18, height) : 20 + height;
    for (const [name, value] of Object.entries({ class: way, x1: x, x2: x, y1: 20, y2: end })) {
      tick.setAttribute(name, value);
    }
    wire.append(tick);
  });
};

export const size = (bytes) => (bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`);

// One frame as a line of a list.
export const line = ({ way, bytes, text }) => {
  const item = document.createElement("li");
  item.className = `frame ${way} new`;
  const arrow = document.createElement("span");
  arrow.className = "way";
  arrow.setAttribute("role", "img");
  arrow.setAttribute("aria-label", way === "up" ? "to the server" : "to the browser");
  arrow.textContent = way === "up" ? "↑" : "↓";
  const count = document.createElement("span");
  count.className = "bytes";
  count.textContent = size(bytes);
  const code = document.createElement("code");
  code.textContent = text.length > 400 ? `${text.slice(0, 400)}…` : text;
  item.append(arrow, count, code);
  return item;
};
