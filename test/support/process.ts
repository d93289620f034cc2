import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { NPM_START } from './npm-start.ts'

export interface Process extends AsyncDisposable {
  readonly pid: number
  readonly firstLine: string
  /** All that it has said so far, the first line included. */
  readonly lines: readonly string[]
  /** Asks it to stop, and gives the exit code. */
  stop(): Promise<number>
}

/** The process as `npm start` runs it, with nothing of this environment but the path. */
export async function startProcess(
  environment: Readonly<Record<string, string>>,
  ...args: string[]
): Promise<Process> {
  const child = spawnMain(environment, args)
  const lines: string[] = []
  const output = createInterface(child.stdout).on('line', (line) => lines.push(line))
  const [firstLine] = await once(output, 'line')
  async function stop(): Promise<number> {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode ?? -1
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    return (await exited)[0]
  }
  return {
    pid: child.pid ?? 0,
    firstLine,
    lines,
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  }
}

/** A process that is to give up at once. */
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

function spawnMain(environment: Readonly<Record<string, string>>, args: readonly string[]) {
  return spawn(process.execPath, [...NPM_START, ...args], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}
