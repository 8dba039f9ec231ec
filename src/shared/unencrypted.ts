/** What is said of a secret that is to be sent to an address other computers reach. */
export const UNENCRYPTED =
  'Other computers reach that address, and the way there is not encrypted: who listens on it can do the same. Over an ssh tunnel or a VPN nobody can.'
