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
import { type RunningService, stopOnSignals } from './signals.ts'
import { StartProblem } from './start-problem.ts'

/** Runs the process: reads the arguments and the environment, runs the command, and handles signals where it serves. */
export async function run(): Promise<void> {
  try {
    await runCommand(readCommand(process.argv.slice(2)))
  } catch (error) {
    exitWith(startProblem(error))
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
      return report(await check(configuration(), process.env, command.triesUpstream))
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

function serve(service: RunningService): void {
  stopOnSignals(service)
  print(service.greeting)
}

/** Does not call `process.exit`, so that the output is flushed. */
function report({ lines, problems, exitCode }: Report): void {
  if (lines.length > 0) print(lines.join('\n'))
  for (const problem of problems) process.stderr.write(`${problem}\n`)
  process.exitCode = exitCode
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Prints the account of the key, for `WEBHOOK_SECRETS`. The key is no argument, because others can see arguments. */
function printAccount({ APPOINTMENTS_API_KEY: key }: Config): void {
  if (key === undefined)
    throw new StartProblem(['APPOINTMENTS_API_KEY: must be set to the key whose account is asked for.'], 2)
  print(accountOfKey(key))
}

async function runSandbox(config: Config): Promise<RunningService> {
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

/** Any other error than those of the environment or the machine is an internal fault, printed with its stack frames. */
function startProblem(error: unknown): StartProblem {
  if (error instanceof StartProblem) return error
  if (error instanceof TrustedDocumentsError) return new StartProblem([error.message], 2)
  const { name, stack } = faultOf(error)
  return new StartProblem([`The start failed by a fault of the program itself: ${name}`, stack], 1)
}

/** Exits, even where a part of the process is open already. */
function exitWith({ lines, exitCode }: StartProblem): never {
  for (const line of lines) process.stderr.write(`${line}\n`)
  process.exit(exitCode)
}
