/**
 * The places where the shape of a real answer differs from the documented one: other keys, or values of another type.
 * Null matches any value, and each item of a list is compared with the first documented item.
 */
export function differences(documented: unknown, real: unknown, place = '$'): readonly string[] {
  if (documented === null || real === null) return []
  if (kindOf(documented) !== kindOf(real)) return [`${place} is ${kindOf(real)}, not ${kindOf(documented)}`]
  if (Array.isArray(documented) && Array.isArray(real)) {
    if (documented.length > 0 && real.length === 0) return [`${place} is empty`]
    return real.flatMap((item, index) => differences(documented[0] ?? null, item, `${place}[${index}]`))
  }
  if (kindOf(documented) !== 'object') return []
  const [theirs, ours] = [documented as object, real as object]
  const keys = new Set([...Object.keys(theirs), ...Object.keys(ours)])
  return [...keys].flatMap((key) => {
    if (!(key in ours)) return [`${place}.${key} is missing`]
    if (!(key in theirs)) return [`${place}.${key} is not documented`]
    return differences(theirs[key as never], ours[key as never], `${place}.${key}`)
  })
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value
}
