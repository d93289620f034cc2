import { secureHeaders } from 'hono/secure-headers'

/** The browser of a page loads, and asks, this server alone. */
export const securePages = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
  // A later page of this host may have no TLS.
  strictTransportSecurity: false,
})
