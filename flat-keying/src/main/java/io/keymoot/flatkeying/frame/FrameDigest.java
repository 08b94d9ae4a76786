package io.keymoot.flatkeying.frame;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.flatkeying.wire.WireWriter;
import java.nio.charset.StandardCharsets;
import java.security.DigestException;

/**
 * What signatures say of a frame: SHA-256 of all its bytes, header and tag included, never the tag
 * alone. Where metadata was authenticated with it, SHA-256 of that hash and the metadata's.
 */
final class FrameDigest {
  private static final byte[] LABEL = "keymoot 1 frame".getBytes(StandardCharsets.US_ASCII);

  private FrameDigest() {}

  static Hash32 of(Desk desk, byte[] frame, int at, int length, byte[] metadata) {
    Hash32 digest = sha256(desk, frame, at, length);
    if (metadata.length == 0) {
      return digest;
    }
    byte[] both = new byte[2 * Hash32.LENGTH];
    digest.write(both, 0);
    sha256(desk, metadata, 0, metadata.length).write(both, Hash32.LENGTH);
    return sha256(desk, both, 0, both.length);
  }

  static Hash32 sha256(Desk desk, byte[] bytes, int at, int length) {
    try {
      desk.sha256.update(bytes, at, length);
      desk.sha256.digest(desk.digest, 0, Hash32.LENGTH);
    } catch (DigestException e) {
      throw new IllegalStateException("SHA-256 has 32 bytes", e);
    }
    return Hash32.read(desk.digest, 0);
  }

  /** What a sender signs behind one frame of a signed stream. */
  static byte[] signed(
      GroupId group,
      StayId sender,
      FactId epoch,
      int revision,
      FrameStream stream,
      long number,
      Hash32 digest) {
    return new WireWriter()
        .fixed(LABEL)
        .hash(group.hash())
        .hash(sender.hash())
        .hash(epoch.hash())
        .u32(revision)
        .u8(stream.number())
        .u64(number)
        .hash(digest)
        .toArray();
  }
}
