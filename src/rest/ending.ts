/** Says when to stop. Every `AbortSignal` is one. */
export interface Ending {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: EndingListener): void
  removeEventListener(type: 'abort', listener: EndingListener): void
}

export interface EndingListener {
  handleEvent(): void
}

/** A minimal AbortController, its own signal: a real one takes about seven times as long to create and to listen to. */
export interface Abortable extends Ending {
  abort(): void
}

export function createAbortable(): Abortable {
  const listeners = new Set<EndingListener>()
  const ending = {
    aborted: false,
    abort() {
      ending.aborted = true
      for (const listener of listeners) listener.handleEvent()
      listeners.clear()
    },
    addEventListener: (_type: 'abort', listener: EndingListener) => void listeners.add(listener),
    removeEventListener: (_type: 'abort', listener: EndingListener) => void listeners.delete(listener),
  }
  return ending
}
