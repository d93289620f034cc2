import { ENTRY_PATHS, type EntryKind } from '../../contract/directory-fields.ts'

/** The filter of a list of people or places, under the product's names. Each kind supports some of the conditions. */
export interface EntryFilter {
  readonly isActive?: boolean
  readonly isBookableOnline?: boolean
  readonly locationId?: string
  readonly search?: string
}

/** The filter as a query string. Equal filters give equal text, whatever the order of their properties. */
export function entryQuery({ isActive, isBookableOnline, locationId, search }: EntryFilter): string {
  const conditions = {
    is_active: isActive,
    is_bookable_online: isBookableOnline,
    location_id: locationId,
    search,
  }
  return Object.entries(conditions)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
    .join('&')
}

/** Identifies a list among all lists of the REST API. */
export function entryListText(kind: EntryKind, filter: EntryFilter): string {
  return `${ENTRY_PATHS[kind]}?${entryQuery(filter)}`
}
