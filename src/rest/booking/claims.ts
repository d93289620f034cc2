import type { Leases } from '../../shared/leases.ts'
import type { AppointmentRow } from '../appointments/row.ts'
import { type Clock, DAY_MS } from '../clock.ts'
import { leaseOf } from './hold.ts'

/** Which appointments a booking has made at earlier attempts. */
export interface Claims {
  /**
   * Whether an earlier attempt was answered as booked, or may have made one of these: the client may not have got the answer,
   * and the gateway neither. The upstream finds out by the idempotency key: it creates nothing again.
   */
  mayBeMade(rows: readonly AppointmentRow[]): Promise<boolean>
  /** Whether an earlier attempt was answered with this one. */
  isBooked(id: string): Promise<boolean>
  /** It is answered as booked. For a day no other booking that is alike passes for it. */
  keep(id: string): Promise<void>
  /** Gives back what it has not made, or not got. */
  release(): Promise<void>
}

export interface ClaimsOptions {
  readonly leases: Leases
  readonly clock: Clock
  readonly account: string
  /** The same for every attempt at the booking. */
  readonly holder: string
  readonly mayBeRepeated: boolean
  /** How long the attempt may take, in milliseconds. */
  readonly longestMs: number
  readonly isAlike: (row: AppointmentRow) => boolean
}

export function createClaims(options: ClaimsOptions): Claims {
  const { leases, clock, account, holder, mayBeRepeated, longestMs, isAlike } = options
  /** By what they look like alone. */
  const presumed = new Set<string>()

  /** The upstream knows an idempotency key for a day. */
  function isOfToday({ createdAt }: AppointmentRow): boolean {
    return typeof createdAt === 'string' && clock.now() - Date.parse(createdAt) <= DAY_MS
  }

  async function presume(row: AppointmentRow): Promise<boolean> {
    if (!isAlike(row) || !isOfToday(row)) return false
    if (!(await leases.take(account, nameOf(row.id), holder, longestMs))) return false
    presumed.add(row.id)
    return true
  }

  return {
    async mayBeMade(rows) {
      if (!mayBeRepeated) return false
      if (await leases.holds(account, nameOf(holder), holder)) return true
      return (await Promise.all(rows.map(presume))).includes(true)
    },
    async isBooked(id) {
      return mayBeRepeated && !presumed.has(id) && (await leases.holds(account, nameOf(id), holder))
    },
    async keep(id) {
      presumed.delete(id)
      const names = mayBeRepeated ? [id, holder] : [id]
      await Promise.all(names.map((name) => leases.take(account, nameOf(name), holder, DAY_MS)))
    },
    async release() {
      await Promise.all([...presumed].map((id) => leases.release(account, nameOf(id), holder)))
    },
  }
}

/** Of an appointment, or of a booking. */
function nameOf(id: string): string {
  return leaseOf(`booked ${id}`)
}
