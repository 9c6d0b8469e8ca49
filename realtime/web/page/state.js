// What this page holds now: the connection, what came over it, what the server has for this visitor. Knows nothing else.

export const page = { running: false, ages: [], waits: [], shown: 0, unique: 0, lastTaken: -1e9, info: { faces: [], own: [], swappers: [], ice: [] } };
window.liveswap = page; // for tests and the curious
