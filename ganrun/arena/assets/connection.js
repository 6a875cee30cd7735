/* The line to the server: text is handed on, frames too, and what breaks is mended in the background. */

import { unpackFrame } from "./frames.js";

const FIRST_WAIT = 250; // ms
const LONGEST_WAIT = 5000;

export class Connection {
  /* `listeners`: message(object), frame(header, arrays), state("connecting" | "open" | "away" |
   * "refused" | "full"): a page that is not let in is told so by what its own address answers. */
  constructor(address, listeners) {
    this.address = address;
    this.listeners = listeners;
    this.wait = FIRST_WAIT;
    this.timer = null;
    this.socket = null;
    const again = () => this.hurry();
    window.addEventListener("online", again);
    document.addEventListener("visibilitychange", again);
    this.connect();
  }

  /* Whether the message went out; what is said into a dead line is not kept for later. */
  send(message) {
    if (!this.open) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  get open() {
    return this.socket !== null && this.socket.readyState === WebSocket.OPEN;
  }

  connect() {
    clearTimeout(this.timer);
    const socket = new WebSocket(this.address);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    let opened = false;
    socket.onopen = () => {
      opened = true;
      this.wait = FIRST_WAIT;
      this.listeners.state("open");
    };
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") this.listeners.message(JSON.parse(data));
      else this.listeners.frame(...unpackFrame(data));
    };
    socket.onclose = () => {
      if (this.socket !== socket) return;
      if (opened) this.listeners.state("away");
      else this.askWhy(socket);
      this.timer = setTimeout(() => this.connect(), this.wait);
      this.wait = Math.min(LONGEST_WAIT, this.wait * 2);
    };
  }

  /* A browser does not tell a page why its WebSocket was refused. */
  async askWhy(socket) {
    const answer = await fetch(location.href, { method: "HEAD" }).catch(() => null);
    if (this.socket !== socket) return;
    this.listeners.state({ 403: "refused", 503: "full" }[answer?.status] ?? "away");
  }

  /* Try at once where there is reason for hope: back online, or somebody looks at the page. */
  hurry() {
    if (document.hidden || this.socket.readyState !== WebSocket.CLOSED) return;
    this.wait = FIRST_WAIT;
    this.connect();
  }
}
