import { parseArgs } from 'node:util'
import { nearest } from '../../config/misspelt.ts'

/** The command that the arguments select, with its options. */
export type Command =
  | { readonly name: 'gateway' | 'sandbox' | 'account' | 'help' | 'version' }
  | { readonly name: 'check'; readonly triesUpstream: boolean }
  | PlanCommand
  /** The arguments are invalid. The sentence quotes no argument that may be a key. */
  | { readonly name: 'misuse'; readonly sentence: string }

export interface PlanCommand {
  readonly name: 'plan'
  readonly file: string
  readonly screens: number
  /** Upstream requests in an hour. */
  readonly quota: number
  readonly rates: Rates
}

/** How often an operation runs in an hour, for each screen. */
export interface Rates {
  readonly query: number
  /** Changes of appointments in the clinic. Each may run subscriptions and live queries. */
  readonly changes: number
  /** Rates of single operations, by name. */
  readonly ofOperation: ReadonlyMap<string, number>
}

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
  upstream: { type: 'boolean' },
  screens: { type: 'string' },
  quota: { type: 'string' },
  'per-hour': { type: 'string', multiple: true },
  changes: { type: 'string' },
} as const

type Option = keyof typeof OPTIONS

/** The options of each command besides the common ones. Without a command the gateway starts. */
const COMMANDS = {
  sandbox: [],
  account: [],
  check: ['upstream'],
  plan: ['screens', 'per-hour', 'changes', 'quota'],
  help: [],
  version: [],
} as const satisfies Readonly<Record<string, readonly Option[]>>
const COMMON: readonly Option[] = ['help', 'version']

/** Reads the arguments of the process, without those of Node. */
export function readCommand(args: readonly string[]): Command {
  try {
    return parseCommand(args)
  } catch (error) {
    if (!(error instanceof Misuse)) throw error
    return { name: 'misuse', sentence: `${error.message} --help lists the commands and their options.` }
  }
}

class Misuse extends Error {}

function parseCommand(args: readonly string[]): Command {
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: OPTIONS,
    allowPositionals: true,
    // The error messages of the strict mode quote arguments, which may be keys.
    strict: false,
    tokens: true,
  })
  const [word, ...operands] = positionals
  const name = word === undefined ? 'gateway' : commandOf(word)
  const own = name === 'gateway' ? [] : COMMANDS[name]
  for (const token of tokens) if (token.kind === 'option') checkOption(token, [...own, ...COMMON])
  if (values.help) return { name: 'help' }
  if (values.version) return { name: 'version' }
  if (name === 'plan') return readPlan(operands, values)
  if (operands.length > 0) throw new Misuse(tooMany(name))
  return name === 'check' ? { name, triesUpstream: values.upstream === true } : { name }
}

function commandOf(word: string): keyof typeof COMMANDS {
  if (!Object.hasOwn(COMMANDS, word)) throw new Misuse(unknown('command', word, Object.keys(COMMANDS)))
  return word as keyof typeof COMMANDS
}

interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly value: string | undefined
}

function checkOption({ name, rawName, value }: OptionToken, known: readonly Option[]): void {
  const option = known.find((each) => each === name)
  if (option === undefined)
    throw new Misuse(
      unknown(
        'option',
        rawName,
        known.map((each) => `--${each}`),
      ),
    )
  const takesValue = OPTIONS[option].type === 'string'
  if (takesValue && value === undefined) throw new Misuse(`--${option} needs a value.`)
  if (!takesValue && value !== undefined) throw new Misuse(`--${option} takes no value.`)
}

function tooMany(name: string): string {
  return name === 'account'
    ? 'account takes no argument: it reads APPOINTMENTS_API_KEY, because others can see an argument.'
    : `${name} takes no argument.`
}

/** A word that can't be a key or a person's name. */
const PLAIN_WORD = /^-{0,2}[a-z][a-z-]{0,19}$/

function unknown(kind: string, word: string, known: readonly string[]): string {
  const meant = nearest(word, known)
  const suggestion = meant === undefined ? '' : ` Did you mean ${meant}?`
  return PLAIN_WORD.test(word)
    ? `There is no ${kind} ${word}.${suggestion}`
    : `There is no such ${kind}.${suggestion}`
}

const MOST_SCREENS = 100_000
const MOST_REQUESTS = 1_000_000_000

function readPlan(
  [file, ...more]: readonly string[],
  values: Readonly<Record<string, unknown>>,
): PlanCommand {
  if (file === undefined || more.length > 0)
    throw new Misuse('plan takes one argument, the file of the trusted documents.')
  const { screens, quota = '1000', changes = '150', 'per-hour': rates = [] } = values
  if (screens === undefined) throw new Misuse('plan needs --screens, the number of screens.')
  return {
    name: 'plan',
    file,
    screens: readInteger('--screens', screens, MOST_SCREENS),
    quota: readInteger('--quota', quota, MOST_REQUESTS),
    rates: {
      ...readRates(rates as readonly string[]),
      changes: readInteger('--changes', changes, MOST_REQUESTS),
    },
  }
}

/** Each text is a rate of all queries (`60`) or of one operation (`Name=12`). The last one for a name counts. */
function readRates(texts: readonly string[]): Omit<Rates, 'changes'> {
  let query = 60
  const ofOperation = new Map<string, number>()
  for (const text of texts) {
    const [, name, rate] = /^(?:([_A-Za-z]\w*)=)?(.*)$/s.exec(text) ?? []
    const perHour = readInteger('--per-hour', rate, MOST_REQUESTS)
    if (name === undefined) query = perHour
    else ofOperation.set(name, perHour)
  }
  return { query, ofOperation }
}

function readInteger(option: string, text: unknown, most: number): number {
  const value = /^\d{1,15}$/.test(String(text)) ? Number(text) : Number.NaN
  if (!(value <= most)) {
    const or = option === '--per-hour' ? ', or Name=number' : ''
    throw new Misuse(`${option} must be a whole number from 0 to ${most}${or}.`)
  }
  return value
}
