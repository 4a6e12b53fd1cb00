/** Text in rows and fields: comma, semicolon, tab or bar, quoted where needed. */

const SEPARATORS = ['\t', ',', ';', '|'] as const;

/** The separator that divides the line most. */
export function findSeparator(line: string): string {
  const counts = SEPARATORS.map((mark) => line.split(mark).length);
  return SEPARATORS[counts.indexOf(Math.max(...counts))] ?? ',';
}

/** The fields of a line; a quoted one may hold the separator, and "" for a quote. */
export function splitFields(line: string, separator: string): string[] {
  if (!line.includes('"')) return line.split(separator).map((part) => part.trim());
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (let k = 0; k < line.length; k++) {
    const letter = line[k] as string;
    if (letter === '"' && quoted && line[k + 1] === '"') {
      field += letter;
      k += 1;
    } else if (letter === '"') quoted = !quoted;
    else if (letter === separator && !quoted) {
      fields.push(field.trim());
      field = '';
    } else field += letter;
  }
  fields.push(field.trim());
  return fields;
}

/** Lines without their ends, the byte order mark and empty ones. */
export function toLines(text: string): string[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== '');
}

/** A number as logs write it, or undefined for "", "No Data", "N/A" and the like. */
export function toNumber(field: string | undefined): number | undefined {
  if (field === undefined || field === '') return undefined;
  const value = Number(field);
  return Number.isFinite(value) ? value : undefined;
}
