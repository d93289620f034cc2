/** An argument that the gateway refuses before it sends an upstream request. `argument` is its dotted path. */
export class UserInputError extends Error {
  readonly argument: string

  constructor(argument: string, message: string) {
    super(message)
    this.name = 'UserInputError'
    this.argument = argument
  }
}

/** The gateway has no calendar feeds. */
export class CalendarUnavailableError extends Error {
  /** @param isOff whether feeds are disabled; else the gateway has no key of its own to read them with */
  constructor(isOff: boolean) {
    super(
      isOff
        ? 'This gateway has no calendar feeds: CALENDAR_SECRET is not set.'
        : "A calendar feed sends no key, and this gateway asks with its callers' keys only.",
    )
    this.name = 'CalendarUnavailableError'
  }
}

/** A request exceeds a limit. `limit` is the name of the environment variable that sets it. */
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
