import type { GraphQLResolveInfo } from 'graphql'
import type { EntryFieldName, EntryKind } from '../../contract/directory-fields.ts'
import type { Context } from '../context.ts'
import type { Reference } from '../global-id.ts'

/** A field of a person or a place. For the estimate, `reads` means that the field may cost a request. */
export function entryField<const Kind extends EntryKind, Name extends EntryFieldName<Kind>>(
  kind: Kind,
  name: Name,
) {
  return {
    extensions: { reads: kind },
    resolve: ({ restId }: Reference, _args: object, { loaders }: Context, info: GraphQLResolveInfo) =>
      loaders.directory.field(kind, restId, name, info),
  }
}
