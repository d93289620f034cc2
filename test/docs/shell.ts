/** A command of a shell snippet: `NAME=value program argument …`. */
export interface Command {
  readonly variables: readonly string[]
  readonly words: readonly string[]
}

/** The request that a `curl` command sends. */
export interface CurlRequest {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** Reads the simple commands of a snippet: quotes, `&&`, comments, and line continuations. */
export function commandsOf(text: string): readonly Command[] {
  return text
    .replaceAll('\\\n', ' ')
    .split('\n')
    .flatMap((line) => wordLists(line))
    .filter((words) => words.length > 0)
    .map((words) => {
      const isVariable = (word: string) => /^[A-Z][A-Z_]*=/.test(word)
      const start = words.findIndex((word) => !isVariable(word))
      return {
        variables: words.slice(0, start).map((word) => word.slice(0, word.indexOf('='))),
        words: words.slice(start),
      }
    })
}

/** Throws for an unknown option, so that no part of a snippet goes untested. */
export function curlRequest([, ...words]: readonly string[]): CurlRequest {
  const headers: Record<string, string> = {}
  let body: string | undefined
  let url = ''
  let method: string | undefined
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    if (!word.startsWith('-')) {
      url = word
      continue
    }
    index += 1
    const value = words[index] ?? ''
    if (word === '-H')
      headers[value.slice(0, value.indexOf(':'))] = value.slice(value.indexOf(':') + 1).trim()
    else if (word === '-d') body = value
    else if (word === '-X') method = value
    else throw new Error(`The tests do not know curl's option ${word}.`)
  }
  return { url, headers, body, method: method ?? (body === undefined ? 'GET' : 'POST') }
}

function wordLists(line: string): string[][] {
  const lists: string[][] = [[]]
  for (const [token] of line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)) {
    if (token.startsWith('#')) break
    if (token === '&&') lists.push([])
    else lists.at(-1)?.push(token.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2'))
  }
  return lists
}
