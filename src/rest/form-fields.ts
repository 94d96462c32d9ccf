import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';

/**
 * The fields of a multipart form, as a urlencoded body gives them: one of a name as text, several as a list. A file
 * becomes a File, held in memory; a field for one in which none was chosen counts as empty.
 * @throws Fastify's error 413 when there is a file where none is taken, too large a one, or too much of the rest
 */
export async function readFormFields(
  request: FastifyRequest,
  { files }: { readonly files: boolean },
): Promise<Record<string, unknown>> {
  const fields = new Map<string, unknown[]>();
  for await (const part of request.parts(files ? {} : { limits: { files: 0 } })) {
    const value = part.type === 'field' ? part.value : await fileOf(part);
    fields.set(part.fieldname, [...(fields.get(part.fieldname) ?? []), value]);
  }
  return Object.fromEntries([...fields].map(([name, values]) => [name, values.length === 1 ? values[0] : values]));
}

async function fileOf(part: MultipartFile): Promise<File | ''> {
  const bytes = await part.toBuffer();
  const name = part.filename ?? '';
  return bytes.byteLength === 0 && name === '' ? '' : new File([new Uint8Array(bytes)], name, { type: part.mimetype });
}

/** A form whose empty fields count as absent, as forms in browsers send all they have. */
export function withoutEmptyFields(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== ''));
}
