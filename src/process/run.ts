import { type Config, readConfig } from '../config.ts'
import { TrustedDocumentsError } from '../server/documents/trusted.ts'
import { faultOf } from '../server/errors.ts'
import { accountOfKey } from '../server/identity/identity.ts'
import { check } from './command/check.ts'
import { type Command, readCommand } from './command/command.ts'
import { helpText, version } from './command/help.ts'
import { plan } from './command/plan.ts'
import type { Report } from './command/report.ts'
import { runGateway } from './gateway.ts'
import { sandboxGreeting } from './greeting.ts'
import { createLogger, standardError } from './logger.ts'
import { openSandbox } from './parts/sandbox.ts'
import { sandboxProblems } from './settings.ts'
import { type Running, stopOnSignals } from './signals.ts'
import { StartProblem } from './start-problem.ts'

/** The process: reads its arguments and the environment, does what they ask for, and obeys signals where it serves. */
export async function run(): Promise<void> {
  try {
    await runCommand(readCommand(process.argv.slice(2)))
  } catch (error) {
    giveUp(startProblem(error))
  }
}

async function runCommand(command: Command): Promise<void> {
  switch (command.name) {
    case 'misuse':
      throw new StartProblem([command.sentence], 2)
    case 'help':
      return print(helpText())
    case 'version':
      return print(version())
    case 'account':
      return printAccount(configuration())
    case 'check':
      return report(await check(configuration(), process.env, command.asksUpstream))
    case 'plan':
      return report(plan(command, configuration()))
    case 'sandbox':
      return serve(await runSandbox(configuration()))
    case 'gateway':
      return serve(await runGateway(configuration()))
  }
}

function configuration(): Config {
  const { config, problems } = readConfig(process.env)
  if (problems !== null) throw new StartProblem(problems, 2)
  return config
}

function serve(running: Running): void {
  stopOnSignals(running)
  print(running.greeting)
}

/** The process ends by itself, so that what it has written reaches its reader. */
function report({ lines, problems, exitCode }: Report): void {
  if (lines.length > 0) print(lines.join('\n'))
  for (const problem of problems) process.stderr.write(`${problem}\n`)
  process.exitCode = exitCode
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Prints what `WEBHOOK_SECRETS` names a key by. The key comes from the environment: others can see an argument. */
function printAccount({ APPOINTMENTS_API_KEY: key }: Config): void {
  if (key === undefined)
    throw new StartProblem(['APPOINTMENTS_API_KEY: must be set to the key whose account is asked for.'], 2)
  print(accountOfKey(key))
}

async function runSandbox(config: Config): Promise<Running> {
  const problems = sandboxProblems(config)
  if (problems.length > 0) throw new StartProblem(problems, 2)
  const { fault } = createLogger(config.LOG_LEVEL, await standardError(config.LOG_FORMAT))
  const sandbox = await openSandbox(config)
  return {
    greeting: sandboxGreeting(sandbox),
    drainMs: 0,
    prepareToStop() {},
    stop: () => sandbox.close(),
    reportFault: fault,
  }
}

/** What is no problem of the environment or of the machine is a fault of ours, of which the frames say where it is. */
function startProblem(error: unknown): StartProblem {
  if (error instanceof StartProblem) return error
  if (error instanceof TrustedDocumentsError) return new StartProblem([error.message], 2)
  const { name, stack } = faultOf(error)
  return new StartProblem([`The start failed by a fault of the program itself: ${name}`, stack], 1)
}

/** Ends the process, also where a part of it is open already. */
function giveUp({ lines, exitCode }: StartProblem): never {
  for (const line of lines) process.stderr.write(`${line}\n`)
  process.exit(exitCode)
}
