package io.keymoot.flatkeying.key;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.WireReader;
import io.keymoot.flatkeying.wire.WireWriter;

/**
 * One secret under a session, for one member.
 *
 * @param position in the sender's chain; told, because others may have been lost
 * @param sealed 48 bytes
 */
public record Seal(int position, Bytes sealed) {
  /** On the wire: position and sealed bytes. */
  public static final int BYTES = 2 + Wrap.BYTES;

  public static Seal read(WireReader in) {
    return new Seal(in.u16("position"), in.fixed(Wrap.BYTES, "sealed secret"));
  }

  public void write(WireWriter out) {
    out.u16(position).fixed(sealed);
  }
}
