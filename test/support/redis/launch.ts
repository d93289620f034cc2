import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { onPath, type Program } from './program.ts'

/** Below the ports that the kernel gives to outgoing connections, which might take that of a server that restarts. */
const PORTS = [20_000, 30_000] as const

export async function launchAtFreePort(
  launchAt: (port: number) => Promise<ChildProcess>,
): Promise<{ readonly port: number; child: ChildProcess }> {
  for (;;) {
    const port = randomInt(...PORTS)
    const child = await launchAt(port).catch((problem: Error) => {
      if (!/Address already in use/.test(problem.message)) throw problem
    })
    if (child) return { port, child }
  }
}

/** Resolves when the server says that it accepts connections. */
export async function launch({ path, environment }: Program, args: readonly string[]): Promise<ChildProcess> {
  // The kernel kills the server with its worker, which Vitest may end before a test has disposed of the server.
  const setpriv = onPath('setpriv')
  const [command, first] = setpriv === undefined ? [path, []] : [setpriv, ['--pdeathsig', 'KILL', path]]
  const child = spawn(command, [...first, ...args], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
  const { promise, resolve, reject } = Promise.withResolvers<ChildProcess>()
  const lines: string[] = []
  for (const output of [child.stdout, child.stderr])
    createInterface(output).on('line', (line) => {
      lines.push(line)
      if (/Ready to accept connections/.test(line)) resolve(child)
    })
  child.once('error', reject)
  child.once('close', () => reject(new Error(`Redis ended before it was ready:\n${lines.join('\n')}`)))
  return promise
}

export async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  // A frozen process takes SIGTERM only when it thaws.
  child.kill('SIGCONT')
  await ended
}
