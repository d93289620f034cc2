/** An argument that the gateway refuses before it sends an upstream request. `argument` is its dotted path. */
export class UserInputError extends Error {
  readonly argument: string

  constructor(argument: string, message: string) {
    super(message)
    this.name = 'UserInputError'
    this.argument = argument
  }
}

/** A request asks for more than a limit allows. `limit` is the name of the environment variable that sets it. */
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
