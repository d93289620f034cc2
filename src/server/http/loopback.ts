import { BlockList, isIP } from 'node:net'
import { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'

/** True for an address that nobody but this machine can reach. A name is not looked up: only `localhost` is known. */
export function isLoopback(host: string): boolean {
  const family = isIP(host)
  return family === 0
    ? host.toLowerCase() === 'localhost'
    : LOOPBACK.check(host, family === 4 ? 'ipv4' : 'ipv6')
}

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/**
 * Answers only requests that were addressed to this machine. A website can make its own name point at 127.0.0.1, and
 * would then ask an open gateway as if it were of the same origin.
 */
export function useLoopbackNames(): Plugin {
  return {
    onRequestParse({ request }) {
      const name = hostName(request.headers.get('host') ?? '')
      if (!isLoopback(name))
        throw new GraphQLError(
          'Without a token check this gateway answers on the names of this machine only.',
          {
            extensions: { code: 'CSRF_REFUSED', http: { status: 403 } },
          },
        )
    },
  }
}

function hostName(host: string): string {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(host) ?? []
  return bracketed ?? plain ?? ''
}
