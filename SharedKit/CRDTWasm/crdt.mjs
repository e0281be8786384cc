// @ts-check
/**
 * The document engine for browsers and node: Yjs documents in WebAssembly, without other code.
 *
 *     const engine = await Engine.load('/crdt.wasm')
 *     const doc = engine.document()
 *     const text = doc.text('content')
 *     doc.onUpdate((update, origin) => { if (origin !== socket) socket.send(update) })
 *     text.observe((changes, origin) => { if (origin !== 'edit') editor.show(changes) })
 *     text.insert(0, 'hello')
 *
 * Offsets are UTF-16 units, as everywhere in JavaScript. Updates, state vectors and anchors are the bytes of Yjs:
 * any Yjs peer reads and writes them. A document's memory goes with the object, or at once with `free()`.
 */

/**
 * A change of a text, on the result of the ones before it.
 * @typedef {{ offset: number, removed: number, inserted: string }} Change
 */
/**
 * What `crdt.wasm` exports.
 * @typedef {{ memory: WebAssembly.Memory, [name: string]: any }} Exports
 */

/** @type {Record<number, string>} */
const reasons = {
  [-1]: 'truncated', [-2]: 'malformed', [-3]: 'clock overflow', [-4]: 'too deep', [-5]: 'too many clients',
  [-6]: 'too much pending', [-7]: 'too large', [-8]: 'content gone', [-11]: 'out of bounds',
  [-12]: 'splits a character', [-13]: 'invalid UTF-8', [-14]: 'too large', [-15]: 'not a text',
  [-20]: 'unknown root', [-21]: 'unknown place'
}

/** What the engine did not take; the document is as it was. */
export class Refused extends Error {
  /** @param {number} code */
  constructor (code) {
    super(reasons[code] ?? `refused with ${code}`)
    this.name = 'Refused'
    this.code = code
  }
}

/** A module that has trapped, or a document that was freed: nothing of it can be used any more. */
export class Gone extends Error {
  /** @param {string} message @param {unknown} [cause] */
  constructor (message, cause) {
    super(message)
    this.name = 'Gone'
    this.cause = cause
  }
}

const utf8 = new TextEncoder()
const utf16 = new TextDecoder('utf-8', { ignoreBOM: true })
const nothing = new Uint8Array(0)
/** Up to so many units a loop beats the encoder: typing is a few letters. */
const fewUnits = 32
/** An input of more bytes than this is given back after use. */
const keptInputBytes = 1 << 16

/** Frees documents that nobody holds any more. */
const freed = new FinalizationRegistry((/** @type {Seat} */ seat) => seat.free())

/** A document's place in the memory of the module, apart from the object that users hold. */
class Seat {
  /** @param {Engine} engine @param {number} client */
  constructor (engine, client) {
    this.engine = engine
    this.exports = engine.exports
    this.view = new Uint8Array(this.exports.memory.buffer)
    if (engine.trap) throw new Gone('the module has trapped', engine.trap)
    try { this.handle = this.exports.crdt_new(client % 2 ** 32, Math.floor(client / 2 ** 32)) } catch (error) {
      throw this.trapped(error)
    }
    this.inputStart = 0
    this.inputBytes = 0
  }

  free () {
    if (this.handle === 0 || this.engine.trap) return
    this.exports.crdt_free(this.handle)
    this.handle = 0
  }

  /**
   * Calls an export with the document. A trap, which means no memory, leaves the module in no state to go on with.
   * @param {string} name @param {...number} values
   * @returns {number}
   */
  call (name, ...values) {
    this.check()
    try { return this.exports[name](this.handle, ...values) } catch (error) { throw this.trapped(error) }
  }

  check () {
    if (this.engine.trap) throw new Gone('the module has trapped', this.engine.trap)
    if (this.handle === 0) throw new Gone('the document has been freed')
  }

  /** @param {unknown} error */
  trapped (error) {
    this.engine.trap = error
    return new Gone('the module has trapped', error)
  }

  /** Memory that has grown leaves older views empty. */
  memory () {
    if (this.view.byteLength === 0) this.view = new Uint8Array(this.exports.memory.buffer)
    return this.view
  }

  /** @param {number} count */
  room (count) {
    if (count <= this.inputBytes && this.inputBytes <= keptInputBytes) return
    this.inputStart = this.call('crdt_input', count) >>> 0
    this.inputBytes = count
  }

  /** @param {Uint8Array} bytes */
  give (bytes) {
    this.room(bytes.length)
    this.memory().set(bytes, this.inputStart)
    return bytes.length
  }

  /** @param {string} text */
  giveText (text) {
    const length = text.length
    this.room(3 * length)
    const memory = this.memory()
    if (length <= fewUnits) {
      let at = 0
      for (; at < length; at++) {
        const unit = text.charCodeAt(at)
        if (unit > 0x7F) break
        memory[this.inputStart + at] = unit
      }
      if (at === length) return length
    }
    return utf8.encodeInto(text, memory.subarray(this.inputStart, this.inputStart + 3 * length)).written ?? 0
  }

  /**
   * Edits: the way that is used for every letter typed.
   * @param {number} root @param {number} start @param {number} end @param {number} count
   */
  replace (root, start, end, count) {
    this.check()
    let length
    try { length = this.exports.crdt_replace(this.handle, root, start, end, count) } catch (error) {
      throw this.trapped(error)
    }
    return this.take(length)
  }

  /**
   * The answer's bytes, copied out.
   * @param {number} count
   */
  take (count) {
    if (count < 0) throw new Refused(count)
    if (count === 0) return nothing
    const start = this.exports.crdt_output(this.handle) >>> 0
    return this.memory().slice(start, start + count)
  }

  /** @param {string} name @param {...number} values */
  answer (name, ...values) { return this.take(this.call(name, ...values)) }
}

/** An instance of the module; its documents share one memory, which never shrinks but is used again. */
export class Engine {
  /** @param {WebAssembly.Module} module */
  constructor (module) {
    /** @type {Exports} */
    this.exports = /** @type {any} */ (new WebAssembly.Instance(module, {}).exports)
    /** @type {unknown} */
    this.trap = undefined
    /** @type {Seat | undefined} */
    this.desk = undefined
  }

  /**
   * Loads the module from its address or its bytes.
   * @param {string | URL | BufferSource} source
   */
  static async load (source) {
    if (typeof source !== 'string' && !(source instanceof URL)) return new Engine(await WebAssembly.compile(source))
    const response = await fetch(source)
    if (!response.ok) throw new Error(`${source}: ${response.status}`)
    return new Engine(await WebAssembly.compile(await response.arrayBuffer()))
  }

  /**
   * An empty document. Every document that edits needs a client id of its own, so leave it out, except to repeat one.
   * @param {number} [client] an integer from 0 to 2^53 - 1
   */
  document (client = Math.floor(Math.random() * 2 ** 53)) { return new Doc(this, client) }

  /**
   * One update that says what all of them say, without a document.
   * @param {Iterable<Uint8Array>} updates
   */
  merge (updates) {
    this.desk ??= new Seat(this, 0)
    return this.desk.answer('crdt_merge', this.desk.give(blocks(updates)))
  }

  /** Bytes of memory that the module has taken. */
  get memoryBytes () { return this.exports.memory.buffer.byteLength }
}

/** A Yjs document. */
export class Doc {
  /** @type {Seat} */ #seat
  /** @type {Map<string, Text>} */ #texts = new Map()
  /** @type {Set<(update: Uint8Array, origin: unknown) => void>} */ #updateListeners = new Set()
  /** @type {Text | undefined} */ #observed
  /** @type {Text | undefined} */ #tracked

  /** @param {Engine} engine @param {number} client */
  constructor (engine, client) {
    if (!Number.isSafeInteger(client) || client < 0) throw new RangeError('a client id is an integer of 53 bits')
    this.client = client
    this.#seat = new Seat(engine, client)
    freed.register(this, this.#seat, this)
  }

  /** Gives the memory back at once; the document cannot be used afterwards. */
  free () {
    freed.unregister(this)
    this.#seat.free()
  }

  /**
   * The root text of that name.
   * @param {string} [name]
   */
  text (name = 'content') {
    const known = this.#texts.get(name)
    if (known) return known
    const text = new Text(this, this.#seat, this.#seat.call('crdt_root', this.#seat.giveText(name)))
    this.#texts.set(name, text)
    return text
  }

  /**
   * Merges an update: any order, any number of times. Returns what others have to hear of, empty for no news.
   * @param {Uint8Array} update
   * @param {unknown} [origin] given to listeners, so that they know their own
   * @throws {Refused} for bytes that are no update
   */
  apply (update, origin = 'remote') {
    const count = this.#seat.give(update)
    return this._change(origin, () => this.#seat.answer('crdt_apply', count))
  }

  /**
   * What a document with that state vector lacks; the whole state without one.
   * @param {Uint8Array} [vector]
   */
  encode (vector = nothing) { return this.#seat.answer('crdt_diff', this.#seat.give(vector)) }

  /** The state vector: what this document has got. */
  vector () { return this.#seat.answer('crdt_vector') }

  /**
   * Calls back with every update that others have to hear of, and where it comes from: 'edit', 'undo', 'redo' or the
   * origin given to `apply`. Returns a function that ends it.
   * @param {(update: Uint8Array, origin: unknown) => void} listener
   */
  onUpdate (listener) {
    this.#updateListeners.add(listener)
    return () => { this.#updateListeners.delete(listener) }
  }

  /**
   * Used by `Text`: runs something that changes the document, and tells who listens.
   * @param {unknown} origin @param {() => Uint8Array} body
   */
  _change (origin, body) {
    const observed = this.#observed
    if (observed) this.#seat.call('crdt_observe', observed.root)
    let update = nothing
    /** @type {Change[]} */
    let changes = []
    try {
      update = body()
      if (observed && update.length) changes = parse(this.#seat.answer('crdt_changes'))
    } finally {
      if (observed && !this.#seat.engine.trap) this.#seat.call('crdt_observe', -1)
    }
    if (observed && changes.length) observed._tell(changes, origin)
    this._tell(update, origin)
    return update
  }

  /** @param {Uint8Array} update @param {unknown} origin */
  _tell (update, origin) {
    if (update.length === 0) return
    for (const listener of this.#updateListeners) listener(update, origin)
  }

  /** @param {Text | undefined} text */
  _observe (text) {
    if (text && this.#observed && this.#observed !== text) throw new Error('one text of a document can be observed')
    this.#observed = text
  }

  /** @param {Text} text */
  _track (text) {
    if (this.#tracked && this.#tracked !== text) throw new Error('one text of a document can have a history')
    this.#tracked = text
    this.#seat.call('crdt_track', text.root)
  }
}

/** A root text of a document. */
export class Text {
  /** @type {Doc} */ #doc
  /** @type {Seat} */ #seat
  /** @type {Set<(changes: Change[], origin: unknown) => void>} */ #listeners = new Set()
  /** @type {History | undefined} */ #history

  /** @param {Doc} doc @param {Seat} seat @param {number} root */
  constructor (doc, seat, root) {
    this.#doc = doc
    this.#seat = seat
    this.root = root
  }

  /** UTF-16 units. */
  get length () { return this.#seat.call('crdt_length', this.root) }

  /** The text as UTF-8. */
  bytes () { return this.#seat.answer('crdt_text', this.root) }

  toString () { return utf16.decode(this.bytes()) }

  /** @param {number} at @param {string} inserted */
  insert (at, inserted) { return this.replace(at, at, inserted) }

  /** @param {number} start @param {number} end */
  delete (start, end) { return this.replace(start, end, '') }

  /**
   * Replaces the units from `start` to `end`, excluded, and returns the update. Half a surrogate pair counts as U+FFFD.
   * @param {number} start @param {number} end @param {string} inserted
   * @throws {Refused} for a place that is not there or lies inside a character
   */
  replace (start, end, inserted) {
    this.#history?._touch()
    const update = this.#seat.replace(this.root, start, end, this.#seat.giveText(inserted))
    if (update.length === 0) return update
    if (this.#listeners.size) {
      const clean = utf16.decode(utf8.encode(inserted))
      this._tell([{ offset: start, removed: end - start, inserted: clean }], 'edit')
    }
    this.#doc._tell(update, 'edit')
    return update
  }

  /**
   * Calls back with every change of the text and its origin, 'edit' for one's own. Returns a function that ends it.
   * One text of a document can be observed.
   * @param {(changes: Change[], origin: unknown) => void} listener
   */
  observe (listener) {
    this.#doc._observe(this)
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) this.#doc._observe(undefined)
    }
  }

  /** @param {Change[]} changes @param {unknown} origin */
  _tell (changes, origin) { for (const listener of this.#listeners) listener(changes, origin) }

  /**
   * A place that stays where it is while others edit: Yjs's relative position. It sticks to the unit on its right, or
   * on its left if `side` is negative.
   * @param {number} offset @param {number} [side]
   */
  anchor (offset, side = 0) { return this.#seat.answer('crdt_anchor', this.root, offset, side) }

  /**
   * Where an anchor is now; null while what it sticks to is not known.
   * @param {Uint8Array} anchor
   */
  resolve (anchor) {
    const offset = this.#seat.call('crdt_resolve', this.#seat.give(anchor))
    if (offset === -21) return null
    if (offset < 0) throw new Refused(offset)
    return offset
  }

  /**
   * The history of one's own edits from the first call on. One text of a document can have one.
   * @param {{ stepMilliseconds?: number, now?: () => number }} [options] edits in quicker succession are one step
   */
  history (options = {}) {
    if (!this.#history) {
      this.#doc._track(this)
      const now = options.now ?? (() => performance.now())
      this.#history = new History(this.#doc, this.#seat, options.stepMilliseconds ?? 500, now)
    }
    return this.#history
  }
}

/** Takes one's own edits back and does them again, whatever others do meanwhile. */
export class History {
  /** @type {Doc} */ #doc
  /** @type {Seat} */ #seat
  #last = -Infinity

  /** @param {Doc} doc @param {Seat} seat @param {number} stepMilliseconds @param {() => number} now */
  constructor (doc, seat, stepMilliseconds, now) {
    this.#doc = doc
    this.#seat = seat
    this.stepMilliseconds = stepMilliseconds
    this.now = now
  }

  /** Takes the last step back; false when there is none. */
  undo () { return this.#step('undo', 0) }

  /** Does the step again that was taken back last; false when there is none. */
  redo () { return this.#step('redo', 1) }

  get canUndo () { return (this.#seat.call('crdt_history') & 1) !== 0 }
  get canRedo () { return (this.#seat.call('crdt_history') & 2) !== 0 }

  /** The next edit starts a new step, however soon it comes. */
  close () { this.#seat.call('crdt_close_step') }

  /** Used by `Text`, before an edit. */
  _touch () {
    const now = this.now()
    if (now - this.#last > this.stepMilliseconds) this.close()
    this.#last = now
  }

  /** @param {string} origin @param {number} isRedo */
  #step (origin, isRedo) {
    this.#last = -Infinity
    if (isRedo ? !this.canRedo : !this.canUndo) return false
    this.#doc._change(origin, () => this.#seat.answer('crdt_undo', isRedo))
    return true
  }
}

/**
 * Each update with its length in front of it.
 * @param {Iterable<Uint8Array>} updates
 */
function blocks (updates) {
  const parts = [...updates]
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length + 5, 0))
  let at = 0
  for (const part of parts) {
    let rest = part.length
    for (; rest > 0x7F; rest = Math.floor(rest / 128)) bytes[at++] = (rest & 0x7F) | 0x80
    bytes[at++] = rest
    bytes.set(part, at)
    at += part.length
  }
  return bytes.subarray(0, at)
}

/**
 * Reads what `crdt_changes` writes.
 * @param {Uint8Array} bytes
 */
function parse (bytes) {
  let at = 0
  const number = () => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++]
      value += (byte & 0x7F) * scale
      if (byte < 0x80) return value
    }
  }
  /** @type {Change[]} */
  const changes = []
  while (at < bytes.length) {
    const [offset, removed, count] = [number(), number(), number()]
    changes.push({ offset, removed, inserted: utf16.decode(bytes.subarray(at, at + count)) })
    at += count
  }
  return changes
}
