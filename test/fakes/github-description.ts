import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv, type ValidateFunction } from 'ajv';
import { z } from 'zod';

const require = createRequire(import.meta.url);

/** One answer of the API, as it was sent. */
export interface Reply {
  readonly method: string;
  /** Without the API's prefix. */
  readonly path: string;
  readonly status: number;
  readonly body: unknown;
}

const schema = z.record(z.string(), z.unknown());
const response = z.object({
  $ref: z.string().optional(),
  content: z.record(z.string(), z.object({ schema: z.unknown() })).optional(),
});
const description = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.object({ responses: z.record(z.string(), response).optional() }))),
  components: z.object({ schemas: schema, responses: z.record(z.string(), response) }),
});

/** GitHub's own description of its API. `faultOf` says what of a reply does not fit it; null when all does. */
export function readDescription(): { faultOf(reply: Reply): string | null } {
  const file = require.resolve('@octokit/openapi/generated/api.github.com.json');
  const document = description.parse(JSON.parse(readFileSync(file, 'utf8')));
  const ajv = new Ajv({ strict: false, validateSchema: false, validateFormats: false, allErrors: false });
  ajv.addSchema({ components: { schemas: withoutNullable(document.components.schemas) } }, 'github');
  const compiled = new Map<unknown, ValidateFunction>();
  const templates = Object.keys(document.paths).sort((one, other) => variables(one) - variables(other));
  return {
    faultOf({ method, path: asked, status, body }) {
      // Where redirects of renamed repositories lead, which the description leaves out.
      const path = asked.replace(/^\/repositories\/\d+/, '/repos/any/any');
      const template = templates.find((one) => matches(one, path) && document.paths[one]?.[method.toLowerCase()]);
      const operation = document.paths[template ?? '']?.[method.toLowerCase()];
      const declared = operation?.responses?.[String(status)];
      const named = /^#\/components\/responses\/(.+)$/.exec(declared?.$ref ?? '')?.[1];
      const found = named === undefined ? declared : document.components.responses[named];
      // Any reading may be conditional, though not every description says so.
      if (operation !== undefined && method === 'GET' && status === 304)
        return body === null ? null : 'a 304 with a body';
      const where = `${method} ${template ?? path} ${status}`;
      // Any call may be refused for its token or the rate limit, though not every description says so.
      if (found === undefined && operation !== undefined && [401, 403, 429].includes(status))
        return basicError(body, where);
      if (found === undefined) return `${where} is not described`;
      const form = found.content?.['application/json']?.schema;
      if (form === undefined) return body === null ? null : `${where} has no body`;
      const validate = compiled.get(form) ?? ajv.compile(rooted(withoutNullable(form)));
      compiled.set(form, validate);
      return validate(body) ? null : `${where}: ${ajv.errorsText(validate.errors)}`;
    },
  };
}

function basicError(body: unknown, where: string): string | null {
  const parsed = z.object({ message: z.string(), documentation_url: z.string() }).safeParse(body);
  return parsed.success ? null : `${where}: not a basic error`;
}

function variables(template: string): number {
  return template.split('{').length;
}

function matches(template: string, path: string): boolean {
  const pattern = template
    .replace(/[.*+?^$()|[\]\\]/g, '\\$&')
    .replace(/\{(\w+)\}/g, (_, name) => (name === 'ref' ? '.+' : '[^/]+'));
  return new RegExp(`^${pattern}$`).test(path);
}

/** References within the description lead to it from anywhere. */
function rooted(form: object): object {
  const moved: object = JSON.parse(JSON.stringify(form).replaceAll('"$ref":"#/', '"$ref":"github#/'));
  return moved;
}

/** OpenAPI 3.0 says `nullable` where JSON Schema has a type of its own. */
function withoutNullable(form: unknown): object {
  const text = JSON.stringify(form, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || !('nullable' in value) || value.nullable !== true) return value;
    const { nullable: _, ...rest } = value;
    return { anyOf: [rest, { type: 'null' }] };
  });
  const made: object = JSON.parse(text);
  return made;
}
