import { BlockList, isIP } from 'node:net'
import type { Plugin } from 'graphql-yoga'
import { csrfRefused } from '../refusals.ts'

/** True for an address that only this machine can reach. Names are not looked up: of them only `localhost` is one. */
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
 * Answers only requests that are addressed to this machine. The owner of a website can point its name at 127.0.0.1, and
 * its pages would then ask an open gateway as if they were of the same origin.
 */
export function useLoopbackNames(): Plugin {
  return {
    onRequestParse: ({ request }) => requireLoopbackName(request),
  }
}

export function requireLoopbackName(request: Request): void {
  if (!isForThisMachine(request))
    throw csrfRefused('Without a token check this gateway answers on the names of this machine only.')
}

/** Whether the request is addressed to this machine by its own names. */
export function isForThisMachine({ headers }: Request): boolean {
  return isLoopback(hostName(headers.get('host') ?? ''))
}

function hostName(host: string): string {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(host) ?? []
  return bracketed ?? plain ?? ''
}
