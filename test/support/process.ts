import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { NPM_START } from './npm-start.ts'

export interface Process extends AsyncDisposable {
  readonly pid: number
  readonly firstLine: string
  /** All lines of its standard output so far, the first one included. */
  readonly lines: readonly string[]
  /** Its standard error so far. */
  readonly errors: () => string
  /** Sends the signal, unless the process has ended. */
  signal(name: NodeJS.Signals): void
  /** Sends SIGTERM and returns the exit code. */
  stop(): Promise<number>
  /** Waits for a process that stops already, and returns the exit code. */
  ended(): Promise<number>
}

/** Starts the process as `npm start` does, with only `PATH` of the environment of this one. It stops without a wait. */
export async function startProcess(
  environment: Readonly<Record<string, string>>,
  ...args: string[]
): Promise<Process> {
  const child = spawnMain(environment, args)
  const lines: string[] = []
  const output = createInterface(child.stdout).on('line', (line) => lines.push(line))
  let errors = ''
  child.stderr.on('data', (chunk) => (errors += chunk))
  const [firstLine] = await once(output, 'line')
  async function stop(): Promise<number> {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode ?? -1
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    return (await exited)[0]
  }
  /** Without another signal: a process that is about to end would die of it, in place of ending with its code. */
  async function ended(): Promise<number> {
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    return child.exitCode ?? -1
  }
  return {
    pid: child.pid ?? 0,
    firstLine,
    lines,
    errors: () => errors,
    signal: (name) => void child.kill(name),
    stop,
    ended,
    [Symbol.asyncDispose]: async () => void (await stop()),
  }
}

/** Runs the process until it exits by itself, for settings that it refuses. */
export async function runProcess(
  environment: Readonly<Record<string, string>>,
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawnMain(environment, args)
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => (stdout += chunk))
  child.stderr.on('data', (chunk) => (stderr += chunk))
  const [code] = await once(child, 'close')
  return { code, stdout, stderr }
}

/** An environment in which Node runs a script first. What the script says is in no stack, but as base64. */
export function runningFirst(script: string): { readonly NODE_OPTIONS: string } {
  return { NODE_OPTIONS: `--import=data:text/javascript;base64,${Buffer.from(script).toString('base64')}` }
}

function spawnMain(environment: Readonly<Record<string, string>>, args: readonly string[]) {
  return spawn(process.execPath, [...NPM_START, ...args], {
    env: { PATH: process.env.PATH, DRAIN_MS: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}
