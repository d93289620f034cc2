import { nodesOf, type SourceFile, type SyntaxNode } from './source-files.ts'

const NAMING = ['test', 'it', 'describe']

/** The names given to `test`, `it` and `describe`, and to their variants such as `test.for(cases)`, as written. */
export function testNamesIn({ syntax, text }: SourceFile): readonly string[] {
  return [...nodesOf(syntax)].filter(isNaming).flatMap((call) => {
    const [name] = call.arguments as readonly SyntaxNode[]
    if (name?.type === 'Literal' && typeof name.value === 'string') return [name.value]
    if (name?.type !== 'TemplateLiteral') return []
    return [text.slice(Number(name.start) + 1, Number(name.end) - 1)]
  })
}

function isNaming(node: SyntaxNode): boolean {
  return node.type === 'CallExpression' && NAMING.includes(rootOf(node.callee as SyntaxNode))
}

/** The first identifier: `test` for `test`, `test.skip` and `test.for(cases)`. */
function rootOf(callee: SyntaxNode): string {
  if (callee.type === 'MemberExpression') return rootOf(callee.object as SyntaxNode)
  if (callee.type === 'CallExpression') return rootOf(callee.callee as SyntaxNode)
  return callee.type === 'Identifier' ? String(callee.name) : ''
}
