import type { ExecutionArgs, ExecutionResult } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { execute } from '../execution/execute.ts'

/** Executes by plans that are made once for each document, instead of with the server's own executor. */
export function useExecution(): Plugin {
  return {
    onExecute({ setExecuteFn }) {
      setExecuteFn(executeRequest)
    },
  }
}

function executeRequest(args: ExecutionArgs): ExecutionResult | Promise<ExecutionResult> {
  const result = execute(args)
  return result instanceof Promise ? result : refused(result)
}

/** What could not be executed at all is the request's fault, in either media type (GraphQL over HTTP, 6.4). */
function refused(result: ExecutionResult): ExecutionResult {
  if (!('data' in result)) for (const { extensions } of result.errors ?? []) extensions.http = { status: 400 }
  return result
}
