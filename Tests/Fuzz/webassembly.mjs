// Feeds damaged updates and random sessions to the WebAssembly engine and to the native one, which must answer alike:
// node webassembly.mjs ENGINE.wasm CRDT CASES [SEED]
// A case is a fresh document with some history, a hostile message to each of its readers, and what comes after. Beside
// the comparison: no trap, a refused update leaves the document as it was, and memory stays bounded.
import { spawnSync } from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import zlib from 'node:zlib'
import { Engine, Refused } from '../../SharedKit/CRDTWasm/crdt.mjs'
import { Dice } from '../Clients/dice.cjs'

const here = path.dirname(new URL(import.meta.url).pathname)
const kinds = ['base', 'new', 'apply', 'observe', 'diff', 'vector', 'text', 'replace', 'anchor', 'resolve', 'merge',
  'track', 'close', 'undo', 'redo']
const casesAtOnce = 4000
const memoryLimit = 1 << 28

// ---- what goes in ----

const varUint = value => {
  const bytes = []
  for (let rest = BigInt(value); ; rest >>= 7n) {
    if (rest < 128n) return [...bytes, Number(rest)]
    bytes.push(Number(rest & 127n) | 128)
  }
}
const limits = [0n, 1n, 127n, 128n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 2n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n - 1n,
  2n ** 53n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 70n].map(varUint)
// U+D83D alone, half of a pair, as CESU-8 and WTF-8 write it; a cut sequence; an overlong one; past U+10FFFF.
const brokenTexts = [[0xED, 0xA0, 0xBD], [0xED, 0xB8, 0x80], [0xF0, 0x9F, 0x98], [0xC0, 0x80], [0xF4, 0x90, 0x80, 0x80],
  [0xFF], [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80]]
const block = bytes => [...varUint(bytes.length), ...bytes]
const name = block([...'content'].map(letter => letter.charCodeAt(0)))
const textUpdate = (client, clock, bytes) => [1, 1, ...varUint(client), ...varUint(clock), 4, 1, ...name, ...block(bytes), 0]
const deepAny = depth => [1, 1, 9, 0, 8, 1, ...name, 1, ...Array(depth).fill([117, 1]).flat(), 126, 0]
const manyClients = count => {
  const bytes = [...varUint(count)]
  for (let client = count; client > 0; client--) bytes.push(1, ...varUint(client), 0, 0, 1)
  return [...bytes, 0]
}
const manyDeletes = count => {
  const bytes = [0, ...varUint(count)]
  for (let client = 1; client <= count; client++) bytes.push(...varUint(client), 1, 3, 4)
  return bytes
}
const crafted = () => [
  ...limits.map(clock => [1, 1, 5, ...clock, 0, 1, 0]), ...limits.map(count => [1, 1, 5, 0, 0, ...count, 0]),
  ...limits.map(count => [...count, 1, 5, 0, 0, 1, 0]), ...limits.map(count => [1, ...count, 5, 0, 0, 1, 0]),
  ...limits.map(count => [0, 1, 5, 1, 0, ...count]), ...limits.map(clock => [0, 1, 5, 1, ...clock, 1]),
  ...limits.map(count => [1, 1, 5, 0, 4, 1, ...name, ...count, 65, 0]),
  ...limits.map(count => [1, 1, 5, 0, 8, 1, ...name, ...count, 126, 0]),
  ...brokenTexts.map(bytes => textUpdate(77, 0, [65, ...bytes, 66])),
  ...[1, 63, 64, 65, 66, 1000, 60000].map(deepAny), manyClients(100_000), manyClients(100_001), manyDeletes(100_000),
  ...[...Array(40)].flatMap((_, kind) => [[1, 1, 5, 0, kind, 1, ...name, 1, 0], [1, 1, 5, 0, kind | 0x80, 5, 0, 1, 0]])
].map(bytes => Uint8Array.from(bytes))

const golden = () => ['1', '2', '3', '4', '11', '12'].map(number => {
  const file = path.join(here, `../CRDTCoreTests/Golden/fuzz-${number}.json.gz`)
  return JSON.parse(zlib.gunzipSync(fs.readFileSync(file))).order.map(hex => new Uint8Array(Buffer.from(hex, 'hex')))
})
const corpus = () => {
  const folder = path.join(here, 'Documents/corpus')
  return fs.readdirSync(folder).sort().map(file => new Uint8Array(fs.readFileSync(path.join(folder, file))))
}

const mutations = [
  (dice, bytes) => { for (let i = dice.below(4); i >= 0; i--) bytes[dice.below(bytes.length)] ^= 1 << dice.below(8); return bytes },
  (dice, bytes) => bytes.subarray(0, dice.below(bytes.length)),
  (dice, bytes, other) => concat(bytes.subarray(0, dice.below(bytes.length)), other.subarray(dice.below(other.length))),
  (dice, bytes) => insert(bytes, dice.below(bytes.length + 1), dice.of(limits)),
  (dice, bytes) => { const at = dice.below(bytes.length); return concat(bytes.subarray(0, at), dice.of(limits), bytes.subarray(at + 1)) },
  (dice, bytes) => insert(bytes, dice.below(bytes.length + 1), dice.of(brokenTexts)),
  (dice, bytes) => { bytes[dice.below(bytes.length)] = dice.below(256); return bytes },
  (dice, bytes) => { const at = dice.below(bytes.length); return concat(bytes.subarray(0, at), bytes.subarray(at + 1 + dice.below(4))) },
  (dice, bytes) => { const at = dice.below(bytes.length); return concat(bytes, bytes.subarray(at, at + dice.below(40))) },
  (dice, bytes) => { const at = dice.below(bytes.length); bytes[at] = (bytes[at] & 0xE0) | dice.below(12); return bytes },
  (dice, bytes) => bytes
]
const concat = (...parts) => {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) { bytes.set(part, at); at += part.length }
  return bytes
}
const insert = (bytes, at, added) => concat(bytes.subarray(0, at), added, bytes.subarray(at))

// ---- what is done with it ----

/** Writes calls for the native engine while it makes them here. */
class Transcript {
  constructor (engine) { this.engine = engine; this.bases = []; this.doc = null; this.start() }

  start () {
    this.chunks = []
    this.digests = []
    this.calls = []
    this.bases.forEach((updates, base) => updates.forEach(update => this.write('base', base, 0, update)))
  }

  write (kind, first = 0, second = 0, bytes = new Uint8Array(0)) {
    const head = Buffer.alloc(13)
    head[0] = kinds.indexOf(kind)
    head.writeInt32LE(first, 1)
    head.writeInt32LE(second, 5)
    head.writeUInt32LE(bytes.length, 9)
    this.chunks.push(head, Buffer.from(bytes))
  }

  begin (base, client) {
    this.end()
    this.write('new', base, client)
    this.doc = this.engine.document(client)
    this.digest = crypto.createHash('sha256')
    this.text = this.doc.text('content')
    for (const update of this.bases[base]) this.note(() => this.doc.apply(update))
  }

  end () {
    if (!this.doc) return
    this.digests.push(this.digest.digest('hex').slice(0, 16))
    this.doc.free()
    this.doc = null
  }

  call (kind, first, second, bytes) {
    this.write(kind, first, second, bytes)
    const { doc, text, engine } = this
    switch (kind) {
      case 'apply': return this.note(() => doc.apply(bytes))
      case 'observe': return this.note(() => this.observed(bytes))
      case 'diff': return this.note(() => doc.encode(bytes))
      case 'vector': return this.note(() => doc.vector())
      case 'text': return this.note(() => text.bytes())
      case 'replace': return this.note(() => text.replace(first, second, Buffer.from(bytes).toString()))
      case 'anchor': return this.note(() => text.anchor(first, second))
      case 'resolve': return this.number(() => text.resolve(bytes) ?? -21)
      case 'merge': return this.note(() => engine.merge(unframed(bytes)))
      case 'track': this.history = text.history({ stepMilliseconds: Infinity }); return
      case 'close': this.history.close(); return
      default: return this.note(() => this.step(kind))
    }
  }

  observed (bytes) {
    const flat = []
    const stop = this.text.observe(changes => {
      for (const { offset, removed, inserted } of changes) {
        const text = Buffer.from(inserted)
        const head = Buffer.alloc(12)
        head.writeInt32LE(offset, 0); head.writeInt32LE(removed, 4); head.writeInt32LE(text.length, 8)
        flat.push(head, text)
      }
    })
    try { this.doc.apply(bytes) } finally { stop() }
    return Buffer.concat(flat)
  }

  step (kind) {
    let sent = new Uint8Array(0)
    const stop = this.doc.onUpdate(update => { sent = update })
    if (kind === 'undo') this.history.undo()
    else this.history.redo()
    stop()
    return sent
  }

  note (body) {
    let code, bytes
    try { bytes = body(); code = bytes.length } catch (error) {
      if (!(error instanceof Refused)) throw error
      code = error.code
    }
    this.word(code)
    if (bytes) this.digest.update(bytes)
    return { code, bytes }
  }

  number (body) { try { this.word(body()) } catch (error) { if (!(error instanceof Refused)) throw error; this.word(error.code) } }
  word (value) { const head = Buffer.alloc(4); head.writeInt32LE(value); this.digest.update(head) }
}
const framed = updates => concat(...updates.flatMap(update => {
  const head = Buffer.alloc(4)
  head.writeUInt32LE(update.length)
  return [head, update]
}))
const unframed = bytes => {
  const view = Buffer.from(bytes)
  const updates = []
  for (let at = 0; at + 4 <= view.length;) {
    const end = at + 4 + view.readUInt32LE(at)
    updates.push(new Uint8Array(view.subarray(at + 4, end)))
    at = end
  }
  return updates
}
const equal = (one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)) === 0
const utf8 = text => new Uint8Array(Buffer.from(text))

/** A message to every reader of a document. */
const feed = (transcript, base, message, next, dice) => {
  transcript.begin(base, 5 + dice.below(3))
  const before = [transcript.call('diff').bytes, transcript.call('vector').bytes]
  const { code } = transcript.call(dice.below(2) ? 'apply' : 'observe', 0, 0, message)
  const after = [transcript.call('diff').bytes, transcript.call('vector').bytes]
  if (code < 0 && !after.every((bytes, index) => equal(bytes, before[index]))) throw new Error('a refused update left a trace')
  if (message.length) transcript.call('diff', 0, 0, message)
  transcript.call('resolve', 0, 0, message)
  transcript.call('merge', 0, 0, framed([next, message, ...transcript.bases[base].slice(0, 2)]))
  transcript.call('apply', 0, 0, next)
  transcript.call('replace', 0, 0, utf8('x😀\n'))
  transcript.call('text')
  transcript.call('diff')
  return code
}

const words = ['a', 'bc', 'héé', '😀', '日本', 'x😀y', '\n', 'some longer text ', '']
/** A random session with history, anchors and the updates of others. */
const session = (transcript, base, updates, dice) => {
  transcript.begin(base, 5)
  transcript.call('track')
  const anchors = []
  for (let step = 0; step < 40; step++) {
    const length = transcript.text.length
    const start = dice.below(length + 2)
    const kind = dice.below(12)
    if (kind < 5) transcript.call('replace', start, start + dice.below(4), utf8(dice.of(words)))
    else if (kind === 5) transcript.call('undo')
    else if (kind === 6) transcript.call('redo')
    else if (kind === 7) transcript.call('close')
    else if (kind === 8) transcript.call('observe', 0, 0, dice.of(updates))
    else if (kind === 9) anchors.push(transcript.call('anchor', start, dice.below(3) - 1).bytes)
    else if (kind === 10 && anchors.length) transcript.call('resolve', 0, 0, dice.of(anchors) ?? new Uint8Array([1, 0]))
    else transcript.call('apply', 0, 0, dice.of(updates))
  }
  transcript.call('text')
  transcript.call('diff')
}

// ---- both engines ----

/** Lets the native engine do the same and names the first case that it answers otherwise. */
const compare = (transcript, crdt, firstCase) => {
  transcript.end()
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'codecollab-transcript-'))
  try {
    const file = path.join(folder, 'calls.bin')
    fs.writeFileSync(file, Buffer.concat(transcript.chunks))
    const run = spawnSync(crdt, ['transcript', file], { encoding: 'utf8', maxBuffer: 1 << 28 })
    if (run.status !== 0) throw new Error(`the native engine ended with ${run.status ?? run.signal}: ${run.stderr.slice(-500)}`)
    const native = run.stdout.trim().split('\n')
    if (native.length !== transcript.digests.length) throw new Error('the native engine had another number of cases')
    const index = native.findIndex((digest, at) => digest !== transcript.digests[at])
    if (index >= 0) throw new Error(`case ${firstCase + index} is answered otherwise by the native engine`)
  } finally { fs.rmSync(folder, { recursive: true }) }
}

const [wasm, crdt, count, seed = '1'] = process.argv.slice(2)
const dice = new Dice(Number(seed) || 1)
const engine = await Engine.load(fs.readFileSync(wasm))
const transcript = new Transcript(engine)
const sessions = golden()
const updates = sessions.flat()
transcript.bases = [[], ...sessions.map(session => session.slice(0, 12)), ...sessions.map(session => session.slice(0, 60)),
  [Uint8Array.from(textUpdate(5, 0, [...Buffer.from('text 😀 of our own\n')]))]]
transcript.start()
const given = [...corpus().flatMap(bytes => [bytes, bytes.subarray(Math.min(2, bytes.length))]), ...crafted()]
const facts = { cases: 0, mutated: 0, refused: 0, sessions: 0 }
let firstCase = 0
const total = Number(count)
while (facts.cases < total) {
  const base = dice.below(transcript.bases.length)
  if (facts.cases < given.length) {
    if (feed(transcript, base, given[facts.cases], dice.of(updates), dice) < 0) facts.refused++
    facts.mutated++
  } else if (facts.cases % 16 === 0) {
    session(transcript, base, updates, dice)
    facts.sessions++
  } else {
    const source = dice.below(8) ? dice.of(updates) : dice.of(given.filter(bytes => bytes.length < 5000 && bytes.length))
    const message = dice.of(mutations)(dice, source.slice(), dice.of(updates))
    if (feed(transcript, base, message, dice.of(updates), dice) < 0) facts.refused++
    facts.mutated++
  }
  facts.cases++
  if (facts.cases % casesAtOnce === 0 || facts.cases === total) {
    compare(transcript, crdt, firstCase)
    firstCase = facts.cases
    transcript.start()
  }
}
facts.memory_bytes = engine.memoryBytes
if (engine.memoryBytes > memoryLimit) throw new Error(`${engine.memoryBytes} bytes of memory`)
console.log(JSON.stringify(facts))
