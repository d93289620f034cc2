interface Field {
  readonly label: string
  readonly name: string
  readonly type?: 'date' | 'time' | 'password'
  readonly value?: string
  readonly required?: boolean
  readonly autoFocus?: boolean
  /** The options of a select. */
  readonly of?: readonly (readonly [value: string, text: string])[]
}

export type Values = Readonly<Record<string, string>>

interface FormProps {
  readonly fields: readonly Field[]
  readonly button: string
  readonly class?: string
  /** Whether the button gets the focus, as the most likely next action. */
  readonly isNext?: boolean
  readonly onSubmit: (values: Values, event: Event) => void
}

/** Closes the dialog around it on submit, unless `onSubmit` prevents the default of the event. */
export function Form({ fields, button, isNext = false, onSubmit, ...rest }: FormProps) {
  function submit(event: Event & { readonly currentTarget: HTMLFormElement }) {
    const values = [...new FormData(event.currentTarget)].map(([name, value]) => [name, `${value}`.trim()])
    onSubmit(Object.fromEntries(values), event)
  }
  return (
    <form method="dialog" onSubmit={submit}>
      {fields.map(({ label, of, value, ...control }) => (
        // The value is only the initial one, so that a redraw keeps the input.
        // biome-ignore lint/a11y/noLabelWithoutControl: the label contains its control
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
      {/* biome-ignore lint/a11y/noAutofocus: it is the most likely next action */}
      <button type="submit" {...rest} autoFocus={isNext}>
        {button}
      </button>
    </form>
  )
}

/** Asks for the caller's own key or token, and stores it until this browser tab is closed. */
export function SignIn() {
  function signIn({ key = '' }: Values) {
    sessionStorage.setItem('desk:key', key)
    location.reload()
  }
  const field = { label: 'Your key or token', name: 'key', type: 'password' } as const
  return <Form button="Open the desk" fields={[field]} onSubmit={signIn} />
}
