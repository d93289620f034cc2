export function globalIdOf(type: string, restId: string): string {
  return Buffer.from(`${type}:${restId}`).toString('base64')
}

/** Either a global id or the upstream's own is taken, as in the gateway that this one is compared with. */
export function restIdOf(id: string): string {
  return /^[A-Z][A-Za-z]+:(.+)$/.exec(Buffer.from(id, 'base64').toString())?.[1] ?? id
}
