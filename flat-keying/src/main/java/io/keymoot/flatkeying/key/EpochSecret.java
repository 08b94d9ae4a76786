package io.keymoot.flatkeying.key;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.crypto.Hkdf;
import io.keymoot.flatkeying.crypto.Info;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.Arrays;

/**
 * c_x^i: the secret of an epoch x at revision i. Revision 0 is what its Rekey committed to; each
 * Admit or Here that names x takes one step, which cannot be taken back.
 */
public final class EpochSecret extends Secret {
  private final int revision;

  EpochSecret(byte[] bytes, int revision) {
    super(bytes);
    if (revision < 0) {
      throw new IllegalArgumentException("revisions count from 0, not " + revision);
    }
    this.revision = revision;
  }

  /** c_x^0 of an epoch that is about to be made. */
  public static EpochSecret fresh(Entropy entropy) {
    return new EpochSecret(drawn(entropy), 0);
  }

  public int revision() {
    return revision;
  }

  /** c_x^{i+1}. This one stays as it is: both are needed for a while. */
  public EpochSecret step() {
    return new EpochSecret(Hkdf.expand(alive(), Info.of("step")), revision + 1);
  }

  /** c_x^j for j = {@code later} ≥ i; a new object also when it is the same revision. */
  public EpochSecret at(int later) {
    if (later < revision) {
      throw new IllegalStateException(this + ": no way back to revision " + later);
    }
    byte[] bytes = alive().clone();
    for (int i = revision; i < later; i++) {
      byte[] next = Hkdf.expand(bytes, Info.of("step"));
      Arrays.fill(bytes, (byte) 0);
      bytes = next;
    }
    return new EpochSecret(bytes, later);
  }

  /**
   * What the Rekey says of the secret, of revision 0 alone. Hides it as any derivation does, and
   * binds it: HMAC of two keys of equal length collides only if SHA-256 does.
   */
  public Hash32 commitment() {
    return Hash32.of(Hkdf.expand(original(), Info.of("epoch commitment")));
  }

  public boolean matches(Hash32 commitment) {
    return commitment().equals(commitment);
  }

  /** TEK(x, r). That group and epoch are named again guards against a secret used twice. */
  public Tek tek(GroupId group, FactId epoch) {
    Info info = Info.of("tek").hash(group.hash()).hash(epoch.hash()).u32(revision);
    return new Tek(Hkdf.expand(alive(), info), epoch, revision);
  }

  /**
   * Entry 1 of a cover: the next epoch's secret under this one's current revision, for the case
   * that nobody is out since.
   *
   * @param context hash of the Rekey's content before the cover
   */
  public Bytes wrap(EpochSecret next, Hash32 context, MemberId wrapper) {
    return Wrap.seal(refreshKey(context, wrapper), next);
  }

  public Unwrapped unwrap(Bytes wrap, Hash32 context, MemberId wrapper, Hash32 commitment) {
    return Wrap.open(refreshKey(context, wrapper), wrap, commitment);
  }

  private byte[] refreshKey(Hash32 context, MemberId wrapper) {
    Info info = Info.of("refresh").hash(context).u32(revision).hash(wrapper.hash());
    return Hkdf.expand(alive(), info);
  }

  /** In constant time. */
  public boolean holdsTheSameAs(EpochSecret other) {
    return revision == other.revision && sameBytes(other);
  }

  /** The bytes of c_x^0, for what is defined on revision 0 alone. */
  byte[] original() {
    if (revision != 0) {
      throw new IllegalStateException(this + ": only revision 0 does this");
    }
    return alive();
  }

  @Override
  String stamp() {
    return "revision " + revision;
  }
}
