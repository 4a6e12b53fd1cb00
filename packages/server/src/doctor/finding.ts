/** What one check of the doctor found. Whatever is not fine comes with what to do about it. */
export type Finding =
  | { readonly check: string; readonly state: 'ok'; readonly message: string }
  | {
      readonly check: string;
      readonly state: 'warn' | 'fail';
      readonly message: string;
      readonly fix: string;
    };

export function fine(check: string, message: string): Finding {
  return { check, state: 'ok', message };
}

export function warn(check: string, message: string, fix: string): Finding {
  return { check, state: 'warn', message, fix };
}

export function fail(check: string, message: string, fix: string): Finding {
  return { check, state: 'fail', message, fix };
}
