import type { RequestListener } from 'node:http'
import { BlockList, isIP } from 'node:net'
import type { Plugin } from 'graphql-yoga'
import { csrfRefused } from '../refusals.ts'

/** True for a loopback address, and for the name `localhost`. No name is resolved. */
export function isLoopback(host: string): boolean {
  const family = isIP(host)
  return family === 0
    ? host.toLowerCase() === 'localhost'
    : LOOPBACK.check(host, family === 4 ? 'ipv4' : 'ipv6')
}

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

const OWN_NAMES_ONLY = 'HOST is an address of this machine alone, so only its own names are answered.'

/**
 * Refuses requests that are not addressed to this machine by a loopback name, against DNS rebinding: the owner of a website
 * can point its name at 127.0.0.1, and its pages would then have the same origin as an open gateway.
 */
export function useLoopbackNames(): Plugin {
  return {
    onRequestParse: ({ request }) => requireLoopbackName(request),
  }
}

/** The same check for a listener of node:http. */
export function onLoopbackNames(listener: RequestListener): RequestListener {
  return (request, response) => {
    if (isLoopbackName(request.headers.host)) listener(request, response)
    else response.writeHead(403, { 'content-type': 'text/plain' }).end(`${OWN_NAMES_ONLY}\n`)
  }
}

export function requireLoopbackName(request: Request): void {
  if (!isForThisMachine(request)) throw csrfRefused(OWN_NAMES_ONLY)
}

/** Whether the request is addressed to this machine by a loopback name. A request through `fetch` has no `Host`. */
export function isForThisMachine({ headers, url }: Request): boolean {
  return isLoopbackName(headers.get('host') ?? new URL(url).host)
}

function isLoopbackName(host = ''): boolean {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(host) ?? []
  return isLoopback(bracketed ?? plain ?? '')
}
