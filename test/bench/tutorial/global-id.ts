export function globalIdOf(type: string, restId: string): string {
  return Buffer.from(`${type}:${restId}`).toString('base64')
}

/** Accepts a global id or a REST id, as our gateway does. */
export function restIdOf(id: string): string {
  return /^[A-Z][A-Za-z]+:(.+)$/.exec(Buffer.from(id, 'base64').toString())?.[1] ?? id
}
