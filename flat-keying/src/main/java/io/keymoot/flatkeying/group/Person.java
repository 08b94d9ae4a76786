package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.JoinRequest;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import org.jspecify.annotations.Nullable;

/**
 * Who a member is, which never changes.
 *
 * <p>Of what its request says only the ids are held; the rest is read again from the bytes of the
 * fact that brought it, which are kept anyhow, to be given to others. Half of what a large group
 * takes would be this otherwise.
 */
public final class Person implements IdMap.Keyed {
  private final Hash32 id;
  private final Hash32 device;
  private final Bytes fact;
  private final int at;

  /**
   * @param fact bytes in which the request stands, from {@code at} on
   */
  Person(MemberId id, Fingerprint device, Bytes fact, int at) {
    this.id = id.hash();
    this.device = device.hash();
    this.fact = fact;
    this.at = at;
  }

  public MemberId id() {
    return new MemberId(id);
  }

  @Override
  public Hash32 hash() {
    return id;
  }

  public Fingerprint device() {
    return new Fingerprint(device);
  }

  public JoinRequest request() {
    return JoinRequest.in(fact, at);
  }

  /** SubjectPublicKeyInfo of the key it signs with. */
  public Bytes key() {
    return request().key();
  }

  /** The id follows from the request, and all else with it. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Person that && id.equals(that.id);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    return id.toString();
  }
}
