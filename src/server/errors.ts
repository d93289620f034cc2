import { randomUUID } from 'node:crypto'
import { type ExecutionResult, GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { CursorExpiredError, PageArgumentError, UnreadableListError } from '../pagination/errors.ts'
import { UpstreamError } from '../rest/errors.ts'
import { CalendarUnavailableError, LimitError, UserInputError } from '../schema/errors.ts'
import type { Fault, ReportFault } from './gateway-options.ts'
import { PRIVATE } from './http/privacy.ts'

/** What may be logged of a fault: its message may quote a row, the frames of its stack can't. */
export function faultOf(cause: unknown): Fault {
  const { name, stack = '' } = cause instanceof Error ? cause : new Error()
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line))
  return { errorId: randomUUID(), name, stack: frames.join('\n') }
}

/** Words the errors of every result, wherever they were thrown. */
export function useWording(report: ReportFault): Plugin {
  return {
    onResultProcess({ result, setResult }) {
      if (!('errors' in result) || result.errors === undefined) return
      setResult(wordResult(result, report))
    },
  }
}

export function wordResult(result: ExecutionResult, report: ReportFault): ExecutionResult {
  if (result.errors === undefined) return result
  return { ...result, errors: result.errors.map((error) => wordError(asGraphQLError(error), report)) }
}

/** An error as a client gets it at a path that is not GraphQL's. */
export interface Refusal {
  readonly code: string
  readonly message: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

export function refusalOf(thrown: unknown, report: ReportFault): Refusal {
  const { errors = [] } = wordResult({ errors: [asGraphQLError(thrown)] }, report)
  const [{ message = '', extensions = {} } = {}] = errors
  const { status = 500, headers = {} } = (extensions.http ?? {}) as Partial<Refusal>
  return { code: String(extensions.code), message, status, headers }
}

export function answerRefusal(
  { code, message, status, headers }: Refusal,
  { Response }: { readonly Response: typeof globalThis.Response },
): Response {
  return Response.json({ errors: [{ message, extensions: { code } }] }, { status, headers: { ...headers } })
}

/** The response to a fault outside the execution, such as in a plugin. Yoga's own response would contain the stack. */
export function answerFault(fault: unknown, report: ReportFault): Response {
  const originalError = fault instanceof Error ? fault : new Error(typeof fault)
  const masked = wordError(new GraphQLError('', { originalError }), report)
  return Response.json({ errors: [masked] }, { status: 500, headers: PRIVATE })
}

/**
 * Words an error for the client: a message, and `extensions.code` (`docs/errors.md`). An error of an unknown class is an
 * internal fault: the client gets an `errorId`, under which the fault is logged.
 */
function wordError(error: GraphQLError, report: ReportFault): GraphQLError {
  const cause = causeOf(error)
  if (cause instanceof UpstreamError)
    return reword(error, cause.message, { code: cause.code, ...cause.extensions })
  if (cause instanceof UserInputError || cause instanceof PageArgumentError)
    return badUserInput(error, cause.argument, cause.message)
  if (cause instanceof LimitError)
    return reword(error, cause.message, {
      ...httpOf(error),
      code: 'LIMIT_EXCEEDED',
      limit: { name: cause.limit, max: cause.max },
    })
  if (cause instanceof CalendarUnavailableError)
    return reword(error, cause.message, { code: 'CALENDAR_UNAVAILABLE' })
  if (cause instanceof CursorExpiredError) return reword(error, cause.message, { code: 'CURSOR_EXPIRED' })
  if (cause instanceof UnreadableListError)
    return reword(error, cause.message, { code: 'UPSTREAM_INVALID_RESPONSE' })
  if (error.path === undefined && cause instanceof GraphQLError) return wordRequestError(error)
  return mask(error, cause, report)
}

/** A thrown value as an error of a result, to be worded by `wordResult`. */
export function asGraphQLError(thrown: unknown): GraphQLError {
  if (thrown instanceof GraphQLError) return thrown
  const originalError = thrown instanceof Error ? thrown : new Error(typeof thrown)
  return new GraphQLError(originalError.message, { originalError })
}

function causeOf(error: GraphQLError): Error {
  const inner = error.originalError
  return inner == null ? error : inner instanceof GraphQLError ? causeOf(inner) : inner
}

const VARIABLE = /^Variable "\$(\w+)" (?:got invalid value .*? at "\1([^"]*)"|.*)/s

/** Words the errors of the HTTP request, the document or the variables: those of yoga, graphql-js and `refusals.ts`. */
function wordRequestError(error: GraphQLError): GraphQLError {
  const { code } = error.extensions
  if (typeof code === 'string') return reword(error, error.message, { ...httpOf(error), code })
  const variable = VARIABLE.exec(error.message)
  if (variable === null)
    return reword(error, error.message, { ...httpOf(error), code: 'GRAPHQL_VALIDATION_FAILED' })
  // graphql-js quotes the value in its message, and the value may be a patient's.
  const argument = `${variable[1]}${variable[2] ?? ''}`
  const message = `The variable "$${argument}" is missing, or has a value that its type does not allow.`
  return badUserInput(error, argument, message)
}

function badUserInput(error: GraphQLError, argument: string, message: string): GraphQLError {
  return reword(error, message, { ...httpOf(error), code: 'BAD_USER_INPUT', argument })
}

function mask(error: GraphQLError, cause: Error, report: ReportFault): GraphQLError {
  const fault = faultOf(cause)
  report(fault)
  return reword(error, 'Something went wrong in the gateway. Quote the errorId to its operators.', {
    code: 'INTERNAL_SERVER_ERROR',
    errorId: fault.errorId,
  })
}

/** `extensions.http`, the status and headers of the response. Yoga removes it before the client gets the error. */
function httpOf({ extensions: { http } }: GraphQLError): object {
  return http === undefined ? {} : { http }
}

function reword(error: GraphQLError, message: string, extensions: object): GraphQLError {
  const { nodes = null, source = null, positions = null, path = null } = error
  return new GraphQLError(message, { nodes, source, positions, path, extensions: { ...extensions } })
}
