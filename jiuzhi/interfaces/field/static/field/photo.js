// A photo made small enough to send, with the camera's own time and place (EXIF) kept.
const EDGE = 1600;
export async function small(file) {
  const image = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, EDGE / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.width * scale));
  canvas.height = Math.max(1, Math.round(image.height * scale));
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
  const exif = exifOf(new Uint8Array(await file.arrayBuffer()));
  if (!exif) return made;
  const bytes = new Uint8Array(await made.arrayBuffer());
  return new Blob([bytes.slice(0, 2), exif, bytes.slice(2)], { type: "image/jpeg" });
}
// The APP1 segment of a JPEG, its orientation set to "upright": the pixels have been turned already.
export function exifOf(bytes) {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return null;
  for (let at = 2; at + 4 < bytes.length && bytes[at] === 0xff && bytes[at + 1] !== 0xda;) {
    const size = (bytes[at + 2] << 8) | bytes[at + 3];
    if (bytes[at + 1] === 0xe1 && String.fromCharCode(...bytes.slice(at + 4, at + 8)) === "Exif") {
      const found = bytes.slice(at, at + 2 + size);
      try { upright(found); } catch { return null; }
      return found;
    }
    at += 2 + size;
  }
  return null;
}
function upright(segment) {
  const view = new DataView(segment.buffer, 10), little = view.getUint16(0) === 0x4949;
  const start = view.getUint32(4, little), count = view.getUint16(start, little);
  for (let n = 0; n < count; n++) {
    const entry = start + 2 + 12 * n;
    if (view.getUint16(entry, little) === 0x0112) view.setUint16(entry + 8, 1, little);
  }
}
