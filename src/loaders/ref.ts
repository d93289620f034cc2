/** An appointment as resolvers pass it on: its name. What is known of it, and what more would cost, is the loader's. */
export interface AppointmentRef {
  readonly kind: 'Appointment'
  readonly restId: string
}

export function refTo(restId: string): AppointmentRef {
  return { kind: 'Appointment', restId }
}
