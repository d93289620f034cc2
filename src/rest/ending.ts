/** Tells when to stop. Every `AbortSignal` is one. */
export interface Ending {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: EndingListener): void
  removeEventListener(type: 'abort', listener: EndingListener): void
}

export interface EndingListener {
  handleEvent(): void
}

/**
 * An ending that comes when it is told to: all that is needed here of an `AbortController` and its signal, which take
 * seven times as long to make, to listen to and to leave.
 */
export class Abortable implements Ending {
  aborted = false
  private listeners: EndingListener[] | undefined

  abort(): void {
    this.aborted = true
    for (let next = this.listeners?.shift(); next !== undefined; next = this.listeners?.shift())
      next.handleEvent()
  }

  addEventListener(_type: 'abort', listener: EndingListener): void {
    if (this.listeners === undefined) this.listeners = [listener]
    else this.listeners.push(listener)
  }

  removeEventListener(_type: 'abort', listener: EndingListener): void {
    const index = this.listeners?.indexOf(listener) ?? -1
    if (index >= 0) this.listeners?.splice(index, 1)
  }
}
