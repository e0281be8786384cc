// node-yjs, and our engine as WebAssembly in the same process, on the same work. CPU milliseconds, medians, JSON.
//   node --expose-gc documents_node.cjs trace TRACE.json.gz ROUNDS [ENGINE.wasm]
//   node --expose-gc documents_node.cjs apply LOG ROUNDS        updates one by one into an empty document
//   node --expose-gc documents_node.cjs merge LOG COUNT         merges the first COUNT updates without a document
//   node documents_node.cjs conflicts DIRECTORY                 writes logs of many clients in conflict
const crypto = require('crypto')
const fs = require('fs')
const path = require('path')
const zlib = require('zlib')
const Y = require('yjs')

const CLIENT = 3000000007
const costs = {}
const facts = {}
const collect = () => { for (let i = 0; i < 4; i++) global.gc?.() }
const spent = since => { const cost = process.cpuUsage(since); return (cost.user + cost.system) / 1000 }
const note = (name, milliseconds) => (costs[name] ??= []).push(milliseconds)
const timed = (name, work) => {
  collect()
  const since = process.cpuUsage()
  const result = work()
  note(name, spent(since))
  return result
}
const median = values => values.slice().sort((a, b) => a - b)[values.length >> 1]
const sha256 = parts => {
  const digest = crypto.createHash('sha256')
  for (const part of parts) digest.update(part)
  return digest.digest('hex')
}
const framed = update => {
  const header = Buffer.alloc(4)
  header.writeUInt32LE(update.length)
  return Buffer.concat([header, update])
}
const readLog = file => {
  const raw = fs.readFileSync(file)
  const bytes = raw[0] === 0x1F && raw[1] === 0x8B ? zlib.gunzipSync(raw) : raw
  const updates = []
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt32LE(at)
    updates.push(new Uint8Array(bytes.subarray(at + 4, at + 4 + length)))
    at += 4 + length
  }
  return updates
}

// A state whose delete set has its clients in descending order, as newer versions of Yjs write it.
const inOrder = state => {
  const { ds } = Y.decodeUpdate(state)
  ds.clients = new Map([...ds.clients].sort((a, b) => b[0] - a[0]))
  const deletes = deleteSet(ds)
  return Buffer.concat([state.subarray(0, state.length - deletes.length), deletes])
}
const deleteSet = ds => {
  const bytes = []
  const number = value => {
    while (value > 127) { bytes.push(value % 128 + 128); value = Math.floor(value / 128) }
    bytes.push(value)
  }
  number(ds.clients.size)
  for (const [client, ranges] of ds.clients) {
    number(client)
    number(ranges.length)
    for (const { clock, len } of ranges) { number(clock); number(len) }
  }
  return Buffer.from(bytes)
}

// Two makers of documents with the same verbs, so that both do the same work.
const yjs = {
  name: 'yjs',
  open: client => {
    const doc = new Y.Doc()
    doc.clientID = client
    const text = doc.getText('t')
    let update = null
    doc.on('update', bytes => { update = bytes })
    return {
      edit: patches => {
        update = null
        doc.transact(() => {
          for (const [at, deleted, inserted] of patches) {
            if (deleted) text.delete(at, deleted)
            if (inserted) text.insert(at, inserted)
          }
        })
        return update
      },
      apply: bytes => Y.applyUpdate(doc, bytes),
      text: () => text.toString(),
      length: () => text.length,
      state: () => Y.encodeStateAsUpdate(doc),
      free: () => doc.destroy(),
      doc
    }
  }
}
const ours = engine => ({
  name: 'wasm',
  open: client => {
    const document = engine.document(client)
    const text = document.text('t')
    return {
      edit: ([[at, deleted, inserted]]) => {
        return text.replace(at, at + deleted, inserted)
      },
      apply: bytes => document.apply(bytes),
      text: () => text.toString(),
      length: () => text.length,
      state: () => document.encode(),
      free: () => document.free()
    }
  }
})

const sequential = (maker, trace) => {
  const document = maker.open(CLIENT)
  const patches = trace.txns.flatMap(transaction => transaction.patches.map(patch => [patch]))
  if (trace.startContent) patches.unshift([[0, 0, trace.startContent]])
  const updates = timed(`${maker.name}_local`, () => patches.map(patch => document.edit(patch)))
  if (maker === yjs) facts.structs = [...document.doc.store.clients.values()].reduce((sum, list) => sum + list.length, 0)
  document.free()
  return updates.filter(update => update && update.length)
}
// What each transaction's agent has to apply before it: all that the parents include and it has not got.
const schedule = trace => {
  const seen = Array.from({ length: trace.numAgents }, () => new Set())
  return trace.txns.map((transaction, index) => {
    const missing = []
    const stack = transaction.parents.slice()
    const known = seen[transaction.agent]
    while (stack.length) {
      const next = stack.pop()
      if (known.has(next)) continue
      known.add(next)
      missing.push(next)
      stack.push(...trace.txns[next].parents)
    }
    known.add(index)
    return missing.sort((a, b) => a - b)
  })
}
// What it costs to look at the clock twice with nothing between.
const clockCost = () => {
  let cost = 0
  for (let i = 0; i < 5000; i++) cost += spent(process.cpuUsage())
  return cost / 5000
}
// Only typing is timed, and looking at the clock is taken off: that happens every ten edits.
const concurrent = (maker, trace) => {
  const documents = Array.from({ length: trace.numAgents }, (_, agent) => maker.open(CLIENT + agent))
  const missing = schedule(trace)
  const updates = []
  let cost = 0
  let looks = 0
  let typing = null
  const stop = () => { if (typing) { cost += spent(typing); typing = null; looks += 1 } }
  trace.txns.forEach((transaction, index) => {
    if (missing[index].length) stop()
    for (const at of missing[index]) if (updates[at]) documents[transaction.agent].apply(updates[at])
    typing ??= process.cpuUsage()
    updates[index] = documents[transaction.agent].edit(transaction.patches)
  })
  stop()
  cost -= looks * clockCost()
  note(`${maker.name}_local`, cost)
  for (const document of documents) document.free()
  return updates.filter(update => update && update.length)
}
const withoutEvents = update => { const doc = new Y.Doc(); Y.applyUpdate(doc, update); return doc }
const receive = (maker, trace, updates) => {
  const document = maker.open(1)
  timed(`${maker.name}_remote`, () => { for (const update of updates) document.apply(update) })
  if (document.text() !== trace.endContent) throw new Error(`${maker.name} does not end with endContent`)
  const state = timed(`${maker.name}_encode`, () => document.state())
  if (maker === yjs) facts.v2_bytes = Y.encodeStateAsUpdateV2(document.doc).length
  document.free()
  return state
}
const reload = (maker, state) => {
  const document = timed(`${maker.name}_load`, () => {
    const loaded = maker.open(1)
    loaded.apply(state)
    loaded.length()
    return loaded
  })
  document.free()
}
const loadEngine = async wasm => {
  const { Engine } = await import('../../SharedKit/CRDTWasm/crdt.mjs')
  return Engine.load(fs.readFileSync(wasm))
}
const replayTrace = async (file, rounds, wasm) => {
  const trace = JSON.parse(zlib.gunzipSync(fs.readFileSync(file)))
  const makers = wasm ? [yjs, ours(await loadEngine(wasm))] : [yjs]
  for (let round = 0; round < rounds; round++) {
    for (const maker of makers) {
      const updates = (trace.kind === 'concurrent' ? concurrent : sequential)(maker, trace)
      const state = receive(maker, trace, updates)
      for (let again = 0; again < 3; again++) reload(maker, state)
      facts[`${maker.name}_updates_sha256`] = sha256(updates.map(framed))
      facts[`${maker.name}_state_sha256`] = sha256([inOrder(state)])
      facts[`${maker.name}_state_bytes`] = state.length
      if (maker === yjs && round === 0) heapAfterLoad(state)
    }
  }
}
const heapAfterLoad = state => {
  const copies = []
  collect()
  const inUse = () => { const use = process.memoryUsage(); return use.heapUsed + use.external }
  const before = inUse()
  for (let i = 0; i < 4; i++) copies.push(withoutEvents(state))
  collect()
  facts.yjs_heap_bytes = Math.round((inUse() - before) / copies.length)
}

const conflicts = directory => {
  let seed = 1
  const random = bound => { seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF; return (seed >> 8) % bound }
  const clients = 1540
  const write = (name, make) => {
    const updates = Array.from({ length: clients }, (_, index) => {
      const doc = new Y.Doc()
      doc.clientID = 1000 + random(2 ** 30)
      make(doc, index)
      return framed(Y.encodeStateAsUpdate(doc))
    })
    fs.writeFileSync(path.join(directory, name), Buffer.concat(updates))
  }
  write('b3_5.upd', (doc, index) => doc.getText('t').insert(0, String(index)))
  write('b3_1.upd', (doc, index) => doc.getMap('m').set('v', index))
  write('b3_array.upd', (doc, index) => doc.getArray('a').insert(0, [index]))
  randomCharacters(directory, random)
}
// Two users who typed 6,000 characters each at random places of the same text, then met: one update for each.
const randomCharacters = (directory, random) => {
  const start = new Y.Doc()
  start.clientID = 17
  start.getText('t').insert(0, 'x'.repeat(100))
  const first = Y.encodeStateAsUpdate(start)
  const updates = [first]
  for (const client of [18, 19]) {
    const doc = new Y.Doc()
    doc.clientID = client
    Y.applyUpdate(doc, first)
    const vector = Y.encodeStateVector(doc)
    const text = doc.getText('t')
    doc.transact(() => { for (let i = 0; i < 6000; i++) text.insert(random(text.length + 1), 'a') })
    updates.push(Y.encodeStateAsUpdate(doc, vector))
  }
  fs.writeFileSync(path.join(directory, 'b2_2.upd'), Buffer.concat(updates.map(framed)))
}

const [command, file, count, wasm] = process.argv.slice(2)
async function main () {
  if (command === 'conflicts') conflicts(file)
  else if (command === 'trace') await replayTrace(file, Number(count), wasm)
  else if (command === 'apply') {
    const updates = readLog(file)
    for (let round = 0; round < Number(count); round++) {
      const doc = new Y.Doc()
      timed('yjs_apply', () => { for (const update of updates) Y.applyUpdate(doc, update) })
    }
  } else if (command === 'merge') {
    const updates = readLog(file).slice(0, Number(count))
    facts.merged_bytes = timed('yjs_merge', () => Y.mergeUpdates(updates)).length
  } else process.exit(64)
  for (const name in costs) facts[name] = Math.round(median(costs[name]) * 1000) / 1000
  console.log(JSON.stringify(facts))
}
main().catch(error => { console.error(error); process.exit(1) })
