// Makes photographs small before they are kept, in the browser: a township's line is slow, and a phone's picture is not needed whole.
// xiangmuPhoto(file, place) promises the file itself when it is small and tells nothing else, or a JPEG of at most 400 KB without what
// else the camera wrote into it; it fails for a picture it cannot draw. `place` keeps the camera's notes (Exif: where and when it was
// taken), told that the picture now stands upright.
(function () {
  var MOST = 400000, EDGE = 2048, NOTES = /exif|xmp|adobe|gps/i;

  // The segments of a JPEG a camera writes its notes into: [begin, end], up to the picture itself.
  function notes(view) {
    var found = [], at = 2;
    while (at + 4 <= view.byteLength && view.getUint8(at) === 255) {
      var kind = view.getUint8(at + 1), end = at + 2 + view.getUint16(at + 2);
      if (kind === 0xda || end > view.byteLength) { break; }
      if (kind === 0xe1) { found.push([at, end]); }
      at = end;
    }
    return found;
  }

  // The Exif segment with its orientation (tag 0x0112 of the first directory, TIFF 6.0) set to upright; nothing when it is none.
  function upright(bytes, segment) {
    var copy = bytes.slice(segment[0], segment[1]), view = new DataView(copy);
    if (view.getUint32(4) !== 0x45786966) { return null; }
    var little = view.getUint16(10) === 0x4949, first = 10 + view.getUint32(14, little);
    for (var i = 0; i < view.getUint16(first, little); i++) {
      var entry = first + 2 + 12 * i;
      if (view.getUint16(entry, little) === 0x0112) { view.setUint16(entry + 8, 1, little); }
    }
    return copy;
  }

  function drawn(picture, edge, quality) {
    var scale = Math.min(1, edge / Math.max(picture.width, picture.height)), canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    var context = canvas.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return new Promise(function (done) { canvas.toBlob(done, "image/jpeg", quality); });
  }

  window.xiangmuPhoto = async function (file, place) {
    if (!/^image\/(jpeg|png|webp)$/.test(file.type)) { return file; }
    var bytes = await file.arrayBuffer(), kept = null;
    if (file.size <= MOST && (place || !NOTES.test(new TextDecoder("latin1").decode(bytes)))) { return file; }
    if (place && file.type === "image/jpeg") {
      notes(new DataView(bytes)).forEach(function (segment) {
        try { kept = kept || upright(bytes, segment); } catch (broken) { /* Notes that cannot be read say no place. */ }
      });
    }
    var picture = await createImageBitmap(file), edge = EDGE, quality = 0.85, small;
    do {
      small = await drawn(picture, edge, quality);
      edge *= 0.8;
      quality = Math.max(0.6, quality - 0.08);
    } while (small && small.size + (kept ? kept.byteLength : 0) > MOST && edge > 300);
    picture.close();
    if (!small) { throw new Error("not drawn"); }
    var parts = kept ? [small.slice(0, 2), kept, small.slice(2)] : [small];
    return new File(parts, file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
  };
})();
