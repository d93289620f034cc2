/** Tells when to stop. Every `AbortSignal` is one. */
export interface Ending {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: EndingListener): void
  removeEventListener(type: 'abort', listener: EndingListener): void
}

export interface EndingListener {
  handleEvent(): void
}
