import type { Config } from '../../config.ts'
import { type TrustedCost, trustedCosts } from '../../server/cost/trusted-costs.ts'
import type { TrustedDocuments } from '../../server/documents/trusted.ts'
import { createGateway } from '../../server/gateway.ts'
import { gatewayOptions } from '../options.ts'

/** What the gateway that an environment configures would estimate. It is not started, and asks nothing. */
export function priceDocuments(documents: TrustedDocuments, config: Config): readonly TrustedCost[] {
  const { estimate } = createGateway({ ...gatewayOptions(config), url: 'http://localhost' })
  return trustedCosts(documents, { estimate, maxPageSize: config.MAX_PAGE_SIZE })
}
