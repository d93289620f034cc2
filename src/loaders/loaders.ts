import type { AppointmentFilter } from '../contract/field-names.ts'
import { PAGE_LIMIT } from '../contract/list.ts'
import type { PageLimits } from '../pagination/arguments.ts'
import type { Changes } from '../rest/coherence/changes.ts'
import { type AppointmentLoader, createAppointmentLoader, type LoaderOptions } from './appointments.ts'
import { type ChangeStream, createChangeStream } from './changes.ts'
import {
  createDirectoryLoader,
  type DirectoryLoader,
  type DirectoryLoaderOptions,
} from './directory/directory.ts'

/** One set for each GraphQL request. What it has loaded lives as long as the request, and no other request sees it. */
export interface Loaders {
  readonly appointments: AppointmentLoader
  /** The people and places that appointments refer to. */
  readonly directory: DirectoryLoader
  /** The changes of a list, for one reader. Rejects with `UpstreamError` where the caller may not receive any. */
  subscribe(filter: AppointmentFilter, after: string | undefined): Promise<ChangeStream>
}

export interface LoadersOptions extends LoaderOptions, DirectoryLoaderOptions {
  readonly changes: Changes
}

export function createLoaders(options: LoadersOptions): Loaders {
  const { changes, by } = options
  // Most operations select no person or place.
  let directory: DirectoryLoader | undefined
  function directoryOf(): DirectoryLoader {
    directory ??= createDirectoryLoader(options)
    return directory
  }
  return {
    appointments: createAppointmentLoader({ ...options, directoryOf }),
    get directory() {
      return directoryOf()
    },
    subscribe: (filter, after) => createChangeStream(changes, { filter, after, by }),
  }
}

/** The page sizes of clients, and those of the upstream. */
export function pageLimits(maxPageSize: number): PageLimits {
  return { maxPageSize, maxReadSize: PAGE_LIMIT.max }
}
