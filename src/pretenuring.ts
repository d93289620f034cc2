import { setFlagsFromString } from 'node:v8'

/**
 * Everything is made young. In a burst the engine may learn that what is made in some places lives long, and makes it
 * old from then on: then all of those, dead or not, keep what they point at until the next large collection. Whether it
 * learned so was chance, and a process that had took a tenth longer for 25 reads.
 */
export function neverPretenure(): void {
  setFlagsFromString('--no-allocation-site-pretenuring')
}
