import type { AppointmentFilter } from '../../../src/contract/field-names.ts'
import { isIn } from './judge.ts'
import type { ModelRow } from './model-upstream.ts'

/**
 * The obvious cache: applies each event to every list, in the order of arrival. It fails in storms, so that the gateway's cache
 * proves something by not failing.
 */
export interface NaiveOverlay {
  read(filter: AppointmentFilter): string
  apply(row: ModelRow): void
}

export function createNaiveOverlay(
  rows: ReadonlyMap<string, ModelRow>,
  order: (a: ModelRow, b: ModelRow) => number,
): NaiveOverlay {
  const lists = new Map<AppointmentFilter, readonly ModelRow[]>()
  const sorted = (list: readonly ModelRow[]) => [...list].sort(order)
  return {
    read(filter) {
      const list = lists.get(filter) ?? sorted([...rows.values()].filter((row) => isIn(filter, row)))
      lists.set(filter, list)
      return list.map(({ id, version }) => `${id}:${version}`).join()
    },
    apply(row) {
      for (const [filter, list] of lists) {
        const others = list.filter(({ id }) => id !== row.id)
        lists.set(filter, sorted(isIn(filter, row) ? [...others, row] : others))
      }
    },
  }
}
