/** Written as in the OpenAPI document. */
export const FAULT_ROUTES = [
  'GET /appointments',
  'POST /appointments',
  'GET /appointments/{id}',
  'PATCH /appointments/{id}',
  'POST /appointments/{id}/cancel',
] as const

/** What the API does instead of, or before, answering the next requests of a route. */
export interface Fault {
  /** `undefined` matches every route. */
  readonly route?: (typeof FAULT_ROUTES)[number] | undefined
  /** The number of requests that get this fault. */
  readonly times: number
  /** The API waits this long before anything else. */
  readonly delay_ms?: number | undefined
  /** The API closes the connection without a response, before or after the route does its work. */
  readonly drop?: 'before' | 'after' | undefined
  /** The API answers with this status in the error envelope, and the route does nothing. */
  readonly status?: number | undefined
  /** The code of that envelope; `undefined` means `INJECTED_FAULT`. */
  readonly code?: string | undefined
}

/** The pending faults, oldest first. */
export function createFaultQueue() {
  let pending: readonly Fault[] = []

  return {
    add(fault: Fault): void {
      pending = [...pending, fault]
    },

    clear(): void {
      pending = []
    },

    list(): readonly Fault[] {
      return pending
    },

    /** Returns the oldest fault that matches the route, and uses up one of its `times`. */
    take(route: string | undefined): Fault | undefined {
      const position = pending.findIndex((fault) => fault.route === undefined || fault.route === route)
      const fault = pending[position]
      if (!fault) return undefined
      const rest = fault.times > 1 ? [{ ...fault, times: fault.times - 1 }] : []
      pending = pending.toSpliced(position, 1, ...rest)
      return fault
    },
  }
}
export type FaultQueue = ReturnType<typeof createFaultQueue>
