/** A file of a multipart request. What its name and type say is the sender's word. */
export interface UploadedFile {
  readonly name: string;
  /** Media type; empty when none was sent. */
  readonly type: string;
  /** Bytes. */
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Whether a value is a file: nothing that JSON can hold has a function. */
export function isUploadedFile(value: unknown): value is UploadedFile {
  return (
    typeof value === 'object' &&
    value !== null &&
    'arrayBuffer' in value &&
    typeof value.arrayBuffer === 'function' &&
    'name' in value &&
    typeof value.name === 'string'
  );
}
