// Typists with y-websocket, a client that others wrote, each a replica and a connection of its own.
// usage: node collab_typists.cjs URL ROOM TOKEN...   Types until a line comes on stdin, then waits until all have
// converged and prints one line of JSON.
//
// A struct is acknowledged when it comes back from the server. The server says with every connection what it has
// (sync step 1): whatever was acknowledged before the connection was asked for must be in there, or it was lost.
const Y = require('yjs');
const { WebsocketProvider } = require('y-websocket');
const WebSocket = require('ws');
const decoding = require('lib0/dist/decoding.cjs');

const [url, room, ...tokens] = process.argv.slice(2);
const sleep = ms => new Promise(done => setTimeout(done, ms));
const report = { typed: 0, acknowledged: 0, lost: [], reconnects: 0, converged: false, duplicated: [], missing: [] };
const told = new Map();  // client id -> acknowledged stretches, apart from each other, never changed in place
const known = new Map();  // client id -> clock behind the last unit that the server is known to have

// What is typed right after a connection was opened may overtake what was typed without one: the server keeps such an
// update and tells it, but its state, like everybody's, ends at the gap until that is filled.
function tell(client, from, to) {
  const parts = [];
  for (const part of told.get(client) || []) {
    if (part[1] < from || part[0] > to) parts.push(part);
    else [from, to] = [Math.min(from, part[0]), Math.max(to, part[1])];
  }
  told.set(client, [...parts, [from, to]]);
  known.set(client, Math.max(known.get(client) || 0, to));
}

function hear(bytes, ids, before) {
  const decoder = decoding.createDecoder(new Uint8Array(bytes));
  if (decoding.readVarUint(decoder) !== 0) return;
  const step = decoding.readVarUint(decoder);
  const payload = decoding.readVarUint8Array(decoder);
  if (step === 0) {
    report.reconnects++;
    const has = Y.decodeStateVector(payload);
    for (const [client, parts] of before) {
      const clock = has.get(client) || 0;
      // A state that ends inside a stretch that was told lacks the rest of it.
      for (const [from, to] of parts) if (from <= clock && clock < to) report.lost.push({ client, told: [from, to], has: clock });
    }
    for (const [client, clock] of has) if (ids.has(client)) known.set(client, Math.max(known.get(client) || 0, clock));
  } else if (step === 2) {
    const { from, to } = Y.parseUpdateMeta(payload);
    for (const [client, clock] of to) if (ids.has(client)) tell(client, from.get(client), clock);
  }
}

const ids = new Set();
const typists = tokens.map((token, number) => {
  const doc = new Y.Doc();
  ids.add(doc.clientID);
  class Heard extends WebSocket {
    constructor(address, protocols) {
      super(address, protocols, { headers: { Authorization: `Bearer ${token}` } });
      const before = new Map(told);
      this.on('message', data => hear(data, ids, before));
      this.on('error', () => {});
    }
  }
  const provider = new WebsocketProvider(url, `${room}/live`, doc, { WebSocketPolyfill: Heard, disableBc: true, maxBackoffTime: 300 });
  return { number, doc, provider, text: doc.getText('content'), count: 0 };
});

let stopped = false;
process.stdin.on('data', () => { stopped = true; });
const mark = (typist, n) => `<${typist.number}.${n}>`;

// The end of somebody's word at random, so that no word ever cuts another one: every item begins and ends with whole
// words. Looking into the items costs a tenth of making the text of them, which twenty typists do all the time.
function place(text) {
  const wanted = Math.floor(Math.random() * text.length);
  let index = 0;
  for (let item = text._start; item !== null; item = item.right) {
    if (item.deleted || !item.countable) continue;
    if (index + item.length > wanted) return index + item.content.str.indexOf('>', wanted - index) + 1;
    index += item.length;
  }
  return index;
}

async function type(typist) {
  while (!stopped) {
    typist.text.insert(place(typist.text), mark(typist, typist.count++));
    report.typed++;
    await sleep(60 + Math.random() * 120);
  }
}

async function until(test, ms) {
  const end = Date.now() + ms;
  while (!test()) {
    if (Date.now() > end) return false;
    await sleep(20);
  }
  return true;
}

async function main() {
  await until(() => typists.every(typist => typist.provider.synced), 30000);
  console.log('ready');
  await Promise.all(typists.map(type));
  const first = typists[0];
  const online = () => typists.every(typist => typist.provider.wsconnected && typist.text.length === first.text.length);
  const same = () => online() && typists.every(typist => typist.text.toString() === first.text.toString());
  const all = () => typists.every(typist => (known.get(typist.doc.clientID) || 0) >= Y.getState(typist.doc.store, typist.doc.clientID));
  report.converged = await until(() => same() && all(), 60000);
  const newcomer = new Y.Doc();
  class Stated extends WebSocket {
    constructor(address, protocols) { super(address, protocols, { headers: { Authorization: `Bearer ${tokens[0]}` } }); }
  }
  const provider = new WebsocketProvider(url, `${room}/live`, newcomer, { WebSocketPolyfill: Stated, disableBc: true });
  await until(() => provider.synced, 20000);
  const final = newcomer.getText('content').toString();
  report.converged = report.converged && final === first.text.toString();
  const found = new Map();
  for (const [word] of final.matchAll(/<[^>]*>/g)) found.set(word, (found.get(word) || 0) + 1);
  for (const typist of typists) {
    for (let n = 0; n < typist.count; n++) {
      const times = found.get(mark(typist, n)) || 0;
      if (times === 0) report.missing.push(mark(typist, n));
      if (times > 1) report.duplicated.push(mark(typist, n));
      found.delete(mark(typist, n));
    }
  }
  report.foreign = [...found.keys()].slice(0, 20);  // what nobody has typed: a word that was cut
  for (const parts of told.values()) for (const [from, to] of parts) report.acknowledged += to - from;
  report.length = final.length;
  for (const list of ['lost', 'missing', 'duplicated']) report[list].splice(20);
  process.stdout.write(JSON.stringify(report) + '\n', () => process.exit(0));
}
main().catch(error => { console.error(error); process.exit(1); });
