import { hash } from 'node:crypto'

/** A row in six bytes: five say which row it is, the last one what it showed. */
export type Mark = number

export const MARK_BYTES = 6

export function markOf(identity: string, state = ''): Mark {
  return digest(identity, 5) * 256 + (state === '' ? 0 : digest(state, 1))
}

/** The part of a mark that stays when the row shows something else. */
export function identityOf(mark: Mark): number {
  return Math.floor(mark / 256)
}

export function digest(text: string, bytes: number): number {
  return hash('sha256', text, 'buffer').readUIntBE(0, bytes)
}
