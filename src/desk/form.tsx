interface Field {
  readonly label: string
  readonly name: string
  readonly type?: 'date' | 'time' | 'password'
  readonly value?: string
  readonly required?: boolean
  readonly autoFocus?: boolean
  /** What can be chosen. */
  readonly of?: readonly (readonly [value: string, text: string])[]
}

/** By the names of the fields. */
export type Values = Readonly<Record<string, string>>

interface FormProps {
  readonly fields: readonly Field[]
  readonly button: string
  readonly class?: string
  /** Its button is what a person needs next. */
  readonly isNext?: boolean
  readonly onSubmit: (values: Values, event: Event) => void
}

/** Closes the window that it is in, unless the default of its event is prevented. */
export function Form({ fields, button, isNext = false, onSubmit, ...rest }: FormProps) {
  function submit(event: Event & { readonly currentTarget: HTMLFormElement }) {
    const values = [...new FormData(event.currentTarget)].map(([name, value]) => [name, `${value}`.trim()])
    onSubmit(Object.fromEntries(values), event)
  }
  return (
    <form method="dialog" onSubmit={submit}>
      {fields.map(({ label, of, value, ...control }) => (
        // What a person has entered outlives a redraw: so the value is only that to begin with.
        // biome-ignore lint/a11y/noLabelWithoutControl: the control is what is in it
        <label key={label}>
          {label}
          {of ? (
            <select {...control}>
              {of.map(([id, text]) => (
                <option key={id} value={id} selected={id === value}>
                  {text}
                </option>
              ))}
            </select>
          ) : (
            <input autocomplete="off" defaultValue={value} {...control} />
          )}
        </label>
      ))}
      {/* biome-ignore lint/a11y/noAutofocus: this is what follows */}
      <button type="submit" {...rest} autoFocus={isNext}>
        {button}
      </button>
    </form>
  )
}

/** Where callers have a key or a token of their own. This browser tab keeps it until it is closed. */
export function SignIn() {
  function signIn({ key = '' }: Values) {
    sessionStorage.setItem('desk:key', key)
    location.reload()
  }
  const field = { label: 'Your key or token', name: 'key', type: 'password' } as const
  return <Form button="Open the desk" fields={[field]} onSubmit={signIn} />
}
