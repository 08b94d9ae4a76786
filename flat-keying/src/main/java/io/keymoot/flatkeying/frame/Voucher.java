package io.keymoot.flatkeying.frame;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.flatkeying.wire.WireReader;
import io.keymoot.flatkeying.wire.WireWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One signature for the frames of a batch: "I sealed these". Paper 004, section 3.1.1: a single
 * asymmetric operation verifies all of them "even if they did not get all of the original packets".
 *
 * <p>The paper has the sender distribute MAC values; this lists SHA-256 of each whole frame. Every
 * member holds the key of the MAC, and whoever holds a GCM key can make another frame with the same
 * tag.
 *
 * @param first the lowest number of the batch
 * @param signature over {@link #signed}
 */
record Voucher(
    FactId epoch, int revision, FrameStream stream, long first, List<Line> lines, Bytes signature) {

  static final int MAX_BYTES = 32 + 4 + 1 + 8 + 1 + Limits.VOUCHED_FRAMES * 36 + 64;
  private static final byte[] LABEL = "keymoot 1 voucher".getBytes(StandardCharsets.US_ASCII);

  /**
   * One frame.
   *
   * @param beyond its number less the batch's first
   * @param digest see {@link FrameDigest}
   */
  record Line(long beyond, Hash32 digest) {}

  long last() {
    return first + lines.getLast().beyond;
  }

  static WireWriter writeBody(
      FactId epoch, int revision, FrameStream stream, long first, List<Line> lines) {
    return new WireWriter()
        .hash(epoch.hash())
        .u32(revision)
        .u8(stream.number())
        .u64(first)
        .list(lines, (to, line) -> to.u32(line.beyond).hash(line.digest));
  }

  /**
   * What is signed: small whatever the batch, as signature schemes hash slowly.
   *
   * @param number of the frame that carries it. Any member can open that frame and seal what is in
   *     it again; under another number, which would lead the replay window, it is nobody's word
   */
  static byte[] signed(GroupId group, StayId sender, long number, Hash32 body) {
    return new WireWriter()
        .fixed(LABEL)
        .hash(group.hash())
        .hash(sender.hash())
        .u64(number)
        .hash(body)
        .toArray();
  }

  static Decoded<Voucher> read(Bytes bytes) {
    return Decoded.all(bytes, Voucher::read);
  }

  private static Voucher read(WireReader in) {
    FactId epoch = new FactId(in.hash("epoch"));
    long revision = in.u32("revision");
    if (revision > Integer.MAX_VALUE) {
      throw in.malformed("revision " + revision + " is too high");
    }
    FrameStream stream = FrameStream.numbered(in.u8("stream"));
    if (stream.authentication() != Authentication.AMORTISED) {
      throw in.malformed(stream + " has no vouchers");
    }
    long first = in.u64("first number");
    List<Line> lines =
        in.list(
            1,
            Limits.VOUCHED_FRAMES,
            "frames",
            line -> new Line(line.u32("number"), line.hash("digest")));
    for (int i = 0; i < lines.size(); i++) {
      long before = i == 0 ? 0 : lines.get(i - 1).beyond + 1;
      if (lines.get(i).beyond < before || (i == 0 && lines.get(i).beyond != 0)) {
        throw in.malformed("frames are not in order");
      }
    }
    if (first < 0 || first > FrameSealer.LAST_NUMBER - lines.getLast().beyond) {
      throw in.malformed("a number is too high");
    }
    return new Voucher(
        epoch, (int) revision, stream, first, lines, in.fixed(Limits.SIGNATURE_BYTES, "signature"));
  }
}
