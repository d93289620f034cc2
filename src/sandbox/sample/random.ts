/** A seeded generator (mulberry32): the same seed gives the same numbers on every machine. */
export function createRandom(seed: number) {
  let state = seed >>> 0

  /** From 0 (inclusive) to 1 (exclusive). */
  function fraction(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** An integer from `least` to `most`, both included. */
  function integer(least: number, most: number): number {
    return least + Math.floor(fraction() * (most - least + 1))
  }

  function pick<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[integer(0, items.length - 1)] ?? items[0]
  }

  /** Has the format of a version 4 UUID but is not unique: every sandbox has the same sample rows. */
  function uuid(): string {
    const hex = Array.from({ length: 32 }, () => integer(0, 15).toString(16)).join('')
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
  }

  return { fraction, integer, pick, uuid }
}
export type Random = ReturnType<typeof createRandom>
