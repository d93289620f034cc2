/** An argument that can't be answered. Thrown before anything is asked, but for crossed cursors: those are judged once both were placed. */
export class PageArgumentError extends Error {
  override readonly name = 'PageArgumentError'
  readonly argument: 'first' | 'after' | 'last' | 'before'

  constructor(argument: PageArgumentError['argument'], message: string) {
    super(message)
    this.argument = argument
  }
}

/** The list changed so much around a cursor that its place can't be told for certain within the requests a page may cost. */
export class CursorExpiredError extends Error {
  override readonly name = 'CursorExpiredError'
}

/** The upstream contradicts itself about the list, so that no page of it could be trusted. */
export class UnreadableListError extends Error {
  override readonly name = 'UnreadableListError'
}
