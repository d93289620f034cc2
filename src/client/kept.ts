/** An answer as it came, and the tag that the gateway gave it. */
export interface Kept {
  readonly tag: string
  readonly text: string
}

export interface KeptAnswers {
  get(url: string): Kept | undefined
  set(url: string, kept: Kept): void
}

/** Keeps answers by their URL, and of all of them at most so many characters: the one that was used longest ago goes first. */
export function createKeptAnswers(maxCharacters: number): KeptAnswers {
  const answers = new Map<string, Kept>()
  let characters = 0

  function remove(url: string): Kept | undefined {
    const kept = answers.get(url)
    if (kept === undefined) return undefined
    answers.delete(url)
    characters -= url.length + kept.text.length
    return kept
  }

  /** A Map has its keys in the order of their insertion. */
  function add(url: string, kept: Kept): void {
    answers.set(url, kept)
    characters += url.length + kept.text.length
    for (const oldest of answers.keys()) {
      if (characters <= maxCharacters) return
      remove(oldest)
    }
  }

  return {
    get(url) {
      const kept = remove(url)
      if (kept !== undefined) add(url, kept)
      return kept
    },
    set(url, kept) {
      remove(url)
      add(url, kept)
    },
  }
}
