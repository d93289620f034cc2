import { secureHeaders } from 'hono/secure-headers'

/** The headers of a page: the browser may load from, and connect to, this server only. */
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
  // This host may serve other pages without TLS.
  strictTransportSecurity: false,
})
