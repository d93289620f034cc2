const MAX_ITEMS = 10
const MAX_DEPTH = 2

/**
 * Formats a value for an error message like graphql-js, whose function for this is not public. Only the texts of errors
 * quote values.
 */
export function inspect(value: unknown): string {
  return format(value, [])
}

function format(value: unknown, ancestors: readonly object[]): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'function') return value.name ? `[function ${value.name}]` : '[function]'
  if (typeof value !== 'object' || value === null) return String(value)
  if (ancestors.includes(value)) return '[Circular]'
  const path = [...ancestors, value]
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    const json: unknown = value.toJSON()
    if (json !== value) return typeof json === 'string' ? json : format(json, path)
    return formatObject(value, path)
  }
  return Array.isArray(value) ? formatArray(value, path) : formatObject(value, path)
}

function formatArray(items: readonly unknown[], path: readonly object[]): string {
  if (items.length === 0) return '[]'
  if (path.length > MAX_DEPTH) return '[Array]'
  const texts = items.slice(0, MAX_ITEMS).map((item) => format(item, path))
  const more = items.length - texts.length
  if (more > 0) texts.push(`... ${more} more item${more === 1 ? '' : 's'}`)
  return `[${texts.join(', ')}]`
}

function formatObject(object: object, path: readonly object[]): string {
  const entries = Object.entries(object)
  if (entries.length === 0) return '{}'
  if (path.length > MAX_DEPTH) return `[${kindOf(object)}]`
  return `{ ${entries.map(([key, value]) => `${key}: ${format(value, path)}`).join(', ')} }`
}

/** The name of the object's class, where it has one. */
function kindOf(object: object): string {
  const tag = Object.prototype.toString.call(object).slice('[object '.length, -1)
  if (tag !== 'Object' || typeof object.constructor !== 'function') return tag
  return object.constructor.name || tag
}
