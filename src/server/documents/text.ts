import { Lexer, Source, TokenKind } from 'graphql'
import type { Limits } from '../limits/limits.ts'
import { limitExceeded } from '../refusals.ts'

const OPENING: readonly string[] = [TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]
const CLOSING: readonly string[] = [TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]

/** Lists and input objects open brackets too, and inline fragments nest without adding a level of fields. */
const BRACKETS_A_LEVEL = 10

/** Limits the tokens and open brackets of a document before parsing, which then takes bounded time and stack. */
export function requireParsable(
  text: string,
  { MAX_TOKENS, MAX_DEPTH }: Pick<Limits, 'MAX_TOKENS' | 'MAX_DEPTH'>,
): { readonly lines: number } {
  const lexer = new Lexer(new Source(text))
  let tokens = 0
  let openBrackets = 0
  for (let { kind } = lexer.advance(); kind !== TokenKind.EOF; kind = lexer.advance().kind) {
    tokens += 1
    if (OPENING.includes(kind)) openBrackets += 1
    else if (CLOSING.includes(kind)) openBrackets -= 1
    if (tokens > MAX_TOKENS)
      throw limitExceeded('MAX_TOKENS', MAX_TOKENS, `The document has more than ${MAX_TOKENS} tokens.`, HTTP)
    if (openBrackets > MAX_DEPTH * BRACKETS_A_LEVEL)
      throw limitExceeded('MAX_DEPTH', MAX_DEPTH, 'The brackets of the document are nested too deeply.', HTTP)
  }
  return { lines: lexer.line }
}

const HTTP = { status: 400, spec: true }
