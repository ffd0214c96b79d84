/** What the server asks of a new password, so that a form can say it while somebody types. Pure. */

export const SHORTEST_PASSWORD = 8;
const LONGEST_BYTES = 1024;

export interface PasswordRules {
  length: boolean;
  longest: boolean;
  notName: boolean;
}

/** Which of the server's rules a password meets for an account of this name. The server's word is the last. */
export function passwordRules(password: string, name: string): PasswordRules {
  // The server joins what a keyboard composed; so do we, or we would count otherwise.
  const text = password.normalize("NFC");
  return {
    length: Array.from(text).length >= SHORTEST_PASSWORD,
    longest: new TextEncoder().encode(text).length <= LONGEST_BYTES,
    notName: text === "" || fold(text) !== fold(name.normalize("NFC")),
  };
}

export function isPossible(rules: PasswordRules): boolean {
  return rules.length && rules.longest && rules.notName;
}

function fold(text: string): string {
  return text.toLocaleLowerCase("en");
}
