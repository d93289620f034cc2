import { randomUUID } from 'node:crypto'
import { GraphQLError } from 'graphql'
import { CursorExpiredError, PageArgumentError, UnreadableListError } from '../pagination/errors.ts'
import { UpstreamError } from '../rest/errors.ts'
import { LimitError } from '../schema/limit-error.ts'
import { UserInputError } from '../schema/user-input-error.ts'

/** Told of a fault of our own: an id that the caller was given too, and where it happened. */
export type ReportFault = (fault: Fault) => void

export interface Fault {
  readonly errorId: string
  readonly name: string
  readonly stack: string
}

/** What may be logged of a fault: a message may quote a row, the frames of the stack can't. */
export function faultOf(cause: unknown): Fault {
  const { name, stack = '' } = cause instanceof Error ? cause : new Error()
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line))
  return { errorId: randomUUID(), name, stack: frames.join('\n') }
}

/**
 * Words every error for the caller: a message, and `extensions.code` (design: the table of codes). What is not known
 * here is a fault of our own: it is masked, and reported under an `errorId`.
 */
export function wordError(error: GraphQLError, report: ReportFault): GraphQLError {
  const cause = causeOf(error)
  if (cause instanceof UpstreamError)
    return reword(error, cause.message, { code: cause.code, ...cause.extensions })
  if (cause instanceof UserInputError || cause instanceof PageArgumentError)
    return reword(error, cause.message, { code: 'BAD_USER_INPUT', argument: cause.argument })
  if (cause instanceof LimitError)
    return reword(error, cause.message, {
      code: 'LIMIT_EXCEEDED',
      limit: { name: cause.limit, max: cause.max },
    })
  if (cause instanceof CursorExpiredError) return reword(error, cause.message, { code: 'CURSOR_EXPIRED' })
  if (cause instanceof UnreadableListError)
    return reword(error, cause.message, { code: 'UPSTREAM_INVALID_RESPONSE' })
  if (error.path === undefined && cause instanceof GraphQLError) return wordRequestError(error)
  return mask(error, cause, report)
}

function causeOf(error: GraphQLError): Error {
  const inner = error.originalError
  return inner == null ? error : inner instanceof GraphQLError ? causeOf(inner) : inner
}

const VARIABLE = /^Variable "\$(\w+)" (?:got invalid value .*? at "\1([^"]*)"|.*)/s

/** Errors of the HTTP request, the document or the variables: yoga's and graphql's own, less what they quote. */
function wordRequestError(error: GraphQLError): GraphQLError {
  const { code, http, limit } = error.extensions
  const kept = { ...(http !== undefined && { http }), ...(limit !== undefined && { limit }) }
  if (typeof code === 'string') return reword(error, error.message, { ...kept, code })
  const variable = VARIABLE.exec(error.message)
  if (variable === null) return reword(error, error.message, { ...kept, code: 'GRAPHQL_VALIDATION_FAILED' })
  // graphql's message quotes the value, which may be a patient's.
  const argument = `${variable[1]}${variable[2] ?? ''}`
  const message = `The variable "$${argument}" is missing, or has a value that its type does not allow.`
  return reword(error, message, { ...kept, code: 'BAD_USER_INPUT', argument })
}

function mask(error: GraphQLError, cause: Error, report: ReportFault): GraphQLError {
  const fault = faultOf(cause)
  report(fault)
  return reword(error, 'Something went wrong in the gateway. Quote the errorId to its operators.', {
    code: 'INTERNAL_SERVER_ERROR',
    errorId: fault.errorId,
  })
}

function reword(error: GraphQLError, message: string, extensions: Record<string, unknown>): GraphQLError {
  const { nodes = null, source = null, positions = null, path = null } = error
  return new GraphQLError(message, { nodes, source, positions, path, extensions })
}
