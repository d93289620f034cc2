/** Repeatable chance: the same seed draws the same numbers, everywhere and for good (mulberry32). */
export function createRandom(seed: number) {
  let state = seed >>> 0

  /** From 0 up to, not including, 1. */
  function draw(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number, both ends included. */
  function between(least: number, most: number): number {
    return least + Math.floor(draw() * (most - least + 1))
  }

  function one<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[between(0, items.length - 1)] ?? items[0]
  }

  /** In the form of a version 4 UUID, but not unique in the world: two sandboxes hold the same sample rows. */
  function uuid(): string {
    const hex = Array.from({ length: 32 }, () => between(0, 15).toString(16)).join('')
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
  }

  return { draw, between, one, uuid }
}
export type Random = ReturnType<typeof createRandom>
