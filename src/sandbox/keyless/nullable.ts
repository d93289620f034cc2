type Json = Readonly<Record<string, unknown>>

/**
 * Writes `type: [string, null]` as `anyOf` of the two, in every schema of an OpenAPI document. Both say the same, but
 * many tools read a single type only.
 */
export function nullAsAlternative(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(nullAsAlternative)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(
    ([key, item]) => [key, IS_EXAMPLE.test(key) ? item : nullAsAlternative(item)] as const,
  )
  const { type, ...schema }: Json = Object.fromEntries(entries)
  return Array.isArray(type) && type.includes('null') ? anyOf(type, schema) : Object.fromEntries(entries)
}

/** What describes the field stays beside `anyOf`; what bounds a value goes to the alternative that it bounds. */
function anyOf(types: readonly unknown[], schema: Json): Json {
  const isNote = ([key]: readonly [string, unknown]) => NOTES.test(key)
  const bounds = Object.fromEntries(Object.entries(schema).filter((entry) => !isNote(entry)))
  const notes = Object.fromEntries(Object.entries(schema).filter(isNote))
  const alternatives = types.map((type) => (type === 'null' ? { type } : { type, ...bounds }))
  return { anyOf: alternatives, ...notes }
}

const IS_EXAMPLE = /^examples?$/
const NOTES = /^(title|description|default|deprecated|readOnly|writeOnly|examples?)$/
