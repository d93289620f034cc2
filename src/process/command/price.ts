import type { Config } from '../../config.ts'
import { type TrustedCost, trustedCosts } from '../../server/cost/trusted-costs.ts'
import type { TrustedDocuments } from '../../server/documents/trusted.ts'
import { createGateway } from '../../server/gateway.ts'
import { gatewayOptions } from '../options.ts'

/** The costs as a gateway of this configuration would estimate them. It is not started, and sends no request. */
export function priceDocuments(documents: TrustedDocuments, config: Config): readonly TrustedCost[] {
  const { estimate } = createGateway({ ...gatewayOptions(config), url: 'http://localhost' })
  return trustedCosts(documents, { estimate, maxPageSize: config.MAX_PAGE_SIZE })
}
