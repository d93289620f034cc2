import leven from 'leven'

/** The suffix of a name that is the unit of its number. */
const UNIT = /_(?:MS|SECS?|SECONDS?|MINUTES?|HOURS?|BYTES|KB|MB|PERCENT)$/

/** Shorter names (`PORT`, `HOST`, `NODE_ENV`) resemble variables of other programs. */
const SHORTEST = 9
/** From this length on, two wrong letters still count as a misspelling. */
const LONG = 16

/**
 * The variable that a name probably misspells: the name has a missing, additional, wrong or misplaced letter, is in lower
 * case, or has no unit or another unit. Undefined for a correct variable, and for a name of another program.
 */
export function meantVariable(name: string, variables: readonly string[]): string | undefined {
  const capitals = name.toUpperCase()
  if (variables.includes(name) || name.length < SHORTEST) return undefined
  return (
    variables.find((variable) => UNIT.test(variable) && withoutUnit(variable) === withoutUnit(capitals)) ??
    nearest(
      capitals,
      variables.filter(({ length }) => length >= SHORTEST),
    )
  )
}

/** The word that another one probably misspells: the one with the fewest wrong letters. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const near = words.filter((other) => isNear(word, other))
  return near.toSorted((a, b) => leven(word, a) - leven(word, b))[0]
}

function isNear(word: string, other: string): boolean {
  const length = Math.min(word.length, other.length)
  const wrong = leven(word, other)
  // Two swapped letters count as two wrong ones.
  return wrong <= (length < LONG ? 1 : 2) || (wrong === 2 && lettersOf(word) === lettersOf(other))
}

function lettersOf(word: string): string {
  return [...word].sort().join('')
}

function withoutUnit(name: string): string {
  return name.replace(UNIT, '')
}
