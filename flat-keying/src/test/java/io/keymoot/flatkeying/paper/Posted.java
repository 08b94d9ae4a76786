package io.keymoot.flatkeying.paper;

import io.keymoot.flatkeying.crypto.Aead;
import io.keymoot.flatkeying.crypto.Hkdf;
import io.keymoot.flatkeying.crypto.Info;
import io.keymoot.flatkeying.crypto.Opening;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.List;
import java.util.Optional;

/**
 * One key for whoever holds all of some others: as a ciphertext, or as a derivation that anybody
 * with them can make, and that takes no bytes.
 *
 * @param sealed empty if the key is derived
 */
public record Posted(List<KeyName> under, KeyName gives, Bytes sealed) {
  /** A key's place in two bytes, and the key with its tag. */
  public static final int WRAP_BYTES = 2 + Hkdf.KEY_BYTES + Aead.TAG_BYTES;

  private static final byte[] NOTHING = new byte[0];

  public static Posted wrapped(List<KeyName> under, KeyTable holder, KeyName gives) {
    byte[] key = combined(under, holder, gives, "paper wrap");
    return new Posted(
        under, gives, Bytes.owning(Aead.sealOnce(key, NOTHING, holder.get(gives).toArray())));
  }

  public static Posted derived(List<KeyName> under, KeyName gives) {
    return new Posted(under, gives, Bytes.EMPTY);
  }

  public boolean isWrap() {
    return !sealed.isEmpty();
  }

  public int bytes() {
    return isWrap() ? WRAP_BYTES : 0;
  }

  /** The key, by the real bytes of those it is under. */
  public Optional<Bytes> open(KeyTable holder) {
    if (!under.stream().allMatch(holder::has)) {
      return Optional.empty();
    }
    if (!isWrap()) {
      return Optional.of(Bytes.owning(combined(under, holder, gives, "paper step")));
    }
    byte[] key = combined(under, holder, gives, "paper wrap");
    return Aead.openOnce(key, NOTHING, sealed.toArray()) instanceof Opening.Opened opened
        ? Optional.of(Bytes.owning(opened.plaintext()))
        : Optional.empty();
  }

  private static byte[] combined(
      List<KeyName> under, KeyTable holder, KeyName gives, String label) {
    byte[] key = holder.get(under.get(0)).toArray();
    for (KeyName more : under.subList(1, under.size())) {
      key = Hkdf.extract(key, holder.get(more).toArray());
    }
    return Hkdf.expand(
        key, Info.of(label).u32(gives.place() + 1).u32(gives.version()).u32(gives.revision()));
  }
}
