/* The worker in which a page without a server trains its games: the first message is what Python exported,
 * all others are the page's. While the page is not seen, the games stand still. */

import { Session, sendable } from "./session.js";

const send = (message) => self.postMessage(...sendable(message));
const next = new MessageChannel(); // a turn that lets messages in before the next one
let session = null;
let isSeen = true;
let isAsked = false;

function ask() {
  if (isAsked || !session.playing || !isSeen) return;
  isAsked = true;
  const { wait } = session.pacing;
  if (wait > 4) setTimeout(turn, wait);
  else next.port2.postMessage(null);
}

function turn() {
  isAsked = false;
  if (!session.playing || !isSeen) return;
  try {
    session.turn();
  } catch (error) {
    session.playing = false;
    send({ type: "error", message: `this went wrong: ${error.message}`.slice(0, 500) });
    session.publish();
  }
  ask();
}

next.port1.onmessage = turn;
self.onmessage = ({ data }) => {
  if (data.type === "begin") {
    session = new Session(data.exported, send);
    session.greet();
  } else if (data.type === "look") isSeen = data.seen;
  else session.obey(data);
  ask();
};
