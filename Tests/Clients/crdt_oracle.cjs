// The truth for `crdt fuzz`: random sessions of several node-yjs clients, asked for over pipes.
// Frames both ways: u32le length, then parts of (u32le length, bytes); the first part of a request is the command.
const fs = require('fs')
const Y = require('yjs')
const { Dice } = require('./dice.cjs')

let dice = new Dice(1)
const random = bound => dice.below(bound) // the driver's seed decides everything
const pick = list => list[random(list.length)]

// --- frames -------------------------------------------------------------------------------------------------------
const readExactly = count => {
  const buffer = Buffer.alloc(count)
  for (let at = 0; at < count;) {
    const got = fs.readSync(0, buffer, at, count - at, null)
    if (got === 0) process.exit(at === 0 ? 0 : 1)
    at += got
  }
  return buffer
}
const receive = () => {
  const body = readExactly(readExactly(4).readUInt32LE(0))
  const parts = []
  for (let at = 0; at < body.length;) {
    const length = body.readUInt32LE(at)
    parts.push(new Uint8Array(body.buffer, body.byteOffset + at + 4, length))
    at += 4 + length
  }
  return parts
}
const send = parts => {
  const bytes = parts.map(part => Buffer.from(part))
  const frame = Buffer.alloc(4 + bytes.reduce((sum, part) => sum + 4 + part.length, 0))
  let at = frame.writeUInt32LE(frame.length - 4, 0)
  for (const part of bytes) {
    at = frame.writeUInt32LE(part.length, at)
    part.copy(frame, at)
    at += part.length
  }
  for (let sent = 0; sent < frame.length;) sent += fs.writeSync(1, frame, sent)
}
const text = part => Buffer.from(part).toString()
const number = part => Number(text(part))

// --- documents ----------------------------------------------------------------------------------------------------
const roots = doc => ({
  t: doc.getText('t'), a: doc.getArray('a'), m: doc.getMap('m'), x: doc.getXmlFragment('x')
})
const sorted = value => {
  if (typeof value === 'bigint') return { integer: String(value) }
  if (value === null || typeof value !== 'object') return value
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('hex') }
  if (value instanceof Y.Doc) return { guid: value.guid }
  if (Array.isArray(value)) return value.map(sorted)
  return Object.fromEntries(Object.keys(value).sort().map(key => [key, sorted(value[key])]))
}
// Pieces with equal attributes are one: redundant marks cut them on some replicas only.
const joined = delta => {
  const pieces = []
  for (const { insert, attributes = {} } of sorted(delta)) {
    const last = pieces[pieces.length - 1]
    const marks = JSON.stringify(attributes)
    if (last && last.marks === marks && typeof insert === 'string' && typeof last.insert === 'string') {
      last.insert += insert
    } else pieces.push({ insert, marks })
  }
  return pieces
}
const content = doc => {
  const { t, a, m, x } = roots(doc)
  return JSON.stringify(sorted({
    t: t.toString(), delta: joined(t.toDelta()), length: t.length, a: a.toJSON(), m: m.toJSON(), x: x.toString()
  }))
}
const loaded = update => {
  const doc = new Y.Doc()
  roots(doc)
  Y.applyUpdate(doc, update)
  return doc
}

// --- a session ----------------------------------------------------------------------------------------------------
const ids = [[5, 900000007, 4294967291], [9007199254740990, 3, 4503599627370497], [1, 2, 3000000007]]
const words = ['a', 'bc', 'héé', '😀', '日本', 'x😀y', '\n', 'long text here ', 'q'.repeat(40), '👩‍👩‍👧']
const scalars = [1, -7, 2.5, 1e40, true, false, null, 's', 70000, -70000, 0.1, -0, 2147483647, 2147483648,
  12345678901234, '', 'é😀', [undefined, 9223372036854775807n, -1n], new Uint8Array([0, 255])]
const anything = () => random(6) === 0 ? { k: [1, { z: 'q', '': [] }], e: {} } : pick(scalars)
const shared = [() => new Y.Map(), () => new Y.Array(), () => new Y.Text('nested😀'), () => new Y.XmlElement('b'),
  () => new Uint8Array([1, 2, 3]), () => new Uint8Array(0)]
let clients = []
let fresh = []
let flavour = ''
let final = ''

const start = (seed, wanted) => {
  dice = new Dice((seed * 2654435761 + 1) >>> 0 || 1)
  for (let i = 0; i < 8; i++) random(2)
  flavour = wanted
  clients = pick(ids).map(id => {
    const doc = new Y.Doc()
    doc.clientID = id
    const types = roots(doc)
    const undo = flavour.includes('u') ? new Y.UndoManager([types.t, types.m], { captureTimeout: 0 }) : null
    const client = { doc, types, undo, inbox: [], offline: false }
    doc.on('update', (update, origin) => {
      if (origin === 'remote') return
      fresh.push(update)
      for (const other of clients) if (other !== client) other.inbox.push(update)
    })
    return client
  })
}

const insideNested = value => {
  if (value instanceof Y.XmlElement) value.setAttribute('k' + random(3), 'v' + random(9))
  else if (value instanceof Y.Array) {
    if (value.length && random(3) === 0) value.delete(random(value.length), 1)
    else value.insert(random(value.length + 1), [random(9), pick(shared)()])
  } else if (value instanceof Y.Text) {
    if (value.length && random(2)) value.delete(random(value.length), 1)
    else value.insert(random(value.length + 1), pick(words))
  } else if (value instanceof Y.Map) value.set('in' + random(3), random(2) ? anything() : pick(shared)())
}
const insideXML = x => {
  const found = x.length ? x.get(random(x.length)) : null
  if (!found || random(3) === 0) {
    const element = new Y.XmlElement('p')
    element.setAttribute('c', 'd')
    element.insert(0, [new Y.XmlText('xt'), new Y.XmlElement('i')])
    x.insert(random(x.length + 1), [element])
  } else if (random(3) === 0) x.delete(x.toArray().indexOf(found), 1)
  else if (found instanceof Y.XmlElement && random(2)) found.insert(random(found.length + 1), [new Y.XmlText('y')])
  else if (found instanceof Y.XmlElement) found.setAttribute('k', String(random(9)))
}
// Offsets between characters: Yjs splits a surrogate pair where it formats nothing new, and tells nobody.
const boundaries = t => {
  const offsets = [0]
  for (const { insert } of t.toDelta()) {
    const last = offsets[offsets.length - 1]
    if (typeof insert !== 'string') offsets.push(last + 1)
    else for (let at = 0; at < insert.length;) offsets.push(last + (at += insert.codePointAt(at) > 0xFFFF ? 2 : 1))
  }
  return offsets
}
const formatting = t => {
  const offsets = boundaries(t)
  if (offsets.length < 4) return
  const from = random(offsets.length - 2)
  const to = from + 1 + random(random(2) ? 2 : offsets.length - 1 - from)
  const [at, length] = [offsets[from], offsets[to] - offsets[from]]
  switch (random(3)) {
    case 0: return t.format(at, length, { bold: random(2) ? true : null })
    case 1: return t.format(at, length, { color: pick(['red', 'blue', null]), size: { px: random(3) } })
    default: return t.insertEmbed(at, random(2) ? { img: 1, z: [1] } : { a: 'b' })
  }
}
const edit = ({ t, a, m, x }) => {
  switch (random(13)) {
    case 0: case 1: case 2: return t.insert(random(t.length + 1), pick(words))
    case 3: case 4: {
      if (!t.length) return
      const at = random(t.length)
      return t.delete(at, 1 + random(Math.min(random(8) === 0 ? 60 : 5, t.length - at)))
    }
    case 5: return a.insert(random(a.length + 1), random(3) === 0 ? [anything(), random(1000)] : [random(9)])
    case 6: {
      if (!a.length) return
      const at = random(a.length)
      return a.delete(at, 1 + random(Math.min(3, a.length - at)))
    }
    case 7: return m.set('k' + random(5), random(3) ? anything() : pick(shared)())
    case 8: return m.delete('k' + random(5))
    case 9: return insideNested(random(2) || !a.length ? m.get('k' + random(5)) : a.get(random(a.length)))
    case 10: return insideXML(x)
    case 11: return flavour.includes('f') ? formatting(t) : a.insert(0, [pick(shared)()])
    default: return flavour.includes('d') && random(3) === 0 ? m.set('k' + random(5), new Y.Doc({ guid: 'g' + random(9) }))
      : t.insert(t.length, pick(words))
  }
}
const takeIn = client => {
  const some = client.inbox.splice(0, 1 + random(10))
  if (random(5) === 0) some.reverse()
  for (const update of some) Y.applyUpdate(client.doc, update, 'remote')
  if (random(10) === 0 && some.length) Y.applyUpdate(client.doc, pick(some), 'remote')
}
const step = (count, foreign) => {
  for (const update of foreign) for (const client of clients) client.inbox.push(update)
  fresh = []
  for (let i = 0; i < count; i++) {
    const client = pick(clients)
    if (random(25) === 0) client.offline = !client.offline
    if (random(4) === 0 && !client.offline) { takeIn(client); continue }
    if (client.undo && random(8) === 0) { random(3) ? client.undo.undo() : client.undo.redo(); continue }
    client.doc.transact(() => { for (let k = 1 + random(3); k > 0; k--) edit(client.types) })
  }
  return fresh
}

// What everybody must end with: [converged, text, state vector, full state, half vector, diff, merged, emitted...].
const finish = (half, order) => {
  fresh = []
  for (let wave = 0; wave < 20 && clients.some(client => client.inbox.length); wave++) {
    for (const client of clients) {
      for (const update of client.inbox.splice(0)) Y.applyUpdate(client.doc, update, 'remote')
    }
  }
  order = order.concat(fresh)
  const server = new Y.Doc() // untyped: the clean-up of formats is an editor's work
  let emitted = new Uint8Array(0)
  server.on('update', update => { emitted = update })
  let halfVector = new Uint8Array([0])
  const all = []
  order.forEach((update, index) => {
    if (index === half) halfVector = Y.encodeStateVector(server)
    emitted = new Uint8Array(0)
    Y.applyUpdate(server, update)
    all.push(emitted)
  })
  const full = Y.encodeStateAsUpdate(server)
  const typed = loaded(full)
  final = content(typed)
  const converged = clients.every(client => content(client.doc) === final)
  return [
    converged ? '1' : '0', typed.getText('t').toString(), Y.encodeStateVector(server), full, halfVector,
    Y.encodeStateAsUpdate(server, halfVector), Y.mergeUpdates(order), String(fresh.length), ...fresh, ...all
  ]
}
// Yjs retries what waits only when the client that it noted first has moved: now and then something still waits
// when everything is there (the next update would free it). Then there are no bytes to compare with.
const permute = updates => {
  const doc = new Y.Doc()
  for (const update of updates) Y.applyUpdate(doc, update)
  return doc.store.pendingStructs || doc.store.pendingDs ? [] : [Y.encodeStateAsUpdate(doc)]
}
const verify = updates => updates.map(update => {
  try {
    const got = content(loaded(update))
    return got === final ? '1' : '0 ' + got + ' instead of ' + final
  } catch (error) { return '0 ' + error.stack }
})

for (;;) {
  const [command, ...parts] = receive()
  switch (text(command)) {
    case 'start': start(number(parts[0]), text(parts[1])); send([]); break
    case 'step': send(step(number(parts[0]), parts.slice(1))); break
    case 'finish': send(finish(number(parts[0]), parts.slice(1))); break
    case 'permute': send(permute(parts)); break
    case 'verify': send(verify(parts)); break
    default: process.exit(2)
  }
}
