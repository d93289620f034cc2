import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, rename, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, matchesGlob, relative, resolve, sep } from 'node:path'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { Copy, DockerfileParser, From, type Instruction } from 'dockerfile-ast'
import lock from '../../package-lock.json' with { type: 'json' }

const run = promisify(execFile)
const REPOSITORY = resolve(import.meta.dirname, '../..')

type Started = ChildProcessByStdio<null, Readable, Readable>

/** The last stage of a Dockerfile, built into a folder instead of an image. */
export interface Image extends AsyncDisposable {
  /** The working directory of its last stage, or of an earlier one, as a path of this machine. */
  folderOf(stage?: string): string
  readonly user: string
  /** Starts the entrypoint. As in a read-only file system, Node may write no file; it may also start no program. */
  start(environment: Readonly<Record<string, string>>, ...args: string[]): Started
  /** Resolves to the exit code of the health check. */
  checkHealth(environment: Readonly<Record<string, string>>): Promise<number>
}

interface Stage {
  readonly root: string
  cwd: string
  user: string
  entrypoint: readonly string[]
  health: readonly string[]
  readonly environment: Record<string, string>
}

/**
 * Runs the steps of a Dockerfile in their order, each stage in an empty folder. Every command of RUN is run unchanged,
 * except `npm ci`, which would download the packages each time: instead, the packages of the lockfile are copied from the
 * repository. The base image and the user are ignored: Node and the user are those of this process.
 */
export async function buildImage(dockerfile: string): Promise<Image> {
  const folder = await mkdtemp(join(tmpdir(), 'image-'))
  const stages = new Map<string, Stage>()
  let stage = newStage(folder)
  for (const instruction of DockerfileParser.parse(dockerfile).getInstructions()) {
    if (instruction instanceof From) {
      const name = instruction.getBuildStage() ?? LAST
      stage = newStage(join(folder, name))
      stages.set(name, stage)
      await mkdir(stage.root)
    } else await step(instruction, stage, stages)
  }
  const { root, cwd, user, entrypoint, health } = stage
  const environmentOf = (given: Readonly<Record<string, string>>) => ({
    ...PATH,
    ...stage.environment,
    ...given,
  })
  const start = ([program, ...words]: readonly string[], environment: NodeJS.ProcessEnv) => {
    if (program !== 'node') throw new Error('The image starts Node.')
    return spawn(process.execPath, words, {
      cwd: join(root, cwd),
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }
  return {
    folderOf: (name = LAST) => {
      const { root, cwd } = stages.get(name) ?? stage
      return join(root, cwd)
    },
    user,
    start: (given, ...args) =>
      start([...entrypoint, ...args], { ...environmentOf(given), NODE_OPTIONS: READ_ONLY }),
    checkHealth: (given) =>
      new Promise((done) => start(health, environmentOf(given)).once('exit', (code) => done(code ?? -1))),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}

const READ_ONLY = '--permission --allow-fs-read=* --disable-warning=ExperimentalWarning'

/** The Node of this process replaces that of the image. */
const PATH = { PATH: [dirname(process.execPath), process.env.PATH].join(delimiter) }

/** The stage without a name. */
const LAST = 'last'

function newStage(root: string): Stage {
  return { root, cwd: '/', user: 'root', entrypoint: [], health: [], environment: {} }
}

function wordsOf(instruction: Instruction): readonly string[] {
  return instruction.getArguments().map((argument) => argument.getValue())
}

async function step(
  instruction: Instruction,
  stage: Stage,
  stages: ReadonlyMap<string, Stage>,
): Promise<void> {
  const text = instruction.getArgumentsContent() ?? ''
  const [first = ''] = wordsOf(instruction)
  if (instruction instanceof Copy) return copy(instruction, stage, stages)
  switch (instruction.getKeyword()) {
    case 'WORKDIR':
      stage.cwd = resolve(stage.cwd, first)
      await mkdir(join(stage.root, stage.cwd), { recursive: true })
      return
    case 'ENV':
      for (const word of wordsOf(instruction)) {
        const [name = '', value = ''] = word.split('=')
        stage.environment[name] = value
      }
      return
    case 'RUN':
      for (const command of text.split(' && ')) await runCommand(command, stage)
      return
    case 'USER':
      stage.user = first
      return
    case 'ENTRYPOINT':
      stage.entrypoint = JSON.parse(text)
      return
    case 'HEALTHCHECK':
      stage.health = JSON.parse(text.replace(/^.*?CMD /, ''))
      return
    case 'EXPOSE':
      return
    default:
      throw new Error(`The tests do not know the step ${instruction.getKeyword()}.`)
  }
}

async function copy(instruction: Copy, stage: Stage, stages: ReadonlyMap<string, Stage>): Promise<void> {
  const words = wordsOf(instruction)
  const to = join(stage.root, resolve(stage.cwd, words.at(-1) ?? ''))
  const from = instruction.getFromFlag()?.getValue()
  const origin = from == null ? REPOSITORY : stages.get(from)?.root
  if (origin === undefined) throw new Error(`There is no stage ${from}.`)
  for (const source of words.slice(0, -1)) {
    const path = join(origin, source)
    const target = source.endsWith('/') || source === '.' ? to : join(to, source)
    if (from == null) await cp(path, target, { recursive: true, filter: isSent })
    else await moveInto(target, path)
  }
}

/** Moves the files of a stage: they are used only once, and a copy would take time. */
async function moveInto(target: string, folder: string): Promise<void> {
  for (const name of await readdir(folder)) await rename(join(folder, name), join(target, name))
}

const IGNORED = readFileSync(join(REPOSITORY, '.dockerignore'), 'utf8').trim().split('\n')

/** Each line of `.dockerignore` is a pattern for the names in the top folder. */
function isSent(path: string): boolean {
  return !IGNORED.some((pattern) => matchesGlob(relative(REPOSITORY, path), pattern))
}

async function runCommand(command: string, stage: Stage): Promise<void> {
  const cwd = join(stage.root, stage.cwd)
  if (command.startsWith('npm ci ')) return install(cwd, command)
  await run('sh', ['-c', command], { cwd, env: { ...PATH, ...stage.environment, HOME: stage.root } })
}

/** The flags in the lockfile of packages that production does not need. */
const NOT_NEEDED = ['dev', 'optional', 'devOptional']

const NEVER_LOADED = /\.(map|md|[cm]?ts)$/

/** Installs the packages of `npm ci`: all in the lockfile, or those that are neither for development nor optional. */
async function install(cwd: string, command: string): Promise<void> {
  const modules = join(cwd, 'node_modules')
  if (!command.includes('--omit')) return symlink(join(REPOSITORY, 'node_modules'), modules)
  if (!/--omit=dev --omit=optional /.test(command)) throw new Error('The tests do not know this npm ci.')
  const needed = Object.entries<object>(lock.packages)
    .filter(([path, about]) => path !== '' && !NOT_NEEDED.some((flag) => flag in about))
    .map(([path]) => path)
  const copyPackage = (path: string) => {
    const from = join(REPOSITORY, path)
    const isNeeded = (file: string) =>
      // A package inside another one has its own entry in the lockfile, or is for development.
      !relative(from, file).split(sep).includes('node_modules') && !NEVER_LOADED.test(file)
    return cp(from, join(cwd, path), { recursive: true, filter: isNeeded })
  }
  // The outer packages first, because they create the folders of the inner ones.
  const isInner = (path: string) => path.includes('/node_modules/')
  await Promise.all(needed.filter((path) => !isInner(path)).map(copyPackage))
  for (const path of needed.filter(isInner)) await copyPackage(path)
}
