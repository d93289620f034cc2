/** Whose tokens are accepted, and how they are checked. */
export interface TokenOptions {
  readonly issuer: string
  readonly audience: string
  /** Where the issuer publishes its keys, or the secret that it shares with the gateway. */
  readonly keys: { readonly jwksUrl: string } | { readonly secret: string }
}
