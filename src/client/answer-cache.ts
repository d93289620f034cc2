/** The text of an answer, with its `ETag`. */
export interface CachedAnswer {
  readonly tag: string
  readonly text: string
}

export interface AnswerCache {
  get(url: string): CachedAnswer | undefined
  set(url: string, answer: CachedAnswer): void
}

/** An LRU cache of answers by URL, limited to `maxCharacters` of URLs and texts. */
export function createAnswerCache(maxCharacters: number): AnswerCache {
  const answers = new Map<string, CachedAnswer>()
  let characters = 0

  function remove(url: string): CachedAnswer | undefined {
    const answer = answers.get(url)
    if (answer === undefined) return undefined
    answers.delete(url)
    characters -= url.length + answer.text.length
    return answer
  }

  /** Evicts from the front of the map, which keeps its keys in the order of their insertion. */
  function add(url: string, answer: CachedAnswer): void {
    answers.set(url, answer)
    characters += url.length + answer.text.length
    for (const oldest of answers.keys()) {
      if (characters <= maxCharacters) return
      remove(oldest)
    }
  }

  return {
    get(url) {
      const answer = remove(url)
      if (answer !== undefined) add(url, answer)
      return answer
    },
    set(url, answer) {
      remove(url)
      add(url, answer)
    },
  }
}
