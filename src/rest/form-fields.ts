import type { FastifyRequest } from 'fastify';

/**
 * The fields of a multipart form that has no files, as a urlencoded body gives them: one of a name as text, several as
 * a list. @throws Fastify's error 413 when there is a file or too much of the rest
 */
export async function readFormFields(request: FastifyRequest): Promise<Record<string, unknown>> {
  const fields = new Map<string, unknown[]>();
  for await (const part of request.parts({ limits: { files: 0 } })) {
    if (part.type === 'field') fields.set(part.fieldname, [...(fields.get(part.fieldname) ?? []), part.value]);
  }
  return Object.fromEntries([...fields].map(([name, values]) => [name, values.length === 1 ? values[0] : values]));
}
