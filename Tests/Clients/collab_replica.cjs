// One replica with y-websocket: connects with a token in the query, as browsers do, edits, goes offline, comes back.
// usage: node collab_replica.cjs URL ROOM TOKEN MODE   MODE: editor, or viewer who tries to write and must not.
const Y = require('yjs');
const { WebsocketProvider } = require('y-websocket');
const WebSocket = require('ws');
const [url, room, token, mode] = process.argv.slice(2);
const sleep = ms => new Promise(done => setTimeout(done, ms));
async function until(test, what, ms = 250000) {
  const end = Date.now() + ms;
  while (!test()) {
    if (Date.now() > end) throw new Error('waited too long for ' + what);
    await sleep(20);
  }
}
async function main() {
  const doc = new Y.Doc();
  const text = doc.getText('content');
  const provider = new WebsocketProvider(url, `${room}/live`, doc, { WebSocketPolyfill: WebSocket, disableBc: true, params: { access_token: token } });
  provider.awareness.setLocalStateField('user', { name: 'Somebody Else', color: '#123456' });
  await until(() => provider.synced, 'sync');
  if (mode === 'viewer') {
    text.insert(0, 'FORBIDDEN');
    await until(() => text.toString().includes('node-offline') && text.toString().includes('pycrdt-offline'), 'the others');
    const names = [...provider.awareness.getStates().entries()].filter(([id]) => id !== doc.clientID).map(([, state]) => state.user && state.user.name);
    console.log(JSON.stringify({ text: text.toString(), names }));
    process.exit(0);
  }
  text.insert(0, 'node-online ');
  await until(() => text.toString().includes('pycrdt-online'), 'pycrdt');
  provider.disconnect();
  await sleep(200);
  text.insert(text.length, ' node-offline');
  provider.connect();
  await until(() => provider.synced && text.toString().includes('pycrdt-offline'), 'pycrdt offline');
  await sleep(700);
  console.log(JSON.stringify({ text: text.toString() }));
  process.exit(0);
}
main().catch(error => { console.error(error); process.exit(1); });
