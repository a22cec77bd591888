/** A file in a form. */
export interface FormFile {
  readonly field: string;
  readonly fileName: string;
  readonly content: Buffer;
}

/**
 * A form with a file, as a body.
 * @see https://www.rfc-editor.org/rfc/rfc7578
 */
export function multipartOf(
  fields: Readonly<Record<string, unknown>>,
  file: FormFile,
): { readonly contentType: string; readonly body: Buffer } {
  const boundary = unusedBoundary(file.content);
  const head = (name: string, more = ""): string =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"${more}\r\n`;
  const texts = Object.entries(fields).map(([name, value]) => `${head(name)}\r\n${String(value)}\r\n`);
  const fileHead = `${head(file.field, `; filename="${quoted(file.fileName)}"`)}Content-Type: application/octet-stream\r\n\r\n`;
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([Buffer.from(texts.join("") + fileHead), file.content, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
}

function unusedBoundary(content: Buffer): string {
  let boundary = "----simulated-phone";
  while (content.includes(boundary)) boundary += "-";
  return boundary;
}

/** RFC 7578 §2 and the practice of browsers: what would end the quotes or the line is written as a percentage. */
function quoted(text: string): string {
  return text.replaceAll('"', "%22").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
