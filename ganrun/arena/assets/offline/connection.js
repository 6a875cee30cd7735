/* The line to a worker in the place of a server: the page says and hears the same. Where the browser forbids
 * workers or WebAssembly, what was recorded answers. */

import { unpackFrame } from "../frames.js";
import { Recording } from "./recording.js";

const islandOf = (id) => JSON.parse(document.getElementById(id).textContent);

export class Connection {
  /* `listeners` as those of a line to a server: message(object), frame(header, arrays), state(word). */
  constructor(_, listeners) {
    this.listeners = listeners;
    document.documentElement.toggleAttribute("data-embedded", window !== window.parent);
    this.worker = begun();
    if (this.worker) this.listenToWorker();
    else this.recording = new Recording(islandOf("exported"), islandOf("recorded"), (message) => this.hear(message));
    queueMicrotask(() => {
      listeners.state("open");
      this.recording?.greet();
    });
  }

  listenToWorker() {
    this.worker.onmessage = ({ data }) => this.hear(data);
    this.worker.onerror = (event) => this.fallBack(event);
    this.worker.postMessage({ type: "begin", exported: islandOf("exported") });
    document.addEventListener("visibilitychange", () => this.worker?.postMessage({ type: "look", seen: !document.hidden }));
  }

  /* A worker that cannot even begin is one that the browser forbids. */
  fallBack(event) {
    if (this.heard || this.recording) return;
    event.preventDefault();
    this.worker.terminate();
    this.worker = null;
    this.recording = new Recording(islandOf("exported"), islandOf("recorded"), (message) => this.hear(message));
    this.recording.greet();
  }

  hear(message) {
    this.heard = true;
    if (message instanceof ArrayBuffer) this.listeners.frame(...unpackFrame(message));
    else this.listeners.message(message);
  }

  get open() {
    return true;
  }

  send(message) {
    if (this.worker) this.worker.postMessage(message);
    else this.recording.obey(message);
    return true;
  }
}

/* The worker that the page holds, not yet told anything; null where there can be none. */
function begun() {
  if (typeof Worker === "undefined" || typeof WebAssembly === "undefined") return null;
  const code = new Blob([document.getElementById("worker").textContent], { type: "text/javascript" });
  try {
    return new Worker(URL.createObjectURL(code));
  } catch {
    return null;
  }
}
