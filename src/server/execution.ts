import type { Plugin } from 'graphql-yoga'
import { execute } from '../execution/execute.ts'

/** Executes by plans that are made once for each document, instead of with the server's own executor. */
export function useExecution(): Plugin {
  return {
    onExecute({ setExecuteFn }) {
      setExecuteFn(execute)
    },
  }
}
