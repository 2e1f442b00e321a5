// Chance that can be repeated: the same seed, the same choices.

export class Chance {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  // From 0 up to 1: mulberry32.
  number() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  // A whole number from least to most.
  between(least, most) {
    return least + Math.floor(this.number() * (most - least + 1));
  }

  // True in one of so many cases.
  oneIn(cases) {
    return this.number() * cases < 1;
  }

  of(list) {
    return list[this.between(0, list.length - 1)];
  }

  // One of [weight, thing] pairs, the heavier the likelier.
  weighed(pairs) {
    let left = this.number() * pairs.reduce((sum, [weight]) => sum + weight, 0);
    return pairs.find(([weight]) => (left -= weight) < 0)[1];
  }

  bytes(size) {
    return Buffer.from(Array.from({ length: size }, () => this.between(0, 255)));
  }

  // A chance of its own, so that what runs beside it doesn't change its choices.
  branch(number) {
    return new Chance(Math.imul(this.#state ^ number, 0x9e3779b1));
  }
}
