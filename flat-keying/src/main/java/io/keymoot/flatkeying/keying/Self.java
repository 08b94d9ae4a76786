package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Who this peer is: its device's key, its member, its leaf keys. */
final class Self implements AutoCloseable {
  final SigningKey signing;
  final Fingerprint device;
  private Bytes credential;
  private final Map<Hash32, LeafKeyPair> leafKeys = new TreeMap<>();
  private final Map<Hash32, Tick> forgetAt = new TreeMap<>();
  private @Nullable FactWriter writer;
  private @Nullable MemberId member;

  Self(SigningKey signing, Bytes credential) {
    this.signing = signing;
    this.credential = credential;
    this.device = new Fingerprint(Hash32.sha256(signing.spki().toArray()));
  }

  void becomes(GroupId group, MemberId id) {
    member = id;
    writer = new FactWriter(signing, group, id);
  }

  boolean isNamed() {
    return member != null;
  }

  MemberId member() {
    if (member == null) {
      throw new IllegalStateException("this peer has no member id before it founds or asks");
    }
    return member;
  }

  FactWriter writer() {
    if (writer == null) {
      throw new IllegalStateException("this peer has nothing to sign before it founds or asks");
    }
    return writer;
  }

  Bytes credential() {
    return credential;
  }

  void renewed(Bytes fresh) {
    credential = fresh;
  }

  // ---- leaf keys: one per stay, the private half forgotten a while after its successor is known

  LeafKeyPair newLeafKey(Entropy entropy) {
    LeafKeyPair pair = LeafKeyPair.generate(entropy);
    leafKeys.put(pair.publicKey().hash(), pair);
    return pair;
  }

  Optional<LeafKeyPair> leafKey(Hash32 hash) {
    return Optional.ofNullable(leafKeys.get(hash));
  }

  Iterable<LeafKeyPair> leafKeys() {
    return leafKeys.values();
  }

  void succeededBy(Hash32 newest, Tick now) {
    for (Hash32 hash : leafKeys.keySet()) {
      if (!hash.equals(newest)) {
        forgetAt.putIfAbsent(hash, now.plusMillis(Limits.LEAF_KEY_AFTERLIFE_MILLIS));
      }
    }
  }

  Optional<Tick> nextForgetting() {
    Tick next = null;
    for (Tick each : forgetAt.values()) {
      next = Tick.earlier(next, each);
    }
    return Optional.ofNullable(next);
  }

  void forget(Tick now) {
    forgetAt
        .entrySet()
        .removeIf(
            due -> {
              if (now.isBefore(due.getValue())) {
                return false;
              }
              LeafKeyPair old = leafKeys.remove(due.getKey());
              if (old != null) {
                old.close();
              }
              return true;
            });
  }

  @Override
  public void close() {
    leafKeys.values().forEach(LeafKeyPair::close);
    leafKeys.clear();
  }
}
