package io.keymoot.flatkeying.key;

import io.keymoot.flatkeying.crypto.Hkdf;
import io.keymoot.flatkeying.crypto.Info;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.wire.Bytes;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * TEK(x, r): what the members of one state of the group share. All that protects data grows here.
 */
public final class Tek extends Secret {
  /** A MAC is cut to so many bytes, which is how heartbeats carry it. */
  public static final int MAC_BYTES = 16;

  private final FactId epoch;
  private final int revision;

  Tek(byte[] bytes, FactId epoch, int revision) {
    super(bytes);
    this.epoch = epoch;
    this.revision = revision;
  }

  public FactId epoch() {
    return epoch;
  }

  public int revision() {
    return revision;
  }

  /** The first 4 bytes of the KID of every frame under this TEK; public. */
  public int kidPrefix() {
    byte[] kid = Hkdf.expand(alive(), Info.of("kid"), 4);
    return (kid[0] & 0xff) << 24 | (kid[1] & 0xff) << 16 | (kid[2] & 0xff) << 8 | (kid[3] & 0xff);
  }

  /** The base key of a sender's frames: one for each stay, so counters of two never meet. */
  public SenderBaseKey senderKey(StayId sender) {
    byte[] key = Hkdf.expand(alive(), Info.of("frames").hash(sender.hash()));
    return new SenderBaseKey(key, sender, epoch, revision);
  }

  /** A key for the application, which is the caller's to wipe. Tells nothing of the TEK. */
  public byte[] export(String label, Bytes context, int length) {
    Info info = Info.of("export").text(label).bytes(context.toArray());
    return Hkdf.expand(alive(), info, length);
  }

  /** Says of a heartbeat that a member of this state sent it; which one, it does not say. */
  public Bytes mac(Bytes message) {
    return Bytes.owning(macOf(message));
  }

  /** In constant time. A MAC of any other length is none, however well it begins. */
  public boolean checkMac(Bytes message, Bytes mac) {
    return MessageDigest.isEqual(macOf(message), mac.toArray());
  }

  private byte[] macOf(Bytes message) {
    byte[] key = Hkdf.expand(alive(), Info.of("heartbeat"));
    try {
      return Arrays.copyOf(Hkdf.mac(key, message.toArray()), MAC_BYTES);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  /** In constant time. */
  public boolean holdsTheSameAs(Tek other) {
    return sameBytes(other);
  }

  @Override
  String stamp() {
    return "epoch " + epoch + " revision " + revision;
  }
}
