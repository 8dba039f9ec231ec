/** An inner module of ssh2, which its types leave out. */
declare module 'ssh2/lib/protocol/crypto.js' {
  const crypto: { bindingAvailable?: boolean }
  export = crypto
}
