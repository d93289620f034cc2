/**
 * A page argument that can not be answered. The error is thrown before any read, except for two cursors in the wrong
 * order: their order is known once both places are found.
 */
export class PageArgumentError extends Error {
  override readonly name = 'PageArgumentError'
  readonly argument: 'first' | 'after' | 'last' | 'before'

  constructor(argument: PageArgumentError['argument'], message: string) {
    super(message)
    this.argument = argument
  }
}

/** The list has changed so much around a cursor that its place is not certain within the reads that a page may take. */
export class CursorExpiredError extends Error {
  override readonly name = 'CursorExpiredError'
}

/** The upstream contradicts itself about the list, so that no page of it is reliable. */
export class UnreadableListError extends Error {
  override readonly name = 'UnreadableListError'
}
