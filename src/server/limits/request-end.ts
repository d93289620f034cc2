import type { Plugin } from 'graphql-yoga'

/** Calls back when a request has ended, however it did, and its work with it. */
export function onRequestEnd(end: (request: Request) => void): Pick<Plugin, 'instrumentation'> {
  return {
    instrumentation: {
      async request({ request }, handle) {
        try {
          await handle()
        } finally {
          end(request)
        }
      },
    },
  }
}
