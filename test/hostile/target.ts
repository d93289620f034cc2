import { expect } from 'vitest'
import type { GatewayTestOptions } from '../support/gateway.ts'
import { type Product, startProduct } from '../support/product.ts'

/** The gateway answers any request within this time, in milliseconds. */
export const ANSWERED_WITHIN_MS = 2000

export interface Answer {
  readonly status: number
  readonly codes: readonly string[]
  readonly text: string
}

export interface Target extends AsyncDisposable {
  readonly product: Product
  /** Posts a document, or a body. */
  attack(body: object | string, headers?: Readonly<Record<string, string>>): Promise<Answer>
  /** Returns the upstream requests of the attack, and fails unless the gateway still answers and reported no fault. */
  verifyAndTakeRequests(): Promise<string[]>
}

export async function startTarget(gateway: GatewayTestOptions = {}): Promise<Target> {
  const faults: unknown[] = []
  const product = await startProduct({
    sandbox: { seed: 50 },
    gateway: { ...gateway, reportFault: (fault) => faults.push(fault) },
  })
  return {
    product,
    async attack(body, headers = {}) {
      const response = await fetch(`${product.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
        signal: AbortSignal.timeout(ANSWERED_WITHIN_MS),
      })
      const text = await response.text()
      return { status: response.status, codes: codesOf(text), text }
    },
    async verifyAndTakeRequests() {
      const requests = product.takeRequests()
      const { data } = await product.query('{ appointments(first: 1) { nodes { title } } }')
      expect(data.appointments.nodes).toHaveLength(1)
      expect(faults).toEqual([])
      product.takeRequests()
      return requests
    },
    [Symbol.asyncDispose]: () => product[Symbol.asyncDispose](),
  }
}

/** The distinct error codes in a response. */
export function codesOf(text: string): string[] {
  return [...new Set([...text.matchAll(/"code":"(\w+)"/g)].map(([, code]) => code ?? ''))]
}

export function repeat(count: number, write: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => write(index)).join(' ')
}
