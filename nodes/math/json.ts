// JSON for other systems: of the kit's wrappers for what JSON itself cannot tell, those of bytes and images stay.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** Kit JSON as plain JSON: a series is a list, what is not finite is null, a record with a '$' is as it was. */
export function plainJson(json: Json): Json {
  if (json === null || typeof json !== 'object') return json
  if (Array.isArray(json)) return (json as readonly Json[]).map(plainJson)
  const object = json as { readonly [key: string]: Json }
  const keys = Object.keys(object)
  const inner = object[keys[0]!]!
  switch (keys.length === 1 ? keys[0] : '') {
    case '$number': return null
    case '$series': return plainJson(inner)
    case '$record': return fields(inner as { readonly [key: string]: Json })
    default: return fields(object)
  }
}

// Definitions, not assignments: a field may be called '__proto__'.
const fields = (object: { readonly [key: string]: Json }): Json => Object.fromEntries(Object.entries(object).map(([key, value]) => [key, plainJson(value)]))

/** Whether a null stands in it where a number was to be: at the top or in a list. */
export const hasGap = (json: Json): boolean => json === null || (Array.isArray(json) && json.includes(null))
