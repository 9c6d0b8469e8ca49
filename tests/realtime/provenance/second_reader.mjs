// Reads manifests with c2pa's WebAssembly build: a second build, by other bindings, than the Python package that signs.
// node second_reader.mjs FOLDER_OF_THE_PACKAGE TYPE FILE [TYPE FILE ...] -> one line of JSON a file
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** What the package reads: a Blob, which Node can only read by waiting. */
class MemoryBlob extends Blob {
  constructor(bytes) {
    super([]);
    this.bytes = bytes;
  }

  get size() {
    return this.bytes.byteLength;
  }

  slice(from = 0, to = this.size) {
    return new MemoryBlob(this.bytes.subarray(from, to));
  }
}

globalThis.FileReaderSync = class {
  readAsArrayBuffer(blob) {
    return blob.bytes.slice().buffer;
  }
};

const [folder, ...files] = process.argv.slice(2);
const c2pa = await import(pathToFileURL(`${folder}/pkg/c2pa.js`));
await c2pa.default({ module_or_path: readFileSync(`${folder}/pkg/c2pa_bg.wasm`) });
const offline = JSON.stringify({ verify: { remote_manifest_fetch: false, ocsp_fetch: false } });
for (let at = 0; at < files.length; at += 2) {
  const blob = new MemoryBlob(new Uint8Array(readFileSync(files[at + 1])));
  try {
    const report = JSON.parse((await c2pa.WasmReader.fromBlob(files[at], blob, offline)).json());
    const failures = report.validation_results.activeManifest.failure.map((each) => each.code);
    console.log(JSON.stringify({ state: report.validation_state, failures }));
  } catch (error) {
    console.log(JSON.stringify({ state: "unreadable", failures: [String(error)] }));
  }
}
