/** More than a request may ask for. `limit` is the name that operators know it by. */
export class LimitError extends Error {
  readonly limit: string
  readonly max: number

  constructor(limit: string, max: number, message: string) {
    super(message)
    this.name = 'LimitError'
    this.limit = limit
    this.max = max
  }
}
