/** As the OpenAPI document names them. */
export const FAULT_ROUTES = [
  'GET /appointments',
  'POST /appointments',
  'GET /appointments/{id}',
  'PATCH /appointments/{id}',
  'POST /appointments/{id}/cancel',
] as const

/** What is to go wrong, and with which requests. */
export interface Fault {
  /** Without one, any. */
  readonly route?: (typeof FAULT_ROUTES)[number] | undefined
  /** For how many requests. */
  readonly times: number
  /** Waits so many milliseconds before anything else. */
  readonly delay_ms?: number | undefined
  /** Closes the connection without an answer: `before` nothing was done, `after` the request did its work. */
  readonly drop?: 'before' | 'after' | undefined
  /** Answers the error envelope with this status instead of doing anything. */
  readonly status?: number | undefined
  readonly code?: string | undefined
}

/** Faults that are due, first come first served. */
export function createFaultQueue() {
  let due: readonly Fault[] = []

  return {
    add(fault: Fault): void {
      due = [...due, fault]
    },

    clear(): void {
      due = []
    },

    list(): readonly Fault[] {
      return due
    },

    /** The oldest fault for a request of this route, used up by one. */
    take(route: string | undefined): Fault | undefined {
      const position = due.findIndex((fault) => fault.route === undefined || fault.route === route)
      const fault = due[position]
      if (!fault) return undefined
      const rest = fault.times > 1 ? [{ ...fault, times: fault.times - 1 }] : []
      due = due.toSpliced(position, 1, ...rest)
      return fault
    },
  }
}
export type FaultQueue = ReturnType<typeof createFaultQueue>
