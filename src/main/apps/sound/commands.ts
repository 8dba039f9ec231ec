/** The numbers of PulseAudio's native protocol that the gate knows. All others it refuses, whatever they mean. */

export const COMMAND = {
  error: 0,
  reply: 2,
  createPlaybackStream: 3,
  deletePlaybackStream: 4,
  auth: 8,
  setClientName: 9,
  lookupSink: 10,
  drainPlaybackStream: 12,
  getPlaybackLatency: 14,
  getServerInfo: 20,
  getSinkInfo: 21,
  getSinkInfoList: 22,
  getSourceInfoList: 24,
  getSinkInputInfo: 29,
  subscribe: 35,
  setSinkInputVolume: 37,
  corkPlaybackStream: 41,
  flushPlaybackStream: 42,
  triggerPlaybackStream: 43,
  setPlaybackStreamName: 46,
  prebufPlaybackStream: 60,
  request: 61,
  overflow: 62,
  underflow: 63,
  playbackStreamKilled: 64,
  subscribeEvent: 66,
  setSinkInputMute: 69,
  setPlaybackStreamBufferAttr: 72,
  updatePlaybackStreamSampleRate: 74,
  playbackStreamSuspended: 76,
  playbackStreamMoved: 78,
  updatePlaybackStreamProplist: 81,
  updateClientProplist: 82,
  removePlaybackStreamProplist: 84,
  removeClientProplist: 85,
  started: 86,
  playbackStreamEvent: 92,
  playbackBufferAttrChanged: 94,
} as const

/** What a refusal says is wrong. */
export const REFUSED = { access: 1, noEntity: 5, badState: 15, version: 17, notSupported: 19, busy: 26 } as const

/** No tag, no device, no stream. */
export const NONE = 0xffff_ffff

/** From the first (PulseAudio 2.0, of 2012) on all that passes is laid out in the same way; what is newer than the last is not known. */
export const OLDEST_VERSION = 24
export const NEWEST_VERSION = 35
