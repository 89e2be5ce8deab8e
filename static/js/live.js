// A page with <div id="live" data-news="…" data-cursor="…"> follows a stream of events that says when its negotiation has
// changed. Each time it sends the event "parley:news", with the revision. It goes on from the last cursor that it knows:
// after a pause in the background, a lost connection or a restart of the server. Where no stream is to be had, it asks now
// and then. Without this file the page shows what was there when it was loaded.
const followed = document.getElementById("live");
const SILENT = 40_000; // milliseconds; the server gives a sign of life every 15 seconds
const ASK_EVERY = 30_000;
let cursor = followed?.dataset.cursor;
let stream = null;
let heard = 0;
let asking = 0;

const address = () => `${followed.dataset.news}&after=${encodeURIComponent(cursor)}`;

function tell(id, data) {
  if (id === cursor) return;
  cursor = id;
  document.dispatchEvent(new CustomEvent("parley:news", { detail: JSON.parse(data) }));
}

function stop() {
  stream?.close();
  stream = null;
  clearTimeout(asking);
}

function follow() {
  stop();
  heard = Date.now();
  stream = new EventSource(address());
  stream.addEventListener("open", () => (heard = Date.now()));
  stream.addEventListener("alive", () => (heard = Date.now()));
  stream.addEventListener("change", (event) => {
    heard = Date.now();
    tell(event.lastEventId, event.data);
  });
  stream.addEventListener("error", () => {
    // The browser connects again by itself, unless the server had no place left.
    if (stream?.readyState === EventSource.CLOSED) later();
  });
}

function later() {
  stop();
  asking = setTimeout(ask, ASK_EVERY * (0.75 + Math.random() / 2));
}

// One answer instead of a stream: the same event, if there is something new.
async function ask() {
  try {
    const got = await fetch(`${address()}&wait=false`, { headers: { Accept: "text/event-stream" } });
    if (got.ok) {
      const text = await got.text();
      const [, id] = text.match(/^id: (.*)$/m) ?? [];
      if (id) tell(id, text.match(/^data: (.*)$/m)[1]);
      return follow();
    }
  } catch {
    // The server is away, or this machine: next time.
  }
  later();
}

// In the background nothing is followed, so that many tabs do not hold many connections.
function attend() {
  if (document.hidden) stop();
  else if (!stream) follow();
}

if (followed) {
  document.addEventListener("visibilitychange", attend);
  addEventListener("pageshow", attend);
  addEventListener("pagehide", stop);
  addEventListener("online", () => document.hidden || follow());
  // A machine that slept may hold a connection that nobody answers any more.
  setInterval(() => stream && Date.now() - heard > SILENT && follow(), 5_000);
  attend();
}
