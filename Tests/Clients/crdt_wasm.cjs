// Runs the script of `crdt script` through WebAssembly and prints the same digest:
// node crdt_wasm.cjs ENGINE.wasm OPERATIONS [SEED]
const crypto = require('crypto')
const fs = require('fs')
const { Dice } = require('./dice.cjs')

const words = ['a', 'bc', 'héé', '😀', '日本', 'x😀y', '\n', 'some longer text ']
const longestText = 20_000
const deliveredAtOnce = 20
let Refused

class Script {
  constructor (engine, seed) {
    this.dice = new Dice(seed)
    this.documents = [7, 9007199254740990].map(client => engine.document(client))
    this.texts = this.documents.map(document => document.text('t'))
    this.queues = [[], []]
    this.operation = 0
    this.digest = crypto.createHash('sha256')
    this.streamBytes = 0
  }

  random (bound) { return this.dice.below(bound) }

  write (bytes) { this.digest.update(bytes); this.streamBytes += bytes.length }

  step () {
    const who = this.random(2)
    this.operation++
    const length = this.texts[who].length
    const kind = this.random(16)
    const start = this.random(length + 1)
    const end = Math.min(length, start + this.random(8))
    const word = words[this.random(words.length)]
    if (this.operation % 4096 === 0) return this.inspect(who)
    if (length > longestText) return this.edit(who, start, length, '')
    if (kind <= 7) this.edit(who, start, start, word)
    else if (kind === 8) this.edit(who, length, length, word)
    else if (kind <= 12) this.edit(who, start, end, '')
    else if (kind <= 14) this.edit(who, start, end, word)
    else this.deliver(who)
  }

  edit (who, start, end, word) {
    const text = this.texts[who]
    try {
      const update = word === ''
        ? text.delete(start, end)
        : start === end ? text.insert(start, word) : text.replace(start, end, word)
      this.write(new Uint8Array([0]))
      this.write(update)
      if (update.length) this.queues[1 - who].push(update)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      this.write(new Uint8Array([error.code === -12 ? 2 : 1]))
    }
  }

  deliver (who) {
    for (const update of this.queues[who].splice(0, deliveredAtOnce)) this.write(this.documents[who].apply(update))
  }

  inspect (who) {
    const vector = this.documents[who].vector()
    this.write(vector)
    this.write(this.documents[1 - who].encode(vector))
  }

  finish () {
    for (const who of [0, 1]) while (this.queues[who].length) this.deliver(who)
    this.documents.forEach((document, who) => {
      this.write(this.texts[who].bytes())
      this.write(document.encode())
    })
  }
}

async function main () {
  const [wasm, operations, seed = '1'] = process.argv.slice(2)
  const module = await import('../../SharedKit/CRDTWasm/crdt.mjs')
  Refused = module.Refused
  const engine = await module.Engine.load(fs.readFileSync(wasm))
  const started = process.cpuUsage()
  const script = new Script(engine, Number(seed))
  for (let i = 0; i < Number(operations); i++) script.step()
  script.finish()
  const cost = process.cpuUsage(started)
  console.log(JSON.stringify({
    operations: Number(operations),
    stream_bytes: script.streamBytes,
    stream_sha256: script.digest.digest('hex'),
    cpu_ms: (cost.user + cost.system) / 1000
  }))
}
main().catch(error => { console.error(error); process.exit(1) })
