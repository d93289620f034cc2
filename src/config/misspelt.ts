import leven from 'leven'

/** What a name may end in that says what its number counts. */
const UNIT = /_(?:MS|SECS?|SECONDS?|MINUTES?|HOURS?|BYTES|KB|MB|PERCENT)$/

/** Shorter names have relatives in every environment: `PORT`, `HOST`, `NODE_ENV`. */
const SHORTEST = 9
/** From this length on, two wrong letters are still no other name. */
const LONG = 16

/**
 * The variable that a name was meant for: it has a letter too few, too many, wrong or in another place, is in small
 * letters, or lacks the unit or has another one. Undefined for a variable itself, and for a name of another program.
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

/** The one of some words that a word was probably meant for, by the letters that are wrong in it. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const near = words.filter((other) => isNear(word, other))
  return near.toSorted((a, b) => leven(word, a) - leven(word, b))[0]
}

function isNear(word: string, other: string): boolean {
  const length = Math.min(word.length, other.length)
  const wrong = leven(word, other)
  // Two letters that have changed places count as two wrong ones.
  return wrong <= (length < LONG ? 1 : 2) || (wrong === 2 && lettersOf(word) === lettersOf(other))
}

function lettersOf(word: string): string {
  return [...word].sort().join('')
}

function withoutUnit(name: string): string {
  return name.replace(UNIT, '')
}
