// The WebAssembly engine as a JavaScript class: `const { load } = require('./crdt_engine.cjs'); load(path).document(7)`.
const fs = require('fs')

const refusals = {
  '-1': 'truncated', '-2': 'malformed', '-3': 'clock overflow', '-4': 'too deep', '-5': 'too many clients',
  '-6': 'too much pending', '-7': 'too large', '-8': 'content gone', '-11': 'out of bounds', '-12': 'splits a character',
  '-13': 'invalid UTF-8', '-14': 'too large', '-15': 'not a text', '-21': 'unknown place', '-20': 'unknown root'
}
class Refused extends Error {
  constructor (code) { super(refusals[code] ?? `refused with ${code}`); this.code = code }
}
const utf8 = new TextEncoder()
const shortest = 32

class EngineDocument {
  constructor (exports, client) {
    this.exports = exports
    this.handle = exports.crdt_new(client % 2 ** 32, Math.floor(client / 2 ** 32))
    this.view = new Uint8Array(exports.memory.buffer)
    this.inputStart = 0
    this.inputBytes = 0
  }

  // Memory that has grown leaves older views empty.
  memory () {
    if (this.view.byteLength === 0) this.view = new Uint8Array(this.exports.memory.buffer)
    return this.view
  }

  room (count) {
    if (count <= this.inputBytes) return
    this.inputStart = this.exports.crdt_input(this.handle, count) >>> 0
    this.inputBytes = count
  }

  give (bytes) {
    this.room(bytes.length)
    this.memory().set(bytes, this.inputStart)
    return bytes.length
  }

  // Typing is a few letters: for those a loop beats the encoder.
  giveText (text) {
    const length = text.length
    this.room(3 * length)
    const memory = this.memory()
    if (length <= shortest) {
      let at = 0
      for (; at < length; at++) {
        const unit = text.charCodeAt(at)
        if (unit > 0x7F) break
        memory[this.inputStart + at] = unit
      }
      if (at === length) return length
    }
    return utf8.encodeInto(text, memory.subarray(this.inputStart, this.inputStart + 3 * length)).written
  }

  take (count) {
    if (count < 0) throw new Refused(count)
    if (count === 0) return new Uint8Array(0)
    const start = this.exports.crdt_output(this.handle) >>> 0
    return this.memory().slice(start, start + count)
  }

  root (name) { return this.exports.crdt_root(this.handle, this.giveText(name)) }
  insert (root, at, text) {
    return this.take(this.exports.crdt_insert(this.handle, root, at, this.giveText(text)))
  }

  delete (root, start, end) { return this.take(this.exports.crdt_delete(this.handle, root, start, end)) }
  replace (root, start, end, text) {
    return this.take(this.exports.crdt_replace(this.handle, root, start, end, this.giveText(text)))
  }

  length (root) { return this.exports.crdt_length(this.handle, root) }
  text (root) { return Buffer.from(this.bytes(root)).toString() }
  bytes (root) { return this.take(this.exports.crdt_text(this.handle, root)) }
  apply (update) { return this.take(this.exports.crdt_apply(this.handle, this.give(update))) }
  state () { return this.take(this.exports.crdt_state(this.handle)) }
  diff (vector) { return this.take(this.exports.crdt_diff(this.handle, this.give(vector))) }
  vector () { return this.take(this.exports.crdt_vector(this.handle)) }
  free () { this.exports.crdt_free(this.handle) }
}

exports.Refused = Refused
exports.load = path => {
  const module = new WebAssembly.Module(fs.readFileSync(path))
  const { exports } = new WebAssembly.Instance(module, {})
  return { exports, document: client => new EngineDocument(exports, client) }
}
