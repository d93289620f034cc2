import { hash, timingSafeEqual } from 'node:crypto'
import { BREAK, type DocumentNode, visit } from 'graphql'
import { routersOnly } from '../refusals.ts'
import { createSymbolProperty } from '../symbol-property.ts'

/** Throws a `GraphQLError` where only a router may send the document, and the request does not have the router's secret. */
export type RouterCheck = (document: DocumentNode, request: Request) => void

const MIN_SECRET_LENGTH = 16
/** No type but `Query` has fields of these names. */
const ROUTER_FIELDS = ['_service', '_entities']

/** @param secret what a router sends in `x-federation-secret`; null = every caller counts as a router */
export function createRouterCheck(secret: string | null): RouterCheck {
  if (secret === null) return () => {}
  if (secret.length < MIN_SECRET_LENGTH)
    throw new Error(`The secret of the router has ${MIN_SECRET_LENGTH} characters at least.`)
  const expected = digest(secret)
  const isForRouters = createSymbolProperty<DocumentNode, boolean>('isForRouters')

  return (document, request) => {
    if (!(isForRouters.get(document) ?? isForRouters.set(document, selectsRouterField(document)))) return
    const sent = request.headers.get('x-federation-secret')
    if (sent === null || !timingSafeEqual(digest(sent), expected)) throw routersOnly()
  }
}

function selectsRouterField(document: DocumentNode): boolean {
  let isSelected = false
  visit(document, {
    Field({ name }) {
      if (!ROUTER_FIELDS.includes(name.value)) return undefined
      isSelected = true
      return BREAK
    },
  })
  return isSelected
}

/** Has the same length for any text, so that a comparison takes constant time. */
function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}
