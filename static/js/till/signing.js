// Canonical text, SHA-256 and HMAC-SHA-256 with the till's key, which never leaves the browser.

const encoder = new TextEncoder();

// JSON with sorted keys and no blanks: the same bytes for the same content.
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const fields = Object.keys(value).filter((key) => value[key] !== undefined).sort();
  return `{${fields.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

export async function sha256(text) {
  return hex(await crypto.subtle.digest("SHA-256", encoder.encode(text)));
}

export async function hmac(key, text) {
  return hex(await crypto.subtle.sign("HMAC", key, encoder.encode(text)));
}

// The secret as the server tells it once (base64) → a key that can sign but not be read back.
export function importSecret(base64) {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
}

function hex(buffer) {
  return Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
