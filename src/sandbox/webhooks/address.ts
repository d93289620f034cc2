/**
 * What is wrong with the address of a webhook; undefined if nothing is. Events hold what patients told a clinic, so they
 * travel by HTTPS; plain HTTP is for a receiver on this machine.
 */
export function addressProblem(text: string): string | undefined {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) return 'must be an https URL'
  if (url.username !== '' || url.password !== '') return 'must hold no user and no password'
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    return 'must be an https URL; http is for loopback'
  return undefined
}

/** `URL` writes every IPv4 address with four numbers, and IPv6 in brackets. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}
