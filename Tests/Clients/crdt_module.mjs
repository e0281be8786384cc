// The JavaScript module over the engine as pages use it, beside node-yjs: node --expose-gc crdt_module.mjs ENGINE.wasm
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import { Engine, Gone, Refused } from '../../SharedKit/CRDTWasm/crdt.mjs'

const require = createRequire(import.meta.url)
const Y = require('yjs')
const bytes = fs.readFileSync(process.argv[2])
const engine = await Engine.load(bytes)
const documents = Number(process.argv[3] ?? 20_000)
const checks = []
const check = (name, body) => checks.push([name, body])

check('a document and Yjs tell each other everything', () => {
  const [doc, peer] = [engine.document(7), new Y.Doc()]
  const text = doc.text()
  doc.onUpdate((update, origin) => { if (origin !== peer) Y.applyUpdate(peer, update, doc) })
  peer.on('update', (update, origin) => { if (origin !== doc) doc.apply(update, peer) })
  text.insert(0, 'hello 😀 wörld')
  peer.getText('content').insert(5, ', brave')
  text.delete(0, 1)
  text.replace(0, 0, 'H')
  assert.equal(text.toString(), 'Hello, brave 😀 wörld')
  assert.equal(peer.getText('content').toString(), text.toString())
  assert.deepEqual([...doc.encode()], [...Y.encodeStateAsUpdate(peer)])
  assert.deepEqual([...doc.vector()], [...Y.encodeStateVector(peer)])
  const late = new Y.Doc()
  Y.applyUpdate(late, engine.merge([doc.encode(), Y.encodeStateAsUpdate(peer)]))
  assert.equal(late.getText('content').toString(), text.toString())
  assert.equal(doc.encode(Y.encodeStateVector(late))[0], 0)
  doc.free()
})

check('changes replayed on a copy give the text', () => {
  const [doc, other] = [engine.document(1), engine.document(2)]
  const [text, far] = [doc.text(), other.text()]
  let copy = ''
  const origins = new Set()
  const stop = text.observe((changes, origin) => {
    origins.add(origin)
    for (const { offset, removed, inserted } of changes) copy = copy.slice(0, offset) + inserted + copy.slice(offset + removed)
  })
  const history = text.history({ stepMilliseconds: 0, now: (() => { let tick = 0; return () => ++tick })() })
  other.onUpdate(update => doc.apply(update, 'far'))
  doc.onUpdate((update, origin) => { if (origin !== 'far') other.apply(update) })
  let state = 5
  const dice = bound => { state = (state * 1103515245 + 12345) % 2147483648; return Math.floor(state / 65536) % bound }
  for (let step = 0; step < 2000; step++) {
    const target = dice(2) ? text : far
    const at = dice(target.length + 1)
    const kind = dice(8)
    try {
      if (kind === 0) history.undo()
      else if (kind === 1) history.redo()
      else if (kind < 4) target.delete(at, Math.min(target.length, at + dice(9)))
      else target.insert(at, ['a', 'bc\n', '😀', 'é', '\uD83D', 'longer words than thirty-two units'][dice(6)])
    } catch (error) { if (!(error instanceof Refused)) throw error }
    assert.equal(copy, text.toString())
  }
  assert.equal(far.toString(), copy)
  assert.deepEqual([...origins].sort(), ['edit', 'far', 'redo', 'undo'])
  stop()
  text.insert(0, 'unheard')
  assert.notEqual(copy, text.toString())
})

check("undo takes back one's own steps only", () => {
  const [doc, other] = [engine.document(1), engine.document(2)]
  let now = 0
  const history = doc.text().history({ stepMilliseconds: 500, now: () => now })
  doc.text().insert(0, 'one')
  now = 100
  doc.text().insert(3, ' two')
  now = 1000
  doc.text().insert(7, ' three')
  other.apply(doc.encode())
  doc.apply(other.text().insert(0, '> '))
  assert.equal(history.canRedo, false)
  assert.equal(history.undo(), true)
  assert.equal(doc.text().toString(), '> one two')
  assert.equal(history.undo(), true)
  assert.equal(doc.text().toString(), '> ')
  assert.equal(history.undo(), false)
  assert.equal(history.redo() && history.redo(), true)
  assert.equal(doc.text().toString(), '> one two three')
  assert.equal(history.canUndo, true)
})

check("anchors are Yjs's relative positions", () => {
  const doc = engine.document(1)
  const text = doc.text()
  text.insert(0, 'abcdef')
  const peer = new Y.Doc()
  Y.applyUpdate(peer, doc.encode())
  for (const [offset, side] of [[0, 0], [3, 0], [3, -1], [6, 0], [0, -1]]) {
    const theirs = Y.encodeRelativePosition(Y.createRelativePositionFromTypeIndex(peer.getText('content'), offset, side))
    assert.equal(text.resolve(theirs), offset)
    const ours = Y.decodeRelativePosition(text.anchor(offset, side))
    assert.equal(Y.createAbsolutePositionFromRelativePosition(ours, peer).index, offset)
  }
  const anchor = text.anchor(3)
  text.insert(0, '123')
  assert.equal(text.resolve(anchor), 6)
  const stranger = Y.encodeRelativePosition(Y.createRelativePositionFromTypeIndex(new Y.Doc().getText('x'), 0))
  assert.equal(text.resolve(stranger), 0)
  assert.equal(engine.document(9).text().resolve(anchor), null)
})

check('what is refused says why and changes nothing', () => {
  const doc = engine.document(1)
  const text = doc.text()
  text.insert(0, 'a😀b')
  const before = [...doc.encode()]
  const told = []
  doc.onUpdate(update => told.push(update))
  for (const [body, code] of [
    [() => text.insert(2, 'x'), -12], [() => text.insert(9, 'x'), -11], [() => text.delete(3, 1), -11],
    [() => text.insert(-1, 'x'), -11], [() => doc.apply(new Uint8Array([1, 2])), -1], [() => doc.apply(new Uint8Array(0)), -1],
    [() => doc.apply(new Uint8Array([0, 0, 0])), -2], [() => text.resolve(new Uint8Array([9])), -2],
    [() => doc.encode(new Uint8Array([1])), -1], [() => engine.merge([new Uint8Array([7])]), -1]
  ]) assert.throws(body, error => error instanceof Refused && error.code === code)
  assert.deepEqual([...doc.encode()], before)
  assert.deepEqual(told, [])
  assert.throws(() => engine.document(-1), RangeError)
  assert.throws(() => engine.document(2 ** 53), RangeError)
  doc.free()
  doc.free()
  assert.throws(() => text.insert(0, 'x'), Gone)
})

check('documents that were freed leave no memory behind', () => {
  const one = index => {
    const doc = engine.document(index)
    const text = doc.text()
    for (let i = 0; i < 3; i++) text.insert(0, 'some words')
    text.history()
    text.delete(4, 9)
    doc.apply(doc.encode())
    return doc
  }
  for (let index = 0; index < 100; index++) one(index).free()
  const before = engine.memoryBytes
  for (let index = 0; index < documents; index++) one(index).free()
  assert.equal(engine.memoryBytes, before)
})

check('documents that nobody holds are freed', async () => {
  if (!global.gc) return
  const apart = await Engine.load(bytes)
  const round = async () => {
    for (let index = 0; index < 300; index++) apart.document(index).text().insert(0, 'x'.repeat(4000))
    for (let turn = 0; turn < 3; turn++) { global.gc(); await new Promise(resolve => setTimeout(resolve, 1)) }
  }
  for (let turn = 0; turn < 3; turn++) await round()
  const before = apart.memoryBytes
  for (let turn = 0; turn < 10; turn++) await round()
  assert.ok(apart.memoryBytes <= 2 * before, `${before} bytes became ${apart.memoryBytes}`)
})

check('a module that has trapped says so', async () => {
  const apart = await Engine.load(bytes)
  const doc = apart.document(1)
  apart.exports = { ...apart.exports, crdt_new: () => { throw new WebAssembly.RuntimeError('unreachable') } }
  assert.throws(() => apart.document(2), Gone)
  assert.throws(() => doc.vector(), Gone)
})

for (const [name, body] of checks) {
  try { await body() } catch (error) { console.error(`${name}: ${error.stack}`); process.exitCode = 1 }
}
console.log(JSON.stringify({ checks: checks.length, documents, memory_bytes: engine.memoryBytes }))
