/** The executor's only entry: files of other folders import this one, never the files beside it. */
export { type CollectedFields, collectFields, collectSubfields, conditionVariables } from './collect.ts'
export { fragmentsOf } from './document.ts'
export { execute, executeEvent } from './execute.ts'
