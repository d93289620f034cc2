import { hash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Leases } from '../../shared/leases.ts'
import type { Ending } from '../ending.ts'
import { bookingsBusy } from '../errors.ts'
import { LATE_EFFECT_MS } from '../pipe/epochs.ts'

const RETRY_MS = 25
/** Some five seconds. */
const MAX_TRIES = 200

export interface DayLeases {
  /** Rejects where a lease was lost: another booking may be under way. */
  renew(): Promise<void>
  release(): Promise<void>
  /** Lets the leases expire once the upstream has carried out the holder's last request, or no longer can. */
  releaseLater(): Promise<void>
}

export interface DayLeasesOptions {
  readonly leases: Leases
  readonly account: string
  /** The same holder may take a lease twice. */
  readonly holder: string
  readonly ending: Ending
  /** The longest time from now to the ending, in milliseconds. */
  readonly longestMs: number
}

/**
 * Takes a lease for each of these names, and waits for those that another holder has. All bookings take their leases in one
 * order, so no two wait for each other. Rejects where another holder keeps one for too long. The leases outlast all that the
 * holder sends before its ending.
 */
export async function takeDayLeases(names: readonly string[], options: DayLeasesOptions): Promise<DayLeases> {
  const { leases, account, holder, ending, longestMs } = options
  const taken: string[] = []

  function takeFor(name: string, ms: number) {
    return leases.take(account, name, holder, ms)
  }

  async function release(): Promise<void> {
    await Promise.all(taken.splice(0).map((name) => leases.release(account, name, holder)))
  }

  async function take(name: string): Promise<boolean> {
    for (let tries = 0; tries < MAX_TRIES && !ending.aborted; tries += 1) {
      if (await takeFor(name, longestMs + LATE_EFFECT_MS)) return true
      await wait(RETRY_MS)
    }
    return false
  }

  for (const name of names.map(leaseName).sort()) {
    if (await take(name)) taken.push(name)
    else {
      await release()
      throw bookingsBusy()
    }
  }
  return {
    async renew() {
      const renewed = await Promise.all(taken.map((name) => takeFor(name, longestMs + LATE_EFFECT_MS)))
      if (renewed.includes(false)) throw bookingsBusy()
    },
    release,
    async releaseLater() {
      await Promise.all(taken.map((name) => takeFor(name, LATE_EFFECT_MS)))
    },
  }
}

/** Hashed, so that the store of shared leases does not contain whose day it is. */
export function leaseName(name: string): string {
  return `slot:${hash('sha256', name, 'base64url')}`
}
