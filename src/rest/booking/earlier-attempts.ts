import type { Leases } from '../../shared/leases.ts'
import type { AppointmentRow } from '../appointments/row.ts'
import { type Clock, DAY_MS } from '../clock.ts'
import { leaseName } from './day-leases.ts'

/** The appointments that earlier attempts at a booking have created, recorded as leases. */
export interface EarlierAttempts {
  /**
   * Whether the gateway reported an earlier attempt as booked, or an earlier attempt may have created one of these rows. The
   * client, or the gateway itself, may not have received the answer. The upstream decides by the idempotency key: it creates
   * nothing again.
   */
  mayHaveCreated(rows: readonly AppointmentRow[]): Promise<boolean>
  /** Whether the gateway reported this appointment as booked at an earlier attempt. */
  hasReported(id: string): Promise<boolean>
  /** Records that the appointment is reported as booked. For a day no similar booking can claim it. */
  record(id: string): Promise<void>
  /** Releases the rows that only looked like the booking's own. */
  release(): Promise<void>
}

export interface EarlierAttemptsOptions {
  readonly leases: Leases
  readonly clock: Clock
  readonly account: string
  /** The same for every attempt at the booking. */
  readonly holder: string
  readonly mayBeRepeated: boolean
  /** How long the attempt may take, in milliseconds. */
  readonly longestMs: number
  /** Whether the row has the fields of the booking. */
  readonly isSimilar: (row: AppointmentRow) => boolean
}

export function createEarlierAttempts(options: EarlierAttemptsOptions): EarlierAttempts {
  const { leases, clock, account, holder, mayBeRepeated, longestMs, isSimilar } = options
  /** The ids that are claimed because of their fields alone. */
  const presumed = new Set<string>()

  /** The upstream keeps an idempotency key for a day. */
  function isWithinDay({ createdAt }: AppointmentRow): boolean {
    return typeof createdAt === 'string' && clock.now() - Date.parse(createdAt) <= DAY_MS
  }

  async function presume(row: AppointmentRow): Promise<boolean> {
    if (!isSimilar(row) || !isWithinDay(row)) return false
    if (!(await leases.take(account, recordName(row.id), holder, longestMs))) return false
    presumed.add(row.id)
    return true
  }

  return {
    async mayHaveCreated(rows) {
      if (!mayBeRepeated) return false
      if (await leases.holds(account, recordName(holder), holder)) return true
      return (await Promise.all(rows.map(presume))).includes(true)
    },
    async hasReported(id) {
      return mayBeRepeated && !presumed.has(id) && (await leases.holds(account, recordName(id), holder))
    },
    async record(id) {
      presumed.delete(id)
      const ids = mayBeRepeated ? [id, holder] : [id]
      await Promise.all(ids.map((each) => leases.take(account, recordName(each), holder, DAY_MS)))
    },
    async release() {
      await Promise.all([...presumed].map((id) => leases.release(account, recordName(id), holder)))
    },
  }
}

/** @param id of an appointment, or the holder of a booking */
function recordName(id: string): string {
  return leaseName(`booked ${id}`)
}
