import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export interface Contestant extends AsyncDisposable {
  readonly url: string
  usage(): Promise<Usage>
  /** The same after a garbage collection, for a program with the flag `--expose-gc`. */
  usageWithoutGarbage(): Promise<Usage>
}

export interface Usage {
  /** User and system time of all threads since the start. */
  readonly cpuMs: number
  readonly residentMb: number
  /** The memory in use by the program: on the heap, and outside of it. */
  readonly heldMb: number
}

const METER = new URL('meter.ts', import.meta.url).href

/** Runs a program (flags, then its file) in a separate process, pinned to the first core if the platform can. */
export async function startContestant(
  program: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Contestant> {
  const command = [process.execPath, ...program.slice(0, -1), '--import', METER, ...program.slice(-1)]
  const [file = '', ...args] = canPin() ? ['taskset', '-c', '0', ...command] : command
  const child = spawn(file, args, {
    env: { PATH: process.env.PATH, NODE_ENV: 'production', DRAIN_MS: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  // Reads and drops the log, because a full pipe would block the process.
  child.stderr?.resume()
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`It ended: ${program.at(-1)}`)))
  const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string]
  // From here on an exit is expected: the bench ends the process.
  ended.catch(() => {})
  return {
    url: /http:\S+[^\s.,:]/.exec(line)?.[0] ?? '',
    usage: () => usageOf(child, 'usage'),
    usageWithoutGarbage: () => usageOf(child, 'usage without garbage'),
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

/** Pins this process, which is client and upstream, to another core than the measured one. */
export function pinToOtherCore(): void {
  if (canPin()) spawn('taskset', ['-acp', '1', String(process.pid)], { stdio: 'ignore' })
}

export function canPin(): boolean {
  return process.platform === 'linux'
}

async function usageOf(child: ChildProcess, message: string): Promise<Usage> {
  const answer = once(child, 'message')
  child.send(message)
  const [usage] = await answer
  return usage
}
