/** What stands in the place of a key. */
export const redacted = '[key]';

/**
 * Takes keys out of text that is shown, stored, exported or logged: the given ones (in any case, as a host's name has none,
 * and as an address, JSON, HTML or base64 would write them), whatever follows the names of key headers and parameters, and strings shaped like a key.
 */
export function redact(text: string, keys: readonly (string | null | undefined)[] = []): string {
  let clean = text;
  for (const key of spellings(keys)) clean = clean.replace(new RegExp(key.replace(/[^\w]/g, '\\$&'), 'gi'), redacted);
  for (const [pattern, replacement] of patterns) clean = clean.replace(pattern, replacement);
  return clean;
}

/** Longest first, so that a key that holds another one goes whole. Shorter than four characters would tear up the text. */
function spellings(keys: readonly (string | null | undefined)[]): string[] {
  const all = new Set<string>();
  for (const key of keys) {
    const bare = key?.trim();
    if (!bare || bare.length < 4) continue;
    all.add(bare);
    all.add(JSON.stringify(bare).slice(1, -1));
    all.add(bare.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`));
    // Every three bytes are four letters, so all but the ends of it look the same wherever it begins.
    if (/^[\x20-\x7e]{12,}$/.test(bare)) for (const start of [0, 1, 2]) all.add(middleOfBase64(bare, start));
    // A key with a lone surrogate cannot be written into an address.
    if (bare.isWellFormed()) all.add(encodeURIComponent(bare));
  }
  return [...all].toSorted((a, b) => b.length - a.length);
}

/** The letters of base64 that depend on the text alone, where `start` bytes of a group of three come before it. */
function middleOfBase64(text: string, start: number): string {
  const first = (3 - start) % 3;
  return btoa(text.slice(first, first + Math.floor((text.length - first) / 3) * 3));
}

/** Every pattern runs in time linear in the text: no repeated group holds another repetition. */
const patterns: readonly (readonly [RegExp, string])[] = [
  // `Authorization: Bearer x`, `"authorization": "Basic x"`, `authorization=x`
  [/(\bauthorization["']?\s{0,4}[:=]\s{0,4}["']?(?:(?:bearer|basic|token)\s{1,4})?)[^\s"',;}]+/gi, `$1${redacted}`],
  [
    /(\b(?:x-goog-api-key|x-api-key|api-key|api_key|apikey|access_token)["']?\s{0,4}[:=]\s{0,4}["']?)[^\s"',;}&]+/gi,
    `$1${redacted}`,
  ],
  [/([?&](?:key|token|api-key|api_key|access_token)=)[^\s&"'<>#]+/gi, `$1${redacted}`],
  [/(\bbearer\s{1,4})[\w.~+/=*-]{8,}/gi, `$1${redacted}`],
  // OpenAI, Anthropic, OpenRouter, DeepSeek (also masked with asterisks), Groq, xAI, Hugging Face, Perplexity, Google, NextChat
  [/\b(?:sk|rk)-[\w*.-]{8,}/g, redacted],
  [/\b(?:gsk_|hf_|xai-|pplx-|nk-|r8_|nvapi-|csk-|fw_)[\w*-]{8,}/g, redacted],
  [/\bAIza[\w-]{20,}/g, redacted],
];
