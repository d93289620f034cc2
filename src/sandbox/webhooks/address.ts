/**
 * The problem of a webhook URL that a caller requests; undefined if the URL is valid. Events contain personal data, so
 * they are sent by HTTPS; plain HTTP is only for a receiver on this machine.
 */
export function addressProblem(text: string): string | undefined {
  const problem = urlProblem(text)
  if (problem !== undefined) return problem
  const { protocol, hostname } = new URL(text)
  return protocol === 'http:' && !isLoopback(hostname)
    ? 'must be an https URL; http is for loopback'
    : undefined
}

/** The problem of a webhook URL that the operator of the sandbox sets. Plain HTTP is allowed to any host. */
export function urlProblem(text: string): string | undefined {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) return 'must be an https URL'
  if (url.username !== '' || url.password !== '') return 'must hold no user and no password'
  return undefined
}

/** `URL` normalises every IPv4 address to four numbers, and puts IPv6 addresses in brackets. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}
