import { hash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Leases } from '../../shared/leases.ts'
import type { Ending } from '../ending.ts'
import { bookingsWait } from '../errors.ts'
import { AFTERMATH_MS } from '../pipe/epochs.ts'

const LOOK_MS = 25
/** Some five seconds. */
const LOOKS = 200

export interface Hold {
  /** Rejects where it is lost: another booking may be under way. */
  renew(): Promise<void>
  release(): Promise<void>
  /** Gives it up once the upstream has done what it was sent last, or can't any more. */
  releaseLater(): Promise<void>
}

export interface HoldOptions {
  readonly leases: Leases
  readonly account: string
  /** The same one may hold them twice. */
  readonly holder: string
  readonly ending: Ending
  /** How long it may take from now to the ending, in milliseconds. */
  readonly longestMs: number
}

/**
 * Waits until nobody else holds one of these names, and holds all of them. Everybody takes them in one order, so that no two
 * wait for each other. Rejects where others hold one for too long. It outlasts whatever the holder sends before its ending.
 */
export async function holdAll(names: readonly string[], options: HoldOptions): Promise<Hold> {
  const { leases, account, holder, ending, longestMs } = options
  const taken: string[] = []

  function takeFor(name: string, ms: number) {
    return leases.take(account, name, holder, ms)
  }

  async function release(): Promise<void> {
    await Promise.all(taken.splice(0).map((name) => leases.release(account, name, holder)))
  }

  async function take(name: string): Promise<boolean> {
    for (let look = 0; look < LOOKS && !ending.aborted; look += 1) {
      if (await takeFor(name, longestMs + AFTERMATH_MS)) return true
      await wait(LOOK_MS)
    }
    return false
  }

  for (const name of names.map(leaseOf).sort()) {
    if (await take(name)) taken.push(name)
    else {
      await release()
      throw bookingsWait()
    }
  }
  return {
    async renew() {
      const kept = await Promise.all(taken.map((name) => takeFor(name, longestMs + AFTERMATH_MS)))
      if (kept.includes(false)) throw bookingsWait()
    },
    release,
    async releaseLater() {
      await Promise.all(taken.map((name) => takeFor(name, AFTERMATH_MS)))
    },
  }
}

/** Where leases are shared nobody is told whose day it is. */
export function leaseOf(name: string): string {
  return `slot:${hash('sha256', name, 'base64url')}`
}
