type Json = Readonly<Record<string, unknown>>

/**
 * Rewrites `type: [string, null]` as `anyOf` of the two, in every schema of an OpenAPI document. Both are equivalent, but
 * many tools support only a single type.
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

/** Annotations stay beside `anyOf`; constraints move into the alternative that they constrain. */
function anyOf(types: readonly unknown[], schema: Json): Json {
  const isAnnotation = ([key]: readonly [string, unknown]) => ANNOTATIONS.test(key)
  const constraints = Object.fromEntries(Object.entries(schema).filter((entry) => !isAnnotation(entry)))
  const annotations = Object.fromEntries(Object.entries(schema).filter(isAnnotation))
  const alternatives = types.map((type) => (type === 'null' ? { type } : { type, ...constraints }))
  return { anyOf: alternatives, ...annotations }
}

const IS_EXAMPLE = /^examples?$/
const ANNOTATIONS = /^(title|description|default|deprecated|readOnly|writeOnly|examples?)$/
