/**
 * What is wrong with the address of a webhook that a caller asks for; undefined if nothing is. Events hold what patients
 * told a clinic, so they travel by HTTPS; plain HTTP is for a receiver on this machine.
 */
export function addressProblem(text: string): string | undefined {
  const problem = urlProblem(text)
  if (problem !== undefined) return problem
  const { protocol, hostname } = new URL(text)
  return protocol === 'http:' && !isLoopback(hostname)
    ? 'must be an https URL; http is for loopback'
    : undefined
}

/** The same of one that whoever starts the sandbox asks for, and who knows the network between the two. */
export function urlProblem(text: string): string | undefined {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) return 'must be an https URL'
  if (url.username !== '' || url.password !== '') return 'must hold no user and no password'
  return undefined
}

/** `URL` writes every IPv4 address with four numbers, and IPv6 in brackets. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}
