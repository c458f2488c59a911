import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { readFileSync } from 'node:fs'

interface Operation {
  readonly operationId: string
  readonly requestBody?: unknown
  readonly responses: Readonly<Record<string, unknown>>
}

type PathItem = Readonly<Record<string, Operation>>

export const text = readFileSync(new URL('../../../../docs/openapi.json', import.meta.url), 'utf8')
export const document = JSON.parse(text) as {
  readonly openapi: string
  readonly info: { readonly version: string }
  readonly paths: Readonly<Record<string, PathItem>>
  readonly components: { readonly schemas: Readonly<Record<string, AnySchema>> }
}

const methods = ['get', 'post', 'patch', 'delete']

/** Every operation of the document: `POST /projects`. */
export const operations = new Map<string, Operation>(
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => methods.includes(method))
      .map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
  ),
)

export function operationOf(name: string): Operation {
  const operation = operations.get(name)
  if (operation === undefined) throw new Error(`${name} is not in docs/openapi.json`)
  return operation
}

const ajv = new Ajv2020({ strict: false, allErrors: true })
;(formats as unknown as (ajv: Ajv2020) => void)(ajv)
ajv.addSchema(document, 'openapi')

/** Follows a $ref to another part of the document. */
export function resolved(part: unknown): Record<string, unknown> {
  const { $ref } = part as { $ref?: string }
  return $ref === undefined ? (part as Record<string, unknown>) : at($ref)
}

function at(pointer: string): Record<string, unknown> {
  let value: unknown = document
  for (const name of pointer.replace(/^#\//, '').split('/')) {
    value = (value as Record<string, unknown> | undefined)?.[name.replaceAll('~1', '/').replaceAll('~0', '~')]
  }
  if (value === undefined) throw new Error(`docs/openapi.json has no ${pointer}`)
  return value as Record<string, unknown>
}

/** What a schema of the document has against a value; nothing when they agree. */
export function faultsOf(schema: AnySchema, value: unknown): string[] {
  const ownRefs = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/')) as AnySchema
  const validate = ajv.compile(ownRefs)
  return validate(value) ? [] : (validate.errors ?? []).map((error) => JSON.stringify(error))
}

/** The schema of a part's one media type. */
export function contentOf(part: unknown): { readonly type: string; readonly schema: AnySchema } | undefined {
  const content = resolved(part).content as Record<string, { schema: AnySchema }> | undefined
  const [entry] = Object.entries(content ?? {})
  return entry && { type: entry[0], schema: entry[1].schema }
}
