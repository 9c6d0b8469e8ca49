// A picture that came from the server, in an <img>. Through fetch and a blob, since an <img> cannot send the token.

/** Show it in the place of the one before; ends when it is to be seen. */
export async function showPicture(picture, blob) {
  URL.revokeObjectURL(picture.src);
  picture.src = URL.createObjectURL(blob);
  picture.hidden = false;
  await picture.decode().catch(() => {});
}
