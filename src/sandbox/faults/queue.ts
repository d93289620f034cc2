/** Requests are written as in the OpenAPI document; `webhook` is a delivery. */
export const FAULT_ROUTES = [
  'GET /appointments',
  'POST /appointments',
  'GET /appointments/{id}',
  'PATCH /appointments/{id}',
  'POST /appointments/{id}/cancel',
  'GET /clinician-profiles',
  'GET /clinician-profiles/{id}',
  'GET /locations',
  'GET /locations/{id}',
  'GET /appointment-templates',
  'GET /appointment-templates/{id}',
  'GET /patients',
  'POST /patients',
  'GET /patients/{id}',
  'PATCH /patients/{id}',
  'GET /webhooks',
  'POST /webhooks',
  'GET /webhooks/{id}',
  'PATCH /webhooks/{id}',
  'DELETE /webhooks/{id}',
  'POST /webhooks/{id}/test',
  'webhook',
] as const

/** A fault for the next requests of a route, or for the next attempts of deliveries. */
export interface Fault {
  /** `undefined` matches every request, and no delivery. */
  readonly route?: (typeof FAULT_ROUTES)[number] | undefined
  /** The number of requests or attempts that get this fault. */
  readonly times: number
  /** The API waits this long first. Other deliveries overtake a delayed delivery. */
  readonly delay_ms?: number | undefined
  /**
   * The API closes the connection without a response, before or after the route handler runs. A delivery is lost for good
   * (`before`), or is sent and then retried, because its answer is ignored (`after`).
   */
  readonly drop?: 'before' | 'after' | undefined
  /** The API answers with this status in the error envelope, without running the route handler. */
  readonly status?: number | undefined
  /** The code of that envelope; `undefined` means `INJECTED_FAULT`. */
  readonly code?: string | undefined
  /** How many more times a delivery is sent in the same attempt. */
  readonly duplicate?: number | undefined
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
      const position = pending.findIndex((fault) => isFor(fault, route))
      const fault = pending[position]
      if (!fault) return undefined
      const rest = fault.times > 1 ? [{ ...fault, times: fault.times - 1 }] : []
      pending = pending.toSpliced(position, 1, ...rest)
      return fault
    },
  }
}
export type FaultQueue = ReturnType<typeof createFaultQueue>

function isFor({ route: ownRoute }: Fault, route: string | undefined): boolean {
  return ownRoute === undefined ? route !== 'webhook' : ownRoute === route
}
