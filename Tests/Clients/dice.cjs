// xorshift32 (Marsaglia 2003), as the drivers have it: the seed alone decides what falls.
class Dice {
  constructor (seed) { this.state = seed >>> 0 }

  below (bound) {
    let state = this.state
    state ^= state << 13; state >>>= 0
    state ^= state >>> 17
    state ^= state << 5; state >>>= 0
    this.state = state
    return state % bound
  }

  of (list) { return list[this.below(list.length)] }
}

module.exports = { Dice }
