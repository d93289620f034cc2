import type { Sandbox } from './server.ts'

/** What a person at a terminal needs: the base URL, the key, and a line to paste. */
export function banner({ url, key }: Sandbox): string {
  return [
    `Appointments API at ${url}`,
    `Key ${key}`,
    `curl "${url}/appointments?limit=3" -H "Authorization: Bearer ${key}"`,
  ].join('\n')
}
