/** The part of `AbortSignal` that the gateway needs. Every `AbortSignal` is an `Ending`. */
export interface Ending {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: EndingListener): void
  removeEventListener(type: 'abort', listener: EndingListener): void
}

export interface EndingListener {
  handleEvent(): void
}

/** A minimal AbortController that is its own signal. A real one takes about seven times as long to create and listen to. */
export interface Abortable extends Ending {
  abort(): void
}

export function createAbortable(): Abortable {
  let listeners: EndingListener[] = []
  const ending = {
    aborted: false,
    abort() {
      ending.aborted = true
      const notified = listeners
      listeners = []
      for (const listener of notified) listener.handleEvent()
    },
    addEventListener(_type: 'abort', listener: EndingListener) {
      listeners.push(listener)
    },
    removeEventListener(_type: 'abort', listener: EndingListener) {
      const index = listeners.indexOf(listener)
      if (index >= 0) listeners.splice(index, 1)
    },
  }
  return ending
}
