/** An argument that the gateway refuses before it asks the upstream anything. `argument` is its dotted path. */
export class UserInputError extends Error {
  readonly argument: string

  constructor(argument: string, message: string) {
    super(message)
    this.name = 'UserInputError'
    this.argument = argument
  }
}
