import {
  type ExecutionArgs,
  GraphQLError,
  isNonNullType,
  isValueNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { UserInputError } from '../../schema/errors.ts'
import { argumentPath, type Step } from '../documents/arguments.ts'

type Executed = Pick<ExecutionArgs, 'schema' | 'document' | 'variableValues'>

/** A use of a variable that is null, at a location whose type is non-null. */
interface NullUse {
  /** The dotted path of the argument: `input.title`, `ids.0`. */
  readonly argument: string
  readonly variable: string
  /** The nodes around the variable, and the variable itself. */
  readonly steps: readonly Step[]
}

/**
 * Turns the errors of argument coercion into refusals that name the argument. A valid document can put a variable with a
 * default where null is not allowed, and a caller can still set that variable to null. Only these errors name a value of
 * the document as their node.
 */
export function blameNullArguments(
  errors: readonly GraphQLError[],
  executed: Executed,
): readonly GraphQLError[] {
  let nullUses: readonly NullUse[] | undefined
  return errors.map((error) => {
    const [node] = error.nodes ?? []
    if (node === undefined || !isValueNode(node)) return error
    nullUses ??= findNullUses(executed)
    const nullUse = nullUses.find(({ steps }) => steps.includes(node))
    return nullUse === undefined ? error : refuseNull(nullUse, error)
  })
}

function refuseNull({ argument, variable }: NullUse, error: GraphQLError): GraphQLError {
  const { nodes = null, path = null } = error
  const message = `The variable "$${variable}" must not be null, because "${argument}" takes no null.`
  return new GraphQLError(message, { nodes, path, originalError: new UserInputError(argument, message) })
}

function findNullUses({ schema, document, variableValues }: Executed): NullUse[] {
  const nullUses: NullUse[] = []
  const types = new TypeInfo(schema)
  visit(
    document,
    visitWithTypeInfo(types, {
      Variable(node, _key, parent, keys, ancestors) {
        const variable = node.name.value
        if (!isNonNullType(types.getInputType()) || variableValues?.[variable] !== null) return
        const around = parent === undefined ? ancestors : [...ancestors, parent]
        nullUses.push({ argument: argumentPath(around, keys), variable, steps: [...around, node] })
      },
    }),
  )
  return nullUses
}
