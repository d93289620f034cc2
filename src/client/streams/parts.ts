import { type GatewayError, RequestError } from '../errors.ts'
import { type Answer, costOf, readBody, readPart, type StreamPart, streamOf } from '../response.ts'
import { readEvents } from './event-stream.ts'

/** A state of an answer whose deferred fragments arrive later. */
export interface PartialAnswer<Data> extends Answer<Data> {
  /** False while fragments with `@defer` are missing. */
  readonly isComplete: boolean
}

export interface PartsOptions {
  readonly post: (signal: AbortSignal) => Promise<Response>
  readonly silenceMs: number
  readonly signal: AbortSignal | undefined
}

type Path = readonly (string | number)[]

/** The first part has `data`, the later parts have fragments of it. */
interface Part<Data> extends StreamPart<Data> {
  readonly incremental?: readonly Fragment[]
  readonly hasNext?: boolean
}

interface Fragment {
  readonly path: Path
  readonly data: object | null
  readonly errors?: readonly GatewayError[]
}

/** The states of one answer, each with all fragments that have arrived so far. Leaving the iteration ends the connection. */
export async function* readParts<Data>({
  post,
  silenceMs,
  signal: callerSignal,
}: PartsOptions): AsyncGenerator<PartialAnswer<Data>, void, void> {
  const ending = new AbortController()
  const signal = callerSignal ? AbortSignal.any([ending.signal, callerSignal]) : ending.signal
  try {
    const response = await post(signal)
    const body = streamOf(response)
    if (body === undefined) {
      yield { ...(await readBody<Data>(response)), upstreamRequests: costOf(response), isComplete: true }
      return
    }
    let state: PartialAnswer<Data> | undefined
    for await (const { name, data } of readEvents(body, { silenceMs, signal })) {
      if (name !== 'next') continue
      state = addPart(state, readPart<Part<Data>>(data))
      yield state
      if (state.isComplete) return
    }
    signal.throwIfAborted()
    throw new RequestError({ status: response.status, errors: [], data: state?.data ?? null })
  } finally {
    ending.abort()
  }
}

function addPart<Data>(before: PartialAnswer<Data> | undefined, part: Part<Data>): PartialAnswer<Data> {
  const fragments = part.incremental ?? []
  const data = before === undefined ? (part.data ?? null) : before.data
  return {
    data: fragments.reduce<unknown>(
      (tree, { path, data }) => insertAt(tree, path, data),
      data,
    ) as Data | null,
    errors: [
      ...(before?.errors ?? []),
      ...(part.errors ?? []),
      ...fragments.flatMap(({ errors = [] }) => errors),
    ],
    upstreamRequests: part.extensions?.upstream?.requests,
    isComplete: part.hasNext !== true,
  }
}

/** The tree with a fragment at its path. Objects on the path are copies, all others the same: a screen can compare them. */
function insertAt(tree: unknown, [key, ...below]: Path, fragment: object | null): unknown {
  if (key === undefined) return fragment === null ? tree : mergeTrees(tree, fragment)
  if (!isTree(tree)) return tree
  const inner = insertAt(tree[key], below, fragment)
  if (!Array.isArray(tree)) return { ...tree, [key]: inner }
  return tree.map((item: unknown, index) => (index === key ? inner : item))
}

/** Merges the objects of a field that both trees have, and the items of lists by index. */
function mergeTrees(tree: unknown, fragment: unknown): unknown {
  if (!isTree(tree) || !isTree(fragment)) return fragment
  if (Array.isArray(tree) && Array.isArray(fragment))
    return tree.map((item: unknown, index) => mergeTrees(item, fragment[index]))
  const fields = Object.entries(fragment).map(([key, value]) => [
    key,
    isTree(tree[key]) ? mergeTrees(tree[key], value) : value,
  ])
  return { ...tree, ...Object.fromEntries(fields) }
}

function isTree(value: unknown): value is Readonly<Record<string | number, unknown>> {
  return typeof value === 'object' && value !== null
}
