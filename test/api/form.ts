/** Writes multipart forms byte by byte, so that a test can write wrong ones. */

export interface FormPart {
  readonly name: string;
  readonly fileName?: string;
  readonly type?: string;
  readonly body: string | Uint8Array;
}

/** @returns body and headers of the request */
export function formOf(parts: readonly FormPart[], boundary = 'b0undary'): [Buffer, Record<string, string>] {
  const pieces = parts.flatMap(({ name, fileName = 'f', type, body }) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${fileName}"\r\n`,
    ),
    Buffer.from(type === undefined ? '\r\n' : `Content-Type: ${type}\r\n\r\n`),
    Buffer.from(body),
    Buffer.from('\r\n'),
  ]);
  return [
    Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]),
    { 'content-type': `multipart/form-data; boundary=${boundary}` },
  ];
}
