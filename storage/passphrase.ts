/** Keys behind a passphrase: PBKDF2 makes the key, AES-GCM seals with it. */

/** What OWASP asks of PBKDF2 with SHA-256. Stored with the vault, so that it can rise. */
export const iterations = 600_000;

export interface Sealed {
  /** 96 bits, new for every sealing. */
  iv: Uint8Array<ArrayBuffer>;
  data: Uint8Array<ArrayBuffer>;
}

/** What is kept of a passphrase: enough to tell whether one is right, and nothing that helps to guess it. */
export interface Vault {
  id: 'vault';
  salt: Uint8Array<ArrayBuffer>;
  iterations: number;
  /** A known word, sealed. */
  proof: Sealed;
}

const word = 'gloss';
const algorithm = 'AES-GCM';

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

/** 256 bits from a passphrase. Takes about a third of a second, which is the point. */
export async function derive(passphrase: string, salt: BufferSource, rounds: number): Promise<Uint8Array<ArrayBuffer>> {
  const typed = new TextEncoder().encode(passphrase.normalize('NFC'));
  const material = await crypto.subtle.importKey('raw', typed, 'PBKDF2', false, ['deriveBits']);
  const bits = await crypto.subtle.deriveBits(
    { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: rounds },
    material,
    256,
  );
  return new Uint8Array(bits);
}

const keyOf = (raw: BufferSource) => crypto.subtle.importKey('raw', raw, algorithm, false, ['encrypt', 'decrypt']);

export async function seal(raw: BufferSource, text: string): Promise<Sealed> {
  const iv = random(12);
  const data = await crypto.subtle.encrypt({ name: algorithm, iv }, await keyOf(raw), new TextEncoder().encode(text));
  return { iv, data: new Uint8Array(data) };
}

/** `null` if it was sealed with another key. */
export async function unseal(raw: BufferSource, { iv, data }: Sealed): Promise<string | null> {
  try {
    const text = await crypto.subtle.decrypt({ name: algorithm, iv }, await keyOf(raw), data);
    return new TextDecoder().decode(text);
  } catch {
    return null;
  }
}

export async function createVault(
  passphrase: string,
  rounds = iterations,
): Promise<{ vault: Vault; raw: Uint8Array<ArrayBuffer> }> {
  const salt = random(16);
  const raw = await derive(passphrase, salt, rounds);
  return { vault: { id: 'vault', salt, iterations: rounds, proof: await seal(raw, word) }, raw };
}

/** The derived key; `null` if the passphrase is wrong. */
export async function openVault(vault: Vault, passphrase: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const raw = await derive(passphrase, vault.salt, vault.iterations);
  return (await unseal(raw, vault.proof)) === word ? raw : null;
}
